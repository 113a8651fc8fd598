"""Groups whose members depend on one another, as continuous-time Markov chains.

Members that share repair crews, stand by for one another or fail by a common cause have no product
form; the chain of their states is solved as a whole, identical members by their number alone.
Sources: R. E. Barlow and F. Proschan, Statistical theory of reliability and life testing (1975),
for repairmen and standby; K. N. Fleming, beta factor (1974), for the shared shock.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable, Hashable, Iterable
from dataclasses import dataclass

import numpy as np
from scipy.sparse import csc_matrix, lil_matrix
from scipy.sparse.linalg import MatrixRankWarning, spsolve

from twin.physics.reliability.gates import HOURS_PER_YEAR, Floats

State = Hashable
Moves = Callable[[State], Iterable[tuple[State, float]]]
"""Where a state goes, and at what rate an hour."""
STATES_MAX = 200_000


@dataclass(frozen=True)
class SteadyState:
    """How often and for how long a group is down."""

    unavailability: float
    frequency_per_year: float

    @property
    def mean_down_h(self) -> float:
        """Mean duration of an outage, U / f; 0 where there is none."""
        if not self.frequency_per_year:
            return 0.0
        return self.unavailability * HOURS_PER_YEAR / self.frequency_per_year

    @property
    def as_component(self) -> tuple[float, float]:
        """MTBF and MTTR (h) of one component that is down as often and as long."""
        mttr_h = self.mean_down_h
        return mttr_h * (1.0 - self.unavailability) / self.unavailability, mttr_h


def steady_state(start: State, moves: Moves, down: Callable[[State], bool]) -> SteadyState:
    """Solve the chain reached from a state.

    Raises OverflowError beyond STATES_MAX states and ValueError where a state is never left.
    """
    number, rates = reached_states(start, moves)
    share = _balance(len(number), rates)
    is_down = np.array([down(state) for state in number])
    frequency_per_h = sum(
        share[here] * rate for here, there, rate in rates if is_down[there] and not is_down[here]
    )
    return SteadyState(float(share[is_down].sum()), float(frequency_per_h) * HOURS_PER_YEAR)


def reached_states(
    start: State, moves: Moves, most: int = STATES_MAX
) -> tuple[dict[State, int], list[tuple[int, int, float]]]:
    """Every state that the start leads to, by number, and all moves between them.

    Raises OverflowError beyond so many states.
    """
    number: dict[State, int] = {start: 0}
    rates: list[tuple[int, int, float]] = []
    waiting = [start]
    while waiting:
        here = waiting.pop()
        for there, rate in moves(here):
            if rate <= 0:
                continue
            if there not in number:
                number[there] = len(number)
                waiting.append(there)
                if len(number) > most:
                    raise OverflowError(f"the chain passes {most:,} states")
            rates.append((number[here], number[there], rate))
    return number, rates


def _balance(size: int, rates: list[tuple[int, int, float]]) -> Floats:
    """(state,): shares of time; flows into a state equal those out of it.

    The start's share is taken as 1 and the rest solved from it: what hardly ever is keeps its
    digits, as one equation of sums would not let it.
    """
    if size == 1:
        return np.ones(1)
    matrix = lil_matrix((size, size))
    for here, there, rate in rates:
        matrix[there, here] += rate
        matrix[here, here] -= rate
    whole = csc_matrix(matrix)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", MatrixRankWarning)
        rest = spsolve(whole[1:, 1:], -whole[1:, 0].toarray().ravel())
    share = np.append(1.0, np.atleast_1d(rest))
    if not np.all(np.isfinite(share)) or (share < -1e-12 * share.max()).any():
        raise ValueError("the chain has a state that is never left, or falls apart")
    return np.asarray(np.maximum(share, 0.0) / np.maximum(share, 0.0).sum())


def alike(
    installed: int,
    needed: int,
    mtbf_h: float,
    mttr_h: float,
    *,
    crews: int | None = None,
    beta: float = 0.0,
    standby_frac: float = 1.0,
) -> SteadyState:
    """Identical members of which so many are needed; the state is how many are down.

    crews         that repair them, one member each; None for one a member
    beta          share of a member's failures that strikes all at once
    standby_frac  failure rate of members that are not needed, as a share of that of those that are:
                  1 hot, 0 cold
    """
    rate = 1.0 / mtbf_h
    shock = beta * rate
    crews = installed if crews is None else crews

    def moves(state: State) -> Iterable[tuple[State, float]]:
        down = int(str(state))
        up = installed - down
        running = min(up, needed)
        yield down + 1, (running + (up - running) * standby_frac) * (rate - shock) if up else 0.0
        yield installed, shock if up else 0.0
        yield down - 1, min(down, crews) / mttr_h if down else 0.0

    return steady_state(0, moves, lambda state: installed - int(str(state)) < needed)


def unlike(
    mtbf_h: Floats,
    mttr_h: Floats,
    down: Callable[[frozenset[int]], bool],
    *,
    crews: int | None = None,
    beta: float = 0.0,
) -> SteadyState:
    """Different members by name, repaired first come first served by so many crews.

    down   whether the group is down while these members have failed
    beta   share of the mean failure rate that strikes all members up at once
    """
    size = len(mtbf_h)
    shock = beta * float(np.mean(1.0 / mtbf_h))

    def moves(state: State) -> Iterable[tuple[State, float]]:
        assert isinstance(state, tuple)
        standing = [part for part in range(size) if part not in state]
        for part in standing:
            yield (*state, part), (1.0 - beta) / float(mtbf_h[part])
        if standing:
            yield (*state, *standing), shock
        for part in state[:crews]:
            yield tuple(other for other in state if other != part), 1.0 / float(mttr_h[part])

    return steady_state((), moves, lambda state: down(frozenset(_parts(state))))


def _parts(state: State) -> Iterable[int]:
    assert isinstance(state, tuple)
    return state
