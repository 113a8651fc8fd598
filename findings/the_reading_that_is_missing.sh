#!/usr/bin/env bash
# Question  A hall of 2 MW has a day of quarter hours from its meter, 0.5 MW each; an hour of readings is missing (NaN). What do two programs make of that hour?
# Guess     NaN, or a refusal: nobody knows what it drew.
# Seen      power-grid-model 1.12.110: 2 MW, its value in the model; `validate_batch_data` has no objection, as NaN in an update means "unchanged". PyPSA 1.4.0: nothing,
#           in `lpf` and in the optimum (`optimize`); an hour without readings is an hour without load.
#           The day has 13.5 MWh by one, 11.5 by another, and 12 MWh at most were drawn; the highest cable is at 58 % or at 14.
# Matters   Meters lose readings when a network is disturbed, which is the hour that is looked at. One tool fills it with the full rating and finds the year's peak there, another with
#           nothing and finds the best hour of the year for maintenance.
# Here      An empty cell or NaN in a series is refused with its row: tests/contracts/test_hourly_grid.py. docs/physics/electrical.md says what
#           both make of one that is given to the exported network.
source "$(dirname "$0")/run_in.sh"
run_in power-grid-model==1.12.110 pypsa==1.4.0 linopy==0.10.1 highspy==1.16.0 pandas==3.1.1 numpy==2.4.6 scipy==1.17.1 xarray==2026.9.0 <<'PYTHON'
import logging
import math

import numpy as np
import pypsa
from power_grid_model import CalculationType, LoadGenType, PowerGridModel, initialize_array
from power_grid_model.validation import validate_batch_data

logging.disable(logging.CRITICAL)
QUARTERS = 96
READ_MW = np.full(QUARTERS, 0.5)
READ_MW[40:44] = math.nan
RATED_A = 200.0


def rows(kind, **columns):
    made = initialize_array("input", kind, len(columns["id"]))
    for name, value in columns.items():
        made[name] = value
    return made


def by_power_grid_model():
    ends = {"from_node": 1, "to_node": 2, "from_status": 1, "to_status": 1}
    grid = {
        "node": rows("node", id=[1, 2], u_rated=10e3),
        "line": rows("line", id=[3], **ends, r1=0.01, x1=0.01, c1=0, tan1=0, i_n=RATED_A),
        "source": rows("source", id=[4], node=1, status=1, u_ref=1.0, sk=1e10),
        "sym_load": rows("sym_load", id=[5], node=2, status=1, type=LoadGenType.const_power, p_specified=2e6, q_specified=0),
    }
    read = initialize_array("update", "sym_load", (QUARTERS, 1))
    read["id"] = 5
    read["p_specified"][:, 0] = 1e6 * READ_MW
    assert validate_batch_data(grid, {"sym_load": read}, CalculationType.power_flow) is None
    found = PowerGridModel(grid).calculate_power_flow(update_data={"sym_load": read})
    return found["sym_load"]["p"][:, 0] / 1e6, 100 * found["line"]["loading"][:, 0]


def by_pypsa(how):
    net = pypsa.Network()
    net.set_snapshots(range(QUARTERS))
    net.add("Bus", "grid", v_nom=10.0)
    net.add("Bus", "hall", v_nom=10.0)
    net.add("Line", "cable", bus0="grid", bus1="hall", x=0.01, r=0.01, s_nom=RATED_A * 10e3 * 3**0.5 / 1e6)
    net.add("Generator", "grid", bus="grid", control="Slack", p_nom=100.0, marginal_cost=50.0)
    net.add("Load", "hall", bus="hall", p_set=READ_MW)
    net.consistency_check()
    if how == "lpf":
        net.lpf()
    else:
        assert net.optimize(solver_name="highs", log_to_console=False)[0] == "ok"
    flow = net.lines_t.p0["cable"].to_numpy()
    return flow, 100 * flow / net.lines.s_nom["cable"]


tools = {"power-grid-model": by_power_grid_model(), "PyPSA, lpf": by_pypsa("lpf"), "PyPSA, optimize": by_pypsa("optimize")}
seen = {}
for name, (power_mw, percent) in tools.items():
    seen[name] = [round(float(one), 1) for one in (power_mw[39], power_mw[41], power_mw.sum() / 4, percent.max())]
    print(f"{name}: before {seen[name][0]} MW, missing {seen[name][1]} MW, the day {seen[name][2]} MWh, highest {seen[name][3]} %")
stated = [[0.5, 2.0, 13.5, 57.7], [0.5, 0.0, 11.5, 14.4], [0.5, 0.0, 11.5, 14.4]]
raise SystemExit(list(seen.values()) != stated)
PYTHON
