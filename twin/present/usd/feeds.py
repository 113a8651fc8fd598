"""Rows of the edges table put together: every one of some sources feeds every one of some targets.

Ten thousand racks with two panels each are not twenty thousand prims but one for each pair of
panels, and no edge is lost: sources times targets of all feeds are the rows of the table.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

Codes = NDArray[np.int64]
Group = tuple[tuple[int, ...], tuple[int, ...]]

DOMAINS = {"power": "electrical", "cooling": "cooling", "fabric": "network", "storage": "network"}
"""Of each system of the edges table."""


@dataclass(frozen=True)
class FeedGroup:
    """Each of the sources feeds each of the targets."""

    system: str
    role: str
    sources: tuple[str, ...]
    """In the order in which a target prefers them."""
    targets: tuple[str, ...]

    @property
    def domain(self) -> str:
        """electrical, cooling or network; the system's own name where it is none of these."""
        return DOMAINS.get(self.system, self.system)

    @property
    def flow(self) -> str:
        """Which way: data go both ways, all else from source to target."""
        return "both" if self.domain == "network" else "source_to_target"


def group_edges(edges: pd.DataFrame) -> tuple[FeedGroup, ...]:
    """Feeds of an edges table, system by system and role by role, in order of appearance."""
    out: list[FeedGroup] = []
    system, systems = _coded(edges["system"])
    role, roles = _coded(edges["role"])
    source, names = _coded(pd.concat([edges["source"], edges["target"]], ignore_index=True))
    target = source[len(edges) :]
    source = source[: len(edges)]
    key = system * max(len(roles), 1) + role
    for one in dict.fromkeys(key.tolist()):
        rows = np.flatnonzero(key == one)
        what = systems[system[rows[0]]], roles[role[rows[0]]]
        out += (FeedGroup(*what, *ends) for ends in _groups(source[rows], target[rows], names))
    return tuple(out)


def _coded(texts: pd.Series[str]) -> tuple[Codes, list[str]]:
    codes, names = pd.factorize(texts.to_numpy(object))
    return codes.astype(np.int64), [str(name) for name in names]


def _groups(
    source: Codes, target: Codes, names: Sequence[str]
) -> Iterator[tuple[tuple[str, ...], tuple[str, ...]]]:
    """Sources and targets of every group, by whichever end leaves fewer names to write."""
    by_target = _alike(target, source)
    by_source = _alike(source, target)
    if _names(by_source) < _names(by_target):
        groups = [(sources, targets) for targets, sources in by_source]
    else:
        groups = by_target
    for sources, targets in groups:
        yield tuple(names[k] for k in sources), tuple(names[k] for k in targets)


def _names(groups: list[Group]) -> int:
    return sum(len(a) + len(b) for a, b in groups)


def _alike(taker: Codes, giver: Codes) -> list[Group]:
    """Takers with the same givers in the same order: (givers, takers), by first appearance."""
    order = np.argsort(taker, kind="stable")
    starts = np.flatnonzero(np.diff(taker[order])) + 1
    held: dict[tuple[int, ...], list[int]] = {}
    for one in np.split(order, starts):
        if one.size:
            held.setdefault(tuple(giver[one].tolist()), []).append(int(taker[one[0]]))
    return [(givers, tuple(takers)) for givers, takers in held.items()]
