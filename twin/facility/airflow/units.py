"""Racks and air handlers of a hall as bodies with their air flow and heat."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from twin.arrays import Array
from twin.catalogue.rows import CoolingEquipment
from twin.facility.airflow.shapes import SIDES, Body
from twin.facility.ledger import Ledger, Loc
from twin.facility.model import Place
from twin.facility.space import racks
from twin.facility.space.rack import Position, rated_w
from twin.facility.space.stated_places import members
from twin.facility.stated_numbers import for_group, for_member
from twin.scenario.schema.cooling import AirSpec
from twin.scenario.schema.hall import HallSpec, RowSpec


@dataclass(frozen=True)
class RackBody:
    """A rack with air through it."""

    box: Body
    row: RowSpec
    label: str
    """What the site calls it; its own name where it says nothing."""
    facing: int
    """Side of its cold face along y: 1 north, -1 south."""
    flow_m3_s: float
    heat_w: float
    """Heat that goes into air, at rated power."""
    mass_j_k: float
    """Heat capacity of what the air passes."""
    unmetered_w: float = 0.0
    """Load that the servers' own meters do not see: switches, controllers."""
    conversion_frac: float = 1.0
    """Efficiency between the rack's input and what its servers meter."""
    door_frac: float = 0.0
    """Share of the way from its exhaust to the water of its rear door that its air is cooled."""
    door_water_degc: float = 0.0

    def heat_of_w(self, metered_w: Array) -> Array:
        """Heat of the rack where its servers meter so much."""
        return np.asarray((metered_w + self.unmetered_w) / self.conversion_frac)


@dataclass(frozen=True)
class HandlerBody:
    """An air handler."""

    box: Body
    spec: AirSpec
    axis: int
    sign: int
    """Direction in which it blows."""
    in_row: bool
    rated_flow_m3_s: float
    capacity_w: float
    approach_k: float


def placed_racks(ledger: Ledger) -> list[Position]:
    """Racks of a layout, placed; raises InputError where the layout cannot be placed."""
    found = racks.positions(ledger)
    ledger.raise_problems()
    return found


def rack_bodies(hall: int, spec: HallSpec, places: Sequence[Position]) -> list[RackBody]:
    """The racks of one hall; those without air flow are bodies too."""
    return [_rack_body(hall, spec, place) for place in places if place.hall == hall]


def _rack_body(hall: int, spec: HallSpec, place: Position) -> RackBody:
    rack = place.type
    row = next(i for i, one in enumerate(spec.rows) if one is place.row)
    low = (place.x_m, place.y_m, 0.0)
    high = (place.x_m + rack.width_m, place.y_m + rack.depth_m, rack.height_m)
    labels = place.row.labels
    return RackBody(
        Body(place.id, "rack", low, high, ("layout", "halls", hall, "rows", row)),
        place.row,
        labels[place.slot] if place.slot < len(labels) else place.id,
        int(place.facing),
        rack.air_flow_m3_s,
        rated_w(place) * (1.0 - rack.liquid_heat_frac),
        rack.heat_capacity_j_k,
        rack.chassis_fixed_w * rack.chassis_per_rack,
        rack.rectifier_efficiency_frac,
    )


def handler_bodies(ledger: Ledger, spec: HallSpec) -> list[HandlerBody]:
    """The air handlers of one hall, where the layout or the siting rule puts them."""
    known = ledger.scenario.catalogue.rows(CoolingEquipment)
    found = []
    for i, air in enumerate(ledger.scenario.plan.cooling.air):
        row = known.get(air.type)
        if air.hall != spec.name or row is None:
            continue
        loc: Loc = ("layout", "cooling", "air", i)
        row = for_group(ledger, loc, row, air.overrides)
        for k, name in enumerate(members(air.name, air.count)):
            mine = for_member(ledger, name, row)
            at = (*loc, "places", k) if air.places else loc
            found.append(_handler_body(name, at, spec, air, mine, ledger.places[name]))
    return found


def _handler_body(
    name: str, loc: Loc, hall: HallSpec, air: AirSpec, row: CoolingEquipment, place: Place
) -> HandlerBody:
    axis, sign = SIDES[place.blows]
    return HandlerBody(
        box_of(name, "air handler", place, hall, loc),
        air,
        axis,
        sign,
        place.in_row,
        row.flow_m3_s,
        row.capacity_w,
        row.approach_k,
    )


def box_of(name: str, what: str, place: Place, hall: HallSpec, loc: Loc) -> Body:
    """A placed component as a box in its hall."""
    x = place.centre_m[0] - hall.at[0]
    y = place.centre_m[1] - hall.at[1]
    wide, deep, high = place.size_m
    return Body(
        name,
        what,
        (x - wide / 2, y - deep / 2, place.centre_m[2]),
        (x + wide / 2, y + deep / 2, place.centre_m[2] + high),
        loc,
    )


def shared_flow_m3_s(
    demand_m3_s: float, running: Sequence[HandlerBody], least_frac: float = 0.3
) -> list[float]:
    """Flow of each running handler: what racks want, dealt by rating, down to 30 % speed (assumed)
    and up to the rating.
    """
    rated = sum(one.rated_flow_m3_s for one in running)
    speed = min(max(demand_m3_s / rated, least_frac), 1.0) if rated else 0.0
    return [speed * one.rated_flow_m3_s for one in running]
