"""Components that wait for the crews of their classes, as a chain of every order in which each
class's members are down: nothing lumped, nothing shared with the program.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from twin.physics.reliability.gates import HOURS_PER_YEAR

Orders = tuple[tuple[str, ...], ...]
"""Of each class, who is down, in the order in which they failed."""
Rates = dict[str, tuple[float, float]]
"""MTBF and MTTR of each component, h."""


@dataclass(frozen=True)
class Site:
    """A full chain: components with a class each, crews of each class, and shocks."""

    alone: Rates
    class_of: dict[str, int]
    crews: Sequence[int]
    shocks: list[tuple[float, list[str]]]
    """Rate an hour, and whom each strikes."""

    def moves(self, state: Orders) -> Iterator[tuple[Orders, float]]:
        down = {name for order in state for name in order}
        for name in self.alone.keys() - down:
            yield self._more(state, [name]), 1.0 / self.alone[name][0]
        for rate, struck in self.shocks:
            yield self._more(state, [name for name in struck if name not in down]), rate
        for place, order in enumerate(state):
            for name in order[: self.crews[place]]:
                left = tuple(other for other in order if other != name)
                yield (*state[:place], left, *state[place + 1 :]), 1.0 / self.alone[name][1]

    def _more(self, state: Orders, new: list[str]) -> Orders:
        return tuple(
            (*order, *(name for name in new if self.class_of[name] == place))
            for place, order in enumerate(state)
        )

    def answer(self, dark: Callable[[set[str]], bool]) -> tuple[float, float]:
        """Unavailability, and failures a year."""
        place: dict[Orders, int] = {((),) * len(self.crews): 0}
        flows = []
        for state in (reached := list(place)):
            for there, rate in self.moves(state):
                if there not in place:
                    place[there] = len(place)
                    reached.append(there)
                flows.append((place[state], place[there], rate))
        matrix = np.zeros((len(place), len(place)))
        for here, there, rate in flows:
            matrix[there, here] += rate
            matrix[here, here] -= rate
        matrix[0] = 1.0
        share = np.linalg.solve(matrix, np.eye(len(place))[0])
        off = [dark({name for order in state for name in order}) for state in place]
        often = sum(share[here] * rate for here, there, rate in flows if off[there] > off[here])
        return float(share[off].sum()), float(often) * HOURS_PER_YEAR


def site(
    rates: Rates, class_of: dict[str, int], crews: Sequence[int], causes: list[dict[str, Any]]
) -> Site:
    """By the beta factor: a cause has this share of its members' mean rate, each loses it."""
    alone = dict(rates)
    shocks = []
    for cause in causes:
        who = cause["components"]
        mean_per_h = float(np.mean([1.0 / rates[name][0] for name in who]))
        shocks.append((cause["beta"] * mean_per_h, who))
        alone |= {name: (rates[name][0] / (1.0 - cause["beta"]), rates[name][1]) for name in who}
    return Site(alone, class_of, crews, shocks)
