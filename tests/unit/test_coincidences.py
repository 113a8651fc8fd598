"""Minimal coincidences, against every state tried one by one."""

from __future__ import annotations

from itertools import product

import numpy as np
import pytest
from numpy.typing import NDArray

from twin.physics.reliability.bounds import at_least, union_bounds
from twin.physics.reliability.coincidences import Coincidence, Judged, Search

SIZE = (3, 1, 1, 2, 1)


def weights(seed: int) -> NDArray[np.float64]:
    """(consequence, group) what each failure adds."""
    return np.random.default_rng(seed).integers(0, 4, (3, len(SIZE))).astype(float)


def search(seed: int, budget: int = 10_000) -> Search:
    """Three consequences of weighted sums; a search ends where all three follow."""
    added = weights(seed)

    def judge(counts: NDArray[np.int64]) -> Judged:
        load = added @ counts.T / 5.0
        follows = load >= 1.0
        return Judged(follows, follows.all(axis=0), load)

    touched = np.ones((len(SIZE), 3), dtype=bool)
    return Search(SIZE, [0.1] * len(SIZE), touched, judge, budget)


def by_enumeration(seed: int, which: int) -> set[Coincidence]:
    """Minimal states among all of them."""
    added = weights(seed)[which]
    states = [np.array(s) for s in product(*(range(n + 1) for n in SIZE))]
    failing = [s for s in states if added @ s >= 5.0]
    minimal = [s for s in failing if not any((f <= s).all() and (f < s).any() for f in failing)]
    return {tuple(np.repeat(np.arange(len(SIZE)), s).tolist()) for s in minimal}


@pytest.mark.parametrize("seed", range(12))
def test_minimal_coincidences_are_those_of_enumeration(seed: int) -> None:
    found = search(seed).run(near=False)
    assert found.complete
    for which, minimal in enumerate(found.minimal):
        wanted = by_enumeration(seed, which)
        assert set(minimal) <= wanted
        assert all(_beyond_an_end(chosen, seed) for chosen in wanted.difference(minimal))


def _beyond_an_end(chosen: Coincidence, seed: int) -> bool:
    """Left out only where a part of it already has every consequence."""
    added = weights(seed)
    counts = np.bincount(chosen, minlength=len(SIZE)) if chosen else np.zeros(len(SIZE))
    for group in set(chosen):
        less = counts.copy()
        less[group] -= 1
        if (added @ less >= 5.0).all():
            return True
    return False


def test_a_search_out_of_budget_says_to_which_order_it_went() -> None:
    found = search(1, budget=8).run(near=False)
    assert not found.complete
    assert found.order == 1


def test_failures_that_meet_nowhere_are_not_combined() -> None:
    judged: list[int] = []

    def judge(counts: NDArray[np.int64]) -> Judged:
        judged.extend(counts.sum(axis=1).tolist())
        states = len(counts)
        none = np.zeros((1, states), dtype=bool)
        return Judged(none, none[0], np.zeros((4, states)))

    touched = np.eye(4, dtype=bool)
    found = Search([1] * 4, [0.1] * 4, touched, judge, 100).run(near=False)
    assert found.complete
    assert max(judged) == 1


def test_tail_of_a_count_keeps_its_digits() -> None:
    assert at_least([1e-5] * 3, 3) == pytest.approx(1e-15, rel=1e-9)
    assert at_least([0.5] * 4, 2) == pytest.approx(11 / 16)
    assert at_least([], 1) == 0.0


@pytest.mark.parametrize("seed", range(20))
def test_bounds_of_a_union_hold_what_enumeration_finds(seed: int) -> None:
    draw = np.random.default_rng(seed)
    q = draw.uniform(0.001, 0.2, 6)
    sets = list({tuple(sorted(draw.choice(6, size=2, replace=False).tolist())) for _ in range(5)})
    exact = 0.0
    for state in product((0, 1), repeat=6):
        if any(all(state[part] for part in chosen) for chosen in sets):
            exact += float(np.prod(np.where(state, q, 1 - q)))
    lower, upper = union_bounds(sets, q)
    assert lower <= exact <= upper
    assert upper < 1.5 * exact
