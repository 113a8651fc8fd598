"""Intervals, pairs, ratios, sizes of trials, bars of a tornado, and what is refused."""

from __future__ import annotations

import math

import numpy as np
import pytest
from scipy import stats

from tests.sources import by
from twin import InputError
from twin.analysis.statistics import (
    batch_means,
    detectable_difference,
    mean_interval,
    needed_pairs,
    paired_difference,
    planned_looks,
    power_of,
    quantile_difference,
    quantile_interval,
    ratio_difference,
    ratio_of_means,
    refuse_unusable,
    tornado,
    warm_up_length,
)
from twin.analysis.statistics.spending import boundaries

CASES = by("planner/statistics_cases.csv", "case_id")


def expected(case: str) -> list[float]:
    return [float(text) for text in CASES[case]["expected"].split("/")]


def test_a_paired_difference_is_the_paired_t_test() -> None:
    g = np.random.default_rng(5)
    shared = g.normal(0, 3, 12)
    arm = shared + g.normal(0.5, 1, 12)
    baseline = shared + g.normal(0, 1, 12)
    found = paired_difference(arm, baseline)
    peer = stats.ttest_rel(arm, baseline)
    ends = peer.confidence_interval(0.95)
    assert (found.low, found.high) == pytest.approx((ends.low, ends.high), rel=1e-12)
    assert found.p_value == pytest.approx(peer.pvalue, rel=1e-12)
    assert found.variance_ratio == pytest.approx(
        (arm.var(ddof=1) + baseline.var(ddof=1)) / (arm - baseline).var(ddof=1)
    )


def test_pairs_that_differ_by_the_same_are_certain() -> None:
    found = paired_difference([3.0, 5.0, 4.0], [1.0, 3.0, 2.0])
    assert (found.low, found.mean, found.high) == (2.0, 2.0, 2.0)
    assert found.decided
    assert found.p_value == 0.0
    assert math.isinf(found.variance_ratio)


def test_a_ratio_of_means_is_not_a_mean_of_ratios() -> None:
    """A full day and an almost empty one: PUE by energy, not by day."""
    facility = [1200.0, 30.0]
    racks = [1000.0, 10.0]
    assert ratio_of_means(facility, racks).ratio == pytest.approx(1230 / 1010)
    assert np.mean(np.divide(facility, racks)) == pytest.approx(2.1)


def test_fieller_ends_are_ratios_at_which_the_residual_is_just_within_reach() -> None:
    g = np.random.default_rng(2)
    bottom = g.normal(10, 3, 15)
    top = 2 * bottom + g.normal(0, 2, 15)
    found = ratio_of_means(top, bottom)
    for end in (found.low, found.high):
        assert stats.ttest_1samp(top - end * bottom, 0.0).pvalue == pytest.approx(0.05, abs=1e-9)


def test_a_bottom_that_may_be_zero_leaves_every_ratio_possible() -> None:
    found = ratio_of_means([1.0, 2.0, 3.0], [1.0, -1.0, 0.5])
    assert (found.low, found.high) == (-math.inf, math.inf)


@pytest.mark.parametrize("case", ["obrien_fleming_5", "pocock_5"])
def test_limits_of_five_looks_are_the_published_ones(case: str) -> None:
    found = boundaries((0.2, 0.4, 0.6, 0.8, 1.0), case.removesuffix("_5"), 0.05)
    np.testing.assert_allclose(found, expected(case), atol=2e-4)


def test_a_single_look_is_the_t_interval() -> None:
    values = np.random.default_rng(1).normal(1, 2, 25)
    found = planned_looks(25, looks=1, least=25).look(values)
    plain = mean_interval(values)
    assert (found.low, found.high) == pytest.approx((plain.low, plain.high), rel=1e-6)


def test_an_overwhelming_difference_stops_at_the_first_look() -> None:
    values = np.random.default_rng(1).normal(20, 1, 50)
    found = planned_looks(50).run(values)
    assert (found.look, found.pairs, found.stop, found.reached) == (1, 10, True, True)


def test_nothing_to_find_uses_all_planned_pairs_and_says_so() -> None:
    values = np.random.default_rng(3).normal(0, 1, 50)
    found = planned_looks(50).run(values)
    assert (found.pairs, found.stop, found.reached) == (50, True, False)
    assert found.low < 0 < found.high


def test_a_look_that_was_not_planned_is_refused() -> None:
    with pytest.raises(InputError, match="13 pairs; allowed: a planned look: 10, 20, 30, 40, 50"):
        planned_looks(50).look(np.arange(13.0))


def test_a_plan_that_cannot_be_says_all_of_it() -> None:
    with pytest.raises(InputError) as refused:
        planned_looks(3, looks=0, least=2, spending="pokock")
    assert len(refused.value.problems) == 3
    assert "did you mean 'pocock'?" in str(refused.value)
    with pytest.raises(InputError, match="half_width: found inf"):
        planned_looks(50, rule="precise")


