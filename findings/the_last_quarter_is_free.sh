#!/usr/bin/env bash
# Question  2,400 kWh are to be bought in a day, at most 400 kW at once; 0.10 USD/kWh until 16:00, 0.30 after it. What is the cheapest bill? And
#           what is the demand charge of two months at 100 kW and 10 USD/kW a month?
# Guess     Expected, by hand: 240 USD, all of it before 16:00; and 2,000 USD (guessed before the run).
# Seen      electric-emission-cost 0.0.5: the optimum is said to cost 230 USD, puts 400 kW into the last, dearest quarter of an hour, and costs 260 by
#           the same package. In expressions to be optimised the charges of the last step are set to zero where a tier has no upper end
#           (index -1 for "none"), in the caller's own arrays, so that the bill of a flat day asked for afterwards is 392.50 instead
#           of 400. And two months are charged 1,000 USD: a charge is taken once from start to end, however many months stand between.
# Matters   Every moving-horizon plan of a battery or of shifted work has a free step at its end, and runs into it at full power; twelve months
#           in one call pay one month's demand.
# Here      twin bills by calendar month, and the last hour of a horizon at its own price: tests/unit/test_tariff.py.
source "$(dirname "$0")/run_in.sh"
run_in electric-emission-cost==0.0.5 cvxpy==1.9.3 pyomo==6.9.4 pandas==2.3.3 numpy==2.4.6 packaging==26.0 <<'PYTHON'
import datetime as dt

import cvxpy as cp
import numpy as np
import pandas as pd
from electric_emission_cost import costs

START = dt.datetime(2026, 7, 1)


def charge(kind, usd, start=0, end=24):
    when = {"month_start": 1, "month_end": 12, "weekday_start": 0, "weekday_end": 6, "hour_start": start, "hour_end": end}
    row = {"utility": "electric", "type": kind, "period": f"from {start}", "name": "", **when}
    return row | {"basic_charge_limit (metric)": 0, "charge (metric)": usd}


def charges(rows, end):
    return costs.get_charge_dict(START, end, pd.DataFrame(rows), resolution="15m")


def bill(charged, power_kw):
    return costs.calculate_cost(charged, {"electric": power_kw}, resolution="15m", consumption_estimate=2400.0)[0]


day = charges([charge("energy", 0.1, 0, 16), charge("energy", 0.3, 16, 24)], START + dt.timedelta(days=1))
flat = np.full(96, 100.0)
before = float(bill(day, flat))
bought = cp.Variable(96, nonneg=True)
problem = cp.Problem(cp.Minimize(bill(day, bought)), [cp.sum(bought) / 4 == 2400, bought <= 400])
problem.solve(solver=cp.CLARABEL)
after = float(bill(day, flat))
afresh = charges([charge("energy", 0.1, 0, 16), charge("energy", 0.3, 16, 24)], START + dt.timedelta(days=1))
really = float(bill(afresh, bought.value))
two_months = float(bill(charges([charge("demand", 10.0)], dt.datetime(2026, 9, 1)), np.full(62 * 96, 100.0)))
print(f"the cheapest day: said {problem.value:.2f} USD, billed {really:.2f}, by hand 240; last quarter {bought.value[-1]:.0f} kW")
print(f"the bill of a flat day before and after: {before:.2f} and {after:.2f} USD; demand of two months: {two_months:,.0f} USD")
seen = np.array([problem.value, really, bought.value[-1], before, after, two_months])
raise SystemExit(not np.allclose(seen, [230, 260, 400, 400, 392.5, 1000], atol=0.05))
PYTHON
