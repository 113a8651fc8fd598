"""Facility-years of independent components, all failures drawn at once and judged in bulk.

Components fail and are repaired whatever the others do, so each one's history is drawn by itself,
from its steady state on; gates are asked only at the instants at which something fails, 64 of them
in a word, and once more at repairs while the top event lasts.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from twin.physics.reliability.cycles import Cycles
from twin.physics.reliability.gates import HOURS_PER_YEAR, Floats, Gates, Ints
from twin.physics.reliability.logic import any_load_down, pack, propagate, unpack

_LANES = 65_536
"""Failures judged at once: some 200 MB for a graph of 25,000 nodes."""


Drawn = Callable[[Gates, np.random.Generator, float], tuple[Floats, Floats, Ints]]
"""Start, end (h) and node of every failure under way in a stretch of so many hours, by start."""


@dataclass(frozen=True, eq=False)
class _History:
    """Failures in order of time, those under way at the start first; arrays are (failure,)."""

    start_h: Floats
    end_h: Floats
    component: Ints


def simulate_years(
    gates: Gates, rng: np.random.Generator, years: float, drawn: Drawn | None = None
) -> Cycles:
    """So many facility-years; `time_h` of the answer is by stretch, `down_h` and `failures` by
    outage.

    drawn  histories of components that depend on one another; independent ones where not given

    An outage under way when a stretch begins is no failure.
    """
    rate = 1.0 / (gates.mtbf_h[gates.components] + gates.mttr_h[gates.components])
    expected = years * HOURS_PER_YEAR * float(rate.sum())
    stretches = max(1, round(expected / (0.9 * _LANES)))
    length_h = years * HOURS_PER_YEAR / stretches
    told = drawn or _independent
    outages = [
        _outages(gates, _History(*told(gates, rng, length_h)), length_h) for _ in range(stretches)
    ]
    down_h = np.concatenate([hours for hours, _ in outages])
    failures = np.concatenate([fails for _, fails in outages])
    time_h = np.full(stretches, length_h)
    return Cycles(time_h, down_h, failures, np.ones(stretches), events=int(down_h.size))


def _independent(
    gates: Gates, rng: np.random.Generator, length_h: float
) -> tuple[Floats, Floats, Ints]:
    """Alternating up and down times of every component, from its steady state."""
    component = gates.components
    mtbf_h = gates.mtbf_h[component]
    mttr_h = gates.mttr_h[component]
    down = rng.random(component.size) < gates.unavailability[component]
    time_h = np.where(down, 0.0, rng.exponential(mtbf_h))
    parts: list[tuple[Floats, Floats, Ints]] = []
    row = np.arange(component.size)
    while True:
        row = row[time_h[row] < length_h]
        if not row.size:
            break
        end_h = time_h[row] + rng.exponential(mttr_h[row])
        parts.append((time_h[row], end_h, component[row]))
        time_h[row] = end_h + rng.exponential(mtbf_h[row])
    start_h, end_h, node = (np.concatenate(column) for column in zip(*parts, strict=True))
    order = np.argsort(start_h, kind="stable")
    return start_h[order], end_h[order], node[order]


def _outages(gates: Gates, history: _History, length_h: float) -> tuple[Floats, Floats]:
    """(outage,): hours down of every outage of a stretch, and 1 where it began within it."""
    failures = history.start_h.size
    last = np.searchsorted(history.start_h, history.end_h)
    lane, who = _spread(np.arange(failures), last)
    failing = np.flatnonzero(_down(gates, lane, history.component[who], failures))
    if not failing.size:
        return np.zeros(0), np.zeros(0)
    until_h = np.append(history.start_h[1:], length_h)[failing]
    begin_h = history.start_h[failing]
    end_h = _recovery(gates, history, failing, lane, who, until_h)
    fresh = np.flatnonzero(np.append(True, begin_h[1:] > end_h[:-1]))
    return np.add.reduceat(end_h - begin_h, fresh), (begin_h[fresh] > 0).astype(np.float64)


def _spread(first: Ints, last: Ints) -> tuple[Ints, Ints]:
    """Every (instant, failure) such that the failure is under way at the instant."""
    count = last - first
    who = np.repeat(first, count)
    offset = np.arange(who.size) - np.repeat(np.cumsum(count) - count, count)
    return first[who] + offset, who


def _recovery(
    gates: Gates, history: _History, failing: Ints, lane: Ints, who: Ints, until_h: Floats
) -> Floats:
    """(failing,): when each ends: at the first repair that brings the loads back, or when the next
    failure comes.

    Repairs are tried in order of time; with each, all before it are done.
    """
    place = np.full(history.start_h.size, -1)
    place[failing] = np.arange(failing.size)
    own = place[lane] >= 0
    of = place[lane[own]]
    fault = who[own]
    end_h = history.end_h[fault]
    repair = np.flatnonzero(end_h < until_h[of])
    tried = np.lexsort((end_h[repair], of[repair]))
    repair = repair[tried]
    state, member = _members(of, of[repair], failing.size)
    still = end_h[member] > end_h[repair[state]]
    down = _down(gates, state[still], history.component[fault[member[still]]], repair.size)
    back = repair[~down]
    found = until_h.copy()
    np.minimum.at(found, of[back], end_h[back])
    return found


def _members(of: Ints, asked: Ints, groups: int) -> tuple[Ints, Ints]:
    """Every (question, member): the members of the group that each question is about."""
    order = np.argsort(of, kind="stable")
    start = np.searchsorted(of[order], np.arange(groups + 1))
    count = start[asked + 1] - start[asked]
    question = np.repeat(np.arange(asked.size), count)
    offset = np.arange(question.size) - np.repeat(np.cumsum(count) - count, count)
    return question, order[start[asked[question]] + offset]


def _down(gates: Gates, lane: Ints, node: Ints, lanes: int) -> NDArray[np.bool_]:
    """(lane,): the top event in each state."""
    words = propagate(gates, pack(gates, lane, node, max(lanes, 1)))
    return unpack(any_load_down(gates, words), np.arange(lanes))
