"""Peer of bench/spectral.mjs: the whole kernel matrix in numpy (200 MB at M = 5,000), averaged symmetric scaling, scipy's eigsh.

Arguments: file of float64 points, rows, columns, epsilon, eigenpairs, tolerance. Prints JSON. Needs numpy and scipy.
"""
import json
import sys
import time

import numpy as np
import scipy
from scipy.sparse.linalg import eigsh

x = np.fromfile(sys.argv[1]).reshape(int(sys.argv[2]), int(sys.argv[3]))
eps, count, tolerance = float(sys.argv[4]), int(sys.argv[5]), float(sys.argv[6])
start, cpu = time.perf_counter(), time.process_time()
squares = (x**2).sum(1)
kernel = np.exp(-np.maximum(squares[:, None] + squares[None] - 2 * x @ x.T, 0) / (4 * eps)) / len(x)
v = np.ones(len(x))
for turn in range(1, 501):
    row = kernel @ v
    if np.abs(v * row - 1).max() < tolerance:
        break
    v = np.sqrt(v / row)
operator = v[:, None] * kernel * v[None]
values, vectors = eigsh(operator, k=count, tol=tolerance)
seconds, cpu = time.perf_counter() - start, time.process_time() - cpu
residual = np.linalg.norm(operator @ vectors - vectors * values, axis=0).max()
try:
    from threadpoolctl import threadpool_info

    blas = ", ".join(f"{i['internal_api']} {i['version']}" for i in threadpool_info() if i["user_api"] == "blas")
except ImportError:
    blas = ""
blas = blas or np.show_config(mode="dicts")["Build Dependencies"]["blas"]["name"]
print(
    json.dumps(
        {
            "seconds": seconds,
            "cpu": cpu,
            "residual": residual,
            "values": values[::-1].tolist(),
            "versions": f"{np.__version__}, scipy {scipy.__version__}, {blas}",
        }
    )
)
