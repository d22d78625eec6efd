# Peers of bench/bridge.mjs: POT's exact transport (EMDTransport) and linear transport, fitted on the same rows, carried to fresh ones.
# usage: python3 bridge.py FOLDER with from.csv, to.csv, fresh.csv, truth.csv → one JSON line: L2-UVP in percent, and seconds.
import json
import os
import sys
import time

import numpy as np
import ot

read = lambda name: np.loadtxt(os.path.join(sys.argv[1], name), delimiter=",", ndmin=2)
a, b, fresh, truth = (read(f"{name}.csv") for name in ("from", "to", "fresh", "truth"))


def uvp(carried):
    return 100 * ((carried - truth) ** 2).sum(1).mean() / truth.var(0).sum()


out = {}
for name, method in (("exact", ot.da.EMDTransport(max_iter=10_000_000)), ("linear", ot.da.LinearTransport())):
    start = time.process_time()
    method.fit(Xs=a, Xt=b)
    out[name] = {"uvp": uvp(method.transform(Xs=fresh)), "seconds": time.process_time() - start}
print(json.dumps(out))
