"""What gangs leave one another of links that all of them use: the mean over who else sends.

Nodes that send out of one place (a leaf's unit, a group of a dragonfly) share its links evenly,
each at most at its own rate: the max-min fair answer on one link. Other gangs send in some phases
of their steps and not in others, and steps of different gangs keep no time with one another. So a
phase takes longer by the mean over the loads of the others, each independent and as frequent as its
part of a step. That a flow may be held lower by links of another place is not seen.
`tests/validation/test_contention.py` holds it against max-min fair flows from event to event.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from twin.arrays import Array

ROUNDS = 8
"""Of shares and the times of sending that follow from them; what is left is below 1 in 1,000 where
all that may be sent at once would fill the links ten times over."""


@dataclass(frozen=True)
class GangTraffic:
    """What one gang sends, and when."""

    senders: Array
    """(phase, place) its nodes that send out of each place."""
    busy_frac: Callable[[Array], Array]
    """Part of the time in which each phase sends, from the share that each has."""


def gang_shares(capacity: Array, gangs: Sequence[GangTraffic]) -> list[Array]:
    """(gang)(phase,) Share of its bandwidth that each phase has beside the others.

    capacity   (place,) nodes whose whole rate the links out of a place carry
    A gang that is slowed sends for longer: shares and times agree after a few rounds.
    """
    shares = [np.ones(len(gang.senders)) for gang in gangs]
    crowded = _crowded(capacity, gangs)
    for _ in range(ROUNDS if crowded else 0):
        busy = [gang.busy_frac(share) for gang, share in zip(gangs, shares, strict=True)]
        shares = [np.ones_like(share) for share in shares]
        for place, there in crowded:
            _lower(shares, busy, gangs, there, place, float(capacity[place]))
    return shares


def _crowded(capacity: Array, gangs: Sequence[GangTraffic]) -> list[tuple[int, list[int]]]:
    """Places whose links do not carry all that may be sent at once, and the gangs that send."""
    most = np.array([gang.senders.max(axis=0) for gang in gangs]).reshape(-1, capacity.size)
    full = np.flatnonzero(most.sum(axis=0) > capacity)
    return [(p, np.flatnonzero(most[:, p] > 0).tolist()) for p in full.tolist()]


def _lower(
    shares: list[Array],
    busy: list[Array],
    gangs: Sequence[GangTraffic],
    there: list[int],
    place: int,
    capacity: float,
) -> None:
    """Lower shares of phases to what the links of one place leave them."""
    loads = [gangs[g].senders[:, place] for g in there]
    odds = [load_odds(load, busy[g]) for load, g in zip(loads, there, strict=True)]
    for g, load, others in zip(there, loads, beside_others(odds), strict=True):
        here = np.where(load > 0, mean_share(capacity, load, others), 1.0)
        shares[g] = np.minimum(shares[g], here)


def load_odds(loads: Array, busy: Array) -> Array:
    """(load+1,) How likely a gang is to send from 0, 1, 2 … nodes.

    loads, busy   (phase,) nodes that send in a phase, and its part of the time; a load between two
                  whole numbers counts as both, so that the mean holds
    """
    odds = np.zeros(int(np.ceil(loads.max(initial=0.0))) + 1)
    below = np.floor(loads).astype(np.int64)
    above = np.ceil(loads).astype(np.int64)
    part = loads - below
    np.add.at(odds, below, busy * (1.0 - part))
    np.add.at(odds, above, busy * part)
    odds[0] += max(1.0 - float(busy.sum()), 0.0)
    return np.asarray(odds / odds.sum())


def beside_others(odds: Sequence[Array]) -> list[Array]:
    """(gang) How likely all others together are to send from 0, 1, 2 … nodes.

    odds   (gang) of each alone
    """
    before = [np.ones(1)]
    for one in odds[:-1]:
        before.append(np.convolve(before[-1], one))
    found = []
    after = np.ones(1)
    for n in range(len(odds) - 1, -1, -1):
        found.append(np.convolve(before[n], after))
        after = np.convolve(after, odds[n])
    return found[::-1]


def mean_share(capacity: float, own: Array, others: Array) -> Array:
    """(phase,) Share of its rate that each sending node has, over all of what it sends.

    capacity   nodes whose whole rate the links carry
    own        (phase,) nodes of its own that send
    others     (load+1,) how likely others are to send from 0, 1, 2 … nodes
    """
    together = own[:, None] + np.arange(others.size)
    longer = np.maximum(together / capacity, 1.0)
    return np.asarray(1.0 / (longer @ others))
