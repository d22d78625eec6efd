"""Peer of bench/growth.mjs: the whole job of scikit-learn's KernelDensity. Reads a CSV of numbers, scales columns to unit deviation,
takes the best of five bandwidths by three folds, draws and writes rows; prints processor seconds and peak megabytes.
usage: kde_job.py TABLE ROWS OUT"""
import json
import resource
import sys

import numpy as np
from sklearn.model_selection import GridSearchCV
from sklearn.neighbors import KernelDensity

table, rows, out = sys.argv[1:]
with open(table) as file:
    names = file.readline().strip()
data = np.loadtxt(table, delimiter=",", skiprows=1)
centre, spread = data.mean(0), data.std(0)
search = GridSearchCV(KernelDensity(), {"bandwidth": np.geomspace(0.1, 1, 5)}, cv=3).fit((data - centre) / spread)
drawn = search.best_estimator_.sample(int(rows), random_state=1) * spread + centre
np.savetxt(out, drawn, delimiter=",", header=names, comments="", fmt="%.5f")
usage = resource.getrusage(resource.RUSAGE_SELF)
print(json.dumps({"seconds": usage.ru_utime + usage.ru_stime, "megabytes": usage.ru_maxrss / 1024, "bandwidth": search.best_params_["bandwidth"]}))
