"""What was moved in a scene: where components stand there, against where the layout has them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from pxr import UsdGeom

from twin.errors import Problem, did_you_mean
from twin.present.usd.check_read import Placed, components, doubles, open_scene

MOVED_M = 1e-3
"""Less than this is rounding, not a move."""
_TURNED = 0.01
"""Sine of the angle that counts as a turn, 0.6 degrees; also share of a size that counts as a
change of it."""
_SOUTH = 180.0
HELD = frozenset({"hall", "switch", "pump", "water_pump"})
"""Kinds that go where the layout has their rack or their unit; moves of their own are not read."""


@dataclass(frozen=True)
class Moved:
    """One component that stands elsewhere: centres of its footprint on the site, in metres."""

    id: str
    kind: str
    before: tuple[float, float]
    after: tuple[float, float]

    @property
    def by(self) -> tuple[float, float]:
        """East and north, in metres."""
        return self.after[0] - self.before[0], self.after[1] - self.before[1]


def read_moves(scene: Path, table: pd.DataFrame) -> tuple[list[Moved], list[Problem]]:
    """Moves of a scene against the components table of a layout, and what no layout can say.

    Opinions count wherever they stand: on the component or on what it hangs under, in any layer.
    """
    stage = open_scene(scene)
    held = list(components(stage))
    placed = {one.id: one for one in held}
    rows = {str(row.id): row for row in table.itertuples()}
    cache = UsdGeom.XformCache()
    moves: list[Moved] = []
    problems = [*doubles(held), *_strangers(placed, rows)]
    for name, row in rows.items():
        if row.kind in HELD:
            continue
        if name not in placed:
            problems.append(Problem(name, "no prim in the scene", "every component of the layout"))
            continue
        matrix = np.array(cache.GetLocalToWorldTransform(placed[name].prim))
        wrong = list(_unsayable(name, matrix, row, placed[name]))
        problems += wrong
        if not wrong:
            moves += _moved(name, matrix, row)
    return moves, problems


def _strangers(placed: Mapping[str, Placed], rows: Mapping[str, Any]) -> Iterator[Problem]:
    for name in placed:
        if name not in rows:
            hint = did_you_mean(name, rows)
            yield Problem(name, "a component of the scene", "a component of the layout", hint)


def _moved(name: str, matrix: Any, row: Any) -> Iterator[Moved]:
    before = float(row.x_m), float(row.y_m)
    after = float(matrix[3, 0]), float(matrix[3, 1])
    if np.hypot(after[0] - before[0], after[1] - before[1]) > MOVED_M:
        yield Moved(name, str(row.kind), before, after)


def _unsayable(name: str, matrix: Any, row: Any, placed: Placed) -> Iterator[Problem]:
    """What a layout has no words for: no numbers, mirrors, turns, sizes, heights."""
    if not np.isfinite(matrix).all():
        yield Problem(name, "a position that is not finite", "metres")
        return
    turn = matrix[:3, :3]
    if np.linalg.det(turn) < 0:
        yield Problem(name, "a mirrored transform", "a move")
    elif np.abs(turn - _expected(placed)).max() > _TURNED:
        hint = "turn it back; `facing` of its row says where racks look"
        yield Problem(name, "turned, tilted or scaled", "a move", hint)
    if abs(matrix[3, 2] - float(row.z_m)) > MOVED_M:
        found = f"{matrix[3, 2] - float(row.z_m):+.3f} m up"
        yield Problem(name, found, "a move on its floor")


def _expected(placed: Placed) -> Any:
    """(3, 3) turn of a component whose front looks where the scene says that it looks."""
    attribute = placed.prim.GetAttribute("twin:facing_deg")
    facing = _SOUTH if not attribute or attribute.Get() is None else float(attribute.Get())
    angle = np.radians(_SOUTH - facing)
    cos, sin = np.cos(angle), np.sin(angle)
    return np.array([[cos, sin, 0.0], [-sin, cos, 0.0], [0.0, 0.0, 1.0]])
