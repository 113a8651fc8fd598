"""State of the valves of coolant units."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from twin.arrays import Index
from twin.catalogue.equipment_kinds import Role, of_role
from twin.facility.model import Facility


@dataclass(slots=True)
class ValveState:
    """Valves of coolant units that hold the coolant they supply."""

    piece: Index
    """(coolant unit,) open, throttling or shut, as `physics.coil` has them."""


def fresh_valves(facility: Facility) -> ValveState:
    """All open."""
    units = of_role(facility.cooling.units.kind, Role.LOOP_COOLING)
    return ValveState(np.zeros(int(units.sum()), dtype=np.int64))
