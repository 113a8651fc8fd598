"""Who waits for whose crew, and which classes of crew a shared cause joins.

Classes of which nobody ever waits stay apart: their members are independent. A cause that strikes
members of a class that waits, and others with them, joins all that it strikes: what happens to one
class then tells of the other.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from twin.physics.reliability.gates import Gates


@dataclass(frozen=True)
class CrewClass:
    """Components, by node number, that so many crews see to."""

    members: tuple[int, ...]
    crews: int

    @property
    def waits(self) -> bool:
        """Whether one may have to wait for another."""
        return len(self.members) > self.crews


@dataclass(frozen=True)
class CrewGroup:
    """Classes whose numbers down hang together, each with crews of its own."""

    classes: tuple[CrewClass, ...]
    causes: tuple[int, ...] = ()
    """Nodes of causes that strike members alone, all that are up at once."""

    @property
    def members(self) -> tuple[int, ...]:
        """Those of all classes, class by class."""
        return tuple(node for one in self.classes for node in one.members)

    @property
    def class_of(self) -> tuple[int, ...]:
        """(member,) place of each one's class."""
        return tuple(place for place, one in enumerate(self.classes) for _ in one.members)


def crew_groups(
    gates: Gates, classes: Sequence[CrewClass], causes: Iterable[int]
) -> list[CrewGroup]:
    """Classes that wait, those that causes join together, with the causes that strike them.

    What such a cause strikes beside has a crew each. A cause that leaves something no failure of
    its own, beta 1, joins nothing.
    """
    waiting = [one for one in classes if one.waits]
    queued = {node for one in waiting for node in one.members}
    struck = {
        cause: {*gates.consumers[cause]}
        for cause in causes
        if queued.intersection(gates.consumers[cause])
        and np.isfinite(gates.mtbf_h[list(gates.consumers[cause])]).all()
    }
    found = []
    for joined in _joined([*({*one.members} for one in waiting), *struck.values()]):
        own = [one for one in waiting if joined.issuperset(one.members)]
        apart = tuple(sorted(joined - queued))
        rest = [CrewClass(apart, len(apart))] if apart else []
        shocks = tuple(cause for cause, whom in struck.items() if whom <= joined)
        found.append(CrewGroup((*own, *rest), shocks))
    return sorted(found, key=lambda group: waiting.index(group.classes[0]))


def _joined(sets: Iterable[set[int]]) -> list[set[int]]:
    """The sets, those that overlap as one."""
    found: list[set[int]] = []
    for one in sets:
        touched = [other for other in found if other & one]
        found = [other for other in found if not other & one] + [one.union(*touched)]
    return found
