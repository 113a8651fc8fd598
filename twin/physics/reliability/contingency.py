"""Every single and every double failure: what it takes down."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from twin.physics.reliability.bdd import reached
from twin.physics.reliability.gates import Floats, Gates, Ints
from twin.physics.reliability.logic import any_load_down, pack, propagate, unpack

States = NDArray[np.bool_]

_BUDGET_BYTES = 64_000_000
"""Size of the one large array, (node, word); the working set stays under three times that."""
_BLOCK = 8192


@dataclass(frozen=True, eq=False)
class Losses:
    """The failing contingencies among those tried."""

    cases: int
    """How many were tried, pruned ones included."""
    lost: Ints
    """(failing, order): node numbers of the failed components."""
    racks: Ints
    """(failing,)."""
    gpus: Ints
    """(failing,)."""
    load_w: Floats
    """(failing,) W not served."""


def down_nodes(gates: Gates, cases: Sequence[Sequence[int]]) -> States:
    """(node, case): which nodes are down once the components of each case have failed.

    cases  node numbers a case; an empty case is the facility as built.
    """
    node = np.array([lost for case in cases for lost in case], dtype=np.int64)
    lane = np.repeat(np.arange(len(cases)), [len(case) for case in cases])
    down = propagate(gates, pack(gates, lane, node, len(cases)))
    return unpack(down, np.arange(len(cases)))


def single_failures(gates: Gates) -> Losses:
    """All N-1: every component that takes a load down when it fails alone."""
    return _join(gates.components.size, 1, [_losses(gates, gates.components[:, None])])


def double_failures(
    gates: Gates, singles: Losses, progress: Callable[[float], None] | None = None
) -> Losses:
    """All N-2 that fail without containing a single point of failure.

    Pairs with a single point fail for that reason alone, and pairs that feed no load in common
    cannot fail; both are pruned. `cases` counts all n (n - 1) / 2 pairs.
    progress  called with the share done, 0 to 1.
    """
    count = gates.components.size
    candidates = np.setdiff1d(gates.components, singles.lost[:, 0])
    found = []
    for pairs, done_frac in _pairs(gates, candidates):
        found.append(_losses(gates, pairs))
        if progress is not None:
            progress(done_frac)
    return _join(count * (count - 1) // 2, 2, found)


def _pairs(gates: Gates, candidates: Ints) -> Iterator[tuple[Ints, float]]:
    """Chunks of pairs (pair, 2) that share a load, sized by the memory budget."""
    lanes = max(64, _BUDGET_BYTES // (8 * len(gates.names)) * 64)
    reach = reached(gates, gates.loads)[candidates].astype(np.float32)
    rows = max(1, _BUDGET_BYTES // (4 * max(1, len(candidates))))
    for first in range(0, len(candidates), rows):
        shared = reach[first : first + rows] @ reach[first:].T > 0
        row, column = np.nonzero(np.triu(shared, k=1))
        pairs = np.stack([candidates[first + row], candidates[first + column]], axis=1)
        left = max(0, len(candidates) - first - rows)
        for start in range(0, len(pairs), lanes):
            yield pairs[start : start + lanes], 1.0 - (left / len(candidates)) ** 2


def _losses(gates: Gates, cases: Ints) -> Losses:
    """What each of the cases (case, order) takes down, failing ones kept."""
    count, order = cases.shape
    lane = np.arange(count)
    down = propagate(gates, pack(gates, np.repeat(lane, order), cases.ravel(), count))
    failing = lane[unpack(any_load_down(gates, down), lane)]
    loads = down[gates.loads]
    values = np.stack(
        [gates.racks[gates.loads], gates.gpus[gates.loads], gates.load_w[gates.loads]]
    )
    blocks = [
        values @ unpack(loads, failing[start : start + _BLOCK])
        for start in range(0, failing.size, _BLOCK)
    ]
    racks, gpus, load_w = np.concatenate([np.zeros((3, 0)), *blocks], axis=1)
    return Losses(count, cases[failing], racks.astype(np.int64), gpus.astype(np.int64), load_w)


def _join(cases: int, order: int, parts: Sequence[Losses]) -> Losses:
    return Losses(
        cases,
        np.concatenate([np.zeros((0, order), dtype=np.int64), *(part.lost for part in parts)]),
        np.concatenate([np.zeros(0, dtype=np.int64), *(part.racks for part in parts)]),
        np.concatenate([np.zeros(0, dtype=np.int64), *(part.gpus for part in parts)]),
        np.concatenate([np.zeros(0), *(part.load_w for part in parts)]),
    )
