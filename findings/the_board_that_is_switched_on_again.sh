#!/usr/bin/env bash
# Question  A hall of 10 MW behind a transformer of 40 MVA. Its board is taken out for maintenance; or the transformer may bear half of its rating, as its room is hot; or a continuous regulator has left its tap
#           at 2.5. What does the network say in pandapower, and what once its converter has made it one of power-grid-model?
# Guess     The same power, voltage and loading, or a refusal: the converter refuses generators and storages, for which it has no place.
# Seen      power-grid-model-io 1.3.38, pandapower 3.5.6, power-grid-model 1.12.110: the hall whose board is out draws 0 MW in one and 10.1 in the other (`in_service` of a bus is not read); the
#           derated transformer (`df` of a half) is at 53 % and at 27; a line's `df` is read (103 % in both). The tap of 2.5 becomes 2, and the hall has 0.943 or 0.950 of its voltage. A board
#           behind a switch of 1 ohm has no drop over it. The converted data are valid, and nothing is said.
# Matters   A plan of maintenance moves to the faster solver with its parts at work again: work is planned on a board that still carries its hall, and a
#           transformer in a hot room has twice its reserve.
# Here      twin's file has nothing out of service, no tap and no derated transformer. docs/physics/electrical.md says to take out a board's lines and transformers, which all
#           readers understand.
source "$(dirname "$0")/run_in.sh"
run_in pandapower==3.5.6 power-grid-model==1.12.110 power-grid-model-io==1.3.38 pandas==2.3.3 numpy==2.4.6 scipy==1.17.1 networkx==3.6.1 <<'PYTHON'
import logging

import pandapower as pp
from power_grid_model import PowerGridModel
from power_grid_model.validation import validate_input_data
from power_grid_model_io.converters import PandaPowerConverter

logging.disable(logging.CRITICAL)


def site():
    net = pp.create_empty_network()
    grid, board, hall = (pp.create_bus(net, kv) for kv in (110.0, 20.0, 20.0))
    pp.create_ext_grid(net, grid, s_sc_max_mva=1e6, rx_max=0.1)
    pp.create_transformer_from_parameters(net, grid, board, 40, 110, 20, 0.3, 12, 0, 0, vector_group="Dyn", shift_degree=30)
    pp.create_line_from_parameters(net, board, hall, 3, 0.1, 0.1, 200, 0.6)
    pp.create_load(net, hall, 10.0, 3.0)
    return net


def board_out(net):
    net.bus.loc[2, "in_service"] = False


def hot_room(net):
    net.trafo["df"] = 0.5


def hot_trench(net):
    net.line["df"] = 0.5


def tap(net):
    steps = {"tap_side": "hv", "tap_neutral": 0, "tap_min": -9, "tap_max": 9, "tap_step_percent": 1.5, "tap_pos": 2.5}
    for name, value in (steps | {"tap_changer_type": "Ratio"}).items():
        net.trafo[name] = value


def resistance(net):
    rack = pp.create_bus(net, 20.0)
    pp.create_load(net, rack, 2.0, 0.0)
    pp.create_switch(net, 2, rack, "b", closed=True, z_ohm=1.0)


def rounded(power_mw, volts, transformer, line):
    return [round(float(power_mw), 1), round(float(volts), 3), round(float(transformer)), round(float(line))]


def both(change):
    net = site()
    change(net)
    pp.runpp(net, calculate_voltage_angles=True, trafo_model="pi")
    last = net.res_bus.vm_pu.fillna(0).iloc[-1]
    here = rounded(net.res_ext_grid.p_mw[0], last, net.res_trafo.loading_percent[0], net.res_line.loading_percent[0])
    data, _ = PandaPowerConverter().load_input_data(net)
    assert validate_input_data(data) is None
    made = PowerGridModel(data).calculate_power_flow()
    loaded = (100 * made[kind]["loading"][0] for kind in ("transformer", "line"))
    return here, rounded(made["source"]["p"][0] / 1e6, made["node"]["u_pu"][len(net.bus) - 1], *loaded)


seen = {}
for change in (lambda net: None, board_out, hot_room, hot_trench, tap, resistance):
    seen[change.__name__] = both(change)
    print(f"{change.__name__}: MW, voltage of the last board, % of transformer and line:", *seen[change.__name__])
stated = {
    "<lambda>": ([10.1, 0.98, 27, 51], [10.1, 0.98, 27, 51]),
    "board_out": ([0.0, 0.0, 0, 0], [10.1, 0.98, 27, 51]),
    "hot_room": ([10.1, 0.98, 53, 51], [10.1, 0.98, 27, 51]),
    "hot_trench": ([10.1, 0.98, 27, 103], [10.1, 0.98, 27, 103]),
    "tap": ([10.1, 0.943, 28, 53], [10.1, 0.95, 27, 53]),
    "resistance": ([12.1, 0.973, 32, 61], [12.1, 0.978, 32, 61]),
}
raise SystemExit(seen != stated)
PYTHON
