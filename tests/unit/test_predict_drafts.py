"""Drafts in a forecast of one replica: by hand, by the request engine's rule, as published."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import twin
from twin.analysis.prediction import InferencePrediction
from twin.errors import InputError
from twin.physics.kernels import BenchmarkLoad, benchmark_schedule, run_benchmark
from twin.physics.serving.law import made_in_step


class EvenLaw:
    """Iterations of one second, a millisecond a row more; a FLOP and a byte a token of context."""

    def fixed_s(self, sequences, prompt_tokens=0.0):
        return 1.0 + 1e-3 * (np.asarray(sequences, float) + prompt_tokens)

    def context_s(self, sequences):
        return 0.0 * sequences

    def reading_s(self, prompt_tokens, length, before_tokens=0.0):
        return 0.0 * prompt_tokens

    def work(self, sequences, context_tokens, prompt_tokens, prompt_length, before_tokens=0.0):
        return context_tokens, context_tokens

    def outside_s(self, sequences, context_tokens, prompt_tokens, prompt_length):
        return 0.0 * sequences

    def exchange_s(self, tokens, prompt_tokens=0.0):
        return 0.0 * tokens

    def host_s(self, sequences, prompt_tokens):
        return 0.0 * sequences

    def busy_frac(self, sequences, prompt_tokens):
        return 0.0 * sequences + 1.0


def deepseek(concurrency: int, **options: Any) -> InferencePrediction:
    """R1 on eight H200."""
    return twin.predict_inference(
        "DeepSeek-R1", "H200-SXM-141GB", 500, 200, parallelism="TP8", concurrency=concurrency,
        **options,
    )  # fmt: skip


def test_one_filling_by_hand() -> None:
    """Four requests of ten in and eleven out, one draft that always stands: an iteration reads all
    prompts, five make two tokens each of four sequences, with eight rows and a tenth of a second.
    """
    load = BenchmarkLoad(4, 4, 10, 11, 100, checked_tokens=2, made_tokens=2.0, drafting_s=0.1)
    run = run_benchmark(EvenLaw(), load)
    first_s = 1.0 + 0.040
    between_s = 5 * (1.0 + 0.008 + 0.1)
    assert run.time_to_first_token_s == pytest.approx(first_s, rel=1e-12)
    assert run.time_per_output_token_s == pytest.approx(between_s / 10, rel=1e-12)
    assert run.output_tokens_per_s == pytest.approx(44 / (first_s + between_s), rel=1e-12)
    held = 4 * sum(11 + 2 * step for step in range(5))
    assert run.byte_per_s == pytest.approx(held / (first_s + between_s), rel=1e-12)
    assert run.flop_per_s == pytest.approx(2 * run.byte_per_s, rel=1e-12)


def test_iterations_end_where_the_tokens_are_made() -> None:
    made = made_in_step(1, 0.85)
    load = BenchmarkLoad(1, 1, 10, 38, 100, 2, made)
    assert load.decode_steps(38) == 20
    assert benchmark_schedule(load).steps.sum() == 21


def test_rejected_drafts_only_cost() -> None:
    """Nothing accepted: as many iterations as without, each dearer."""
    plain = deepseek(16)
    vain = deepseek(16, drafts=1, acceptance=0.0)
    assert vain.tokens_per_step == plain.tokens_per_step == 1.0
    assert plain.tpot_s < vain.tpot_s < 1.5 * plain.tpot_s
    assert vain.joules_per_token > plain.joules_per_token


def test_multi_token_prediction_gains_as_published() -> None:
    """1.8 times the tokens a second (arXiv 2412.19437, section 5.4.3), at a batch not told; less
    where a batch is large, for each checked token costs.
    """
    gain = {
        many: deepseek(many, drafts=1, acceptance=0.85).output_tokens_per_s
        / deepseek(many).output_tokens_per_s
        for many in (1, 256)
    }
    assert gain[1] == pytest.approx(1.8, rel=0.08)
    assert 1.0 < gain[256] < gain[1]


def test_the_time_of_drafts_is_added_to_each_iteration() -> None:
    free = deepseek(1, drafts=3, acceptance=1.0)
    paid = deepseek(1, drafts=3, acceptance=1.0, draft_time_s=2e-3)
    steps = -(-199 // 4)
    assert paid.tpot_s - free.tpot_s == pytest.approx(steps * 6e-3 / 199, rel=1e-6)
    assert paid.ttft_s == pytest.approx(free.ttft_s, rel=1e-12)
    assert any("drafts" in note for note in paid.notes)


@pytest.mark.parametrize(
    ("options", "told"),
    [
        ({"drafts": 17, "acceptance": 0.7}, "--drafts"),
        ({"drafts": -1, "acceptance": 0.7}, "--drafts"),
        ({"drafts": 1}, "--acceptance"),
        ({"drafts": 1, "acceptance": 1.2}, "--acceptance"),
        ({"drafts": 1, "acceptance": float("nan")}, "--acceptance"),
        ({"acceptance": 0.7}, "--drafts"),
        ({"drafts": 1, "acceptance": 0.7, "draft_time_s": -1.0}, "--draft-time"),
        ({"drafts": 1, "acceptance": 0.7, "draft_time_s": float("inf")}, "--draft-time"),
    ],
)
def test_drafts_that_cannot_be_are_refused(options: dict[str, Any], told: str) -> None:
    with pytest.raises(InputError, match=told):
        deepseek(1, **options)


def test_all_that_is_wrong_is_told_at_once() -> None:
    with pytest.raises(InputError) as caught:
        deepseek(0, drafts=99, acceptance=2.0, draft_time_s=-1.0)
    told = {problem.where for problem in caught.value.problems}
    assert {"--concurrency", "--drafts", "--acceptance", "--draft-time"} <= told


def test_a_load_that_makes_more_than_it_checks_is_none() -> None:
    with pytest.raises(ValueError, match="checked tokens"):
        benchmark_schedule(BenchmarkLoad(1, 1, 10, 10, 100, 2, 2.5))
    with pytest.raises(ValueError, match="token budget"):
        benchmark_schedule(BenchmarkLoad(8, 8, 10, 10, 16, 2, 1.5))
