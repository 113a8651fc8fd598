"""Claim: an engine's own kernels of experts give its rates at few and many requests in flight.

407 points of InferenceMAX (workload/inferencemax_points.csv): gpt-oss 120B and DeepSeek R1 on one
to eight GPUs of six kinds, 4 to 128 in flight, three pairs of lengths, under vLLM, SGLang,
TensorRT-LLM and AMD's own engine. All were asked once before anything was changed for them (mean
error 22.1 % of tokens a second; time between tokens of the 217 under vLLM and SGLang on NVIDIA's
GPUs 14.5 %). What was changed then has no number of theirs: products of experts are those measured
of the engine that runs, not TensorRT-LLM's for all. So these 217 are a check of a law that was
looked for after they were seen. The other 190 are as blind as they were, and bad: TensorRT-LLM on
B200 19 % too slow, DeepSeek R1 on MI300X and MI325X twice as fast as published.
"""

from __future__ import annotations

import numpy as np
import pytest

from tests.inferencemax_points import ROWS, errors, forecast, of
from tests.serving_points import order_kept
from twin import predict_inference
from twin.analysis.prediction import InferencePrediction


def test_every_row_is_answered() -> None:
    assert len(ROWS) == 407
    assert sum(row["gpu"].startswith("MI") for row in ROWS) == 130


@pytest.mark.parametrize(
    ("gpu", "count", "tokens", "between"),
    [("H100", 43, 0.10, 0.065), ("H200", 51, 0.085, 0.07), ("B200", 56, 0.095, 0.07)],
)
def test_gpt_oss_under_vllm(gpu: str, count: int, tokens: float, between: float) -> None:
    """12.2, 13.2 and 10.2 % of tokens a second by the products of TensorRT-LLM."""
    found = np.abs(errors(model="gpt-oss", gpu=gpu, engine="vllm"))
    assert len(found) == count
    assert found[:, 0].mean() <= tokens
    assert found[:, 1].mean() <= between
    assert found[:, 0].max() <= 0.24


def test_deepseek_under_sglang_on_hopper() -> None:
    """12.8 % by the products of TensorRT-LLM, all too slow."""
    found = errors(model="DeepSeek", gpu="H200")
    assert len(found) == 15
    assert np.abs(found[:, 0]).mean() <= 0.065
    assert np.abs(found[:, 1]).mean() <= 0.05


@pytest.mark.parametrize(("dtype", "count", "between"), [("fp8", 19, 0.11), ("fp4", 33, 0.045)])
def test_deepseek_under_sglang_on_blackwell(dtype: str, count: int, between: float) -> None:
    """Between tokens; the runs stood still for seconds at a time, which rates hold and this does
    not. In fp8 it was 30 % by the products of TensorRT-LLM.
    """
    found = np.abs(errors(model="DeepSeek", gpu="B200", dtype=dtype))
    assert len(found) == count
    assert found[:, 1].mean() <= between


def test_runs_on_blackwell_stood_still() -> None:
    """First tokens of 19 of 52 came after more than 4 s, where prompts are read in 0.05 to 0.3."""
    waits = [float(row["ttft_s"]) for row in of(model="DeepSeek", gpu="B200")]
    assert sum(wait > 4 for wait in waits) == 19


def test_order_of_gpus() -> None:
    """One question, two GPUs more than 5 % apart."""
    rows = [row for row in ROWS if not row["gpu"].startswith("MI")]
    asked = ("model", "cut", "dtype", "engine", "input_tokens", "output_tokens", "in_flight")
    tau, pairs = order_kept(
        (
            tuple(row[name] for name in asked),
            float(row["output_tokens_per_s"]),
            forecast(row).output_tokens_per_s,
        )
        for row in rows
    )
    assert pairs >= 100
    assert tau >= 0.84


def test_tensorrt_llm_is_too_slow_for_gpt_oss() -> None:
    """A known bad row: its software's time in a layer of experts was fitted on other models."""
    found = errors(model="gpt-oss", engine="tensorrt-llm")[:, 0]
    assert len(found) == 60
    assert -0.21 <= found.mean() <= -0.15
    assert found.max() < 0


def test_experts_on_another_makers_chip_are_said_to_be_uncertain() -> None:
    """No kernel of AMD's was measured: 36 % on average of 130 rows, and the answer says so."""
    found = np.abs(errors(gpu="MI"))[:, 0]
    assert len(found) == 130
    assert found.mean() == pytest.approx(0.36, abs=0.01)
    answer = forecast(next(of(gpu="MI300X")))
    assert answer.extrapolated
    assert answer.uncertainty_frac >= found.mean() - 0.01


def _deepseek(software: str, **options: object) -> InferencePrediction:
    asked = {"concurrency": 4, "dtype": "fp8", "parallelism": "TP8"} | options
    return predict_inference("DeepSeek-R1", "h200", 1000, 1000, software=software, **asked)


def test_engines_differ_in_experts_alone() -> None:
    """SGLang's layer of experts with 4 tokens is measured at 74 us, TensorRT-LLM's at 144."""
    apart_s = _deepseek("tensorrt-llm").tpot_s - _deepseek("sglang").tpot_s
    assert apart_s == pytest.approx(58 * 70e-6, rel=0.2)


def test_tokens_that_are_sent_meet_the_same_kernels() -> None:
    """Of what runs behind DeepEP no engine's own were measured."""
    sent = {"parallelism": "DEP16", "concurrency": 64}
    apart = _deepseek("sglang", **sent).tpot_s / _deepseek("vllm-async", **sent).tpot_s
    assert apart == pytest.approx(1, abs=1e-9)
