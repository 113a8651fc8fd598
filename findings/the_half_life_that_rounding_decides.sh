#!/usr/bin/env bash
# Question  Of six pumps, all watched until they failed, three failed after 1, 2 and 3 years, three after 9, 10 and 11. After how many years
#           has half of them failed?
# Guess     3 (the first time at which half are left or fewer), or 6 by those who take the middle; the same in every library.
# Seen      By Kaplan and Meier 5/6 x 4/5 x 3/4 = 1/2 are left from 3 years on. scikit-survival 0.28.0 (whose curve one reads oneself) and
#           surpyval 0.25 say 3 years, lifelines 0.30.3 and statsmodels 0.15.0 say 9. In lifelines the product is 1/2 and 1e-16, which is
#           more than a half, and so the next failure counts; of 10 pumps it is a little less, and the fifth counts, of 14
#           the eighth, of 28 the 14th. scikit-survival has 6 and 14 right, and of 28 gives the 15th. statsmodels asks for fewer than half,
#           and of 12 pumps gives the sixth all the same. surpyval alone is right for each. None says that it stands on the last bit.
# Matters   The median life of a lot is three years or nine by how its survival function was multiplied up; with early failures and
#           late ones, which pumps and boards have, the gap is the whole life.
# Here      twin fits no lives from lots; its distributions are stated by the mean and shape: tests/unit/test_reliability_monte_carlo.py.
source "$(dirname "$0")/run_in.sh"
run_in lifelines==0.30.3 scikit-survival==0.28.0 statsmodels==0.15.0 surpyval==0.25 pandas==2.3.3 numpy==2.4.6 scipy==1.17.1 <<'PYTHON'
import numpy as np
import surpyval
from lifelines import KaplanMeierFitter
from sksurv.nonparametric import kaplan_meier_estimator
from statsmodels.duration.survfunc import SurvfuncRight


def by_lifelines(years):
    return KaplanMeierFitter().fit(years, np.ones(years.size)).median_survival_time_


def by_sksurv(years):
    """It gives the curve; the first time at which half are left or fewer."""
    times, left = kaplan_meier_estimator(np.ones(years.size, dtype=bool), years)
    return times[left <= 0.5][0]


def by_statsmodels(years):
    return SurvfuncRight(years, np.ones(years.size)).quantile(0.5)


def by_surpyval(years):
    return surpyval.KaplanMeier.fit(years).qf(0.5)


WAYS = {"lifelines": by_lifelines, "scikit-survival": by_sksurv, "statsmodels": by_statsmodels, "surpyval": by_surpyval}
pumps = np.array([1.0, 2.0, 3.0, 9.0, 10.0, 11.0])
seen = {name: float(np.squeeze(way(pumps))) for name, way in WAYS.items()}
print(f"median life of six pumps, years: {seen}")
ranks = {}
for name, way in WAYS.items():
    ranks[name] = [int(np.squeeze(way(np.arange(1.0, lot + 1)))) - lot // 2 for lot in (6, 10, 12, 14, 20, 22, 28, 30)]
    print(f"{name:15} failures later than the half of 6, 10, 12, 14, 20, 22, 28, 30: {ranks[name]}")
stated = {
    "lifelines": [1, 0, 0, 1, 1, 0, 0, 0],
    "scikit-survival": [0, 0, 0, 0, 0, 0, 1, 1],
    "statsmodels": [1, 1, 0, 1, 1, 1, 1, 1],
    "surpyval": [0, 0, 0, 0, 0, 0, 0, 0],
}
medians = {"lifelines": 9.0, "scikit-survival": 3.0, "statsmodels": 9.0, "surpyval": 3.0}
raise SystemExit(not (seen == medians and ranks == stated))
PYTHON
