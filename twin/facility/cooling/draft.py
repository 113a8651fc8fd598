"""The thermal network while it is built."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from twin.catalogue.rows import CoolingEquipment
from twin.facility.ledger import Ledger
from twin.facility.space.rack import Position
from twin.physics.economiser import AirWindow
from twin.scenario.schema.cooling import PlantSpec
from twin.scenario.schema.hydraulics import HydraulicsSpec


@dataclass
class Unit:
    """A cooling unit while it is built."""

    id: str
    row: CoolingEquipment
    zone: int
    supplies: list[str]
    extra_w: float = 0.0
    supply_degc: float = float("nan")
    """Set-point of the air that a handler supplies; nan where its valve stands open."""
    window: AirWindow | None = None
    """Outdoor air that its dampers may let in; None without dampers."""


@dataclass
class Draft:
    """The thermal network while it is built. Node order: racks, loops, hall air, hall mass,
    facility water.
    """

    ledger: Ledger
    places: list[Position]
    zone: np.ndarray
    units: list[Unit] = field(default_factory=list)
    loop_id: list[str] = field(default_factory=list)
    loop_plant: list[int] = field(default_factory=list)
    loop_volume: list[float] = field(default_factory=list)
    loop_supply_degc: list[float] = field(default_factory=list)
    loop_hydraulics: list[HydraulicsSpec | None] = field(default_factory=list)
    hall_plant: list[int] = field(default_factory=list)
    plants: list[tuple[PlantSpec, CoolingEquipment, list[int]]] = field(default_factory=list)
    free_coolers: dict[int, tuple[CoolingEquipment, list[int]]] = field(default_factory=dict)
    """By plant: row and units of the dry coolers beside its chillers."""
    door_rack: dict[int, int] = field(default_factory=dict)
    """By unit: index in `places` of the rack that a rear door hangs on."""
    rack_row: dict[str, int] = field(default_factory=dict)
    """Index in `places` by rack name."""
