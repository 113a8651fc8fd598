#!/usr/bin/env bash
# Question  A site of 100 MW hangs on one line of 120 MW, or on two of 80 side by side. It may have a gas plant of its own at 200 EUR/MWh beside the grid's 50.
#           What is its cheapest operation that survives the loss of any line?
# Guess     Expected, by hand. One line: none at all without the plant, and with it all 100 MW from the plant, 20,000 EUR/h. Two of 80: none, and 80 from
#           the grid and 20 from the plant, 8,000 EUR/h.
# Seen      PyPSA 1.4.0, optimize_security_constrained: two of 80 as by hand. One of 120, or two in a row: "optimal" at 5,000 EUR/h, all of it over the line
#           that may be lost, with the plant and without. What others take over of a lost line is PTDF / (1 - PTDF), and for a line without which the
#           network falls apart 1 - PTDF is nothing: no limit is left, and division by zero is silenced in the code. Where nothing is missed by the last
#           bit, the factor is what rounding left: behind a double feed of 0.1 ohm it is 1 (the feed takes over what was lost behind it,
#           8,000 EUR/h), at 0.12 ohm not a number (5,000), at 0.07 it is -0.5 (5,000). No warning.
# Matters   N-1 is asked for because of lines that nothing else replaces, and those are the ones left out. A campus on one line counts as secure.
# Here      What is left after each loss is found by taking the part away, not by factors: tests/validation/test_redundancy_of_layouts.py.
source "$(dirname "$0")/run_in.sh"
run_in pypsa==1.4.0 linopy==0.10.1 highspy==1.16.0 pandas==3.1.1 numpy==2.4.6 scipy==1.17.1 xarray==2026.9.0 <<'PYTHON'
import logging

import pypsa

logging.disable(logging.WARNING)
BEHIND = [("grid", "middle", 120)] * 2 + [("middle", "site", 150)]
LAYOUTS = {
    "two lines of 80": [("grid", "site", 80)] * 2,
    "one line of 120": [("grid", "site", 120)],
    "two in a row": [("grid", "middle", 120), ("middle", "site", 120)],
}


def operation(lines, plant, ohm=0.1):
    network = pypsa.Network(snapshots=["noon"])
    for bus in dict.fromkeys(end for line in lines for end in line[:2]):
        network.add("Bus", bus, v_nom=110)
    network.add("Generator", "grid", bus="grid", p_nom=500, marginal_cost=50)
    if plant:
        network.add("Generator", "plant", bus="site", p_nom=500, marginal_cost=200)
    network.add("Load", "site", bus="site", p_set=100)
    for at, (start, end, most_mw) in enumerate(lines):
        network.add("Line", f"line {at}", bus0=start, bus1=end, x=ohm, r=0.01, s_nom=most_mw)
    _, said = network.optimize.optimize_security_constrained(solver_name="highs", output_flag=False)
    if said != "optimal":
        return said
    return said, round(network.objective), round(float(network.generators_t.p["grid"].iloc[0]), 3)


seen = {(name, plant): operation(lines, plant) for name, lines in LAYOUTS.items() for plant in (False, True)}
for (name, plant), said in seen.items():
    print(f"{name:20} {'with' if plant else 'without'} a plant: {said}")
for ohm in (0.1, 0.12, 0.07):
    print(f"behind a double feed of {ohm} ohm, with a plant: {operation(BEHIND, True, ohm)}")
all_from_grid = ("optimal", 5000, 100.0)
stated = {"two lines of 80": ["infeasible", ("optimal", 8000, 80.0)]}
stated |= {name: [all_from_grid] * 2 for name in ("one line of 120", "two in a row")}
raise SystemExit(any([seen[name, False], seen[name, True]] != said for name, said in stated.items()))
PYTHON
