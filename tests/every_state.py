"""Every state of some components of a layout, each judged by `tests.enumerated`."""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cached_property

from tests.enumerated import Plan

HOURS = 8760.0


@dataclass(frozen=True)
class Enumerated:
    """Every state of the components named, by (MTBF, MTTR) in h."""

    plan: Plan
    rates: dict[str, tuple[float, float]]

    @cached_property
    def down(self) -> list[bool]:
        """(state,), bit n of a state being the n-th component. A further failure that would save
        the rest is not counted on.
        """
        names = list(self.rates)
        found = [False] * 2 ** len(names)
        for state in sorted(range(len(found)), key=int.bit_count):
            lost = [n for n in range(len(names)) if state >> n & 1]
            within = any(found[state & ~(1 << n)] for n in lost)
            found[state] = within or self.plan.dark([names[n] for n in lost])
        return found

    def chance(self, state: int, besides: int = -1) -> float:
        every = enumerate(self.rates.values())
        return math.prod(
            (repair if state >> n & 1 else fails) / (fails + repair)
            for n, (fails, repair) in every
            if n != besides
        )

    @property
    def unavailability(self) -> float:
        return math.fsum(self.chance(s) for s, dark in enumerate(self.down) if dark)

    @property
    def frequency_per_year(self) -> float:
        found = [
            self.chance(state, n) / (fails + repair) * HOURS
            for n, (fails, repair) in enumerate(self.rates.values())
            for state, dark in enumerate(self.down)
            if not dark and not state >> n & 1 and self.down[state | 1 << n]
        ]
        return math.fsum(found)

    def cut_sets(self, most: int) -> set[frozenset[str]]:
        """Minimal ones of so many components at most."""
        names = list(self.rates)
        found = set()
        for state, dark in enumerate(self.down):
            lost = [n for n in range(len(names)) if state >> n & 1]
            if dark and len(lost) <= most and not any(self.down[state & ~(1 << n)] for n in lost):
                found.add(frozenset(names[n] for n in lost))
        return found
