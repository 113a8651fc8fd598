"""Every single and every double failure: what it takes down."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from twin.physics.reliability.gates import Floats, Gates, Ints
from twin.physics.reliability.logic import pack, propagate, unpack
from twin.physics.reliability.low_order import losers_of_nodes, single_losers

States = NDArray[np.bool_]
T = TypeVar("T")
_TRIED = 4096
"""Contingencies tried at once."""


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
    found = single_losers(gates)
    if gates.tops:
        alone = frozenset[int]().union(*(found[top] for top in gates.tops))
        return _tried(gates, gates.components.size, 1, [(one,) for one in sorted(alone)])
    totals: dict[tuple[int, ...], list[float]] = {}
    for ones, weights in _by_losers(gates, found):
        for one in ones:
            _add(totals, (one,), weights)
    return _losses(gates.components.size, 1, totals)


def double_failures(
    gates: Gates, singles: Losses, progress: Callable[[float], None] | None = None
) -> Losses:
    """All N-2 that fail without containing a single point of failure.

    Pairs with a single point fail for that reason alone and are left out. `cases` counts all
    n (n - 1) / 2 pairs.
    progress  called with the share done, 0 to 1.
    """
    found = losers_of_nodes(gates)
    alone = frozenset(singles.lost[:, 0].tolist())
    count = gates.components.size
    if gates.tops:
        pairs = frozenset[tuple[int, int]]().union(*(found[top].twos for top in gates.tops))
        kept = sorted(pair for pair in pairs if alone.isdisjoint(pair))
        return _tried(gates, count * (count - 1) // 2, 2, kept)
    totals: dict[tuple[int, ...], list[float]] = {}
    loads = _by_losers(gates, found)
    for done, (losers, weights) in enumerate(loads, start=1):
        for pair in losers.twos:
            if alone.isdisjoint(pair):
                _add(totals, pair, weights)
        if progress is not None:
            progress(done / len(loads))
    return _losses(count * (count - 1) // 2, 2, totals)


def _tried(gates: Gates, cases: int, order: int, lost: Sequence[tuple[int, ...]]) -> Losses:
    """What failing contingencies take down, 64 of them in a word."""
    loads = gates.loads
    values = np.stack([gates.racks[loads], gates.gpus[loads], gates.load_w[loads]])
    totals: dict[tuple[int, ...], list[float]] = {}
    for start in range(0, len(lost), _TRIED):
        chunk = lost[start : start + _TRIED]
        costs = (values @ down_nodes(gates, chunk)[loads]).T.tolist()
        totals.update(zip(chunk, costs, strict=True))
    return _losses(cases, order, totals)


def _by_losers(gates: Gates, found: Sequence[T]) -> list[tuple[T, list[float]]]:
    """What takes loads down, with racks, GPUs and W of the loads that share it."""
    loads = gates.loads
    columns = np.stack([gates.racks[loads], gates.gpus[loads], gates.load_w[loads]], axis=1)
    together: dict[int, tuple[T, list[float]]] = {}
    for load, weights in zip(loads.tolist(), columns.tolist(), strict=True):
        known = together.setdefault(id(found[load]), (found[load], [0.0, 0.0, 0.0]))
        for place, weight in enumerate(weights):
            known[1][place] += weight
    return list(together.values())


def _add(
    totals: dict[tuple[int, ...], list[float]], lost: tuple[int, ...], weights: Sequence[float]
) -> None:
    known = totals.get(lost)
    if known is None:
        totals[lost] = list(weights)
        return
    for place, weight in enumerate(weights):
        known[place] += weight


def _losses(cases: int, order: int, totals: dict[tuple[int, ...], list[float]]) -> Losses:
    """Sorted by the components lost."""
    lost = sorted(totals)
    values = np.array([totals[chosen] for chosen in lost]).reshape(len(lost), 3)
    return Losses(
        cases,
        np.array(lost, dtype=np.int64).reshape(len(lost), order),
        values[:, 0].astype(np.int64),
        values[:, 1].astype(np.int64),
        values[:, 2],
    )
