"""Which component somebody switches instead of the one that was meant."""

from __future__ import annotations

from twin.controls import Isolate
from twin.facility.model import Facility
from twin.seeds import member, stream


def mistaken(facility: Facility, drill: Isolate) -> str | None:
    """The component of the same type that somebody opens instead, as often as the row of the one
    that was meant says; None where the right one is opened.
    """
    name = drill.component
    if name not in facility.power.id:
        return None
    node = facility.power.id.index(name)
    chance = float(facility.power.switching_error_probability[node])
    table = facility.components
    type_ = table.type[table.row[name]]
    others = [one for one, t in zip(table.id, table.type, strict=True) if t == type_]
    others.remove(name)
    seed = facility.scenario.fault_seed
    draw = stream(seed, "switching", member(name), repr(float(drill.at)))
    if not others or draw.random() >= chance:
        return None
    return others[int(draw.integers(len(others)))]
