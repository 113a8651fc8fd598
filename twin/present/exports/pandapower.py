"""As a network file of pandapower (the JSON that its `from_json` reads, format 3)."""

from __future__ import annotations

import json
import math
from typing import Any

from twin.present.exports.network import Branch, ExportNetwork, Load

_BUS = {"name": "object", "vn_kv": "float64", "type": "object", "in_service": "bool"}
_LOAD = {
    "name": "object",
    "bus": "uint32",
    "p_mw": "float64",
    "q_mvar": "float64",
    "const_z_p_percent": "float64",
    "const_i_p_percent": "float64",
    "const_z_q_percent": "float64",
    "const_i_q_percent": "float64",
    "scaling": "float64",
    "in_service": "bool",
}
_GRID = {
    "name": "object",
    "bus": "uint32",
    "vm_pu": "float64",
    "va_degree": "float64",
    "slack_weight": "float64",
    "in_service": "bool",
}
_LINE = {
    "name": "object",
    "from_bus": "uint32",
    "to_bus": "uint32",
    "length_km": "float64",
    "r_ohm_per_km": "float64",
    "x_ohm_per_km": "float64",
    "c_nf_per_km": "float64",
    "g_us_per_km": "float64",
    "max_i_ka": "float64",
    "df": "float64",
    "parallel": "uint32",
    "max_loading_percent": "float64",
    "in_service": "bool",
}
_TRANSFORMER = {
    "name": "object",
    "hv_bus": "uint32",
    "lv_bus": "uint32",
    "sn_mva": "float64",
    "vn_hv_kv": "float64",
    "vn_lv_kv": "float64",
    "vk_percent": "float64",
    "vkr_percent": "float64",
    "pfe_kw": "float64",
    "i0_percent": "float64",
    "shift_degree": "float64",
    "df": "float64",
    "parallel": "uint32",
    "max_loading_percent": "float64",
    "in_service": "bool",
}
"""Columns by table: their types. Without a highest loading a MATPOWER file that pandapower makes of
the network rates everything at 100 MVA (findings/the_rating_left_behind.sh).
"""


def pandapower_text(network: ExportNetwork) -> str:
    """The file. Buses are numbered from 0; names are those of the layout's components."""
    lines = [_line(network, one) for one in network.branches if not one.is_transformer]
    trafos = [_transformer(network, one) for one in network.branches if one.is_transformer]
    tables = {
        "bus": _table(_BUS, [[b.name, b.nominal_v / 1e3, "b", True] for b in network.buses]),
        "load": _table(_LOAD, [_load(one) for one in network.loads]),
        "ext_grid": _table(_GRID, [[n, b, 1.0, 0.0, 1.0, True] for n, b in network.sources]),
        "line": _table(_LINE, lines),
        "trafo": _table(_TRANSFORMER, trafos),
    }
    whole = {"name": network.name, "f_hz": 50.0, "sn_mva": 1.0, "format_version": "3.2.0", **tables}
    kind = {"_module": "pandapower.auxiliary", "_class": "pandapowerNet"}
    return json.dumps({**kind, "_object": whole}, indent=1) + "\n"


def _table(types: dict[str, str], rows: list[list[Any]]) -> dict[str, Any]:
    split = {"columns": list(types), "index": list(range(len(rows))), "data": rows}
    return {
        "_module": "pandas.core.frame",
        "_class": "DataFrame",
        "_object": json.dumps(split),
        "orient": "split",
        "dtype": types,
    }


def _load(load: Load) -> list[Any]:
    constant = [0.0, 0.0, 0.0, 0.0]
    power = [load.power_w / 1e6, load.reactive_var / 1e6]
    return [load.name, load.bus, *power, *constant, 1.0, True]


def _line(network: ExportNetwork, branch: Branch) -> list[Any]:
    lower_v = network.buses[branch.lower].nominal_v
    base_ohm = lower_v**2 / branch.rating_va
    r = branch.resistance_frac * base_ohm
    x = max(branch.reactance_frac * base_ohm, 1e-12)
    most_ka = branch.rating_va / lower_v / math.sqrt(3.0) / 1e3
    ends = [branch.name, branch.upper, branch.lower]
    return [*ends, 1.0, r, x, 0.0, 0.0, most_ka, 1.0, 1, 100.0, True]


def _transformer(network: ExportNetwork, branch: Branch) -> list[Any]:
    mva = branch.rating_va / 1e6
    kv = [network.buses[bus].nominal_v / 1e3 for bus in (branch.upper, branch.lower)]
    z = 100 * math.hypot(branch.resistance_frac, branch.reactance_frac)
    idle = [branch.idle_w / 1e3, 100 * branch.idle_w / branch.rating_va]
    ends = [branch.name, branch.upper, branch.lower]
    return [*ends, mva, *kv, z, 100 * branch.resistance_frac, *idle, 0.0, 1.0, 1, 100.0, True]
