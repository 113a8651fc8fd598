"""Availability where components wait for one another's repair crew: exact, or within a bound.

Those that one class of crew sees to are a queue, and classes that a cause joins are queues side by
side (`crew_groups`, `crew_queue`); the top event is asked of the decision diagram for each number
of each kind that are down (`crew_counts`), everything else being independent: the law of total
probability. A cause that strikes several of them at once sends each to its queue.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np

from twin.physics.reliability.bdd import FailureDiagram
from twin.physics.reliability.crew_counts import CELLS_MAX, CountedDiagram, counts_within
from twin.physics.reliability.crew_groups import CrewGroup
from twin.physics.reliability.crew_queue import Counts, Kind, QueueShares, queue_shares
from twin.physics.reliability.gates import HOURS_PER_YEAR, Floats, Gates, Ints
from twin.physics.reliability.markov import SteadyState


@dataclass(frozen=True)
class Crewed:
    """How often and for how long the top event is away."""

    middle: SteadyState
    error: float
    """What the unavailability may be wrong by; 0 where it is exact."""
    error_per_year: float
    """What the frequency may be."""
    order: int
    """Most that were followed down at once in a queue that was cut off; 0 where none was."""


@dataclass(frozen=True)
class _Queue:
    """One group: its kinds, and how many of each are down how often."""

    kinds: tuple[Kind, ...]
    installed: Counts
    of: dict[int, int]
    """Kind of each member."""
    shares: QueueShares


def crewed(gates: Gates, diagram: FailureDiagram, groups: Sequence[CrewGroup]) -> Crewed:
    """How often and for how long the top event is away; members of no group have a crew each.

    Raises OverflowError where queues or the numbers down in them outgrow their room.
    """
    room = int((CELLS_MAX / len(diagram.bdd.low)) ** (1.0 / len(groups)))
    queues = [_queue(gates, diagram, group, room) for group in groups]
    limits = [(queue.installed, queue.shares.order) for queue in queues]
    counts = counts_within(limits)
    causes = np.array([cause for group in groups for cause in group.causes], dtype=np.int64)
    failed = gates.unavailability[diagram.component].copy()
    failed[np.isin(diagram.component, causes)] = 0.0
    kind = _kinds(diagram, queues)
    installed = tuple(n for queue in queues for n in queue.installed)
    counted = CountedDiagram(diagram, kind, failed, installed, counts)
    share = _joint(queues, counts)
    alone_per_h = 1.0 / (gates.mtbf_h + gates.mttr_h)[diagram.component]
    demanded = gates.on_demand[diagram.component]
    alone_per_h[(kind >= 0) | np.isin(diagram.component, causes) | demanded] = 0.0
    often = float(counted.rises(share) @ alone_per_h)
    fails_per_h, most_per_h = _own_failures(gates, groups, queues, counted, share)
    error = sum(queue.shares.error for queue in queues)
    rate_per_h = most_per_h + float(alone_per_h.sum())
    left_out_per_h = sum(queue.shares.left_out_per_h for queue in queues)
    cut = [queue.shares.order for queue in queues if queue.shares.error]
    return Crewed(
        SteadyState(float(share @ counted.probability), (often + fails_per_h) * HOURS_PER_YEAR),
        error,
        (error * rate_per_h + left_out_per_h) * HOURS_PER_YEAR,
        min(cut, default=0),
    )


def _queue(gates: Gates, diagram: FailureDiagram, group: CrewGroup, room: int) -> _Queue:
    struck = [set(gates.consumers[cause]) for cause in group.causes]
    each = [
        Kind(
            float(gates.mtbf_h[node]),
            float(gates.mttr_h[node]),
            tuple(place for place, who in enumerate(struck) if node in who),
            crew,
        )
        for node, crew in zip(group.members, group.class_of, strict=True)
    ]
    kinds = tuple(dict.fromkeys(each))
    installed = tuple(each.count(kind) for kind in kinds)
    of = {node: kinds.index(own) for node, own in zip(group.members, each, strict=True)}
    shocks = [1.0 / float(gates.mtbf_h[cause]) for cause in group.causes]
    crews = tuple(one.crews for one in group.classes)
    shares = queue_shares(kinds, installed, crews, shocks, room)
    return _told(_Queue(kinds, installed, of, shares), set(diagram.component.tolist()))


def _told(queue: _Queue, asked: set[int]) -> _Queue:
    """The same of those kinds alone that the top event asks for."""
    kept = sorted({kind for node, kind in queue.of.items() if node in asked})
    share: dict[Counts, float] = {}
    for counts, part in queue.shares.share.items():
        seen = tuple(counts[kind] for kind in kept)
        share[seen] = share.get(seen, 0.0) + part
    return _Queue(
        tuple(queue.kinds[kind] for kind in kept),
        tuple(queue.installed[kind] for kind in kept),
        {node: kept.index(kind) for node, kind in queue.of.items() if kind in kept},
        replace(queue.shares, share=share),
    )


def _kinds(diagram: FailureDiagram, queues: Sequence[_Queue]) -> Ints:
    """(level,) kind of each component, counted through all queues; -1 where it is in none."""
    found = np.full(diagram.component.size, -1, dtype=np.int64)
    first = 0
    for queue in queues:
        for level, node in enumerate(diagram.component.tolist()):
            if node in queue.of:
                found[level] = first + queue.of[node]
        first += len(queue.kinds)
    return found


def _joint(queues: Sequence[_Queue], counts: Sequence[Counts]) -> Floats:
    """(count,) share of time with so many down in all queues, which are independent."""
    share = np.ones(len(counts))
    for queue, part in _parts(queues):
        own = [queue.shares.share.get(one[part], 0.0) for one in counts]
        share *= np.array(own)
    return share


def _parts(queues: Sequence[_Queue]) -> Iterator[tuple[_Queue, slice]]:
    first = 0
    for queue in queues:
        yield queue, slice(first, first + len(queue.kinds))
        first += len(queue.kinds)


def _own_failures(
    gates: Gates,
    groups: Sequence[CrewGroup],
    queues: Sequence[_Queue],
    counted: CountedDiagram,
    share: Floats,
) -> tuple[float, float]:
    """How often a failure in a queue takes the top event away, and how often any may, an hour."""
    often = 0.0
    most = 0.0
    for group, (queue, part) in zip(groups, _parts(queues), strict=True):
        for kind, own in enumerate(queue.kinds):
            step = {part.start + kind: 1}
            most += queue.installed[kind] / own.mtbf_h
            standing = queue.installed[kind] - _column(counted, part.start + kind)
            often += float(share @ (standing * _rise(counted, step))) / own.mtbf_h
        for place, cause in enumerate(group.causes):
            struck = [part.start + k for k, own in enumerate(queue.kinds) if place in own.causes]
            rate_per_h = 1.0 / float(gates.mtbf_h[cause])
            most += rate_per_h
            often += rate_per_h * float(share @ _rise(counted, dict.fromkeys(struck, -1)))
    return often, most


def _column(counted: CountedDiagram, kind: int) -> Floats:
    return np.array([counts[kind] for counts in counted.counts], dtype=np.float64)


def _rise(counted: CountedDiagram, step: dict[int, int]) -> Floats:
    """(count,) rise of the top event's probability with so many more of some kinds down; all of
    them for -1. Nothing where that many were not followed.
    """
    found = np.zeros(len(counted.counts))
    for place, counts in enumerate(counted.counts):
        after = tuple(
            counted.installed[k] if step.get(k) == -1 else n + step.get(k, 0)
            for k, n in enumerate(counts)
        )
        there = counted.place.get(after)
        if there is not None:
            found[place] = counted.probability[there] - counted.probability[place]
    return found
