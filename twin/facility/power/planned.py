"""Boards that choose between the utility and generators, and those of a planned transfer."""

from __future__ import annotations

import numpy as np

from twin.arrays import Index
from twin.catalogue.equipment_kinds import MAINS, Role, of_role
from twin.controls import PlannedTransfer
from twin.facility.model import Facility
from twin.facility.power.loading import wiring
from twin.physics import flow


def transfer_boards(facility: Facility) -> Index:
    """Power nodes that generators feed, and the utility as well."""
    wires = wiring(facility)
    kinds = facility.power.kind
    utility = of_role(kinds, *MAINS)
    alone = flow.by_generators_alone(wires, utility, of_role(kinds, Role.STANDBY))
    into = alone[wires.supply] & ~alone[wires.taker]
    return np.unique(wires.taker[into])


def planned_boards(facility: Facility, drill: PlannedTransfer) -> Index:
    """Those that a drill names; all where it names none."""
    every = transfer_boards(facility)
    if not drill.boards:
        return every
    named = {one for name in drill.boards for one in facility.components.members(name)}
    return every[[facility.power.id[node] in named for node in every.tolist()]]
