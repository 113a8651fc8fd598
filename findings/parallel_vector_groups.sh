#!/usr/bin/env bash
# Question  Two 1 MVA transformers in parallel carry 1 MW, but one is Dyn5 and the other was ordered as Dyn3. What does a
#           power flow say?
# Guess     That they cannot run: both programs show the circulating current, or refuse the pair.
# Seen      power-grid-model 1.12.110 passes its own validation of the input and gives loads of 776 and 888 %. pandapower
#           3.5.6 gives the same (778 and 890 %) by default, and 50.8 % each with calculate_voltage_angles="auto" or
#           False: the angle of the winding is left out on networks below 70 kV, and the pair looks perfectly shared.
# Matters   "auto" was the default for years and stands in many scripts. A redundancy study of 2N transformers made by it
#           accepts a pair that would trip, or burn, when the tie is closed.
# Here      twin has real power only and does not see vector groups: a limit that docs/physics/power.md states.
source "$(dirname "$0")/run_in.sh"
run_in pandapower==3.5.6 power-grid-model==1.12.110 pandas==2.3.3 numpy==2.4.6 scipy==1.17.1 <<'PYTHON'
import logging

import numpy as np
import pandapower as pp
from power_grid_model import BranchSide, LoadGenType, PowerGridModel, WindingType, initialize_array
from power_grid_model.validation import validate_input_data

logging.disable(logging.CRITICAL)


def by_pandapower(angles):
    net = pp.create_empty_network()
    high, low = pp.create_bus(net, 20.0), pp.create_bus(net, 0.4)
    pp.create_ext_grid(net, high)
    pp.create_load(net, low, 1.0, 0.1)
    for shift in (150, 90):
        pp.create_transformer_from_parameters(net, high, low, sn_mva=1.0, vn_hv_kv=20, vn_lv_kv=0.4, vkr_percent=1,
                                              vk_percent=6, pfe_kw=1, i0_percent=0.1, shift_degree=shift)
    pp.runpp(net, calculate_voltage_angles=angles, numba=False)
    return net.res_trafo.loading_percent.to_numpy()


def filled(kind, count, **columns):
    rows = initialize_array("input", kind, count)
    for name, value in columns.items():
        rows[name] = value
    return rows


def by_power_grid_model():
    grid = {
        "node": filled("node", 2, id=[1, 2], u_rated=[20e3, 400]),
        "source": filled("source", 1, id=3, node=1, status=1, u_ref=1.0),
        "sym_load": filled("sym_load", 1, id=4, node=2, status=1, type=LoadGenType.const_power, p_specified=1e6, q_specified=1e5),
        "transformer": filled("transformer", 2, id=[5, 6], from_node=1, to_node=2, from_status=1, to_status=1, u1=20e3, u2=400,
                              sn=1e6, uk=0.06, pk=1e4, i0=0.001, p0=1e3, winding_from=WindingType.delta,
                              winding_to=WindingType.wye_n, clock=[5, 3], tap_side=BranchSide.from_side, tap_pos=0,
                              tap_min=0, tap_max=0, tap_nom=0, tap_size=0),
    }
    assert validate_input_data(grid, symmetric=True) is None
    return 100 * PowerGridModel(grid).calculate_power_flow()["transformer"]["loading"]


loads = {"pandapower auto": by_pandapower("auto"), "pandapower True": by_pandapower(True), "power-grid-model": by_power_grid_model()}
for name, percent in loads.items():
    print(f"{name:17} {percent.round(1)} % of rating")
auto, true, pgm = loads.values()
raise SystemExit(not (np.allclose(auto, 50.8, atol=0.1) and true.min() > 700 and np.allclose(true, pgm, rtol=0.01)))
PYTHON