def test_size_of_a_trial_by_the_formula_and_by_the_t_test() -> None:
    found = needed_pairs(sd=1.0, delta=0.5)
    assert found.pairs_normal == pytest.approx((1.959964 + 0.841621) ** 2 / 0.25, rel=1e-6)
    assert found.pairs == expected("paired_t_034")[0]
    assert power_of(1.0, 0.5, 34) >= 0.8 > power_of(1.0, 0.5, 33)
    assert detectable_difference(1.0, found.pairs_normal) == pytest.approx(0.5)


def test_the_power_that_a_size_promises_is_met() -> None:
    g = np.random.default_rng(8)
    size = needed_pairs(sd=2.0, delta=1.5, power=0.9).pairs
    trials = g.normal(1.5, 2.0, (4000, size))
    seen = stats.ttest_1samp(trials, 0.0, axis=1).pvalue < 0.05
    assert seen.mean() == pytest.approx(0.9, abs=0.015)


def test_what_no_number_of_runs_can_tell_is_refused_with_a_way_out() -> None:
    with pytest.raises(InputError, match="analytic model, not more runs"):
        needed_pairs(sd=1.0, delta=1e-6)


def test_quantiles_need_values_beyond_them() -> None:
    values = np.random.default_rng(4).exponential(1.0, 2000)
    found = quantile_interval(values, 0.9)
    assert found.covers(math.log(10))
    assert found == quantile_interval(values, 0.9)
    with pytest.raises(InputError, match=r"quantile 0\.99 of outage: found 200 cases"):
        quantile_interval(values[:200], 0.99, outcome="outage")


def test_quantiles_of_pairs_are_drawn_together() -> None:
    g = np.random.default_rng(4)
    shared = g.exponential(10.0, 400)
    found = quantile_difference(shared + 1.0, shared, 0.5)
    assert found.estimate == pytest.approx(1.0)
    assert found.half_width < 1e-9
    assert quantile_interval(shared, 0.5).half_width > 0.5


def test_bars_of_a_tornado_stand_by_their_span() -> None:
    bars = tornado(10.0, {"a": (9.0, 11.0), "b": (14.0, 6.0), "c": (12.0, 13.0)})
    assert [(bar.parameter, bar.span) for bar in bars] == [("b", 8.0), ("c", 3.0), ("a", 2.0)]


def test_a_tornado_names_the_end_that_did_not_finish() -> None:
    with pytest.raises(InputError, match="b at its high: pue: found nan"):
        tornado(10.0, {"a": (9.0, 11.0), "b": (14.0, math.nan)}, "pue")


def test_every_unusable_case_is_named() -> None:
    with pytest.raises(InputError) as refused:
        refuse_unusable(
            "pue", [1.1, math.nan, math.inf], ["c1", "c2", "c3"], ["", "no rack is fed", ""]
        )
    told = str(refused.value)
    assert "c2: pue: found no rack is fed; allowed: a finite number" in told
    assert "c3: pue: found inf" in told
    assert "c1" not in told


def test_hundreds_of_unusable_cases_are_counted() -> None:
    with pytest.raises(InputError, match="280 more cases without a finite value"):
        mean_interval([math.nan] * 300)


@pytest.mark.parametrize(
    "ask",
    [
        lambda bad: paired_difference(bad, np.ones(30)),
        lambda bad: ratio_of_means(np.ones(30), bad),
        lambda bad: ratio_difference((bad, np.ones(30)), (np.ones(30), np.ones(30))),
        lambda bad: quantile_interval(bad, 0.5),
        lambda bad: batch_means(bad, 5),
        lambda bad: warm_up_length(np.tile(bad, 4)),
        lambda bad: planned_looks(30, looks=1, least=30).look(bad),
    ],
)
@pytest.mark.parametrize("value", [math.nan, math.inf])
def test_nothing_analyses_a_value_that_is_none(ask: object, value: float) -> None:
    bad = np.ones(30)
    bad[17] = value
    with pytest.raises(InputError, match=r"case 18|case 48"):
        ask(bad)  # type: ignore[operator]


def test_a_warm_up_is_found_and_a_run_that_never_settles_refused() -> None:
    g = np.random.default_rng(6)
    start = 20 * np.exp(-np.arange(5000) / 200)
    cut = warm_up_length(start + g.normal(0, 1, 5000))
    assert 400 <= cut <= 1500
    with pytest.raises(InputError, match="settles in its first half"):
        warm_up_length(np.linspace(0, 1, 5000))


def test_batches_of_values_that_hang_together_are_wider_than_a_plain_interval() -> None:
    g = np.random.default_rng(7)
    noise = g.normal(0, 1, 20000)
    series = np.zeros(20000)
    for n in range(1, 20000):
        series[n] = 0.95 * series[n - 1] + noise[n]
    assert batch_means(series).half_width > 4 * mean_interval(series).half_width
    assert batch_means(series).covers(0.0)
