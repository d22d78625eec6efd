# Peer of bench/series.mjs: exponential smoothing of statsmodels, its form (errors, trend, damping, season; added or multiplied) by AICc.
# usage: python3 series.py FILE ORIGINS MEMBERS → JSON: name → origins → steps → draws.
import json
import sys
import warnings

import numpy as np
from statsmodels.tsa.exponential_smoothing.ets import ETSModel

warnings.filterwarnings("ignore")
origins, members = int(sys.argv[2]), int(sys.argv[3])


def forecast(x, period, steps):
    best = None
    positive = bool((x > 0).all())
    for error in ("add", "mul") if positive else ("add",):
        for trend, damped in ((None, False), ("add", False), ("add", True)):
            for season in (None, "add", "mul") if error == "mul" and period > 1 else (None, "add") if period > 1 else (None,):
                try:
                    periods = period if season else None
                    model = ETSModel(x, error=error, trend=trend, damped_trend=damped, seasonal=season, seasonal_periods=periods)
                    found = model.fit(disp=False)
                except Exception:
                    continue
                if best is None or found.aicc < best.aicc:
                    best = found
    return np.asarray(best.simulate(steps, anchor="end", repetitions=members, random_state=1)).reshape(steps, members).tolist()


out = {}
for line in open(sys.argv[1]):
    if line.startswith("#"):
        continue
    name, _, period, steps, values = line.strip().split(",")
    x, h = np.array(values.split(), float), int(steps)
    ends = [(3 * len(x) * (origins - 1) + o * (2 * len(x) - 5 * h)) // (5 * (origins - 1)) for o in range(origins)]
    out[name] = [forecast(x[:end], int(period), h) for end in ends]
print(json.dumps(out))
