"""Layouts drawn at random: who is dark by the graph, and who at the end of a run."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import combinations
from typing import Any

import numpy as np

import twin
from twin.facility.dependency import dependency
from twin.physics.reliability.contingency import down_nodes

Draw = np.random.Generator
Lost = tuple[str, ...]
Made = tuple[list[dict[str, Any]], list[dict[str, Any]]]
"""Power groups, and rows of racks."""
PAIRS = 3


def kw(draw: Draw, low: int, high: int, step: float) -> float:
    """A rating in steps."""
    return float(draw.integers(low, high)) * step


def judged(built: twin.Facility) -> tuple[list[Lost], dict[Lost, set[str]]]:
    """Single losses, and with the racks that the graph takes down every one of them and pair."""
    gates = dependency(built)
    named = [n for n in built.power.id[: built.power.equipment] if not n.startswith("mech")]
    singles = [(name,) for name in named]
    lost = [*singles, *combinations(named, 2)]
    down = down_nodes(gates, [[gates.index[name] for name in case] for case in lost])
    racks = down[[gates.index[rack] for rack in built.racks.id]]
    said = {
        case: {built.racks.id[r] for r in np.flatnonzero(dark)}
        for case, dark in zip(lost, racks.T, strict=True)
    }
    return singles, said


def losses(built: twin.Facility, draw: Draw) -> Iterator[tuple[Lost, set[str]]]:
    """Every single loss and some pairs without a fatal part, with the racks that are lost by it."""
    singles, said = judged(built)
    pairs = [c for c in said if len(c) == 2 and not any(said[(name,)] for name in c)]
    chosen = [pairs[place] for place in draw.permutation(len(pairs))[:PAIRS].tolist()]
    yield from ((case, said[case]) for case in [*singles, *chosen])


def dark_in_the_end(run: twin.Run, lost: Lost) -> set[str]:
    """Racks without power at the end of a run that loses these."""
    fork = run.fork(faults=[{"at": "61 s", "component": c, "repair_after": "3 h"} for c in lost])
    fork.until()
    result = fork.result()
    racks = result.frame("racks")
    last = racks[racks.time_s == racks.time_s.max()]
    return set(last.rack[last.on_frac < 0.5])
