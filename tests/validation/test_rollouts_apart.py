"""Reinforcement learning with answers made on nodes of their own: published steps, and relations.

Published: NVIDIA-NeMo/RL, docs/about/performance-summary.md, release 0.4, GRPO one step off policy,
bf16, DGX H100; half of the nodes make answers (examples/configs/recipes/llm/performance, async-grpo
files). Nothing is fitted to these rows.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from planner import asked, loaded

import twin
from tests.validation.test_post_training import grpo, hall, lived, step_s
from twin.errors import InputError
from twin.facility.gpu_profiles import profiled
from twin.simulation.jobs.step_times import TrainingSpeed

PUBLISHED: dict[str, tuple[int, int, int, dict[str, int], float]] = {
    # nodes, mean tokens, GPUs of a replica, cut of training, seconds a step
    "Llama-3.1-8B": (2, 1129, 1, {}, 74.6),
    "Qwen3-30B-A3B": (4, 3158, 2, {"pipeline_parallel": 2, "expert_parallel": 8}, 244.0),
    "Qwen3-32B": (8, 3207, 4, {}, 215.0),
}


def apart(model: str, lag: int, **rollouts: Any) -> dict[str, Any]:
    nodes, mean, replica, cut, _ = PUBLISHED[model]
    asked = {
        "samples": 2048, "prompt_tokens": 150, "output_tokens": mean - 150, "nodes": nodes // 2,
        "longest_output": 4096 - 150, "tensor_parallel": replica, "lag": lag,
    } | rollouts  # fmt: skip
    return grpo(model, nodes=nodes, global_batch_sequences=512, rollouts=asked, **cut)


def test_published_steps_off_policy() -> None:
    error = {name: step_s(apart(name, 1)) / row[-1] - 1 for name, row in PUBLISHED.items()}
    assert max(map(abs, error.values())) < 0.30
    assert np.mean(np.abs(list(error.values()))) < 0.20


def test_a_lag_makes_steps_shorter_and_never_shorter_than_the_longer_part() -> None:
    """In turn, meanwhile, with tails that overlap; on the same GPUs in turn for comparison."""
    taken_s = [step_s(apart("Llama-3.1-8B", lag)) for lag in (0, 1, 2, 8)]
    assert taken_s == sorted(taken_s, reverse=True)
    assert taken_s[0] > 1.3 * taken_s[1]
    assert taken_s[1] > 0.5 * taken_s[0]


def test_training_that_is_the_longer_part_sets_the_pace() -> None:
    """Answers of a few tokens: rewards within the step change nothing, longer ones do."""
    short = {"output_tokens": 20, "longest_output": 40, "output_log_sigma": 0.0}
    plain = step_s(apart("Llama-3.1-8B", 1, **short))
    beside = step_s(apart("Llama-3.1-8B", 1, **short, overhead="1 s"))
    assert beside == pytest.approx(plain, rel=1e-3)
    slow = step_s(apart("Llama-3.1-8B", 1, **short, overhead="100 s"))
    assert slow == pytest.approx(100 / 0.7, rel=0.02)


def test_gpus_that_wait_draw_less() -> None:
    power_w = {}
    for lag in (0, 1):
        work = apart("Llama-3.1-8B", lag)
        power_w[lag] = float(lived(work).frame("site")["it_power_w"].iloc[-1])
    assert power_w[0] < power_w[1]


@pytest.mark.parametrize("lag", [0, 1])
@pytest.mark.parametrize("output_tokens", [20, 200, 1000])
@pytest.mark.parametrize(("nodes", "answering"), [(4, 2), (8, 7)])
def test_two_levels_of_power_add_up_to_the_mean(
    lag: int, output_tokens: int, nodes: int, answering: int
) -> None:
    """Whichever set of nodes works longer, and whichever draws more."""
    own = {"output_tokens": output_tokens, "longest_output": 2 * output_tokens, "nodes": answering}
    work = apart("Llama-3.1-8B", lag, **own) | {"nodes": nodes}
    built = twin.build(loaded(asked(hall("h100"), workload=[work])))
    (job,) = built.scenario.workload[0].jobs(1)
    assert job.steps is not None
    on = profiled(built.scenario, "H100-SXM5-80GB", built.profiles)
    held = TrainingSpeed(built.scenario, "rl", job.steps, on, 8 * nodes, 50e9).step(1.0, 1.0).held
    mean = held.duty_frac * held.high_frac + (1 - held.duty_frac) * held.low_frac
    assert mean == pytest.approx(held.power_frac, rel=1e-9)
    assert held.high_frac >= held.low_frac


@pytest.mark.parametrize(
    ("rollouts", "said"),
    [({"nodes": 2}, "below nodes"), ({"nodes": None}, "nodes that make answers")],
)
def test_sets_of_nodes_that_cannot_be_are_refused(rollouts: dict[str, Any], said: str) -> None:
    with pytest.raises(InputError, match=said):
        lived(apart("Llama-3.1-8B", 1, **rollouts))


def test_a_layout_is_judged_by_the_gpus_that_train() -> None:
    """Two stages of eight on sixteen GPUs fit on all of them, and not on the eight that train."""
    work = apart("Llama-3.1-8B", 1) | {"tensor_parallel": 8, "pipeline_parallel": 2}
    with pytest.raises(InputError, match=r"16|pipeline|GPUs"):
        lived(work)
