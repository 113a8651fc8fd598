#!/usr/bin/env bash
# Question  A pump lifts 2 bar. 100 m out and 100 m back of 30 mm steel lead to racks that are to take 100 kW at 10 K from 2.39 kg/s. What flow do they get, and what is said?
# Guess     Expected, by hand: the pipes alone need 8.9 bar for 2.39 kg/s (3.4 m/s), so that 2 bar give 1.1 kg/s and 21 K. Less flow, or a warning.
# Seen      pandapipes 0.16.0, `create_heat_consumer` with `controlled_mdot_kg_per_s`, and `create_flow_control` alike: 2.39 kg/s and 10 K, converged, no warning. Before the racks there are
#           0.53 bar and behind them 7.47: the racks lift the water by 6.9 bar. At 60 mm they take 1.7 bar away, as a valve does. Only where a pressure falls below zero (25 mm) is there a warning.
# Matters   A loop whose pump is a third of what it must be cools every rack; whoever looks at flows and temperatures alone buys it. Ask for `p_to_bar` below `p_from_bar` at
#           each consumer.
# Here      Flow in twin follows from pump and resistance, and a valve only takes pressure away: docs/physics/hydraulics.md, tests/validation/test_hydraulics.py.
source "$(dirname "$0")/run_in.sh"
run_in pandapipes==0.16.0 numpy==2.4.6 <<'PYTHON'
import math
import warnings

import pandapipes

FLOW_KG_S, DENSITY, VISCOSITY, LENGTH_M, ROUGH_M = 2.39, 995.6, 0.798e-3, 100, 0.045e-3


def loop(inner_mm, valve):
    net = pandapipes.create_empty_network(fluid="water")
    out, before, behind, back = (pandapipes.create_junction(net, 5, 303.15) for _ in range(4))
    pandapipes.create_circ_pump_const_pressure(net, return_junction=back, flow_junction=out, p_flow_bar=5, plift_bar=2, t_flow_k=303.15)
    for start, end in ((out, before), (behind, back)):
        pandapipes.create_pipe_from_parameters(net, start, end, length_km=LENGTH_M / 1000, inner_diameter_mm=inner_mm, k_mm=0.045, u_w_per_m2k=0)
    if valve:
        pandapipes.create_flow_control(net, before, behind, FLOW_KG_S)
    else:
        pandapipes.create_heat_consumer(net, before, behind, qext_w=-100e3, controlled_mdot_kg_per_s=FLOW_KG_S)
    with warnings.catch_warnings(record=True) as told:
        warnings.simplefilter("always")
        pandapipes.pipeflow(net, mode="hydraulics" if valve else "sequential", friction_model="colebrook")
    low, high = net.res_junction.p_bar[before], net.res_junction.p_bar[behind]
    return round(float(low - high), 1), round(float(net.res_pipe.mdot_from_kg_per_s[0]), 2), any("negative" in str(one.message) for one in told)


def drop_bar(inner_m):
    speed = FLOW_KG_S / DENSITY / (math.pi * inner_m**2 / 4)
    factor = 0.02
    for _ in range(50):
        factor = (-2 * math.log10(ROUGH_M / inner_m / 3.71 + 2.51 / (DENSITY * speed * inner_m / VISCOSITY) / math.sqrt(factor))) ** -2
    return factor * LENGTH_M / inner_m * DENSITY * speed**2 / 2 / 1e5


seen = {inner: (loop(inner, valve=False), loop(inner, valve=True)) for inner in (60, 30, 25)}
print("bar taken by racks, kg/s, warned:", seen, f"by hand the pipes need {2 * drop_bar(0.03):.1f} bar at 30 mm, and 2 bar give {FLOW_KG_S * math.sqrt(2 / (2 * drop_bar(0.03))):.2f} kg/s")
stated = {60: (1.7, 2.39, False), 30: (-6.9, 2.39, False)}
raise SystemExit({inner: both[0] for inner, both in seen.items() if inner > 25} != stated or {both[1][1] for both in seen.values()} != {2.39} or not seen[25][0][2])
PYTHON
