"""How many components of each kind are down while one class of crew sees to them all.

They fail whatever the others do, and are repaired first come, first served by so many crews. A
state is who is being served, in no order, and who waits, in order; those of equal rates and causes
are one kind and told apart by nothing but their number.

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


@dataclass(frozen=True)
class Kind:
    """So many components that fail and are repaired alike, and share their causes."""

    mtbf_h: float
    mttr_h: float
    causes: Counts
    """Shocks that strike all of them."""


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
    crews: int,
    shock_per_h: Sequence[float] = (),
    counts_max: int = STATES_MAX,
) -> QueueShares:
    """Shares of time by numbers down, all of them or as many at once as fit.

    shock_per_h  rate of each cause that kinds share
    counts_max   most numbers down to tell apart

    Raises OverflowError where so few fit that nothing can be said.
    """
    queue = _Chain(kinds, installed, crews, shock_per_h)
    whole = sum(installed)
    order = queue.fits(whole, counts_max)
    number, rates = reached_states(((), ()), queue.moves_within(order), STATES_MAX)
    solved = _Solved(rates, len(number))
    shares = solved.shares()
    found: dict[Counts, float] = {}
    for state, share in zip(number, shares.tolist(), strict=True):
        counts = queue.counts(_as_queue(state))
        found[counts] = found.get(counts, 0.0) + share
    if order == whole:
        return QueueShares(found, order, 0.0, 0.0)
    exits = np.array([queue.exits(_as_queue(state), order) for state in number])
    falls_per_h = queue.falls_per_h(order)
    if falls_per_h <= 0:
        raise OverflowError(f"more than {order} of {whole} are down too often")
    return QueueShares(found, order, *_left_out(exits, falls_per_h, shares, solved, order))


def _as_queue(state: State) -> _Queue:
    assert isinstance(state, tuple)
    return state[0], state[1]


def _level(state: _Queue) -> int:
    return len(state[0]) + len(state[1])


@dataclass(frozen=True)
class _Chain:
    """Moves of the queue."""

    kinds: Sequence[Kind]
    installed: Counts
    crews: int
    shock_per_h: Sequence[float]

    def fits(self, whole: int, counts_max: int) -> int:
        """The highest number down of which all states up to it surely fit."""
        states = 0
        for level in range(whole + 1):
            served = min(level, self.crews)
            waiting = len(self.kinds) ** (level - served)
            states += comb(len(self.kinds) + served - 1, served) * waiting
            if states > STATES_MAX or self._counts_within(level) > counts_max:
                return level - 1
        return whole

    def _counts_within(self, level: int) -> int:
        """Numbers down of up to so many, at most."""
        every = prod(number + 1 for number in self.installed)
        return min(every, comb(len(self.kinds) + level, level))

    def moves_within(self, order: int) -> Moves:
        """Moves, failures beyond so many down left out."""

        def moves(state: State) -> Iterable[tuple[State, float]]:
            queue = _as_queue(state)
            for there, rate in self._failures(queue):
                if _level(there) <= order:
                    yield there, rate
            yield from self._repairs(queue)

        return moves

    def exits(self, state: _Queue, order: int) -> tuple[float, float]:
        """How often failures lead beyond so many down, and that times how far beyond."""
        beyond = [
            (rate, rate * (_level(there) - order))
            for there, rate in self._failures(state)
            if _level(there) > order
        ]
        return sum(rate for rate, _ in beyond), sum(far for _, far in beyond)

    def falls_per_h(self, order: int) -> float:
        """How fast the number down falls, at least, while more are down than that."""
        mends = min(order + 1, self.crews) / max(kind.mttr_h for kind in self.kinds)
        every = zip(self.installed, self.kinds, strict=True)
        rises = sum(number / kind.mtbf_h for number, kind in every)
        for cause, rate_per_h in enumerate(self.shock_per_h):
            struck = (
                n for n, k in zip(self.installed, self.kinds, strict=True) if cause in k.causes
            )
            rises += rate_per_h * sum(struck)
        return mends - rises

    def counts(self, state: _Queue) -> Counts:
        """How many of each kind are down."""
        down = (*state[0], *state[1])
        return tuple(down.count(kind) for kind in range(len(self.kinds)))

    def _failures(self, state: _Queue) -> Iterator[tuple[_Queue, float]]:
        down = self.counts(state)
        for kind, rates in enumerate(self.kinds):
            standing = self.installed[kind] - down[kind]
            yield self._joined(state, (kind,)), standing / rates.mtbf_h
        for cause, rate_per_h in enumerate(self.shock_per_h):
            struck = [k for k, kind in enumerate(self.kinds) if cause in kind.causes]
            who = tuple(k for k in struck for _ in range(self.installed[k] - down[k]))
            if who:
                yield self._joined(state, who), rate_per_h

    def _joined(self, state: _Queue, new: Counts) -> _Queue:
        served, waiting = state
        free = self.crews - len(served)
        return tuple(sorted((*served, *new[:free]))), (*waiting, *new[free:])

    def _repairs(self, state: _Queue) -> Iterator[tuple[State, float]]:
        served, waiting = state
        for kind in sorted(set(served)):
            place = served.index(kind)
            left = (*served[:place], *served[place + 1 :], *waiting[:1])
            rate_per_h = served.count(kind) / self.kinds[kind].mttr_h
            yield (tuple(sorted(left)), waiting[1:]), rate_per_h


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
