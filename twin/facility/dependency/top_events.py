"""Top events that a planner asks about: a hall, a rack, so many racks, a share of the GPUs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from twin.errors import InputError, Problem, did_you_mean
from twin.facility.model import Facility
from twin.physics.reliability.gates import Gates, Ints, Node, Rule, compile_gates, nodes_of

WHOLE = "load"
FORMS = "load, hall:NAME, rack:NAME, racks:N or gpus:SHARE"


def of_top_event(gates: Gates, facility: Facility, asked: str) -> Gates:
    """The same graph, down where this top event holds.

    asked  `load` any rack is not served; `hall:NAME` a rack of that hall; `rack:NAME` that rack;
           `racks:N` at least N racks; `gpus:SHARE` GPUs that are served make up less than SHARE
    Raises InputError for anything else, with the nearest name.
    """
    kind, _, name = asked.partition(":")
    if asked == WHOLE:
        return gates
    if kind == "rack":
        return replace(gates, tops=(gates.index[_known(facility.racks.id, name, "a rack")],))
    if kind == "hall":
        halls = list(facility.cooling.hall_id)
        hall = halls.index(_known(halls, name, "a hall: " + ", ".join(halls)))
        inside = np.flatnonzero(facility.racks.hall == hall)
        return replace(gates, tops=tuple(gates.index[facility.racks.id[r]] for r in inside))
    if kind == "racks":
        return _at_least(gates, asked, gates.racks, _count(name, int(gates.racks.sum())))
    if kind == "gpus":
        return _at_least(gates, asked, gates.gpus, _missing_gpus(name, int(gates.gpus.sum())))
    raise InputError([Problem("top", repr(asked), FORMS, did_you_mean(kind, _KINDS))])


_KINDS = ("load", "hall", "rack", "racks", "gpus")


def says(asked: str) -> str:
    """The top event in words."""
    kind, _, name = asked.partition(":")
    return {
        "hall": f"at least one rack of {name} is not served",
        "rack": f"{name} is not served",
        "racks": f"at least {name} racks are not served",
        "gpus": f"less than {name} of the GPUs are served",
    }.get(kind, "at least one load is not served")


def _known(names: Sequence[str], name: str, what: str) -> str:
    if name in names:
        return name
    raise InputError([Problem("top", repr(name), what, did_you_mean(name, names))])


def _count(text: str, most: int) -> int:
    if text.isdigit() and 1 <= int(text) <= most:
        return int(text)
    raise InputError([Problem("top", f"racks:{text}", f"racks:N with N from 1 to {most}")])


def _missing_gpus(text: str, most: int) -> int:
    """How many GPUs must be lost for the rest to be less than the share."""
    try:
        share = float(text.rstrip("%")) / (100.0 if text.endswith("%") else 1.0)
    except ValueError:
        share = float("nan")
    if not (0.0 < share <= 1.0) or most == 0:
        allowed = "gpus:SHARE with SHARE above 0 and up to 1, or in %" if most else "a site of GPUs"
        raise InputError([Problem("top", f"gpus:{text}", allowed)])
    return most - int(np.ceil(share * most - 1e-9)) + 1


def _at_least(gates: Gates, asked: str, weight: Ints, lost: int) -> Gates:
    """Down where loads that are not served weigh so much; loads of the same needs count as one."""
    together: dict[object, list[int]] = {}
    for load in gates.loads[weight[gates.loads] > 0].tolist():
        alike = (gates.inputs[load], gates.thresholds[load])
        together.setdefault(load if np.isfinite(gates.mtbf_h[load]) else alike, []).append(load)
    groups = []
    for loads in together.values():
        name = gates.names[loads[0]]
        weighs = float(weight[loads].sum())
        groups.append(Node(f"top({name})", Rule.AND, (name,), capacity_w=weighs))
    names = tuple(group.name for group in groups)
    least = float(weight[gates.loads].sum() - lost + 1)
    top = Node(f"top({asked})", Rule.CAP, names, demand_w=least)
    whole = compile_gates([*nodes_of(gates), *groups, top])
    return replace(whole, tops=(whole.index[top.name],))
