"""From moves in a scene to the least change of a layout that says them.

A row that moved as one changes its `at`. A rack by itself gets a `position` under `overrides`. A
power component that is alone in its group, and an air handler with a stated place, change their
`at`. What else the layout places by itself; that is told, with the key to state. In copies of a
block racks move one by one; all else stands where the block says, for every copy.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

import pandas as pd

from twin.errors import Problem
from twin.facility.model import Facility
from twin.facility.space.stated_places import members
from twin.present.usd.pull import MOVED_M, Moved
from twin.scenario.schema.hall import HallSpec, RowSpec
from twin.scenario.schema.layout import Layout
from twin.scenario.yaml.edit import Place

Xy = tuple[float, float]
Halls = Mapping[str, HallSpec]


@dataclass(frozen=True)
class Change:
    """A value of the layout to be set."""

    place: Place
    """Keys and list positions from the top of the layout."""
    text: str
    """YAML in one line."""


def changes_for(
    moves: Iterable[Moved], layout: Layout, built: Facility
) -> tuple[list[Change], list[Problem]]:
    """Changes of a layout, as stated, that put every moved component where it was moved to."""
    left = {move.id: move for move in moves}
    table = built.tables()["components"].set_index("id")
    halls = {hall.name: hall for hall in layout.flat().halls}
    changes = [*_rows(left, layout, built), *_racks(left, halls, table)]
    changes += [*_power(left, layout), *_handlers(left, layout, halls, table)]
    return changes, [_refused(move) for move in left.values()]


def xy(place: Xy) -> str:
    """A pair of metres as layouts have it, to the millimetre."""
    return f"[{_metres(place[0])}, {_metres(place[1])}]"


def _metres(length: float) -> str:
    return f"{_number(length)} m"


def _number(length: float) -> str:
    return f"{round(length, 3) + 0.0:.3f}".rstrip("0").rstrip(".")


def _refused(move: Moved) -> Problem:
    found = f"moved by {move.by[0]:.3f} m east, {move.by[1]:.3f} m north"
    hint = "state where it stands (`at`, or `places` of air handlers), then export again"
    allowed = "racks, and what stands at a stated place outside copies of a block"
    return Problem(move.id, found, allowed, hint)


def _rows(left: dict[str, Moved], layout: Layout, built: Facility) -> Iterator[Change]:
    """Rows of which every rack moved by the same way; their racks are taken from `left`."""
    for h, hall in enumerate(layout.halls):
        for r, row in enumerate(hall.rows):
            names = _racks_of(row, layout, built)
            steps = [left[name].by for name in names if name in left]
            if len(names) < 2 or len(steps) < len(names) or not _alike(steps) or _held(layout, row):
                continue
            for name in names:
                del left[name]
            at = row.at[0] + steps[0][0], row.at[1] + steps[0][1]
            yield Change(("halls", h, "rows", r, "at"), xy(at))


def _racks_of(row: RowSpec, layout: Layout, built: Facility) -> list[str]:
    """Racks of a row that stand where the row puts them."""
    return [
        name
        for name in built.racks.id
        if name.rpartition("_r")[0] == row.name and not _placed(layout, name)
    ]


def _placed(layout: Layout, name: str) -> bool:
    own = layout.overrides.get(name)
    return own is not None and own.position is not None


def _alike(steps: list[Xy]) -> bool:
    first = steps[0]
    return all(abs(x - first[0]) + abs(y - first[1]) < MOVED_M for x, y in steps)


def _held(layout: Layout, row: RowSpec) -> bool:
    """Whether air handlers stand in a row; they would go with it."""
    return any(place.row == row.name for air in layout.cooling.air for place in air.places)


def _racks(left: dict[str, Moved], halls: Halls, table: pd.DataFrame) -> Iterator[Change]:
    for name in [name for name, move in left.items() if move.kind == "rack"]:
        move = left.pop(name)
        place = ("overrides", name, "position")
        yield Change(place, xy(_corner(move, halls[str(table.at[name, "parent"])], table)))


def _corner(move: Moved, hall: HallSpec, table: pd.DataFrame) -> Xy:
    """South-west corner in the hall of a component that was moved."""
    width = float(table["width_m"][move.id])
    depth = float(table["depth_m"][move.id])
    return move.after[0] - width / 2 - hall.at[0], move.after[1] - depth / 2 - hall.at[1]


def _power(left: dict[str, Moved], layout: Layout) -> Iterator[Change]:
    """Groups of one, and groups with a stated `at` that moved as one."""
    for g, group in enumerate(layout.power):
        names = members(group.name, group.count)
        steps = [left[name].by for name in names if name in left]
        stated = group.at is not None or group.count == 1
        if len(steps) == len(names) and _alike(steps) and stated:
            first = left[names[0]].after
            for name in names:
                del left[name]
            on_site = f"[{_number(first[0])}, {_number(first[1])}]"
            yield Change(("power", g, "at"), on_site)


def _handlers(
    left: dict[str, Moved], layout: Layout, halls: Halls, table: pd.DataFrame
) -> Iterator[Change]:
    """Air handlers whose place is stated as a point."""
    for a, air in enumerate(layout.cooling.air):
        for k, (name, place) in enumerate(
            zip(members(air.name, air.count), air.places, strict=False)
        ):
            if name in left and place.at is not None:
                corner = _corner(left.pop(name), halls[air.hall], table)
                yield Change(("cooling", "air", a, "places", k, "at"), xy(corner))


def as_overrides(changes: Iterable[Change]) -> Mapping[str, str]:
    """The same as dotted keys of a layout, for a trial before anything is written."""
    return {".".join(["layout", *map(str, change.place)]): change.text for change in changes}
