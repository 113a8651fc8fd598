"""Where lines run: combs of a trunk, runs along rows and drops, as boxes in site metres.

A line begins on top of its sources, rises to its own height, follows a trunk from row to row and a
run along each row, and drops on what it feeds. Trunk, runs and drops are of slightly different
section, so that no two corners of a mesh meet.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from twin.present.usd.solids import Point, Solid
from twin.present.usd.solids_in_place import bars

ROW_M = 0.5
"""Targets whose middles lie closer than this from north to south share a run."""
_STEP_M = 0.002

Boxes = tuple[list[Point], list[Point]]


@dataclass(frozen=True)
class LineSection:
    """A line's height, its place beside the middle of what it serves, and half its thickness."""

    z_m: float
    beside_m: float
    half_m: float


def comb(sources: Sequence[Point], targets: Sequence[Point], section: LineSection) -> Solid:
    """The line from the tops of its sources to its targets, without the drops."""
    low: list[Point] = []
    high: list[Point] = []
    x0 = _trunk_x(sources, section)
    ends = [*sources, *targets]
    rows = _rows([y for _, y, _ in ends])
    for y in rows:
        xs = [x for x, at, _ in ends if abs(at - y) <= ROW_M / 2]
        run = section.half_m - _STEP_M
        y_run = y + section.beside_m
        _bar((low, high), (min(*xs, x0), y_run), (max(*xs, x0), y_run), section.z_m, run)
    if len(rows) > 1:
        south = rows[0] + section.beside_m
        north = rows[-1] + section.beside_m
        _bar((low, high), (x0, south), (x0, north), section.z_m, section.half_m)
    for source in sources:
        _drop((low, high), source, section, section.half_m - 2 * _STEP_M)
    return bars(low, high)


def drops(targets: Sequence[Point], section: LineSection, half_m: float) -> Solid:
    """The pieces between a line and the tops of its targets, one box each."""
    low: list[Point] = []
    high: list[Point] = []
    for target in targets:
        _drop((low, high), target, section, half_m)
    return bars(low, high)


def _trunk_x(sources: Sequence[Point], section: LineSection) -> float:
    return float(np.median([x for x, _, _ in sources])) + section.beside_m


def _rows(ys: Sequence[float]) -> list[float]:
    """Middles of the rows that some places from north to south fall into, rising."""
    out: list[list[float]] = []
    for y in sorted(ys):
        if out and y - out[-1][0] <= ROW_M / 2:
            out[-1].append(y)
        else:
            out.append([y])
    return [row[0] for row in out]


def _bar(
    into: Boxes, start: tuple[float, float], end: tuple[float, float], z: float, half: float
) -> None:
    into[0].append((min(start[0], end[0]) - half, min(start[1], end[1]) - half, z - half))
    into[1].append((max(start[0], end[0]) + half, max(start[1], end[1]) + half, z + half))


def _drop(into: Boxes, at: Point, section: LineSection, half: float) -> None:
    """A box from a top to the line's height."""
    x = at[0] + section.beside_m
    y = at[1] + section.beside_m
    foot = min(at[2], section.z_m - 0.01)
    into[0].append((x - half, y - half, foot))
    into[1].append((x + half, y + half, section.z_m))
