"""Known answers through the machinery of studies: the Ishigami function, queues, a newsvendor.

A study evaluates a function of what varies as it evaluates a scenario, so what holds here holds
there. Sources: Ishigami and Homma (1990); Kleinrock (1975); Law and Kelton, ch. 11.
"""

from __future__ import annotations

import heapq
import math
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tests.sources import by
from twin import InputError
from twin.analysis.statistics import batch_means, mean_interval
from twin.physics.queueing import mean_wait_mg1_s
from twin.study.experiments.compare_designs import compare_designs
from twin.study.experiments.optimise import optimise
from twin.study.experiments.sample_size import sample_size
from twin.study.experiments.sensitivity import sensitivity
from twin.study.experiments.study import study

CASES = by("planner/statistics_cases.csv", "case_id")
ANGLES = {
    name: {"distribution": "uniform", "low": -math.pi, "high": math.pi} for name in ("a", "b", "c")
}


def expected(case: str) -> list[float]:
    return [float(text) for text in CASES[case]["expected"].split("/")]


def uniform(low: float, high: float) -> dict[str, Any]:
    return {"distribution": "uniform", "low": low, "high": high}


def ishigami(a: float, b: float, c: float) -> float:
    return math.sin(a) + 7 * math.sin(b) ** 2 + 0.1 * c**4 * math.sin(a)


def broken_once(a: float, b: float, c: float) -> float:
    return math.nan if 1.0 < a < 1.02 and b > 0 else ishigami(a, b, c)


def indices(found: Any, column: str) -> list[float]:
    rows = found.indices.set_index("parameter")[column]
    return [float(rows[name]) for name in ("a", "b", "c")]


def test_ishigami_by_sobol() -> None:
    found = sensitivity(ishigami, ANGLES, "value", samples=8192)
    assert len(found.table) == 8192 * 5
    assert indices(found, "first_order") == pytest.approx(expected("ishigami_S1"), abs=0.02)
    assert indices(found, "total") == pytest.approx(expected("ishigami_ST"), abs=0.02)
    assert found.verdict()[0].startswith("value: a matters most (total index 0.557")


def test_ishigami_by_morris_and_delta_find_that_all_three_matter() -> None:
    """Morris at a fraction of the runs. c acts through a alone: its first order is none, and yet
    it matters.
    """
    morris = sensitivity(ishigami, ANGLES, "value", index="morris", samples=60)
    assert len(morris.table) == 240
    assert min(indices(morris, "mean_absolute_effect")) > 3.0
    assert abs(indices(morris, "mean_effect")[2]) < 2.0
    delta = sensitivity(ishigami, ANGLES, "value", index="delta", samples=256)
    assert indices(delta, "delta")[2] > 0.1
    assert indices(delta, "first_order")[2] < 0.1


def test_samples_that_are_no_power_of_two_are_refused_before_a_run() -> None:
    with pytest.raises(InputError, match=r"samples: found 1000; allowed: a power of two.*1024"):
        sensitivity(ishigami, ANGLES, "value", samples=1000)


def test_one_case_that_is_none_refuses_the_indices_by_name() -> None:
    with pytest.raises(
        InputError, match=r"case \d+ \(a 1\.0\d+, b .*\): value: found value is nan"
    ):
        sensitivity(broken_once, ANGLES, "value", samples=512)


def test_what_failed_is_left_out_by_choice_with_its_block() -> None:
    found = sensitivity(broken_once, ANGLES, "value", samples=4096, on_failure="leave_out")
    assert 1 <= len(found.left_out) < 200
    assert "value is nan" in found.left_out[0]
    assert indices(found, "total") == pytest.approx(expected("ishigami_ST"), abs=0.05)


def test_the_library_alone_answers_zero_for_everything() -> None:
    """Why the guard is there: SALib 1.6.0 says that nothing matters, and is certain of it."""
    sobol = pytest.importorskip("SALib.analyze.sobol", reason="the extra `study`")
    sample = pytest.importorskip("SALib.sample.sobol", reason="the extra `study`")
    problem = {"num_vars": 3, "names": ["a", "b", "c"], "bounds": [[-math.pi, math.pi]] * 3}
    points = sample.sample(problem, 256, calc_second_order=False, seed=1)
    values = np.array([ishigami(*point) for point in points])
    values[17] = np.nan
    with np.errstate(invalid="ignore"):
        found = sobol.analyze(problem, values, calc_second_order=False, seed=1)
    assert not np.any([found["S1"], found["ST"], found["ST_conf"]])


