# Ensemble Kalman posterior, peer of bench/posterior.mjs: every training row is moved by the gain of the sample covariance.
# usage: python3 posterior.py ROWS.csv "h1,h2,…" y deviation → one JSON line with mean, deviation and share above 0 of column 1.
import json
import sys
import time

import numpy as np
import pandas as pd

rows = pd.read_csv(sys.argv[1]).to_numpy(float)
h, y, noise = np.array([float(x) for x in sys.argv[2].split(",")]), float(sys.argv[3]), float(sys.argv[4])
start = time.time()
covariance = np.cov(rows.T)
gain = covariance @ h / (h @ covariance @ h + noise**2)
perturbed = y + noise * np.random.default_rng(0).standard_normal(len(rows))
posterior = rows + (perturbed - rows @ h)[:, None] * gain
first = posterior[:, 0]
print(json.dumps({"mean": first.mean(), "deviation": first.std(), "share": float((first > 0).mean()), "seconds": time.time() - start}))
