#!/usr/bin/env bash
# Question  A hall of 60 MW has a transformer of 40 MW and 12 %. How large must a second one beside it be, of 12 % as well, by an optimum that may extend it (`s_nom_extendable`)?
# Guess     20 MW: 12 % are of its own rating, so that both are loaded alike, whatever size it is given to begin with.
# Seen      PyPSA 1.4.0: 20 MW where it begins with 0 or 20, 30 where it begins with 40, 42.9 with 100, and with 1 the problem is infeasible. Its reactance in
#           ohms is that of the size it began with, and stays. From 1 MW it is 40 times that of the first one, and takes 2.4 % of the flow; from 100 MW it
#           takes 71 %. Of 0 MW the reactance is infinite, and the flow divides as one likes. All but one are "optimal".
# Matters   The size to begin with is taken for a first guess or for what stands there today. It decides whether the hall needs a second transformer of 20 or of 43 MW,
#           or cannot be fed at all.
# Here      No module of twin uses PyPSA or writes for it. The files of `twin export` give each transformer's impedance by its own rating, and twin's
#           own solver takes it so: tests/validation/test_electrical_peers.py.
source "$(dirname "$0")/run_in.sh"
run_in pypsa==1.4.0 linopy==0.10.1 highspy==1.16.0 pandas==3.1.1 numpy==2.4.6 xarray==2026.9.0 <<'PYTHON'
import logging

import pypsa

logging.disable(logging.CRITICAL)


def second(begun_mva):
    """Size of the second transformer in MVA and the flow of both in MW; none where it is infeasible."""
    net = pypsa.Network()
    net.add("Bus", "grid", v_nom=110.0)
    net.add("Bus", "hall", v_nom=20.0)
    net.add("Generator", "grid", bus="grid", p_nom=1000.0, marginal_cost=1.0)
    net.add("Load", "hall", bus="hall", p_set=60.0)
    ends = {"bus0": "grid", "bus1": "hall", "x": 0.12, "r": 0.005}
    net.add("Transformer", "first", **ends, s_nom=40.0)
    net.add("Transformer", "second", **ends, s_nom=begun_mva, s_nom_extendable=True, capital_cost=1.0)
    net.consistency_check()
    said = net.optimize(solver_name="highs", log_to_console=False)
    if said[1] != "optimal":
        return said[1]
    return [round(float(mw), 1) for mw in (net.transformers.s_nom_opt["second"], *net.transformers_t.p0.iloc[0])]


seen = {begun: second(begun) for begun in (0.0, 1.0, 20.0, 40.0, 100.0)}
for begun, found in seen.items():
    print(f"begun with {begun} MVA: size of the second, flow of both: {found}")
stated = [[20.0, 40.0, 20.0], "infeasible", [20.0, 40.0, 20.0], [30.0, 30.0, 30.0], [42.9, 17.1, 42.9]]
raise SystemExit(list(seen.values()) != stated)
PYTHON