def test_an_outcome_that_nothing_moves_has_no_indices() -> None:
    found = sensitivity(lambda a, b, c: 5.0, ANGLES, "value", samples=64)
    assert found.indices["total"].isna().all()
    assert found.verdict() == ["value: nothing that varies here moves it."]


def test_a_tornado_turns_one_at_a_time() -> None:
    found = sensitivity(
        lambda x, y: 10.0 + 3.0 * x - y, {"x": uniform(0, 2), "y": uniform(0, 2)}, "value",
        index="tornado",
    )  # fmt: skip
    assert len(found.table) == 5
    assert found.indices["parameter"].tolist() == ["x", "y"]
    assert found.indices["span"].tolist() == pytest.approx([5.4, 1.8])


def lindley(arrivals: np.ndarray, services: np.ndarray) -> np.ndarray:
    """Waits of one server, first come first served."""
    walk = np.concatenate([[0.0], np.cumsum(services[:-1] - arrivals[1:])])
    return walk - np.minimum.accumulate(walk)


def drawn(seed: int, count: int) -> tuple[np.ndarray, np.random.Generator]:
    streams = np.random.SeedSequence(seed).spawn(2)
    arrivals = np.random.default_rng(streams[0]).exponential(1.0, count)
    return arrivals, np.random.default_rng(streams[1])


