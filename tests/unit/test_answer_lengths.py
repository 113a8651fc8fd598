"""Answers of several lengths: their law, and the schedule beside one that goes step by step."""

from __future__ import annotations

import numpy as np
import pytest

from twin.physics.kernels.answer_lengths import answer_lengths, running_tokens
from twin.physics.kernels.schedule import BenchmarkLoad, Schedule, benchmark_schedule


def test_answers_have_the_mean_and_the_deviation_that_were_asked_for() -> None:
    found = answer_lengths(400.0, 300.0, np.inf, 20_000)
    assert found.mean() == pytest.approx(400, rel=1e-3)
    assert found.std() == pytest.approx(300, rel=0.02)
    assert found.min() >= 1
    assert (answer_lengths(400.0, 0.0, np.inf, 5) == 400).all()


def test_answers_that_are_cut_keep_their_mean() -> None:
    """Of DeepSeek R1 in MLPerf: 3,736 on average, 4,400 deviation, 20,000 at most."""
    found = answer_lengths(3736.0, 4400.0, 20_000.0, 3291)
    assert found.max() == 20_000
    assert found.mean() == pytest.approx(3736, rel=2e-3)


def test_those_that_run_are_longer_than_those_that_come() -> None:
    """The mean of squares over the mean; a quarter of the law's answers against its own draw."""
    found = answer_lengths(400.0, 300.0, np.inf, 100_000).astype(float)
    assert running_tokens(400.0, 300.0) == 400 * (1 + 9 / 16)
    assert (found**2).mean() / found.mean() == pytest.approx(625, rel=0.02)


def one_by_one(load: BenchmarkLoad) -> tuple[int, float, float, float]:
    """Iterations, and the sums of sequences, contexts and prompt tokens over them."""
    lengths = list(load.outputs)
    running: list[tuple[int, int]] = []
    reading = 0.0
    total = np.zeros(4)
    while lengths or running:
        free = min(load.concurrency - len(running), len(lengths))
        prompt = 0.0
        if free:
            prompt = min(free * load.input_tokens - reading, load.token_budget - len(running))
        context = sum(load.input_tokens + made for made, _ in running)
        total += 1, len(running), context, prompt
        running = [(made + 1, length) for made, length in running]
        reading += prompt
        while reading >= load.input_tokens:
            reading -= load.input_tokens
            running.append((1, lengths.pop(0)))
        running = [one for one in running if one[0] < one[1]]
    return int(total[0]), *total[1:]


@pytest.mark.parametrize("places", [1, 7, 40])
def test_the_schedule_is_that_of_one_iteration_after_another(places: int) -> None:
    load = BenchmarkLoad(150, places, 30, 40, 100, output_deviation=35.0, longest_output=170.0)
    plan = benchmark_schedule(load)
    assert plan.count.sum() == 150
    found = sums(plan)
    assert found == pytest.approx(one_by_one(load))


def sums(plan: Schedule) -> tuple[float, ...]:
    many = (np.ones(plan.steps.size), plan.sequences, plan.context_tokens, plan.prompt_tokens)
    return tuple(float(plan.steps @ each) for each in many)


def test_full_places_hold_half_of_what_runs_beside_their_prompts() -> None:
    """100 and half of 625 tokens; what began together is still not quite mixed (3.5 %)."""
    load = BenchmarkLoad(16_000, 1000, 100, 400, 2000, output_deviation=300.0)
    plan = benchmark_schedule(load)
    done = np.cumsum(plan.steps) / plan.steps.sum()
    middle = (done > 0.2) & (done < 0.8)
    weight = plan.steps[middle]
    held = weight @ plan.context_tokens[middle] / (weight @ plan.sequences[middle])
    assert held == pytest.approx(100 + 625 / 2, rel=0.05)


def test_a_load_with_no_such_law_is_refused() -> None:
    with pytest.raises(ValueError, match="deviation"):
        benchmark_schedule(BenchmarkLoad(10, 2, 30, 40, 100, output_deviation=-1.0))
    with pytest.raises(ValueError, match="longest"):
        benchmark_schedule(BenchmarkLoad(10, 2, 30, 40, 100, longest_output=30.0))
