"""As an input file of power-grid-model (its JSON format, version 1.0)."""

from __future__ import annotations

import json
import math
from itertools import count
from typing import Any

from twin.present.exports.network import Branch, ExportNetwork

_STIFF_VA = 1e15
"""Short-circuit power of a source that holds its voltage."""


def power_grid_model_text(network: ExportNetwork) -> str:
    """The file. Buses are numbered from 1 in their order, all else after them; the names of buses
    stand in `extra_info`, which power-grid-model leaves alone.
    """
    numbers = count(len(network.buses) + 1)
    nodes = [
        {"id": n + 1, "u_rated": bus.nominal_v, "extra_info": bus.name}
        for n, bus in enumerate(network.buses)
    ]
    data: dict[str, list[dict[str, Any]]] = {"node": nodes, "transformer": [], "line": []}
    for branch in network.branches:
        kind = "transformer" if branch.is_transformer else "line"
        data[kind].append(_branch(network, branch, next(numbers)))
    data["source"] = [
        {"id": next(numbers), "node": bus + 1, "status": 1, "u_ref": 1.0, "sk": _STIFF_VA}
        for _, bus in network.sources
    ]
    data["sym_load"] = [
        {
            "id": next(numbers),
            "node": load.bus + 1,
            "status": 1,
            "type": 0,
            "p_specified": load.power_w,
            "q_specified": load.reactive_var,
        }
        for load in network.loads
    ]
    kept = {kind: rows for kind, rows in data.items() if rows}
    head = {"version": "1.0", "type": "input", "is_batch": False, "attributes": {}}
    return json.dumps({**head, "data": kept}, indent=1) + "\n"


def _branch(network: ExportNetwork, branch: Branch, number: int) -> dict[str, Any]:
    ends = {
        "id": number,
        "from_node": branch.upper + 1,
        "to_node": branch.lower + 1,
        "from_status": 1,
        "to_status": 1,
    }
    upper_v = network.buses[branch.upper].nominal_v
    lower_v = network.buses[branch.lower].nominal_v
    if not branch.is_transformer:
        base_ohm = lower_v**2 / branch.rating_va
        r1 = branch.resistance_frac * base_ohm
        x1 = max(branch.reactance_frac * base_ohm, 1e-12)
        return {**ends, "r1": r1, "x1": x1, "c1": 0.0, "tan1": 0.0}
    return {
        **ends,
        "u1": upper_v,
        "u2": lower_v,
        "sn": branch.rating_va,
        "uk": math.hypot(branch.resistance_frac, branch.reactance_frac),
        "pk": branch.resistance_frac * branch.rating_va,
        "i0": branch.idle_w / branch.rating_va,
        "p0": branch.idle_w,
        "winding_from": 1,
        "winding_to": 1,
        "clock": 0,
        "tap_side": 0,
        "tap_pos": 0,
        "tap_min": 0,
        "tap_max": 0,
        "tap_size": 0.0,
    }
