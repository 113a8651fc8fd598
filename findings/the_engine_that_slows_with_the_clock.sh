#!/usr/bin/env bash
# Question  A day by the hour: a plant of 100 MW that may rise by 10 MW an hour, at 10 EUR/MWh, engines at 100, a load of 20 MW until noon and 100 after; and a site whose engine (at least 20 MW) runs
#           three hours at least, once it runs. The model is made coarser by the library's own function, to steps of three hours. What do the days cost?
# Guess     Much the same, as the load is level within its steps: a rise of 30 MW a step, and one step at least.
# Seen      PyPSA 1.4.0 (`n.cluster.temporal.resample("3h")`): the plant's day is 39,600 EUR by the hour, 73,800 by three hours and 84,600 by six: `ramp_limit_up` stays a tenth a step, and the
#           engines give 280, 660 and 780 MWh. `min_up_time` stays three, now nine hours: the other day is 13,500 and then 24,300. Weights of steps, loads and
#           losses of stores are right, so the sums look like those of a day. `downsample` and `segment` do the same. No warning.
# Matters   Years are made coarser to be solved at all, and a design is then chosen by them: fuel of engines is 2.4 times what it would be, and a battery or a faster plant is bought
#           to cure what the clock did. The finer answer is only seen by those who can wait for it.
# Here      twin has no such limits by the step: what machines accept goes with seconds (docs/physics/electrical.md, steps of load).
source "$(dirname "$0")/run_in.sh"
run_in pypsa==1.4.0 linopy==0.10.1 highspy==1.16.0 pandas==3.1.1 numpy==2.4.6 scipy==1.17.1 xarray==2026.9.0 <<'PYTHON'
import logging

import numpy as np
import pandas as pd
import pypsa

logging.disable(logging.CRITICAL)
HOURS = pd.date_range("2025-01-01", periods=24, freq="h")


def day(load_mw):
    net = pypsa.Network()
    net.set_snapshots(HOURS)
    net.add("Bus", "site")
    net.add("Load", "racks", bus="site", p_set=load_mw)
    return net


def slow_plant():
    net = day(np.where(HOURS.hour < 12, 20.0, 100.0))
    net.add("Generator", "plant", bus="site", p_nom=100, marginal_cost=10, ramp_limit_up=0.1)
    net.add("Generator", "engine", bus="site", p_nom=200, marginal_cost=100)
    return net


def long_engine():
    net = day(np.where((HOURS.hour >= 12) & (HOURS.hour < 15), 60.0, 30.0))
    net.add("Generator", "plant", bus="site", p_nom=40, marginal_cost=10)
    net.add("Generator", "engine", bus="site", p_nom=40, marginal_cost=100, committable=True, p_min_pu=0.5, min_up_time=3, up_time_before=0)
    return net


def cost(net, by):
    coarse = net.cluster.temporal.resample(by) if by else net
    weights = coarse.snapshot_weightings.generators
    assert weights.sum() == 24 and coarse.loads_t.p_set["racks"].mul(weights).sum() == net.loads_t.p_set["racks"].sum()
    assert coarse.optimize(solver_name="highs", log_to_console=False) == ("ok", "optimal")
    return round(float(coarse.objective)), round(float(coarse.generators_t.p["engine"].mul(weights).sum()))


seen = {}
for made in (slow_plant, long_engine):
    seen[made.__name__] = [cost(made(), by) for by in (None, "3h", "6h")][: 3 if made is slow_plant else 2]
    print(f"{made.__name__}: EUR and MWh of engines by 1, 3, 6 h:", seen[made.__name__])
raise SystemExit(seen != {"slow_plant": [(39600, 280), (73800, 660), (84600, 780)], "long_engine": [(13500, 60), (24300, 180)]})
PYTHON
