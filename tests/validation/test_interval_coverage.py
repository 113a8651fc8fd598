"""Intervals cover the truth as often as they say: 95 % of them in 93 to 97 % of 1,000 repeats, also
where the comparison was stopped early, and also of ratios.

The draws are the same in every run, so what passed passes again.
"""

from __future__ import annotations

import numpy as np
import pytest

from twin.analysis.statistics import (
    mean_interval,
    paired_difference,
    planned_looks,
    quantile_interval,
    ratio_difference,
    ratio_of_means,
)

REPEATS = 1000


def in_bounds(covered: list[bool]) -> bool:
    return 0.93 <= np.mean(covered) <= 0.97


@pytest.mark.parametrize(
    ("spending", "truth"), [("obrien_fleming", 0.0), ("obrien_fleming", 0.6), ("pocock", 0.3)]
)
def test_stopped_once_decided(spending: str, truth: float) -> None:
    g = np.random.default_rng(1)
    plan = planned_looks(60, spending=spending)
    found = [plan.run(g.normal(truth, 1.0, 60)) for _ in range(REPEATS)]
    assert in_bounds([one.covers(truth) for one in found])
    early = np.mean([one.pairs < 60 for one in found])
    assert early < 0.07 if truth == 0 else early > 0.3


def test_looking_at_plain_intervals_and_stopping_when_it_suits_does_not() -> None:
    """What the plan is there for: the same trials by plain intervals miss the truth too often."""
    g = np.random.default_rng(1)
    covered = []
    for _ in range(REPEATS):
        values = g.normal(0.0, 1.0, 60)
        looks = [mean_interval(values[:n]) for n in (10, 22, 35, 48, 60)]
        covered.append(next((one for one in looks if not one.covers(0.0)), looks[-1]).covers(0.0))
    assert np.mean(covered) < 0.90


@pytest.mark.parametrize("truth", [0.0, 0.6])
def test_stopped_once_precise(truth: float) -> None:
    """A little under: a trial whose spread came out small stops early."""
    g = np.random.default_rng(1)
    plan = planned_looks(60, rule="precise", half_width=0.35)
    found = [plan.run(g.normal(truth, 1.0, 60)) for _ in range(REPEATS)]
    assert in_bounds([one.covers(truth) for one in found])
    assert np.mean([one.pairs < 60 for one in found]) > 0.8


def test_pairs() -> None:
    g = np.random.default_rng(2)
    shared = g.gamma(2.0, 3.0, (REPEATS, 20))
    arm = shared + g.normal(0.4, 1.0, shared.shape)
    found = [paired_difference(a, b) for a, b in zip(arm, shared, strict=True)]
    assert in_bounds([one.low <= 0.4 <= one.high for one in found])


def test_ratio_of_means_by_fieller() -> None:
    """Joules over tokens, both from the same day; 12 days, tokens varying by a third."""
    g = np.random.default_rng(3)
    tokens = g.gamma(9.0, 1.0 / 9.0, (REPEATS, 12))
    joules = 3.0 + 2.0 * tokens + g.normal(0.0, 0.3, tokens.shape)
    found = [ratio_of_means(j, t) for j, t in zip(joules, tokens, strict=True)]
    assert in_bounds([one.covers(5.0) for one in found])


def test_difference_of_ratios_by_the_delta_method() -> None:
    g = np.random.default_rng(4)
    tokens = g.gamma(25.0, 1.0 / 25.0, (REPEATS, 20))
    noise = g.normal(0.0, 0.2, (2, *tokens.shape))
    ours = 2.5 + 2.0 * tokens + noise[0]
    theirs = 3.0 + 2.0 * tokens + noise[1]
    found = [ratio_difference((a, t), (b, t)) for a, b, t in zip(ours, theirs, tokens, strict=True)]
    assert in_bounds([one.low <= -0.5 <= one.high for one in found])


def test_median_by_the_bootstrap() -> None:
    g = np.random.default_rng(5)
    values = g.exponential(1.0, (REPEATS, 60))
    found = [quantile_interval(row, 0.5, seed=n) for n, row in enumerate(values)]
    assert in_bounds([one.covers(np.log(2.0)) for one in found])
