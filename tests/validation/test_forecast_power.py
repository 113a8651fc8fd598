"""Claim: tokens a second, watts and joules a token come out of model, GPU and batch alone.

Source: ML.ENERGY leaderboard, commit 0cd52da, 267 vLLM operating points of models whose shape the
catalogue has, asked through `twin.predict_inference`. Prompts are not stated there: 100 tokens
(chat) and 250 (gpqa) assumed. vLLM's two times are fitted on three of these models, and the two
laws of power on all points with the time that was measured; what is tested here takes its time from
the forecast. Errors met, mean of tokens a second and of watts, median of joules a token: H100
19 %, 9 %, 12 %; B200 42 %, 19 %, 12 %.

What is off on B200 is the time of three runs. Qwen3 8B, 14B and 30B on `gpqa` make a token in 33,
34 and 35 ms at batch 8, whatever the model, and draw 290 to 320 W; the H100 of the same task and
batch takes 10, 14 and 12 ms. A B200 that is slower than an H100 where weights are streamed waits
for something else. These runs are told apart by that rule, from measured numbers alone: without
their 17 points B200's watts are 8.5 % off and its tokens 22 %.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

import numpy as np
import pytest

from tests.serving_points import GPUS
from tests.sources import table
from twin import InputError, predict_inference

PROMPT_TOKENS = {"lm-arena-chat": 100, "gpqa": 250}
DTYPES = {"bfloat16": "bf16", "fp8": "fp8", "mxfp4": "auto"}
OTHER_SHAPES = "Nemotron"
"""Mamba layers: no row of the catalogue."""


def _errors(row: dict[str, str]) -> tuple[float, float, float]:
    """Of tokens a second, watts and joules a token."""
    ranks = int(row["expert_parallel"])
    gpus = int(row["num_gpus"])
    model = re.sub(r"(-Instruct)?(-2507|-Thinking-2507)?(-FP8)?$", "", row["model_id"])
    found = predict_inference(
        model,
        GPUS[row["gpu_model"]],
        PROMPT_TOKENS[row["task"]],
        int(float(row["avg_output_len"])),
        parallelism=f"TP{row['tensor_parallel']}" if ranks == 1 else f"DEP{ranks}",
        dtype=DTYPES[row["weight_precision"]],
        kv_dtype="bf16",
        software="vllm",
        token_budget=8192,
        max_sequences=2048,
        concurrency=max(round(float(row["avg_batch_size"])), 1),
    )
    return (
        found.output_tokens_per_s / float(row["output_throughput_tok_s"]) - 1,
        found.gpu_power_w * gpus / float(row["power_total_w"]) - 1,
        found.joules_per_token / float(row["energy_per_token_j"]) - 1,
    )


def _run(row: dict[str, str]) -> tuple[str, ...]:
    return row["task"], row["model_id"], row["weight_precision"]


def _waiting_runs(rows: Iterable[dict[str, str]]) -> set[tuple[str, ...]]:
    """Runs in which a B200 made fewer tokens than as many H100 at the smallest batch of both, where
    weights are streamed and a B200 has 2.4 times the bandwidth.
    """
    at: dict[tuple[str, ...], dict[tuple[str, int], dict[str, float]]] = {}
    for row in rows:
        batch = row["num_gpus"], round(float(row["avg_batch_size"]))
        rates = at.setdefault(_run(row), {}).setdefault(batch, {})
        rates[row["gpu_model"]] = float(row["output_throughput_tok_s"])
    waiting = set()
    for run, batches in at.items():
        both = [batch for batch, rates in batches.items() if len(rates) == 2]
        if both:
            rates = batches[min(both, key=lambda batch: batch[1])]
            if rates["B200"] < rates["H100"]:
                waiting.add(run)
    return waiting


@pytest.fixture(scope="module")
def errors() -> dict[str, np.ndarray]:
    """(point, quantity) by GPU; points whose requests do not fit by the rule of memory are left
    out.
    """
    found: dict[str, list[tuple[float, float, float]]] = {}
    waiting = _waiting_runs(table("workload/mlenergy_power.csv"))
    for row in table("workload/mlenergy_power.csv"):
        if OTHER_SHAPES not in row["model_id"]:
            try:
                error = _errors(row)
            except InputError:
                continue
            gpu = row["gpu_model"]
            found.setdefault(gpu, []).append(error)
            if gpu == "B200" and _run(row) not in waiting:
                found.setdefault("B200 at work", []).append(error)
    return {gpu: np.abs(np.array(rows)) for gpu, rows in found.items()}


def test_nearly_every_point_is_forecast(errors: dict[str, np.ndarray]) -> None:
    assert len(errors["H100"]) + len(errors["B200"]) >= 260
    assert len(errors["B200"]) - len(errors["B200 at work"]) == 17


@pytest.mark.parametrize(
    ("gpu", "tokens", "watts", "joules"),
    [("H100", 0.22, 0.10, 0.13), ("B200", 0.45, 0.21, 0.15), ("B200 at work", 0.23, 0.09, 0.15)],
)
def test_errors(
    errors: dict[str, np.ndarray], gpu: str, tokens: float, watts: float, joules: float
) -> None:
    rows = errors[gpu]
    assert rows[:, 0].mean() <= tokens
    assert np.median(rows[:, 0]) <= 0.18
    assert rows[:, 1].mean() <= watts
    assert np.median(rows[:, 2]) <= joules
