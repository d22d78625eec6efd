# Peers of bench/conditional.mjs: predictive laws of one target given all other columns, on the same split.
# usage: python3 conditional.py TRAIN.csv TEST.csv TARGET → one JSON line. CRPS in standard deviations of the training target.
import json
import sys
import time

import numpy as np
import pandas as pd
from sklearn.ensemble import RandomForestRegressor
from sklearn.linear_model import LinearRegression


def crps(draws, observed):
    """Ensemble CRPS, all pairs of draws."""
    m = draws.shape[1]
    ordered = np.sort(draws, 1)
    spread = ((2 * np.arange(1, m + 1) - m - 1) * ordered).sum(1) / m**2
    return (np.abs(draws - observed[:, None]).mean(1) - spread).mean()


def score(draws, observed, seconds):
    low, high = np.quantile(draws, [0.1, 0.9], axis=1, method="weibull")
    return {"crps": crps(draws, observed), "coverage": float(((observed >= low) & (observed <= high)).mean()), "seconds": seconds}


train, test, target = pd.read_csv(sys.argv[1]), pd.read_csv(sys.argv[2]), sys.argv[3]
scale = train[target].std(ddof=0)
x, y = train.drop(columns=target).to_numpy(float), train[target].to_numpy(float) / scale
x_test, y_test = test.drop(columns=target).to_numpy(float), test[target].to_numpy(float) / scale
random = np.random.default_rng(0)

start = time.time()
linear = LinearRegression().fit(x, y)
residual = np.sqrt(((y - linear.predict(x)) ** 2).sum() / (len(y) - x.shape[1] - 1))
linear_draws = linear.predict(x_test)[:, None] + residual * random.standard_normal((len(y_test), 100))
linear_seconds = time.time() - start

start = time.time()
forest = RandomForestRegressor(500, min_samples_leaf=5, max_features=1 / 3, random_state=0, n_jobs=1).fit(x, y)
leaves, leaves_test = forest.apply(x), forest.apply(x_test)
forest_draws = np.empty((len(y_test), 100))
for i, row in enumerate(leaves_test):
    # Meinshausen's weights: of each tree, the rows of the leaf in equal shares.
    same = leaves == row
    weights = (same / same.sum(0)).mean(1)
    forest_draws[i] = random.choice(y, 100, p=weights / weights.sum())
forest_seconds = time.time() - start

constant = random.choice(y, (len(y_test), 100))
print(
    json.dumps(
        {
            "linear": score(linear_draws, y_test, linear_seconds),
            "quantile forest": score(forest_draws, y_test, forest_seconds),
            "unconditional": score(constant, y_test, 0.0),
        }
    )
)
