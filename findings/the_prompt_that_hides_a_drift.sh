#!/usr/bin/env bash
# Question  9,999 prompts of 200 to 2,000 tokens were seen when a model was trained, and 9,999 of twice the length today. How far have they drifted (population
#           stability index, retrain above 0.2), and how far if each day has one prompt of a million tokens besides?
# Guess     Far above 0.2, and the same to a per cent with one prompt of ten thousand more.
# Seen      evidently 0.7.23: 4.00 without the long prompt, 0.00 with it. Bins are of equal width over all that both days hold, some fifteen of them, so that one value
#           far out puts all others into the first. Jensen-Shannon (0.50), Kullback-Leibler (0.89) and Hellinger (0.58) fall to 0 with it. Ten bins of
#           equal shares say 1.89 either way, and Kolmogorov-Smirnov in the same package a p-value of 0. A long prompt of 100,000 tokens, today alone: 0.02.
# Matters   Lengths of prompts and answers, queues and bills have such tails. A model whose input has changed altogether is not retrained, and the larger the
#           sample, the surer it holds one that hides it.
# Here      `drift_per_day` of retraining is stated, and its index is that over bins of equal shares: docs/software_life.md.
source "$(dirname "$0")/run_in.sh"
run_in evidently==0.7.23 pandas==2.3.3 numpy==2.4.6 <<'PYTHON'
import numpy as np
import pandas as pd
from evidently import Report
from evidently.metrics import ValueDrift

TRAINED = np.linspace(200, 2000, 9999)
TODAY = 2 * TRAINED


def said(before, now, method):
    report = Report([ValueDrift(column="tokens", method=method)])
    run = report.run(pd.DataFrame({"tokens": now}), pd.DataFrame({"tokens": before}))
    return abs(round(float(run.dict()["metrics"][0]["value"]), 2))


def by_equal_shares(before, now):
    edges = np.quantile(before, np.linspace(0, 1, 11)[1:-1])
    shares = [np.bincount(np.searchsorted(edges, one), minlength=10) / len(one) for one in (before, now)]
    was, is_now = (np.maximum(share, 1e-4) for share in shares)
    return round(float(np.sum((is_now - was) * np.log(is_now / was))), 2)


days = {
    "without": (TRAINED, TODAY),
    "one of 1,000,000 on each day": (np.append(TRAINED, 1e6), np.append(TODAY, 1e6)),
    "one of 100,000 today": (TRAINED, np.append(TODAY, 1e5)),
}
METHODS = ("psi", "jensenshannon", "kl_div", "hellinger", "ks")
seen = {}
for name, (before, now) in days.items():
    seen[name] = [said(before, now, method) for method in METHODS] + [by_equal_shares(before, now)]
    print(f"{name}: {dict(zip((*METHODS, 'psi over equal shares'), seen[name]))}")
stated = {
    "without": [4.0, 0.5, 0.89, 0.58, 0.0, 1.89],
    "one of 1,000,000 on each day": [0.0, 0.0, 0.0, 0.0, 0.0, 1.89],
    "one of 100,000 today": [0.02, 0.01, 0.02, 0.01, 0.0, 1.89],
}
raise SystemExit(seen != stated)
PYTHON
