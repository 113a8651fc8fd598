#!/usr/bin/env bash
# Question  A transformer stands on tap -2 of 2.5 % each, on its high side. The same network is once made by pandapower's own
#           function and once read from a file of the version before. Does it have one voltage?
# Guess     Yes: step, position, neutral and side are all stated, and the file holds nothing else.
# Seen      pandapower 3.5.6: 0.9890 at the board as made, 1.0423 as read. Since 3.0 a tap without `tap_changer_type` is
#           taken for none, without a word; a file of 2.x is given the type "Ratio" on reading (2.14.10 itself says
#           1.0423, made or read). power-grid-model 1.12.110 of the same data says 1.0423.
# Matters   A script that built a site under 2.x now has 5 % less voltage at every board, more current for the same power, and
#           the network that was saved from it then is still right: the two no longer check one another.
# Here      `twin export --to pandapower` writes transformers at their nominal ratio and no tap; its page says what to add.
source "$(dirname "$0")/run_in.sh"
run_in pandapower==3.5.6 power-grid-model==1.12.110 numpy==2.4.6 pandas==2.3.3 numba==0.68.1 <<'PYTHON'
import json
from pathlib import Path

import pandapower as pp
from power_grid_model import ComponentType as Kind
from power_grid_model import PowerGridModel, initialize_array

RATED = {"sn_mva": 2.5, "vn_hv_kv": 13.8, "vn_lv_kv": 0.415, "vkr_percent": 1.0, "vk_percent": 8.0}
TAP = {"tap_side": "hv", "tap_neutral": 0, "tap_min": -2, "tap_max": 2, "tap_step_percent": 2.5, "tap_pos": -2}
ONLY_SINCE_3 = ("tap_changer_type", "tap_dependency_table")


def made(**more):
    net = pp.create_empty_network()
    high, low = pp.create_bus(net, 13.8), pp.create_bus(net, 0.415)
    pp.create_ext_grid(net, high)
    pp.create_transformer_from_parameters(net, high, low, pfe_kw=0.0, i0_percent=0.0, **RATED, **TAP, **more)
    pp.create_load(net, low, 1.0, 0.2)
    return net


def read_as_of_version_2(net):
    net.trafo = net.trafo.drop(columns=[name for name in ONLY_SINCE_3 if name in net.trafo])
    net.trafo["tap_phase_shifter"] = False
    whole = json.loads(pp.to_json(net))
    whole["_object"].update(format_version="2.14.0", version="2.14.10")
    Path("site.json").write_text(json.dumps(whole))
    return pp.from_json("site.json")


def volts(net):
    pp.runpp(net)
    return net.res_bus.vm_pu.iloc[1]


def rows(kind, *each):
    array = initialize_array("input", kind, len(each))
    for at, fields in enumerate(each):
        for name, value in fields.items():
            array[name][at] = value
    return array


def by_power_grid_model():
    ends = {"from_node": 1, "to_node": 2, "from_status": 1, "to_status": 1, "u1": 13800, "u2": 415}
    rated = {"sn": 2.5e6, "uk": 0.08, "pk": 25e3, "i0": 0.0, "p0": 0.0}
    tap = {"tap_side": 0, "tap_pos": -2, "tap_min": -2, "tap_max": 2, "tap_nom": 0, "tap_size": 0.025 * 13800}
    winding = {"winding_from": 1, "winding_to": 1, "clock": 0}
    model = PowerGridModel({
        Kind.node: rows(Kind.node, {"id": 1, "u_rated": 13800}, {"id": 2, "u_rated": 415}),
        Kind.source: rows(Kind.source, {"id": 3, "node": 1, "status": 1, "u_ref": 1.0, "sk": 1e15}),
        Kind.transformer: rows(Kind.transformer, {"id": 4, **ends, **rated, **tap, **winding}),
        Kind.sym_load: rows(
            Kind.sym_load, {"id": 5, "node": 2, "status": 1, "type": 0, "p_specified": 1e6, "q_specified": 2e5}
        ),
    })
    return model.calculate_power_flow()[Kind.node]["u_pu"][1]


seen = {
    "made": volts(made()),
    "read from a file of 2.14": volts(read_as_of_version_2(made())),
    "made with tap_changer_type='Ratio'": volts(made(tap_changer_type="Ratio")),
    "power-grid-model": by_power_grid_model(),
}
for name, value in seen.items():
    print(f"{name:35} {value:.4f}")
raise SystemExit([round(value, 3) for value in seen.values()] != [0.989, 1.042, 1.042, 1.042])
PYTHON
