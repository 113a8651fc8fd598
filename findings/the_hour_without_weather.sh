#!/usr/bin/env bash
# Question  A solar plant of 100 MW and a grid at 100 EUR/MWh feed a site of 500 MW. One of four hours of the plant's yield is missing in the file.
#           What does the cheapest dispatch take from the plant in that hour? And what does a site take whose own hour is missing?
# Guess     An error, or nothing from the plant (no sun is the careful reading); at the very most its 100 MW.
# Seen      PyPSA 1.4.0 (HiGHS): 500 MW, for nothing. A limit that is not a number is dropped, and with it the rating. The dispatch is
#           "optimal", at 140,000 EUR instead of 185,000 with half a sun there or 190,000 with none. A missing hour of the site is an hour
#           of 0 MW. Log lines of level WARNING say that there are not-a-numbers, not what becomes of them, and the
#           model is solved. A series of other hours, or fewer, is refused.
# Matters   The plant with the worst data is the best one, and a search for the best size buys what has gaps. Three hours in a year
#           at five times its rating are lost in any yearly total.
# Here      A missing value in a weather, price or yield file is refused or told at its line, and what an array gives never passes
#           its rating: tests/contracts/test_weather_files.py, tests/contracts/test_hourly_grid.py, tests/relations/test_solar.py.
source "$(dirname "$0")/run_in.sh"
run_in pypsa==1.4.0 linopy==0.10.1 highspy==1.16.0 numpy==2.4.6 pandas==3.1.1 <<'PYTHON'
import logging
import warnings

import numpy as np
import pandas as pd
import pypsa

logging.disable(logging.CRITICAL)
warnings.simplefilter("ignore")
HOURS = pd.date_range("2026-06-01 10:00", periods=4, freq="h")


def dispatched(sun, site_mw):
    net = pypsa.Network()
    net.set_snapshots(HOURS)
    net.add("Carrier", "AC")
    net.add("Bus", "site", carrier="AC")
    net.add("Generator", "plant", bus="site", p_nom=100, p_max_pu=pd.Series(sun, HOURS))
    net.add("Generator", "grid", bus="site", p_nom=1000, marginal_cost=100)
    net.add("Load", "site", bus="site", p_set=pd.Series(site_mw, HOURS))
    status = net.optimize(solver_name="highs", output_flag=False, include_objective_constant=False)
    plant = net.generators_t.p["plant"].round(6).tolist()
    return status[1], round(float(net.objective)), plant, net.loads_t.p["site"].tolist()


gap = np.nan
cases = {
    "half a sun": dispatched([0, 0.5, 1, 0], [500.0] * 4),
    "no sun": dispatched([0, 0, 1, 0], [500.0] * 4),
    "no number": dispatched([0, gap, 1, 0], [500.0] * 4),
    "no number of the site": dispatched([0, 0.5, 1, 0], [500.0, gap, 500.0, 500.0]),
}
for name, (status, eur, plant, site) in cases.items():
    print(f"{name}: {status}, {eur:,} EUR, plant {plant} MW, site {site} MW")
costs = [case[1] for case in cases.values()]
lost = cases["no number"]
raise SystemExit(not (costs == [185_000, 190_000, 140_000, 140_000] and lost[0] == "optimal" and lost[2][1] == 500.0))
PYTHON
