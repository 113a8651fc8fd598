"""The whole facility, built once and read by everybody, and its tables."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np

from twin.arrays import Index
from twin.calibration import Profile
from twin.catalogue.equipment_kinds import Role, role
from twin.facility.card import facility_card
from twin.facility.model.cabling import links
from twin.facility.model.components import Components, Halls
from twin.facility.model.cooling import Cooling
from twin.facility.model.fabric import Fabric
from twin.facility.model.power import PowerTree
from twin.facility.model.racks import Racks
from twin.facility.model.weather import Weather
from twin.facility.storage import Storage
from twin.findings import Finding
from twin.physics.tariff import Tariff
from twin.scenario.question import fingerprint
from twin.scenario.schema import Scenario

if TYPE_CHECKING:
    import pandas as pd

Columns = Mapping[str, Sequence[Any] | np.ndarray[Any, Any]]
"""A table by its columns."""


@dataclass(frozen=True, eq=False)
class Facility:
    """A scenario made concrete."""

    scenario: Scenario
    components: Components
    edges: tuple[tuple[str, str, str, str], ...]
    """(source, target, system, role)"""
    racks: Racks
    power: PowerTree
    cooling: Cooling
    fabric: Fabric
    switch_component: Index
    """(switch,) row in components."""
    storage: Storage
    weather: Weather
    tariff: Tariff
    remarks: tuple[Finding, ...]
    """What was asked and will not happen, or had to be filled in."""
    halls: Halls
    inputs: Mapping[str, bytes]
    """Bytes of the files that the scenario names, as they were when it was built, by their names
    in `scenario.as_yaml()`."""
    profiles: Mapping[str, Profile | None]
    """By GPU type, the measured profiles that the scenario names, read when it was built; None
    where it wants none."""
    notices: tuple[str, ...] = ()
    """Its remarks in a line each, with the file and line that state what they are about."""

    def __repr__(self) -> str:
        return facility_card(self).text()

    def _repr_html_(self) -> str:
        """A small table, for notebooks."""
        return facility_card(self).html()

    @cached_property
    def scenario_yaml(self) -> str:
        """The scenario as resolved."""
        return self.scenario.as_yaml()

    @cached_property
    def question(self) -> str:
        """A fingerprint of all that an answer depends on: the scenario, its files, the
        catalogue.
        """
        rows = self.scenario.catalogue.content_hash()
        return fingerprint(self.scenario_yaml, rows, self.inputs)

    def tables(self) -> dict[str, pd.DataFrame]:
        """Frames `components`, `edges` and `halls`, as `columns` has them."""
        import pandas as pd  # heavy, and who only checks or runs a design asks for no frame

        return {name: pd.DataFrame(values) for name, values in self.columns().items()}

    def columns(self) -> dict[str, Columns]:
        """Tables `components`, `edges` and `halls` by column, as results declare them; coolant and
        cables included.
        """
        edges = [*self.edges, *self._coolant(), *self._doors(), *self._cables()]
        names = ("source", "target", "system", "role")
        return {
            "components": self._components(),
            "edges": {name: [edge[i] for edge in edges] for i, name in enumerate(names)},
            "halls": self._halls(),
        }

    def _components(self) -> Columns:
        c = self.components
        places = np.hstack([c.position_m, c.size_m]).T
        return {
            "id": c.id,
            "kind": c.kind,
            "type": c.type,
            "parent": c.parent,
            "system": c.system,
            **dict(
                zip(("x_m", "y_m", "z_m", "width_m", "depth_m", "height_m"), places, strict=True)
            ),
            "rating_w": c.rating_w,
            "gpus": c.gpus,
            "nodes": c.nodes,
            "facing_deg": c.facing_deg,
        }

    def _halls(self) -> Columns:
        """Rooms by their south-west corner and size, as stated."""
        corner = self.halls.corner_m.T
        size = self.halls.size_m.T
        return {
            "hall": self.halls.name,
            "x_m": corner[0],
            "y_m": corner[1],
            "z_m": np.zeros(len(self.halls.name)),
            "width_m": size[0],
            "depth_m": size[1],
            "height_m": size[2],
            "containment": self.halls.containment,
        }

    def _coolant(self) -> Iterator[tuple[str, str, str, str]]:
        """Who cools whom: plant units the coolant units and air handlers, these the racks."""
        units = self.cooling.units
        racks = self.racks
        for u, (name, kind) in enumerate(zip(units.id, units.kind, strict=True)):
            if role(kind) not in (Role.LOOP_COOLING, Role.HALL_COOLING):
                continue
            zone = units.zone[u]
            cdu = role(kind) is Role.LOOP_COOLING
            plant = self.cooling.plants[
                (self.cooling.loop_plant if cdu else self.cooling.hall_plant)[zone]
            ]
            yield from ((units.id[p], name, "cooling", "serves") for p in plant.all_units)
            in_hall = (racks.hall == zone) & (racks.liquid_frac < 1)
            served = racks.zone == self.cooling.loop_node[zone] if cdu else in_hall
            yield from ((name, racks.id[r], "cooling", "serves") for r in np.flatnonzero(served))

    def _doors(self) -> Iterator[tuple[str, str, str, str]]:
        """Plant units serve rear doors, and these their racks."""
        units = self.cooling.units
        doors = self.cooling.doors
        for u, r, p in zip(doors.unit, doors.rack, doors.plant, strict=True):
            plant = self.cooling.plants[p]
            yield from ((units.id[k], units.id[u], "cooling", "serves") for k in plant.all_units)
            yield (units.id[u], self.racks.id[r], "cooling", "serves")

    def _cables(self) -> Iterator[tuple[str, str, str, str]]:
        """Cables of the scale-out network."""
        if self.fabric.switches:
            rack = self.racks.rack_of_node.astype(np.int32)
            yield from (
                (a, b, "fabric", "link") for a, b in links(self.fabric, rack, self.racks.id)
            )
