"""Availability where components wait for one another's repair crew, exact for small groups.

Those that one class of crew sees to are a Markov chain: they fail whatever the others do, and are
repaired first come first served by so many crews. Its states are the orders in which they wait,
members with the same rates being told apart by nothing but their number. The top event is asked of
the decision diagram once for each set of members that are down, everything else being independent.
Source: R. E. Barlow and F. Proschan, Statistical theory of reliability and life testing (1975), for
the repairmen; conditioning on the dependent part is the law of total probability.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from math import comb, prod

import numpy as np

from twin.physics.reliability.bdd import FailureDiagram
from twin.physics.reliability.gates import HOURS_PER_YEAR, Floats, Gates, Ints
from twin.physics.reliability.markov import State, SteadyState, shares_of_time

STATES_MAX = 20_000
SETS_MAX = 4096
"""Sets of members down, all groups together."""
_WORK_MAX = 400_000_000
"""Nodes of the diagram times sets: some ten seconds."""
_CELLS = 5_000_000

Counts = tuple[int, ...]


@dataclass(frozen=True)
class CrewGroup:
    """Components, by node number, that so many crews see to."""

    members: tuple[int, ...]
    crews: int


def crewed(gates: Gates, diagram: FailureDiagram, groups: Sequence[CrewGroup]) -> SteadyState:
    """How often and for how long the top event is away; members of no group have a crew each.

    Raises OverflowError where a group has too many states, or all of them too many sets.
    """
    told = set(diagram.component.tolist())
    asked = [tuple(node for node in group.members if node in told) for group in groups]
    members = [node for group in asked for node in group]
    sets = 2 ** len(members)
    if sets > SETS_MAX or sets * len(diagram.bdd.low) > _WORK_MAX:
        raise OverflowError(f"{len(members)} components share crews, in {sets:,} sets")
    weight = np.ones(1)
    for group, some in zip(groups, asked, strict=True):
        weight = np.outer(_set_shares(gates, group, some), weight).ravel()
    return _over_sets(gates, diagram, np.array(members, dtype=np.int64), weight)


def _set_shares(gates: Gates, group: CrewGroup, asked: Sequence[int]) -> Floats:
    """(2^asked,) share of time in which exactly these of the asked members are down; bit n of the
    place is the n-th of them. Members with the same rates are as likely as one another.
    """
    kinds = [(float(gates.mtbf_h[n]), float(gates.mttr_h[n])) for n in group.members]
    rates = list(dict.fromkeys(kinds))
    installed = tuple(kinds.count(rate) for rate in rates)
    of = [rates.index(kinds[group.members.index(node)]) for node in asked]
    told = tuple(of.count(kind) for kind in range(len(rates)))
    down = _numbers_down(installed, rates, group.crews)
    known: dict[Counts, float] = {}
    shares = np.empty(2 ** len(asked))
    for place in range(shares.size):
        here = [kind for bit, kind in enumerate(of) if place >> bit & 1]
        lost = tuple(here.count(kind) for kind in range(len(rates)))
        if lost not in known:
            known[lost] = sum(
                share * _chance(installed, told, number, lost) for number, share in down.items()
            )
        shares[place] = known[lost]
    return shares


def _chance(installed: Counts, told: Counts, down: Counts, lost: Counts) -> float:
    """That of so many down of each kind exactly some given ones of the told are: the others are
    not told.
    """
    every = zip(installed, told, down, lost, strict=True)
    return prod(
        comb(n - some, k - j) / comb(n, k) if j <= k and k - j <= n - some else 0.0
        for n, some, k, j in every
    )


def _numbers_down(
    installed: Counts, rates: Sequence[tuple[float, float]], crews: int
) -> dict[Counts, float]:
    """Share of time with so many of each kind down."""

    def moves(state: State) -> Iterable[tuple[State, float]]:
        assert isinstance(state, tuple)
        yield from _failures(state)
        for place, kind in enumerate(state[:crews]):
            yield (*state[:place], *state[place + 1 :]), 1.0 / rates[kind][1]

    def _failures(state: tuple[int, ...]) -> Iterator[tuple[State, float]]:
        for kind, number in enumerate(installed):
            standing = number - state.count(kind)
            yield (*state, kind), standing / rates[kind][0]

    found: dict[Counts, float] = {}
    for state, share in shares_of_time((), moves, STATES_MAX).items():
        assert isinstance(state, tuple)
        number = tuple(state.count(kind) for kind in range(len(installed)))
        found[number] = found.get(number, 0.0) + share
    return found


def _over_sets(gates: Gates, diagram: FailureDiagram, members: Ints, weight: Floats) -> SteadyState:
    """The mean over the sets of members down, and what takes the top event away in each."""
    rate_per_h = 1.0 / (gates.mtbf_h + gates.mttr_h)[diagram.component]
    rate_per_h[np.isin(diagram.component, members)] = 0.0
    down = np.empty(weight.size)
    frequency_per_h = 0.0
    step = max(1, _CELLS // len(diagram.bdd.low))
    for begin in range(0, weight.size, step):
        places = np.arange(begin, min(begin + step, weight.size))
        failed = _failed(gates, diagram, members, places)
        down[places], birnbaum = _passes(diagram, failed, weight[places])
        frequency_per_h += float(birnbaum @ rate_per_h)
    for bit, node in enumerate(members.tolist()):
        up = np.flatnonzero((np.arange(weight.size) >> bit & 1) == 0)
        rise = down[up | 1 << bit] - down[up]
        frequency_per_h += float((weight[up] * rise).sum()) / float(gates.mtbf_h[node])
    return SteadyState(float(weight @ down), frequency_per_h * HOURS_PER_YEAR)


def _failed(gates: Gates, diagram: FailureDiagram, members: Ints, places: Ints) -> Floats:
    """(level, set) probability that the component of each level is down: 0 or 1 of members."""
    failed = np.repeat(gates.unavailability[diagram.component][:, None], places.size, axis=1)
    level = {node: n for n, node in enumerate(diagram.component.tolist())}
    for bit, node in enumerate(members.tolist()):
        failed[level[node]] = places >> bit & 1
    return failed


def _passes(diagram: FailureDiagram, failed: Floats, weight: Floats) -> tuple[Floats, Floats]:
    """(set,) probability of the top event, and (level,) its rise with each, weighted over sets."""
    bdd = diagram.bdd
    nodes = bdd.below(diagram.top)
    probability = np.zeros((len(bdd.low), weight.size))
    probability[1] = 1.0
    for node in nodes:
        q = failed[bdd.level[node]]
        probability[node] = q * probability[bdd.high[node]] + (1 - q) * probability[bdd.low[node]]
    path = np.zeros_like(probability)
    path[diagram.top] = weight
    rise = np.zeros(failed.shape[0])
    for node in reversed(nodes):
        low = bdd.low[node]
        high = bdd.high[node]
        level = bdd.level[node]
        here = path[node]
        q = failed[level]
        rise[level] += float(here @ (probability[high] - probability[low]))
        path[high] += here * q
        path[low] += here * (1 - q)
    return probability[diagram.top].copy(), rise