def one_server(service: str, seed: int, count: int = 1_000_000) -> dict[str, float]:
    """M/G/1 at a load of 0.8; waits without the first tenth."""
    arrivals, rng = drawn(seed, count)
    shape = 0.25  # of a gamma distribution whose squared variation is 4
    made = {
        "exponential": lambda: rng.exponential(1.0, count),
        "constant": lambda: np.ones(count),
        "gamma": lambda: rng.gamma(shape, 1 / shape, count),
    }
    waits = lindley(arrivals / 0.8, made[service]())[count // 10 :]
    reach = batch_means(waits, 20)
    return {"wait_s": reach.estimate, "low": reach.low, "high": reach.high}


def test_one_server_waits_as_long_as_theory_says() -> None:
    found = study(
        one_server, {"service": ["exponential", "constant", "gamma"]}, replications=4
    ).table
    means = found.groupby("service")["wait_s"].mean()
    assert means["exponential"] == pytest.approx(expected("mm1")[0], rel=0.02)
    assert means["constant"] == pytest.approx(expected("md1")[0], rel=0.02)
    assert means["gamma"] == pytest.approx(expected("mg1_cv2_4")[0], rel=0.05)
    memoryless = found[found["service"] == "exponential"]
    assert mean_interval(memoryless["wait_s"]).covers(expected("mm1")[0])
    assert (memoryless["low"].le(4.0) & memoryless["high"].ge(4.0)).sum() >= 3


def many_servers(servers: int, seed: int, count: int = 60_000) -> dict[str, float]:
    """M/M/c at a load of 0.9."""
    arrivals, rng = drawn(seed, count)
    at = np.cumsum(arrivals / (0.9 * servers))
    services = rng.exponential(1.0, count)
    free = [0.0] * servers
    waits = np.empty(count)
    for n in range(count):
        start = max(at[n], free[0])
        waits[n] = start - at[n]
        heapq.heapreplace(free, start + services[n])
    waits = waits[count // 10 :]
    return {"wait_s": float(waits.mean()), "waits_frac": float((waits > 0).mean())}


def test_many_servers_wait_as_long_as_erlang_says() -> None:
    found = study(many_servers, {"servers": [8, 32]}, replications=8).table
    for servers, case in ((8, "mm8"), (32, "mm32")):
        rows = found[found["servers"] == servers]
        wait_s, waits_frac = expected(case)
        assert mean_interval(rows["wait_s"], 0.99).covers(wait_s)
        assert mean_interval(rows["waits_frac"], 0.99).covers(waits_frac)
        assert rows["wait_s"].mean() == pytest.approx(wait_s, rel=0.08)


def lost_calls(servers: int, seed: int, count: int = 60_000) -> float:
    """M/M/c/c with 8 erlang offered: the share that is turned away."""
    arrivals, rng = drawn(seed, count)
    at = np.cumsum(arrivals / 8.0)
    services = rng.exponential(1.0, count)
    busy: list[float] = []
    lost = 0
    for n in range(count):
        while busy and busy[0] <= at[n]:
            heapq.heappop(busy)
        if len(busy) == servers:
            lost += 1
        else:
            heapq.heappush(busy, at[n] + services[n])
    return lost / count


def test_calls_are_lost_as_often_as_erlang_says() -> None:
    found = study(lost_calls, {"servers": [10]}, replications=8).table
    assert mean_interval(found["value"]).covers(expected("erlang_b")[0])
    assert found["value"].mean() == pytest.approx(expected("erlang_b")[0], rel=0.03)


def newsvendor(order: float) -> dict[str, float]:
    """Mean profit of an order by quadrature: price 10, cost 4, salvage 1."""
    shares = (np.arange(200_000) + 0.5) / 200_000
    from scipy.special import ndtri

    demand = 1000 + 200 * ndtri(shares)
    sold = np.minimum(demand, order)
    return {"profit": float((10 * sold + (order - sold) - 4 * order).mean())}


def test_newsvendor() -> None:
    order, profit = expected("newsvendor")
    assert newsvendor(order)["profit"] == pytest.approx(profit, rel=1e-4)
    found = optimise(newsvendor, {"order": uniform(800, 1400)}, {"profit": "maximise"}, trials=80)
    best = found.front.iloc[0]
    assert best["profit"] == pytest.approx(profit, rel=1e-4)
    assert best["order"] == pytest.approx(order, abs=15)


def queue(mu: float, seed: int) -> float:
    arrivals, rng = drawn(seed, 20_000)
    return float(lindley(arrivals / 0.8, rng.exponential(1.0, 20_000) / mu).mean())


TWO_QUEUES = {"now": {"mu": 1.0}, "faster": {"mu": 1.05}}


def test_common_random_numbers_of_a_queue() -> None:
    found = compare_designs(queue, TWO_QUEUES, "value", most=100, looks=1, least=100).answers[0]
    assert found.variance_ratio >= 5.0
    exact = mean_wait_mg1_s(0.8, 1 / 1.05, 1.0) - mean_wait_mg1_s(0.8, 1.0, 1.0)
    assert found.low <= exact <= found.high


def test_a_clear_comparison_stops_early_and_its_interval_still_covers() -> None:
    found = compare_designs(queue, TWO_QUEUES, "value", most=100)
    answer = found.answers[0]
    exact = mean_wait_mg1_s(0.8, 1 / 1.05, 1.0) - mean_wait_mg1_s(0.8, 1.0, 1.0)
    assert answer.decided
    assert answer.pairs < 100
    assert answer.low <= exact <= answer.high
    assert len(found.table) == 2 * answer.pairs
    assert found.verdict()[0].startswith("faster is better than now: value differs by ")


def test_arms_alike_do_not_differ_and_that_is_said() -> None:
    alike = {"now": {"mu": 1.0}, "same": {"mu": 1.0}, "faster": {"mu": 1.05}}
    found = compare_designs(queue, alike, "value", most=20)
    told = found.verdict()
    assert told[0].startswith("faster is better than now: value differs by ")
    assert told[1] == "same and now do not differ in value in 20 pairs of runs."
    assert found.plan.level == pytest.approx(0.975)


def fragile(mu: float, seed: int) -> float:
    if mu > 1 and seed == 7:
        raise ArithmeticError("the pump was not primed")
    return queue(mu, seed)


def test_a_pair_that_failed_is_named_or_left_out_by_choice() -> None:
    with pytest.raises(InputError, match=r"\(arm faster, seed 7\): value: found .*not primed"):
        compare_designs(fragile, TWO_QUEUES, "value", most=20)
    found = compare_designs(fragile, TWO_QUEUES, "value", most=20, on_failure="leave_out")
    assert len(found.left_out) == 1
    assert found.answers[0].pairs in (10, 12, 15, 18, 20)
    assert 7 not in set(found.table[found.table["status"] == "done"].groupby("seed").filter(
        lambda rows: len(rows) == 2)["seed"])  # fmt: skip


def test_size_of_a_trial_from_a_pilot() -> None:
    found = sample_size(queue, TWO_QUEUES, "value", delta=0.1)
    assert found.size.pairs_normal == pytest.approx(
        (2.801585 * found.pilot.sd / 0.1) ** 2, rel=1e-5
    )
    assert f"{found.size.pairs} pairs of runs see a difference of 0.1" in found.verdict()[0]


def bowls(x: float, y: float) -> dict[str, float]:
    return {"left": x**2 + y**2, "right": (x - 2) ** 2 + y**2, "x": x}


BOX = {"x": uniform(-4, 4), "y": uniform(-4, 4)}


def test_a_front_lies_between_two_bowls() -> None:
    goals = {"left": "minimise", "right": "minimise"}
    found = optimise(bowls, BOX, goals, algorithm="nsga2", trials=240, batch=20)
    assert len(found.front) >= 5
    assert found.front["x"].between(-0.3, 2.3).all()
    costs = found.front[["left", "right"]].to_numpy()
    assert not any((a < b).all() for a in costs for b in costs)


def test_a_limit_that_nobody_meets_is_said_with_the_nearest_miss() -> None:
    found = optimise(bowls, BOX, {"left": "minimise"}, limits=["x >= 5"], trials=40)
    assert not found.feasible
    assert found.front.empty
    assert found.nearest_miss is not None
    assert found.nearest_miss["x"] > 3
    assert found.verdict()[0].startswith("No point of 40 meets x >= 5. The nearest miss is x 3.9")


def test_a_limit_is_kept_by_the_best() -> None:
    found = optimise(bowls, BOX, {"left": "minimise"}, limits=["x >= 1"], trials=64)
    assert found.front.iloc[0]["x"] == pytest.approx(1.0, abs=0.3)
    assert found.front["meets"].all()


def cliff(x: float, y: float) -> dict[str, float]:
    if x > 1:
        raise ArithmeticError("too hot")
    return {"left": -x + y**2, "right": x}


def test_failed_points_are_marked_and_never_in_the_front() -> None:
    found = optimise(cliff, BOX, {"left": "minimise"}, trials=48)
    failed = found.trials[found.trials["status"] == "failed"]
    assert len(failed) > 0
    assert not failed["front"].any()
    assert failed["reason"].eq("ArithmeticError: too hot").all()
    assert f"{len(failed)} of 48 points failed" in found.verdict()[1]


def lucky(x: float, seed: int) -> float:
    """Nothing matters: all that is seen is luck."""
    return float(np.random.default_rng([seed, int(1e6 * x)]).normal())


def test_the_best_of_many_is_reported_on_seeds_it_was_not_chosen_by() -> None:
    found = optimise(
        lucky, {"x": uniform(1, 2)}, {"value": "minimise"}, trials=100, report_replications=40
    )
    chosen_by = found.trials[found.trials["front"]]["value"].iloc[0]
    best = found.front.iloc[0]
    assert chosen_by < -1.5
    assert best["value low"] < 0 < best["value high"]
    assert not set(found.search_seeds) & set(found.report_seeds)


def test_a_search_that_was_stopped_goes_on_with_what_it_has(tmp_path: Path) -> None:
    goals = {"left": "minimise"}
    calls: list[int] = []
    half = optimise(bowls, BOX, goals, trials=24, folder=tmp_path)
    whole = optimise(
        bowls, BOX, goals, trials=48, folder=tmp_path, tell=lambda done, total: calls.append(total)
    )
    columns = ["x", "y", "left"]
    assert whole.trials[columns].head(24).equals(half.trials[columns])
    assert len(calls) <= 48 - 24 + len(whole.front)
    again = optimise(bowls, BOX, goals, trials=48, folder=tmp_path)
    assert again.trials.equals(whole.trials)


def test_words_that_are_wrong_are_said_with_the_nearest() -> None:
    with pytest.raises(InputError, match="did you mean 'minimise'"):
        optimise(bowls, BOX, {"left": "minimize"})
    with pytest.raises(InputError, match=r"limits: found 'x = 3'"):
        optimise(bowls, BOX, {"left": "minimise"}, limits=["x = 3"])
    with pytest.raises(InputError, match="did you mean 'faster'"):
        compare_designs(queue, TWO_QUEUES, "value", baseline="fastr")
