"""Air handlers that a layout places: at a point of their hall, or in a free position of a row."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TypeVar

from twin.catalogue import Catalogue
from twin.catalogue.own.override import SIZES
from twin.catalogue.own.row import StatedNumbers
from twin.catalogue.rows import CatalogueRow, CoolingEquipment, Rack
from twin.facility.model import Place
from twin.scenario.schema.cooling import AirSpec
from twin.scenario.schema.layout import HallSpec, Layout, RowSpec
from twin.scenario.schema.rack_pattern import Pattern
from twin.scenario.schema.room import UnitPlace

R = TypeVar("R", bound=CatalogueRow)


def members(name: str, count: int) -> list[str]:
    """Names of a group's members: the name itself for one, name_1 and so on for more."""
    return [name] if count == 1 else [f"{name}_{i + 1}" for i in range(count)]


def sized(row: R, stated: StatedNumbers | None) -> R:
    """A row with the size that its group states; what is wrong with it is for the build to tell."""
    numbers = stated.numbers() if stated is not None else {}
    sizes = {key: numbers[key] for key in SIZES if numbers.get(key)}
    return row.model_copy(update=sizes) if sizes else row


def stated_places(layout: Layout, known: Catalogue) -> Iterator[tuple[str, Place]]:
    """Where every air handler with a stated place stands; what names nothing is left out."""
    halls = {hall.name: hall for hall in layout.halls}
    for air in layout.cooling.air:
        row = known.rows(CoolingEquipment).get(air.type)
        hall = halls.get(air.hall)
        if row is None or hall is None:
            continue
        size = sized(row, air.overrides)
        for name, place in zip(members(air.name, air.count), air.places, strict=False):
            found = _placed(hall, place, size, known)
            if found is not None:
                yield name, found


def _placed(
    hall: HallSpec, place: UnitPlace, unit: CoolingEquipment, known: Catalogue
) -> Place | None:
    """One unit at its point, or in its row."""
    if place.at is not None and place.blows is not None:
        return _at(hall, place.at, place.blows, unit, False)
    row = next((row for row in hall.rows if row.name == place.row), None)
    rack = known.rows(Rack).get(Pattern.parse(row.racks).type) if row is not None else None
    if row is None or rack is None or place.slot is None:
        return None
    corner, facing = slot_corner(row, place.slot, rack)
    depth = rack.depth_m - unit.depth_m if facing == "north" else 0.0
    return _at(hall, (corner[0], corner[1] + depth), facing, unit, True)


def slot_corner(row: RowSpec, slot: int, rack: Rack) -> tuple[tuple[float, float], str]:
    """South-west corner of a position of a block, counted from 1, and where its cold side looks."""
    line, place = divmod(slot - 1, Pattern.parse(row.racks).racks_per_row)
    facing = "north" if (row.facing == "north") == (line % 2 == 0) else "south"
    return (row.at[0] + place * rack.width_m, row.at[1] + line * row.row_pitch), facing


def _at(
    hall: HallSpec, corner: tuple[float, float], blows: str, unit: CoolingEquipment, in_row: bool
) -> Place:
    across = blows in ("north", "south")
    size = (
        unit.width_m if across else unit.depth_m,
        unit.depth_m if across else unit.width_m,
        unit.height_m,
    )
    centre = (hall.at[0] + corner[0] + size[0] / 2, hall.at[1] + corner[1] + size[1] / 2, 0.0)
    return Place(hall.name, centre, size, blows, in_row)


def place_of(air: AirSpec, unit: int) -> UnitPlace | None:
    """The stated place of a group's unit, counted from 0."""
    return air.places[unit] if unit < len(air.places) else None
