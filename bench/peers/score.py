"""Peers of bench/score.mjs: log-densities of held-out rows under KernelDensity (bandwidth by five-fold cross-validated
likelihood) and GaussianMixture (one to ten parts, covariances full, tied, diagonal or spherical, by BIC; a thousandth on their diagonals keeps
parts from standing on single rows). Rows are lists of lists of numbers, standardised.
usage: score.py TRAIN.json HELD.json"""
import json
import sys
import warnings

import numpy as np
from sklearn.mixture import GaussianMixture
from sklearn.model_selection import GridSearchCV, KFold
from sklearn.neighbors import KernelDensity

warnings.filterwarnings("ignore")
train, held = (np.array(json.load(open(path))) for path in sys.argv[1:3])
search = GridSearchCV(KernelDensity(), {"bandwidth": np.logspace(-1.5, 0.5, 25)}, cv=KFold(5, shuffle=True, random_state=0))
kde = search.fit(train).best_estimator_
shapes = [(k, shape) for k in range(1, 11) for shape in ("full", "tied", "diag", "spherical")]
fits = [GaussianMixture(k, covariance_type=shape, reg_covar=1e-3, random_state=0, n_init=3).fit(train) for k, shape in shapes]
mixture = min(fits, key=lambda fit: fit.bic(train))
print(json.dumps({"kde": kde.score_samples(held).tolist(), "mixture": mixture.score_samples(held).tolist()}))
