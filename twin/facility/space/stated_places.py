"""Air handlers that a layout places: at a point of their hall, or in a free position of a row."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TypeVar

from twin.catalogue import Catalogue
from twin.catalogue.own.override import SIZES
from twin.catalogue.own.row import StatedNumbers
from twin.catalogue.rows import CatalogueRow, CoolingEquipment, Rack
from twin.facility.ledger import Ledger, Loc
from twin.facility.model import Place
from twin.scenario.schema.cooling import AirSpec
from twin.scenario.schema.hall import HallSpec, RowSpec
from twin.scenario.schema.layout import Layout
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


def can_stand(ledger: Ledger, loc: Loc, air: AirSpec, hall: int) -> bool:
    """Whether every stated place of a group is in its hall; what is wrong is noted."""
    spec = ledger.scenario.plan.halls[hall]
    rows = {row.name: row for row in spec.rows}
    before = len(ledger.problems)
    for k, (name, place) in enumerate(zip(members(air.name, air.count), air.places, strict=False)):
        at = (*loc, "places", k)
        if place.row is not None and place.row not in rows:
            ledger.unknown((*at, "row"), place.row, rows, f"a row of hall {spec.name!r}")
        elif place.row is not None and place.slot is not None:
            _in_row(ledger, at, rows[place.row], place.slot)
        stands = ledger.places.get(name)
        if stands is not None:
            _inside(ledger, at, name, stands, spec)
    return len(ledger.problems) == before


def _in_row(ledger: Ledger, at: Loc, row: RowSpec, slot: int) -> None:
    """A position that its row has, and leaves free."""
    count = Pattern.parse(row.racks).count
    if slot > count:
        ledger.complain((*at, "slot"), f"position {slot} of {row.name!r}", f"1 to {count}")
    elif slot not in row.empty:
        ledger.complain(
            (*at, "slot"),
            f"position {slot} of {row.name!r}, where a rack stands",
            "a position that the row leaves free",
            f"add {slot} to the row's `empty`",
        )


def _inside(ledger: Ledger, at: Loc, name: str, place: Place, hall: HallSpec) -> None:
    """An air handler through a wall of its hall is a problem."""
    for axis, side in enumerate(("west", "south")):
        low = place.centre_m[axis] - place.size_m[axis] / 2 - hall.at[axis]
        high = low + place.size_m[axis]
        if low < -1e-6 or high > hall.size[axis] + 1e-6:
            ledger.complain(
                at,
                f"{name} from {low:.2f} to {high:.2f} m, counted from the {side} wall",
                f"0 to {hall.size[axis]:g} m: inside hall {hall.name!r}",
                "move it with `at`",
            )
