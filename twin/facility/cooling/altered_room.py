"""The air of halls with a tile closed or a door open, from flows solved for that state."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from twin.facility.cooling.solved_air import solved_shares
from twin.facility.ledger import Ledger, Loc
from twin.facility.model import Facility, RoomAir
from twin.scenario.schema import Scenario
from twin.scenario.schema.faults import ROOM_MODES, TimedFault

CLOSED_FRAC = 1e-3
"""Open share of a tile that is closed: what leaks past its cover."""
Alteration = Sequence[str | float]
"""Mode, hall and amount."""


def altered_air(facility: Facility, altered: Iterable[Alteration]) -> RoomAir:
    """The air of all halls, those altered solved anew; a state is solved once and kept."""
    air = facility.cooling.air
    solved = air.solved.copy()
    scenario = _altered(facility.scenario, list(altered))
    for name in {str(hall) for _, hall, _ in altered}:
        hall = facility.cooling.hall_id.index(name)
        z = np.flatnonzero(air.zone_hall == hall)
        h = np.flatnonzero(air.handler_hall == hall)
        own = {int(zone): k for k, zone in enumerate(z)}
        racks = np.flatnonzero(facility.racks.hall == hall)
        zone_of = {facility.racks.id[r]: own[int(air.zone_of_rack[r])] for r in racks}
        names = [facility.cooling.units.id[u] for u in air.handler_unit[h]]
        here = np.concatenate([z, air.zone_node.size + h])
        solved[np.ix_(here, here)] = solved_shares(scenario, hall, zone_of, names)
    return replace(air, solved=solved)


def _altered(scenario: Scenario, altered: Sequence[Alteration]) -> Scenario:
    """The scenario whose layout has tiles closed and doors open."""
    layout: dict[str, Any] = scenario.plan.model_dump(mode="json")
    halls = {hall["name"]: hall for hall in layout["halls"]}
    for mode, name, amount in altered:
        if mode == "tile_closed":
            halls[name]["tiles"][int(amount) - 1]["open"] = CLOSED_FRAC
        else:
            before = halls[name].get("containment_leakage") or 0.0
            halls[name]["containment_leakage"] = max(float(amount), float(before))
    return scenario.with_(layout=layout)


def refuse_unsolved_rooms(ledger: Ledger, loc: Loc, fault: TimedFault) -> None:
    """Tiles and doors are of halls that run on their solved flow."""
    if fault.mode not in ROOM_MODES:
        return
    halls = {hall.name: hall for hall in ledger.scenario.plan.halls}
    hall = halls.get(fault.component)
    if hall is None:
        ledger.unknown((*loc, "component"), fault.component, halls, "a hall of this layout")
    elif hall.airflow == "by_distance":
        found = f"{fault.mode} in {hall.name!r}, whose air goes by distance"
        ledger.complain((*loc, "mode"), found, "a hall with `airflow: potential`")
    elif fault.mode == "tile_closed" and not 1 <= int(fault.tile or 0) <= len(hall.tiles):
        found = f"tile {fault.tile} of {hall.name!r}"
        ledger.complain((*loc, "tile"), found, f"one of its {len(hall.tiles)} stated tiles")
    elif fault.mode == "door_open" and hall.containment == "none":
        found = f"a door in {hall.name!r}, which contains no aisle"
        ledger.complain((*loc, "mode"), found, "a hall with `containment`")
