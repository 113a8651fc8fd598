"""How many components of each kind are down while classes of crew see to them.

They fail whatever the others do, and are repaired first come, first served by so many crews of
their class. A state is, class by class, who is being served, in no order, and who waits, in order;
those of equal rates, causes and class are one kind and told apart by nothing but their number. More
than one class is asked for at once only where a shared cause strikes members of several.

Where all states do not fit, those with more than so many down at once are left out, and a bound
says what that can change. Seen only while no more are down than that, the true chain is the one
kept, but for where it comes back to after each failure that was left out. What one of those can
change of any probability is at most the time until all are up again; how often they come in the
true chain follows from how often in the kept one, by the same argument. Time above is bounded by
the drift of the number down. Sources: R. E. Barlow and F. Proschan, Statistical theory of
reliability and life testing (1975), for repairmen; C. D. Meyer, Stochastic complementation,
uncoupling Markov chains, and the theory of nearly reducible systems, SIAM Review 31 (1989), for
chains seen in a part of their states; K. N. Fleming, beta factor (1974), for shared shocks.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from math import comb, prod
from typing import Any

import numpy as np
from scipy.sparse import csc_matrix
from scipy.sparse.linalg import splu

from twin.physics.reliability.gates import Floats
from twin.physics.reliability.markov import Moves, State, reached_states

STATES_MAX = 20_000
Counts = tuple[int, ...]
"""How many of each kind."""
_Queue = tuple[Counts, Counts]
"""Kinds being served, sorted, and kinds waiting, in order."""
_Queues = tuple[_Queue, ...]
"""One a class of crew."""


@dataclass(frozen=True)
class Kind:
    """So many components that fail and are repaired alike, and share their causes."""

    mtbf_h: float
    mttr_h: float
    causes: Counts
    """Shocks that strike all of them."""
    crew: int = 0
    """Class that sees to them."""


@dataclass(frozen=True)
class QueueShares:
    """Steady state by numbers down."""

    share: dict[Counts, float]
    """Share of time with so many of each kind down."""
    order: int
    """Most that were followed down at once."""
    error: float
    """What a probability, or a mean of something between 0 and 1, may be wrong by; 0 where every
    state was followed."""
    left_out_per_h: float
    """How often more are down than were followed, at most."""


def queue_shares(
    kinds: Sequence[Kind],
    installed: Counts,
    crews: Counts,
    shock_per_h: Sequence[float] = (),
    counts_max: int = STATES_MAX,
) -> QueueShares:
    """Shares of time by numbers down, all of them or as many at once as fit.

    crews        of each class
    shock_per_h  rate of each cause that kinds share
    counts_max   most numbers down to tell apart

    Raises OverflowError where so few fit that nothing can be said.
    """
    queue = _Chain(kinds, installed, crews, shock_per_h)
    whole = sum(installed)
    order = queue.fits(whole, counts_max)
    number, rates = reached_states((((), ()),) * len(crews), queue.moves_within(order), STATES_MAX)
    solved = _Solved(rates, len(number))
    shares = solved.shares()
    found: dict[Counts, float] = {}
    for state, share in zip(number, shares.tolist(), strict=True):
        counts = queue.counts(_as_queues(state))
        found[counts] = found.get(counts, 0.0) + share
    if order == whole:
        return QueueShares(found, order, 0.0, 0.0)
    exits = np.array([queue.exits(_as_queues(state), order) for state in number])
    falls_per_h = queue.falls_per_h(order)
    if falls_per_h <= 0:
        raise OverflowError(f"more than {order} of {whole} are down too often")
    return QueueShares(found, order, *_left_out(exits, falls_per_h, shares, solved, order))


def _as_queues(state: State) -> _Queues:
    assert isinstance(state, tuple)
    return state


def _level(state: _Queues) -> int:
    return sum(len(served) + len(waiting) for served, waiting in state)


@dataclass(frozen=True)
class _Chain:
    """Moves of the queues."""

    kinds: Sequence[Kind]
    installed: Counts
    crews: Counts
    shock_per_h: Sequence[float]

    def fits(self, whole: int, counts_max: int) -> int:
        """The highest number down of which all states up to it surely fit."""
        states = 0
        for level, here in enumerate(self._states_by_level()):
            states += here
            if states > STATES_MAX or self._counts_within(level) > counts_max:
                return level - 1
        return whole

    def _states_by_level(self) -> list[int]:
        """(level,) states with so many down, at most; all beyond what fits are as many."""
        most = STATES_MAX + 1
        found = np.ones(1, dtype=np.int64)
        for crew, crews in enumerate(self.crews):
            own = self._of_class(crew)
            there = []
            for level in range(sum(self.installed[kind] for kind in own) + 1):
                served = min(level, crews)
                states = comb(len(own) + served - 1, served) * len(own) ** (level - served)
                there.append(min(states, most))
            found = np.minimum(np.convolve(found, there), most)
        return [int(n) for n in found]

    def _of_class(self, crew: int) -> list[int]:
        return [place for place, kind in enumerate(self.kinds) if kind.crew == crew]

    def _counts_within(self, level: int) -> int:
        """Numbers down of up to so many, at most."""
        every = prod(number + 1 for number in self.installed)
        return min(every, comb(len(self.kinds) + level, level))

    def moves_within(self, order: int) -> Moves:
        """Moves, failures beyond so many down left out."""

        def moves(state: State) -> Iterable[tuple[State, float]]:
            queues = _as_queues(state)
            for there, rate in self._failures(queues):
                if _level(there) <= order:
                    yield there, rate
            yield from self._repairs(queues)

        return moves

    def exits(self, state: _Queues, order: int) -> tuple[float, float]:
        """How often failures lead beyond so many down, and that times how far beyond."""
        beyond = [
            (rate, rate * (_level(there) - order))
            for there, rate in self._failures(state)
            if _level(there) > order
        ]
        return sum(rate for rate, _ in beyond), sum(far for _, far in beyond)

    def falls_per_h(self, order: int) -> float:
        """How fast the number down falls, at least, while more are down than that."""
        every = zip(self.installed, self.kinds, strict=True)
        rises = sum(number / kind.mtbf_h for number, kind in every)
        for cause, rate_per_h in enumerate(self.shock_per_h):
            struck = (
                n for n, k in zip(self.installed, self.kinds, strict=True) if cause in k.causes
            )
            rises += rate_per_h * sum(struck)
        return self._mends_per_h(order + 1) - rises

    def _mends_per_h(self, level: int) -> float:
        """How many are mended an hour where so many are down, at least: however the classes share
        them.
        """
        least = [0.0]
        for crew, crews in enumerate(self.crews):
            own = self._of_class(crew)
            slowest_h = max(self.kinds[kind].mttr_h for kind in own)
            number = sum(self.installed[kind] for kind in own)
            there = [min(down, crews) / slowest_h for down in range(number + 1)]
            least = [
                min(
                    least[total - down] + there[down]
                    for down in range(max(0, total - len(least) + 1), min(total, number) + 1)
                )
                for total in range(len(least) + number)
            ]
        return least[level]

    def counts(self, state: _Queues) -> Counts:
        """How many of each kind are down."""
        down = [kind for served, waiting in state for kind in (*served, *waiting)]
        return tuple(down.count(kind) for kind in range(len(self.kinds)))

    def _failures(self, state: _Queues) -> Iterator[tuple[_Queues, float]]:
        down = self.counts(state)
        for kind, rates in enumerate(self.kinds):
            standing = self.installed[kind] - down[kind]
            yield self._joined(state, (kind,)), standing / rates.mtbf_h
        for cause, rate_per_h in enumerate(self.shock_per_h):
            struck = [k for k, kind in enumerate(self.kinds) if cause in kind.causes]
            who = tuple(k for k in struck for _ in range(self.installed[k] - down[k]))
            if who:
                yield self._joined(state, who), rate_per_h

    def _joined(self, state: _Queues, new: Counts) -> _Queues:
        """The queues with so many more, each at its class."""
        found = []
        for crew, (served, waiting) in enumerate(state):
            own = tuple(kind for kind in new if self.kinds[kind].crew == crew)
            free = self.crews[crew] - len(served)
            found.append((tuple(sorted((*served, *own[:free]))), (*waiting, *own[free:])))
        return tuple(found)

    def _repairs(self, state: _Queues) -> Iterator[tuple[State, float]]:
        for crew, (served, waiting) in enumerate(state):
            for kind in sorted(set(served)):
                place = served.index(kind)
                left = (*served[:place], *served[place + 1 :], *waiting[:1])
                rate_per_h = served.count(kind) / self.kinds[kind].mttr_h
                queue = (tuple(sorted(left)), waiting[1:])
                yield (*state[:crew], queue, *state[crew + 1 :]), rate_per_h


def _left_out(
    exits: Floats, falls_per_h: float, shares: Floats, solved: _Solved, order: int
) -> tuple[float, float]:
    """What the failures left out may change, see the head of this file, and how often they come.

    exits  (state, 2) how often they come in each state, and that times how far beyond they lead
    """
    wanted = np.column_stack([np.ones(shares.size), exits])
    empties_h, leaves, far = (float(n) for n in solved.until_empty(wanted).max(axis=0))
    often_per_h, beyond_per_h = (float(n) for n in shares @ exits)
    loop = leaves + often_per_h * empties_h
    if loop >= 1.0:
        raise OverflowError(f"more than {order} are down too often")
    often_per_h = often_per_h / (1.0 - loop)
    beyond_per_h += often_per_h * (far + beyond_per_h * empties_h)
    return often_per_h * empties_h + beyond_per_h / falls_per_h, often_per_h


class _Solved:
    """The chain without the state in which all are up, factored once."""

    def __init__(self, rates: Sequence[tuple[int, int, float]], states: int) -> None:
        size = states - 1
        here, there, rate = (np.array(column) for column in zip(*rates, strict=True))
        inner = (here > 0) & (there > 0)
        first = here == 0
        out = np.bincount(here, weights=rate, minlength=states)[1:]
        off = csc_matrix((rate[inner], (here[inner] - 1, there[inner] - 1)), shape=(size, size))
        leaving = csc_matrix((out, (np.arange(size), np.arange(size))), shape=(size, size))
        self.enters = np.bincount(there[first] - 1, weights=rate[first], minlength=size)
        self.factors: Any = splu(csc_matrix(leaving - off))

    def shares(self) -> Floats:
        """(state,) shares of time: what flows into a state flows out of it."""
        rest = np.append(1.0, np.maximum(self.factors.solve(self.enters, trans="T"), 0.0))
        return np.asarray(rest / rest.sum())

    def until_empty(self, wanted: Floats) -> Floats:
        """(state, ...) Mean sums over time until all are up, from every state but that one."""
        return np.asarray(self.factors.solve(wanted[1:]))
