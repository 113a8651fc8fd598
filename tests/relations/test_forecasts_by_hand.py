"""Answers of `twin predict` to odd questions, against each other and sums by hand."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from twin import InputError, predict_inference, predict_training
from twin.calibration.kernel_tables import kernel_samples

H100 = "H100-SXM5-80GB"
ODD = (
    ("Llama-3.1-8B", 1, 1, 1, {}),
    ("Llama-3.1-8B", 100_000, 1, 1, {}),
    ("Llama-3.1-8B", 100_000, 2, 3, {}),
    ("Llama-3.1-8B", 1_000, 100, 8, {"token_budget": 16}),
    ("Llama-3.1-8B", 1_000, 17, 1, {"drafts": 16, "acceptance": 1.0}),
    ("Llama-3.1-8B", 1_000, 100, 5_000, {}),
    ("Llama-3.1-8B", 20_000, 10, 7, {"parallelism": "TP2PP3"}),
    ("Llama-3.3-70B", 1_000, 500, 2, {"parallelism": "TP1PP4", "dtype": "fp8"}),
    ("gpt-oss-120b", 9_000, 300, 16, {"parallelism": "TP2"}),
    ("Llama-4-Scout", 200_000, 100, 1, {"parallelism": "TP8", "dtype": "fp8"}),
    ("Qwen3-235B-A22B", 1_000, 500, 3, {"parallelism": "DEP8", "dtype": "fp8"}),
    ("Qwen3-235B-A22B", 1_000, 500, 9, {"parallelism": "DEP8", "dtype": "fp8"}),
)


def _ask(case: tuple[str, int, int, int, dict[str, Any]]):
    model, read, made, clients, options = case
    return predict_inference(model, H100, read, made, concurrency=clients, **options)


@pytest.mark.parametrize("case", ODD)
def test_clients_in_flight_are_those_of_littles_law(case) -> None:
    """Rate times the circle of a request is how many are in flight, in a service that goes on.

    Until 2026-11-29 one client with prompts in many pieces was served a third more often than its
    requests took.
    """
    found = _ask(case)
    circle_s = found.ttft_s + (case[2] - 1) * found.tpot_s
    assert found.output_tokens_per_s / case[2] * circle_s == pytest.approx(case[3], rel=0.01)
    assert 0 < found.mfu < 1
    assert found.joules_per_token * found.output_tokens_per_s == pytest.approx(
        found.gpu_power_w * found.gpus
    )


def test_three_clients_on_eight_ranks_are_three() -> None:
    """A rank without a request waits for those that have one; nine take as long as sixteen."""
    three, eight, nine, sixteen = (_ask((*ODD[-1][:3], n, ODD[-1][4])) for n in (3, 8, 9, 16))
    assert (three.concurrency, nine.concurrency) == (3, 9)
    assert three.output_tokens_per_s / 3 == pytest.approx(eight.output_tokens_per_s / 8)
    assert nine.output_tokens_per_s / 9 == pytest.approx(sixteen.output_tokens_per_s / 16)
    assert three.notes == ("3 requests on 8 ranks, which all take as long as the fullest",)


def test_five_requests_are_in_flight_together_at_most() -> None:
    found = predict_inference("Llama-3.1-8B", H100, 1000, 100, requests=5, concurrency=64)
    assert (found.concurrency, found.wait_s, found.notes) == (5, 0.0, ())


def test_a_cap_below_what_the_lowest_clock_draws_is_refused() -> None:
    with pytest.raises(InputError, match=r"--power-cap: found 60 W; allowed: at least 1\d\d W"):
        predict_inference("Llama-3.1-8B", H100, 1000, 100, power_cap_w=60)
    held = predict_inference("Llama-3.1-8B", H100, 1000, 100, power_cap_w=300)
    assert held.gpu_power_w == pytest.approx(300, rel=2e-3)


def test_stages_share_the_budget_of_each_without_a_note() -> None:
    assert _ask(ODD[7]).notes == ()


def test_drafts_of_a_sequence_stay_together_on_a_stage() -> None:
    """One sequence and its three drafts go through four stages as one micro-batch: as long as on
    one GPU, and what three hand-overs take.
    """
    drafts = {"drafts": 3, "acceptance": 0.7, "dtype": "fp8", "concurrency": 1}
    one = predict_inference("Llama-3.1-8B", H100, 1000, 500, **drafts)
    four = predict_inference("Llama-3.1-8B", H100, 1000, 500, parallelism="TP1PP4", **drafts)
    assert one.tpot_s < four.tpot_s < 1.02 * one.tpot_s


def test_options_that_there_are_none_of_are_named_all_at_once() -> None:
    """They ended in a TypeError of a class that no planner knows."""
    with pytest.raises(InputError) as told:
        predict_inference("Llama-3.1-8B", H100, 1000, 100, tp=2, concurency=4)
    assert "did you mean 'parallelism'?" in str(told.value)
    assert "did you mean 'concurrency'?" in str(told.value)
    with pytest.raises(InputError, match="did you mean 'tensor_parallel'"):
        predict_training("Llama-3.1-8B", H100, 8, tp=2)
    with pytest.raises(InputError, match=r"does not multiply in nvfp4.*it does in bf16, fp8"):
        predict_training("Llama-3.1-8B", H100, 8, dtype="nvfp4")


TRAINED = (
    ("Llama-3.1-405B", 1024, {"tensor_parallel": 8, "pipeline_parallel": 16}, 256),
    ("Llama-3.1-8B", 16, {"tensor_parallel": 16}, 1024),
    ("Llama-3.1-8B", 8, {"zero_stage": 3}, 64),
    ("Llama-3.1-8B", 8, {"lora_rank": 16}, 64),
    ("Llama-3.1-8B", 8, {"context_parallel": 8, "recompute": "full"}, 1),
)


@pytest.mark.parametrize(("model", "gpus", "cut", "sequences"), TRAINED)
def test_steps_of_training_by_hand(
    model: str, gpus: int, cut: dict[str, Any], sequences: int
) -> None:
    """Tokens, parts, joules, FLOP and the bubble of a step are one another's sums."""
    found = predict_training(model, H100, gpus, global_batch_sequences=sequences, **cut)
    assert found.tokens_per_s * found.step_s == pytest.approx(sequences * 8192)
    assert sum(found.parts_s.values()) == pytest.approx(found.step_s)
    assert found.joules_per_token * found.tokens_per_s == pytest.approx(found.gpu_power_w * gpus)
    assert found.tflop_s_per_gpu / found.mfu == pytest.approx(989, rel=1e-3)


