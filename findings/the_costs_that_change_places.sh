#!/usr/bin/env bash
# Question  A coolant pump wears (Weibull, 1,000 h, shape 2.5). Exchanging it in time costs 1, a failure costs 5. After what time is it best
#           exchanged, where a failed one is made as good as new, and where it is only brought back to work, as old as it was?
# Guess     Expected, by hand: 493 h and 447 h, at 0.0035 and 0.0037 an hour. These are the least of (1 R + 5 (1 - R)) / mean time in use
#           and of (1 + 5 (t / 1000)^2.5) / t: the poorer repair asks for the earlier exchange and costs a little more.
# Seen      reliability 0.9.0, optimal_replacement_time: 493 h for the first (q=0), 1,619 h for the second (q=1), and 0.0051 an hour.
#           Under q=1 the two costs change places: a failure is charged 1 and the exchange 5. What it asks for really costs
#           0.0109 an hour, 2.9 times the best. Both branches take one pair of arguments, cost_PM and cost_CM, and the plot agrees
#           with the number. Not among the project's issues.
# Matters   Pumps, fans and UPS batteries that are only patched after a failure are exactly those with q=1; they would be exchanged
#           after 3.3 failures on average instead of 0.13.
# Here      twin proposes no interval: upkeep stands in its calendar, and rates are constant between (docs/physics/reliability.md).
source "$(dirname "$0")/run_in.sh"
run_in reliability==0.9.0 numpy==2.4.6 scipy==1.17.1 pandas==2.3.3 matplotlib==3.11.2 <<'PYTHON'
import matplotlib

matplotlib.use("Agg")
import numpy as np
from reliability.Repairable_systems import optimal_replacement_time
from scipy.integrate import quad
from scipy.optimize import minimize_scalar

IN_TIME, FAILED, SCALE_H, SHAPE = 1.0, 5.0, 1000.0, 2.5


def works(hours):
    return np.exp(-((hours / SCALE_H) ** SHAPE))


def as_new(hours):
    return (IN_TIME * works(hours) + FAILED * (1 - works(hours))) / quad(works, 0, hours)[0]


def as_old(hours):
    return (IN_TIME + FAILED * (hours / SCALE_H) ** SHAPE) / hours


quiet = {"show_time_plot": False, "show_ratio_plot": False, "print_results": False}
seen = []
for q, cost in ((0, as_new), (1, as_old)):
    said = optimal_replacement_time(
        cost_PM=IN_TIME, cost_CM=FAILED, weibull_alpha=SCALE_H, weibull_beta=SHAPE, q=q, **quiet
    )
    best = minimize_scalar(cost, bounds=(10, 3000), method="bounded")
    seen.append((said.ORT / best.x, said.min_cost / best.fun, cost(said.ORT) / best.fun))
    print(f"q={q}: said {said.ORT:,.0f} h at {said.min_cost:.4f} an hour;", end=" ")
    print(f"best {best.x:,.0f} h at {best.fun:.4f}; what was said really costs {cost(said.ORT):.4f}")
right = np.allclose(seen[0], 1.0, atol=0.002)
raise SystemExit(not (right and np.allclose(seen[1], [3.624, 1.380, 2.925], atol=0.003)))
PYTHON
