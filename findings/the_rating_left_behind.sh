#!/usr/bin/env bash
# Question  A hall of 10 MW hangs on two transformers of 8 MVA and two cables of 200 A. pandapower's network is given to a security analysis through its reader,
#           and to a colleague as a MATPOWER file. Which losses overload what is left, and how loaded is a cable in the file?
# Guess     All four: 144 % of the other transformer, 163 % of the other cable. In the file 79 %, as in the network: both have a place for ratings.
# Seen      pandapower 3.5.6 by itself as guessed. pypowsybl 1.16.1 tells of the cables alone: `max_i_ka` has become a limit, `sn_mva` nothing, not even the rated
#           power; "CONVERGED". In the MATPOWER file every rating is 100 MVA: read back by pandapower the cables bear 2,887 A and are at 5.5 %. With a column
#           `max_loading_percent` of 100, which no load flow asks for, the file says 8 and 6.93 MVA, and 79.4 % come back.
# Matters   A site that cannot stand the loss of a transformer passes its contingencies, and a site in a file has room for ten times its load.
# Here      `twin export --to pandapower` states `max_loading_percent` of 100 for every cable and transformer since this was seen (tests/unit/test_export_states_all.py);
#           docs/physics/electrical.md says what a reader leaves behind. `twin redundancy` and `twin check` judge by ratings themselves.
source "$(dirname "$0")/run_in.sh"
run_in pandapower==3.5.6 pypowsybl==1.16.1 pandas==2.3.3 numpy==2.4.6 scipy==1.17.1 <<'PYTHON'
import logging

import pandapower as pp
import pypowsybl
import scipy.io
from pandapower.converter.matpower.from_mpc import from_mpc
from pandapower.converter.matpower.to_mpc import to_mpc

logging.disable(logging.CRITICAL)
SHARE = {"vkr_percent": 0.5, "vk_percent": 12.0, "pfe_kw": 0.0, "i0_percent": 0.0, "shift_degree": 0}


def site(most_percent=None):
    net = pp.create_empty_network()
    grid, board, hall = (pp.create_bus(net, kv) for kv in (110.0, 20.0, 20.0))
    pp.create_ext_grid(net, grid)
    for _ in range(2):
        pp.create_transformer_from_parameters(net, grid, board, 8.0, 110.0, 20.0, **SHARE)
        pp.create_line_from_parameters(net, board, hall, 10, 0.12, 0.11, 0, 0.2)
    pp.create_load(net, hall, 10.0, 3.0)
    if most_percent:
        net.trafo["max_loading_percent"] = net.line["max_loading_percent"] = most_percent
    return net


def without(kind):
    """Loading of the other one, by pandapower."""
    net = site()
    net[kind].loc[1, "in_service"] = False
    pp.runpp(net)
    return round(float(net["res_" + kind].loading_percent[0]))


def told(read):
    """What a security analysis finds above its limits."""
    ones = [*read.get_lines().index, *read.get_2_windings_transformers().index]
    study = pypowsybl.security.create_analysis()
    study.add_single_element_contingencies(ones)
    found = study.run_ac(read)
    assert all(one.status.name == "CONVERGED" for one in found.post_contingency_results.values())
    return len(ones), sorted({case for case, _ in found.limit_violations.index})


def by_file(most_percent):
    """Ratings in a MATPOWER file, and how loaded a cable is when it is read back."""
    net = site(most_percent)
    pp.runpp(net)
    to_mpc(net, "site.mat")
    rated = scipy.io.loadmat("site.mat")["mpc"]["branch"][0, 0][:, 5]
    back = from_mpc("site.mat", f_hz=50)
    pp.runpp(back)
    return sorted({round(float(mva), 2) for mva in rated}), round(float(back.res_line.loading_percent[0]), 1)


loaded = {kind: without(kind) for kind in ("trafo", "line")}
print("with the other one out, by pandapower:", loaded)
network = site()
pp.runpp(network)
read = pypowsybl.network.convert_from_pandapower(network)
several, overloads = told(read)
print(f"by the reader {overloads} of {several} losses overload; transformers rated", read.get_2_windings_transformers().rated_s.tolist())
here = round(float(network.res_line.loading_percent[0]), 1)
files = {percent: by_file(percent) for percent in (None, 100.0)}
for percent, (rated, loading) in files.items():
    print(f"by a file, max_loading_percent {percent}: rated {rated} MVA; a cable at {loading} % ({here} before)")
right = loaded == {"trafo": 144, "line": 163} and here == 79.4
named = several == 4 and overloads == sorted(read.get_lines().index) and read.get_2_windings_transformers().rated_s.isna().all()
raise SystemExit(not (right and named and list(files.values()) == [([100.0], 5.5), ([6.93, 8.0], 79.4)]))
PYTHON