def test_pipeline_bubble_and_recompute_by_hand() -> None:
    """Of 16 stages, 32 micro-batches and 8 chunks a stage 15 / 256 of the work are a bubble; with
    all recomputed products are done four times where three do without.
    """
    cut = {"tensor_parallel": 8, "pipeline_parallel": 16, "global_batch_sequences": 256}
    plain = predict_training("Llama-3.1-405B", H100, 1024, **cut).parts_s
    again = predict_training("Llama-3.1-405B", H100, 1024, recompute="full", **cut).parts_s
    work_s = sum(plain[k] for k in ("matrix products", "attention", "element-wise"))
    work_s += plain["tensor parallel"]
    assert plain["pipeline bubble"] == pytest.approx(15 / 256 * work_s, rel=0.01)
    assert again["matrix products"] / plain["matrix products"] == pytest.approx(4 / 3, rel=0.01)


B200 = "B200-SXM-180GB"


def _measured_us(m: int, n: int, k: int, op: str = "gemm", dtype: str = "nvfp4") -> float:
    rows = kernel_samples(B200, op, dtype)
    wanted = dict(zip(rows.axes, (m, n, k), strict=False))
    (found,) = np.flatnonzero(np.all([rows.axes[name] == wanted[name] for name in wanted], axis=0))
    return float(rows.time_s[found] * 1e6)


def test_depth_bounds_four_bits_of_one_client() -> None:
    """A token of 405B on eight B200 as the sum of rows that were measured: products as deep as the
    model is wide, interpolated in what tensors cut; sums of 32 KiB; 630 small kernels of 2 us;
    decode attention as its surface has it (11.7 us).
    """
    asked = {"dtype": "fp4", "concurrency": 1}
    eight = predict_inference("Llama-3.1-405B", B200, 1000, 1000, parallelism="TP8", **asked)
    qkv = _measured_us(15, 2048, 16384)
    narrow = _measured_us(7, 16384, 2048)
    gate = np.interp(
        13_312, [7168, 16384], [_measured_us(7, 7168, 16384), _measured_us(2, 16384, 16384)]
    )
    down = np.interp(
        6_656, [5120, 7168], [_measured_us(10, 16384, 5120), _measured_us(2, 16384, 7168)]
    )
    sums_us = 2 * _measured_us(8, 32768, 0, "all_reduce", "bf16")
    layer_us = qkv + narrow + gate + down + sums_us + 5 * 2.0 + 11.7
    assert eight.step_s == pytest.approx(126 * layer_us * 1e-6 + 90e-6, rel=0.02)
    assert eight.weight_bytes_per_gpu / 7.7e12 / eight.step_s == pytest.approx(0.20, abs=0.005)
    four = predict_inference("Llama-3.1-405B", B200, 1000, 1000, parallelism="TP4", **asked)
    assert four.step_s / eight.step_s == pytest.approx(1.28, abs=0.01)
    wide = [
        _measured_us(15, 2048, 16384),
        _measured_us(6, 5120, 16384),
        _measured_us(7, 7168, 16384),
    ]
    assert max(wide) < 1.05 * min(wide)
