#!/usr/bin/env bash
# Question  A site of 5 MW buys for two hours, at 10 and at 100 EUR/MWh, with a battery of 1 MW and 2 MWh. What does it pay, planned by the hour, and by the
#           quarter hour as the market trades? The times of the steps are given as dates.
# Guess     Expected, by hand: 460 EUR both times: 550 without the battery, less 1 MWh moved for 90.
# Seen      PyPSA 1.4.0: 460 by the hour, 2,020 by the quarter. Each snapshot counts as an hour until its weight is set, whatever lies between
#           the dates, so the site buys 40 MWh and the battery of 2 MWh is full after half an hour. With `set_snapshots(...,
#           weightings_from_timedelta=True)` it is 460. oemof.solph 0.6.5 of the same dates says 460 both times. The weight of 1 is
#           documented; nothing is said where the dates contradict it.
# Matters   The sum is seen to be four times too high and is divided by four (505, still plausible); that the battery is worth twice as
#           much, and gives its peak for half an hour less than it can, is not seen.
# Here      Steps of a tariff are in seconds of their own in twin, and a battery's dispatch takes energy as power times that span:
#           tests/validation/test_dispatch.py.
source "$(dirname "$0")/run_in.sh"
run_in pypsa==1.4.0 linopy==0.10.1 oemof.solph==0.6.5 highspy==1.11.0 numpy==2.4.6 pandas==3.1.1 <<'PYTHON'
import contextlib
import io
import logging
import warnings

import numpy as np
import pandas as pd
import pypsa
from oemof import solph

logging.disable(logging.CRITICAL)
warnings.simplefilter("ignore")


def dates(step):
    return pd.date_range("2026-06-01", "2026-06-01 02:00", freq=step, inclusive="left")


def by_pypsa(step, told=False):
    times = dates(step)
    net = pypsa.Network()
    net.set_snapshots(times, weightings_from_timedelta=told)
    net.add("Carrier", "AC")
    net.add("Bus", "site", carrier="AC")
    price = pd.Series(np.where(times.hour < 1, 10.0, 100.0), times)
    net.add("Generator", "grid", bus="site", p_nom=100, marginal_cost=price)
    net.add("StorageUnit", "battery", bus="site", p_nom=1, max_hours=2)
    net.add("Load", "site", bus="site", p_set=5.0)
    net.optimize(solver_name="highs", output_flag=False, include_objective_constant=False)
    return round(float(net.objective), 3)


def by_oemof(step):
    times = dates(step)
    system = solph.EnergySystem(timeindex=times, infer_last_interval=True)
    bus = solph.Bus("site")
    price = np.where(times.hour < 1, 10.0, 100.0)
    grid = solph.components.Source("grid", outputs={bus: solph.Flow(nominal_capacity=100, variable_costs=price)})
    site = solph.components.Sink("load", inputs={bus: solph.Flow(nominal_capacity=5, fix=[1] * len(times))})
    battery = solph.components.GenericStorage(
        "battery", nominal_capacity=2, initial_storage_level=0, balanced=True,
        inputs={bus: solph.Flow(nominal_capacity=1)}, outputs={bus: solph.Flow(nominal_capacity=1)},
    )
    system.add(bus, grid, site, battery)
    model = solph.Model(system)
    model.solve(solver="highs")
    return round(float(model.objective()), 3)


with contextlib.redirect_stdout(io.StringIO()):
    seen = {
        "PyPSA": [by_pypsa("1h"), by_pypsa("15min")],
        "PyPSA, told": [by_pypsa("1h", True), by_pypsa("15min", True)],
        "oemof": [by_oemof("1h"), by_oemof("15min")],
    }
for name, (hour, quarter) in seen.items():
    print(f"{name}: {hour} EUR by the hour, {quarter} by the quarter")
raise SystemExit(seen != {"PyPSA": [460.0, 2020.0], "PyPSA, told": [460.0, 460.0], "oemof": [460.0, 460.0]})
PYTHON
