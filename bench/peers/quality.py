"""Peers of bench/quality.mjs: KernelDensity (cross-validated bandwidth) and GaussianMixture (BIC), scored by
scikit-learn's random forest on the same split. Reads train, held-out and our synthetic CSV (numbers only)."""
import json
import sys
import warnings

import numpy as np
from sklearn.ensemble import RandomForestClassifier
from sklearn.metrics import roc_auc_score
from sklearn.mixture import GaussianMixture
from sklearn.model_selection import GridSearchCV, StratifiedKFold
from sklearn.neighbors import KernelDensity, NearestNeighbors

warnings.filterwarnings("ignore")


def read(path):
    return np.genfromtxt(path, delimiter=",", skip_header=1, ndmin=2)


def auc(real, fake, seed):
    x = np.vstack([real, fake])
    y = np.r_[np.zeros(len(real)), np.ones(len(fake))]
    scores = []
    for train, test in StratifiedKFold(5, shuffle=True, random_state=seed).split(x, y):
        forest = RandomForestClassifier(100, random_state=seed, n_jobs=2).fit(x[train], y[train])
        scores.append(roc_auc_score(y[test], forest.predict_proba(x[test])[:, 1]))
    return float(np.mean(scores))


def ratio(train, held, fake):
    nearest = NearestNeighbors(n_neighbors=1).fit(train)
    return float(np.median(nearest.kneighbors(fake)[0]) / max(1e-12, np.median(nearest.kneighbors(held)[0])))


def main(train_path, held_path, ours_path, seed):
    train, held, ours = read(train_path), read(held_path), read(ours_path)
    centre, scale = train.mean(0), train.std(0)
    scale[scale == 0] = 1
    train, held, ours = ((x - centre) / scale for x in (train, held, ours))
    grid = GridSearchCV(KernelDensity(), {"bandwidth": np.geomspace(0.02, 2, 20)}, cv=5).fit(train[:2000])
    kde = KernelDensity(bandwidth=grid.best_params_["bandwidth"]).fit(train).sample(len(held), random_state=seed)
    fits = [GaussianMixture(k, random_state=seed, reg_covar=1e-4).fit(train) for k in range(1, 11) if k < len(train)]
    mixture = min(fits, key=lambda fit: fit.bic(train)).sample(len(held))[0]
    out = {}
    for name, fake in (("sbridge", ours), ("KernelDensity", kde), ("GaussianMixture", mixture)):
        out[name] = {"auc": auc(held, fake, seed), "ratio": ratio(train, held, fake)}
    print(json.dumps(out))


main(sys.argv[1], sys.argv[2], sys.argv[3], int(sys.argv[4]))
