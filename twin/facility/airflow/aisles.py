"""Aisles between rows of racks, and the panels that contain them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

from twin.facility.airflow.shapes import Body, Panel
from twin.facility.airflow.units import HandlerBody, RackBody
from twin.facility.ledger import Loc

AISLE_MAX_M = 4.0
"""Rows further apart than this have no aisle in common."""


@dataclass(frozen=True)
class RackLine:
    """Bodies side by side whose fronts look the same way."""

    boxes: tuple[Body, ...]
    facing: int

    @property
    def x_m(self) -> tuple[float, float]:
        """West and east end."""
        return min(b.low_m[0] for b in self.boxes), max(b.high_m[0] for b in self.boxes)

    def side_m(self, sign: int) -> float:
        """Furthest y of its northern (1) or southern (-1) side."""
        if sign > 0:
            return max(b.high_m[1] for b in self.boxes)
        return min(b.low_m[1] for b in self.boxes)


@dataclass(frozen=True)
class Aisle:
    """The space between two lines: fronts on a cold aisle, backs on a hot one."""

    kind: Literal["cold", "hot"]
    south: RackLine
    north: RackLine

    @property
    def x_m(self) -> tuple[float, float]:
        """West and east end."""
        west = min(self.south.x_m[0], self.north.x_m[0])
        return west, max(self.south.x_m[1], self.north.x_m[1])

    @property
    def y_m(self) -> tuple[float, float]:
        """South and north side."""
        return self.south.side_m(1), self.north.side_m(-1)

    @property
    def top_m(self) -> float:
        """Height of the highest body along it."""
        return max(b.high_m[2] for line in (self.south, self.north) for b in line.boxes)


def lines(racks: Sequence[RackBody], handlers: Sequence[HandlerBody]) -> list[RackLine]:
    """Racks, and handlers among them, by line, from south to north."""
    found: dict[tuple[int, float], list[Body]] = {}
    bodies = [(r.box, r.facing) for r in racks]
    bodies += [(h.box, h.sign) for h in handlers if h.in_row]
    for box, facing in bodies:
        front = box.high_m[1] if facing > 0 else box.low_m[1]
        found.setdefault((facing, round(front, 1)), []).append(box)
    held = [RackLine(tuple(boxes), facing) for (facing, _), boxes in found.items()]
    return sorted(held, key=lambda line: line.side_m(-1))


def aisles(held: Sequence[RackLine]) -> list[Aisle]:
    """Every pair of neighbouring lines that look at each other, or away from each other."""
    found = []
    for south in held:
        beyond = [
            n for n in held if n.side_m(-1) >= south.side_m(1) - 1e-6 and _side_by_side(south, n)
        ]
        if not beyond:
            continue
        north = min(beyond, key=lambda line: line.side_m(-1))
        near = north.side_m(-1) - south.side_m(1) <= AISLE_MAX_M
        if near and south.facing != north.facing:
            found.append(Aisle("cold" if south.facing > 0 else "hot", south, north))
    return found


def _side_by_side(a: RackLine, b: RackLine) -> bool:
    return min(a.x_m[1], b.x_m[1]) - max(a.x_m[0], b.x_m[0]) > 0.1


def containment(
    aisle: Aisle, top_m: float, roof: bool, leakage: float, loc: Loc
) -> Iterator[Panel]:
    """Doors at both ends, walls above and between the racks up to `top_m`, and a roof."""
    west, east = aisle.x_m
    south, north = aisle.y_m
    for x in (west, east):
        yield _panel(0, (x, south, 0.0), (x, north, top_m), leakage, loc)
    for line, y in ((aisle.south, south), (aisle.north, north)):
        yield from _along(line, (west, east), y, top_m, leakage, loc)
    if roof:
        yield _panel(2, (west, south, top_m), (east, north, top_m), leakage, loc)


def _along(
    line: RackLine, x_m: tuple[float, float], y: float, top_m: float, leakage: float, loc: Loc
) -> Iterator[Panel]:
    """What closes one side: above each body, and from the floor where none stands."""
    at = x_m[0]
    for box in sorted(line.boxes, key=lambda b: b.low_m[0]):
        if box.low_m[0] > at + 1e-6:
            yield _panel(1, (at, y, 0.0), (box.low_m[0], y, top_m), leakage, loc)
        if top_m > box.high_m[2] + 1e-6:
            low = (box.low_m[0], y, box.high_m[2])
            yield _panel(1, low, (box.high_m[0], y, top_m), leakage, loc)
        at = max(at, box.high_m[0])
    if x_m[1] > at + 1e-6:
        yield _panel(1, (at, y, 0.0), (x_m[1], y, top_m), leakage, loc)


def _panel(
    axis: int,
    low: tuple[float, float, float],
    high: tuple[float, float, float],
    leakage: float,
    loc: Loc,
) -> Panel:
    return Panel(Body("containment", "panel", low, high, loc), axis, leakage)


def of_kind(found: Iterable[Aisle], kind: str) -> list[Aisle]:
    """The cold ones, or the hot ones."""
    return [aisle for aisle in found if aisle.kind == kind]
