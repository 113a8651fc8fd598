"""Reinforcement learning in a run: published step times, relations, and what is refused.

Published: NVIDIA-NeMo/RL, docs/about/performance-summary.md, releases 0.5 and 0.7, GRPO, bf16, on
policy. Prompts are taken as 150 tokens and lengths as spread by default: neither is told. The
share beside kernels comes from the first row; the others are unseen.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from conftest import small_layout
from planner import asked, loaded, ran

import twin
from twin.errors import InputError
from twin.physics.training.rollouts import answer_lengths, stretches

Row = tuple[str, int, int, int, int, int, dict[str, int], float]
PUBLISHED: dict[str, Row] = {
    # GPU, GPUs, mean and longest tokens, batch, GPUs of a replica, cut of training, seconds a step
    "Llama-3.1-8B": ("h100", 16, 1019, 4096, 512, 1, {"pipeline_parallel": 2}, 92.8),
    "Qwen3-32B": (
        "h100", 32, 3256, 4096, 2048, 4, {"tensor_parallel": 4, "pipeline_parallel": 4}, 323.0
    ),
    "Qwen3-30B-A3B": ("h100", 32, 3198, 4096, 2048, 2, {"expert_parallel": 8}, 171.0),
    "Qwen3-32B on GB200": (
        "gb200", 16, 3254, 4096, 2048, 2, {"tensor_parallel": 2, "pipeline_parallel": 4}, 295.0
    ),
    "Qwen3-30B-A3B on GB200": ("gb200", 16, 3198, 4096, 2048, 1, {"expert_parallel": 16}, 186.0),
    "Qwen3-235B-A22B on GB200": (
        "gb200", 64, 5707, 8192, 512, 8,
        {"tensor_parallel": 2, "context_parallel": 2, "expert_parallel": 16,
         "pipeline_parallel": 4}, 268.0,
    ),
}  # fmt: skip


def hall(gpu: str) -> dict[str, Any]:
    """Sixteen DGX H100 in air, or four racks of GB200."""
    fabric = {"fabric": {"kind": "rail_optimised", "nodes_per_su": 18}}
    if gpu == "gb200":
        return small_layout() | fabric
    layout = small_layout(liquid=0, air=4)
    layout["halls"][0]["rows"][0]["racks"] = "4 x dgx_h100_x4"
    return layout | fabric


def grpo(name: str = "Llama-3.1-8B", **changes: Any) -> dict[str, Any]:
    """A published job."""
    gpu, gpus, mean, longest, batch, replica, cut, _ = PUBLISHED[name]
    rollouts = {
        "samples": max(batch, 2048 if "235B" not in name else 512), "prompt_tokens": 150,
        "output_tokens": mean - 150, "longest_output": longest - 150, "tensor_parallel": replica,
    } | changes.pop("rollouts", {})  # fmt: skip
    return {
        "kind": "training", "name": "rl", "model": name.split()[0], "global_batch_sequences": batch,
        "nodes": gpus // (8 if gpu == "h100" else 4), "rollouts": rollouts,
        "checkpoint_interval": "9000 h",
    } | cut | changes  # fmt: skip


def lived(work: dict[str, Any], gpu: str = "h100") -> twin.Result:
    return ran(asked(hall(gpu), workload=[work], horizon="2 h"))


def step_s(work: dict[str, Any], gpu: str = "h100") -> float:
    """Seconds a step, of what the run says it trained in its last five minutes."""
    own = work["rollouts"]
    tokens = own["samples"] * (own["prompt_tokens"] + own["output_tokens"])
    return tokens / (lived(work, gpu).frame("site")["tokens_training"].iloc[-1] / 300.0)


def test_published_steps() -> None:
    error = {name: step_s(grpo(name), row[0]) / row[-1] - 1 for name, row in PUBLISHED.items()}
    assert abs(error.pop("Llama-3.1-8B")) < 0.03
    assert max(map(abs, error.values())) < 0.25
    assert np.mean(np.abs(list(error.values()))) < 0.13


def test_a_replica_by_hand() -> None:
    """Answers of 3, 5 and 4 tokens after prompts of 10, two places: three iterations of two, then
    the third answer begins; two more of two; two of one.
    """
    found = stretches(np.array([3.0, 5.0, 4.0]), 10.0, 2)
    assert found.steps.tolist() == [3, 2, 2]
    assert found.sequences.tolist() == [2, 2, 1]
    assert found.context_tokens.tolist() == [20 + 2, 13 + 10 + 1, 12 + 0.5]


def test_lengths_keep_their_mean_and_their_cut() -> None:
    lengths = answer_lengths(3106.0, 0.6, 3946.0, 4096, seed=3)
    assert lengths.mean() == pytest.approx(3106.0, rel=1e-3)
    assert lengths.max() == 3946.0
    assert np.array_equal(lengths, answer_lengths(3106.0, 0.6, 3946.0, 4096, seed=3))


def test_a_longer_tail_takes_longer_and_draws_less() -> None:
    even = grpo(rollouts={"output_log_sigma": 0.0})
    tail = grpo(rollouts={"output_log_sigma": 1.2})
    assert step_s(tail) > 1.3 * step_s(even)
    power = [lived(work).frame("site")["it_power_w"].iloc[-1] for work in (even, tail)]
    assert power[1] < power[0]


def test_rewards_that_take_longer_stretch_each_step() -> None:
    plain = step_s(grpo())
    slow = step_s(grpo(rollouts={"overhead": "20 s"}))
    assert slow - plain == pytest.approx(20 / 0.7, rel=0.01)


def test_power_swings_between_answers_and_training() -> None:
    """Two levels in a step of a minute and a half: far below what a grid operator looks at, and
    what the table of swings tells.
    """
    swings = lived(grpo()).frame("power_swings")
    assert swings["period_s"].iloc[0] == pytest.approx(step_s(grpo()), rel=0.01)


@pytest.mark.parametrize(
    ("rollouts", "said"),
    [
        ({"samples": 2000}, "multiple of global_batch_sequences"),
        ({"tensor_parallel": 3}, "divisor"),
        ({"software": "no_such"}, "engines"),
        ({"longest_output": 9_000_000}, "was released for"),
        ({"longest_output": 9_000_000, "context_tokens": 10_000_000}, "does not fit"),
    ],
)
def test_answers_that_cannot_be_are_refused(rollouts: dict[str, Any], said: str) -> None:
    with pytest.raises(InputError, match=said):
        twin.simulate(twin.build(loaded(asked(hall("h100"), workload=[grpo(rollouts=rollouts)]))))
