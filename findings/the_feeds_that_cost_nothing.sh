#!/usr/bin/env bash
# Question  Two feeds of 5 MW each, at 0.06 and 0.19 $/kWh, and a site of 6.9 MW: what is the cheapest flow? The network is given to a solver that counts in
#           whole numbers, once arc by arc and once as arrays.
# Guess     Refused with a TypeError both ways; or, by hand, 661 $/h (5 MW at 0.06, 1.9 MW at 0.19).
# Seen      OR-tools 9.15: arc by arc 5.0 MW and 0.06 $/kWh are refused. As numpy arrays of floats they are taken, and every number is cut
#           to its whole part: prices are 0, the site 6 MW. OPTIMAL, at a cost of 0, and 0.9 MW are nowhere. The largest flow through an arc
#           of 0.9 is 0. Networks with whole numbers in kW and $/GWh (6,900; 60,000) are right: 661 $/h.
# Matters   The usual way in for more than ten arcs is a table, and a column of prices is a column of floats. Two of its three faults
#           (prices, supply) leave a plan that looks complete.
# Here      twin's flows are in watts and joules as floats, and its dispatch is a linear programme (tests/validation/test_dispatch.py);
#           nothing in it counts in whole numbers.
source "$(dirname "$0")/run_in.sh"
run_in ortools==9.15.6755 numpy==2.4.6 pandas==3.1.1 <<'PYTHON'
import numpy as np
from ortools.graph.python import max_flow, min_cost_flow

# utility 0 to site 3, over feed 1 or feed 2
TAIL = np.array([0, 1, 0, 2])
HEAD = np.array([1, 3, 2, 3])


def cheapest(limit, price, site):
    net = min_cost_flow.SimpleMinCostFlow()
    net.add_arcs_with_capacity_and_unit_cost(TAIL, HEAD, np.full(4, limit), np.array(price))
    net.set_nodes_supplies(np.array([0, 3]), np.array([site, -site]))
    status = net.solve()
    return status.name, net.optimal_cost(), [net.flow(arc) for arc in range(4)]


one = min_cost_flow.SimpleMinCostFlow()
refused = 0
for limit, price in ((5.0, 0.06), (5, 0.06), (5.0, 6)):
    try:
        one.add_arc_with_capacity_and_unit_cost(0, 1, limit, price)
    except TypeError:
        refused += 1
mega = cheapest(5.0, [0.06, 0.0, 0.19, 0.0], 6.9)
kilo = cheapest(5000, [60_000, 0, 190_000, 0], 6900)
narrow = max_flow.SimpleMaxFlow()
narrow.add_arcs_with_capacity(np.array([0]), np.array([1]), np.array([0.9]))
narrow.solve(0, 1)
print(f"arc by arc: {refused} of 3 refused")
print("floats in an array:", mega)
print(f"whole numbers, kW and $/GWh: {kilo[0]}, {kilo[1] / 1e6:.0f} $/h")
print("largest flow through 0.9:", narrow.optimal_flow())
right = refused == 3 and kilo[1] == 661_000_000
raise SystemExit(not (right and mega == ("OPTIMAL", 0, [5, 5, 1, 1]) and narrow.optimal_flow() == 0))
PYTHON
