"""Peers of bench/quality.mjs, scored by scikit-learn's random forest on the same split: KernelDensity (cross-validated
bandwidth) and GaussianMixture (BIC), and two marks to read them by: the training rows themselves, and columns drawn
independently of each other. Reads train, held-out and our synthetic CSV, and the kinds of the columns.

Categories are one-hot (the 30 most frequent levels), a missing number is the mean and a mark. What a peer draws is taken
back to a table: the largest of one-hot coordinates, marks at 0.5, whole numbers rounded. usage: quality.py TRAIN HELD
OURS SEED KINDS, KINDS a JSON object of column kinds."""
import json
import sys
import warnings

import numpy as np
import pandas as pd
from sklearn.ensemble import RandomForestClassifier
from sklearn.metrics import roc_auc_score
from sklearn.mixture import GaussianMixture
from sklearn.model_selection import GridSearchCV, StratifiedKFold
from sklearn.neighbors import KernelDensity, NearestNeighbors

warnings.filterwarnings("ignore")
MISSING = ["", "NA", "N/A", "null", "NULL", "<NA>"]


class Design:
    """A table as a matrix, and back to matrices that only tables have."""

    def __init__(self, train, kinds):
        self.kinds, self.parts, self.width = kinds, [], 0
        for name, kind in kinds.items():
            if kind in ("category", "boolean"):
                levels = list(train[name].fillna("missing").value_counts().index[:30])
                self.parts.append((name, "levels", levels, self.width))
                self.width += len(levels)
            elif kind != "identifier":
                values = self.numbers(train, name)
                marked = values.isna().any()
                scale = values.std() or 1.0
                self.parts.append((name, "number", (values.mean(), scale if scale > 0 else 1.0, marked, kind == "integer"), self.width))
                self.width += 2 if marked else 1

    def numbers(self, frame, name):
        if self.kinds[name] == "datetime":
            parsed = pd.to_datetime(frame[name], errors="coerce")
            return parsed.astype("int64").where(parsed.notna()).astype(float) / 8.64e13
        return pd.to_numeric(frame[name], errors="coerce")

    def matrix(self, frame):
        out = np.zeros((len(frame), self.width))
        for name, kind, about, at in self.parts:
            if kind == "levels":
                cells = frame[name].fillna("missing").to_numpy()
                for k, level in enumerate(about):
                    out[:, at + k] = cells == level
            else:
                centre, scale, marked, _ = about
                values = self.numbers(frame, name)
                out[:, at] = ((values - centre) / scale).fillna(0)
                if marked:
                    out[:, at + 1] = values.isna()
        return out

    def settle(self, matrix):
        out = matrix.copy()
        for _, kind, about, at in self.parts:
            if kind == "levels":
                block = out[:, at : at + len(about)]
                best = block.argmax(1)
                block[:] = 0
                block[np.arange(len(block)), best] = 1
            else:
                centre, scale, marked, whole = about
                if whole:
                    out[:, at] = (np.round(out[:, at] * scale + centre) - centre) / scale
                if marked:
                    out[:, at + 1] = out[:, at + 1] > 0.5
                    out[out[:, at + 1] == 1, at] = 0
        return out


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
    fresh = np.median(nearest.kneighbors(held)[0])
    return float(np.median(nearest.kneighbors(fake)[0]) / fresh) if fresh > 0 else None


def main(train_path, held_path, ours_path, seed, kinds):
    frames = [pd.read_csv(path, dtype=str, keep_default_na=False, na_values=MISSING) for path in (train_path, held_path, ours_path)]
    design = Design(frames[0], kinds)
    train, held, ours = (design.matrix(frame) for frame in frames)
    random = np.random.default_rng(seed)
    grid = GridSearchCV(KernelDensity(), {"bandwidth": np.geomspace(0.02, 2, 20)}, cv=5).fit(train[:2000])
    kde = KernelDensity(bandwidth=grid.best_params_["bandwidth"]).fit(train).sample(len(held), random_state=seed)
    fits = [GaussianMixture(k, random_state=seed, reg_covar=1e-4).fit(train) for k in range(1, 11) if k < len(train)]
    mixture = min(fits, key=lambda fit: fit.bic(train)).sample(len(held))[0]
    copies = train[random.permutation(len(train))[: len(held)]]
    apart = pd.DataFrame({name: frames[0][name].to_numpy()[random.integers(0, len(train), len(held))] for name in frames[0].columns})
    out = {}
    for name, fake in (
        ("sbridge", ours),
        ("KernelDensity", design.settle(kde)),
        ("GaussianMixture", design.settle(mixture)),
        ("copies", copies),
        ("columns apart", design.matrix(apart)),
    ):
        out[name] = {"auc": auc(held, fake, seed), "ratio": ratio(train, held, fake)}
    print(json.dumps(out))


main(sys.argv[1], sys.argv[2], sys.argv[3], int(sys.argv[4]), json.loads(sys.argv[5]))
