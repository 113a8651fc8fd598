#!/usr/bin/env bash
# Question  Four days of a site of 10 MW on gas at 10 EUR/MWh and green power at 50, with 120 t of carbon for all of them, or with a permit for 120 MWh of gas. The plan is made for the whole, and day
#           by day with the library's rolling horizon. How much carbon is it, and what does it cost?
# Guess     120 t and 43,200 EUR in both: what a day has used is left out of the next one's share, as fill of stores, hours on and ramps are handed over.
# Seen      PyPSA 1.4.0 (`optimize_with_rolling_horizon`): 120 t and 43,200 EUR for the whole; 480 t and 28,800 EUR day by day; by half days 960 t and 9,600. Each window has the whole cap
#           (`GlobalConstraint`), and the whole permit (`e_sum_max`) too. Every window is "optimal", and stores and ramps are handed over as guessed.
# Matters   A year is rolled through because it is too large at once. A cap for the year then binds on no day: the plan emits up to 365 times what is allowed, engines run beyond
#           their permit of hours, and it looks cheap for it. The sum over the year has to be looked at afterwards.
# Here      twin goes through a year once and has no optimum over a year that would be split: a store's dispatch is planned in tests/validation/test_dispatch.py.
source "$(dirname "$0")/run_in.sh"
run_in pypsa==1.4.0 linopy==0.10.1 highspy==1.16.0 pandas==3.1.1 numpy==2.4.6 scipy==1.17.1 xarray==2026.9.0 <<'PYTHON'
import logging

import pandas as pd
import pypsa

logging.disable(logging.CRITICAL)
QUIET = {"solver_name": "highs", "log_to_console": False}


def site(limit):
    net = pypsa.Network()
    net.set_snapshots(pd.date_range("2025-01-01", periods=96, freq="h"))
    net.add("Carrier", "gas", co2_emissions=1.0)
    net.add("Bus", "site")
    net.add("Load", "racks", bus="site", p_set=10.0)
    permit = {"e_sum_max": 120.0} if limit == "permit" else {}
    net.add("Generator", "gas", carrier="gas", bus="site", p_nom=100, marginal_cost=10, **permit)
    net.add("Generator", "green", bus="site", p_nom=100, marginal_cost=50)
    if limit == "cap":
        kind = {"type": "primary_energy", "carrier_attribute": "co2_emissions", "sense": "<="}
        net.add("GlobalConstraint", "cap", constant=120.0, **kind)
    return net


def planned(limit, hours):
    net = site(limit)
    if hours == 96:
        assert net.optimize(**QUIET) == ("ok", "optimal")
    else:
        net.optimize.optimize_with_rolling_horizon(horizon=hours, overlap=0, **QUIET)
    gas, green = (float(net.generators_t.p[name].sum()) for name in ("gas", "green"))
    return round(gas), round(10 * gas + 50 * green)


seen = {limit: [planned(limit, hours) for hours in (96, 24, 12)] for limit in ("cap", "permit")}
for limit, found in seen.items():
    print(f"{limit}: t (MWh of gas) and EUR for the whole, by days, by half days:", *found)
raise SystemExit(seen != {limit: [(120, 43200), (480, 28800), (960, 9600)] for limit in seen})
PYTHON
