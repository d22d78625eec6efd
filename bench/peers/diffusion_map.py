"""Peers of bench/diffusion-map-peers.mjs: leading rates of pyDiffMap or datafold, as JSON.

Arguments: pydiffmap or datafold, file of float64 points, file of eigenfunctions, rows, columns, epsilon, alpha, count, K.
To install: pip install pyDiffMap datafold. datafold 2.0.1 asks for scikit-learn 1.2 and numpy 1.25 or 1.26.
"""
import json
import sys

import numpy as np

peer, points_file, functions_file = sys.argv[1:4]
rows, columns = int(sys.argv[4]), int(sys.argv[5])
epsilon, alpha = float(sys.argv[6]), float(sys.argv[7])
count, k = int(sys.argv[8]), int(sys.argv[9])
x = np.fromfile(points_file).reshape(rows, columns)

if peer == "pydiffmap":
    from pydiffmap.diffusion_map import DiffusionMap

    # All rows as neighbours: the whole kernel matrix, as ours.
    found = DiffusionMap.from_sklearn(n_evecs=count, epsilon=epsilon, alpha=alpha, k=rows).fit(x)
    order = np.argsort(-found.evals)
    values, vectors = 1 + epsilon * found.evals[order], found.evecs[:, order]
else:
    from datafold.dynfold import DiffusionMaps
    from datafold.pcfold import GaussianKernel

    found = DiffusionMaps(GaussianKernel(epsilon=2 * epsilon), n_eigenpairs=count + 1, alpha=alpha).fit(x)
    values, vectors = found.eigenvalues_[1:], np.asarray(found.eigenvectors_)[:, 1:]

# Their eigenfunctions are orthogonal in another weight: compare spans.
ours = np.fromfile(functions_file).reshape(rows, -1)[:, :k]
basis, _ = np.linalg.qr(np.column_stack([np.ones(rows), vectors[:, :k]]))
shared = (np.linalg.norm(basis.T @ ours, axis=0) ** 2 / np.linalg.norm(ours, axis=0) ** 2).min()
print(json.dumps({"rates": (-np.log(values) / epsilon).tolist(), "shared": float(shared)}))
