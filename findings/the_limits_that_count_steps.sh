#!/usr/bin/env bash
# Question  Twelve hours of a plant of 100 MW that may rise by a tenth at a time beside engines at ten times its price; and of an engine with three hours on at least, or with 7 EUR for
#           each hour on or off. The same hours are given as hours and as quarters, with their dates. What do they cost?
# Guess     The same: energies, losses of stores and hours at full load are by the hour in this program whatever the dates are apart.
# Seen      oemof.solph 0.6.5: losses of a store, its content and `full_load_time_max` are by the hour (61,000 EUR both times). `positive_gradient_limit` is by the step: 34,000 EUR by the
#           hour, 15,100 by the quarter, where the plant rises by 40 MW an hour. `minimum_uptime` of three is three quarters: 9,300 and 5,700. `activity_costs` and
#           `inactivity_costs` are paid by the step: 7 EUR an hour are 28, and the eleven hours off cost 77 or 308. Nothing is said.
# Matters   A market goes over to quarters, its prices and loads are exchanged, and costs look right, as most of them follow the dates: but the slow plant has become a fast one, an engine may
#           stop after 45 minutes, and a site on standby pays four times.
# Here      Limits and costs of twin are by the second or the hour and go with no step: docs/physics/electrical.md.
source "$(dirname "$0")/run_in.sh"
run_in oemof.solph==0.6.5 highspy==1.16.0 pyomo==6.10.1 pandas==2.3.3 numpy==2.4.6 <<'PYTHON'
import logging

import numpy as np
import pandas as pd
from oemof import solph

logging.disable(logging.CRITICAL)
SHAPES = {"step": [20] * 4 + [100] * 8, "peak": [30] * 4 + [60] + [30] * 7}


def site(in_an_hour, shape):
    times = pd.date_range("2025-01-01", periods=12 * in_an_hour + 1, freq=pd.Timedelta(hours=1) / in_an_hour)
    system = solph.EnergySystem(timeindex=times, infer_last_interval=False)
    bus = solph.buses.Bus(label="site")
    load = solph.flows.Flow(fix=np.repeat(SHAPES[shape], in_an_hour), nominal_capacity=1)
    system.add(bus, solph.components.Sink(label="racks", inputs={bus: load}))
    return system, bus


def source(system, bus, name, **flow):
    system.add(solph.components.Source(label=name, outputs={bus: solph.flows.Flow(**flow)}))


def cost(system):
    model = solph.Model(system)
    model.solve(solver="highs")
    return round(float(model.objective()))


def slow(in_an_hour, **limit):
    system, bus = site(in_an_hour, "step")
    source(system, bus, "plant", nominal_capacity=100, variable_costs=10, **limit)
    source(system, bus, "engines", variable_costs=100)
    return cost(system)


def engine(in_an_hour, **rules):
    system, bus = site(in_an_hour, "peak")
    switched = solph.NonConvex(initial_status=0, **rules)
    source(system, bus, "plant", nominal_capacity=40, variable_costs=10)
    source(system, bus, "engine", nominal_capacity=40, variable_costs=100, min=0.5, nonconvex=switched)
    system.add(solph.components.Sink(label="spill", inputs={bus: solph.flows.Flow()}))
    return cost(system)


cases = {
    "full_load_time_max": lambda times: slow(times, full_load_time_max=3),
    "positive_gradient_limit": lambda times: slow(times, positive_gradient_limit=0.1),
    "minimum_uptime": lambda times: engine(times, minimum_uptime=3),
    "activity_costs": lambda times: engine(times, activity_costs=7),
    "inactivity_costs": lambda times: engine(times, inactivity_costs=7),
    "none of them": engine,
}
seen = {name: (case(1), case(4)) for name, case in cases.items()}
for name, (hours, quarters) in seen.items():
    print(f"{name}: {hours} EUR by the hour, {quarters} by the quarter")
stated = [(61000, 61000), (34000, 15100), (9300, 5700), (5707, 5728), (5777, 6008), (5700, 5700)]
raise SystemExit(list(seen.values()) != stated)
PYTHON
