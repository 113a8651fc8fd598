"""Claim: published serving rates that came after the fit are met as those before it were.

210 rows of TensorRT-LLM 1.0 (workload/tensorrt_llm_v1_rows.csv) of seven models on four GPUs, from
128 to 20,000 tokens in and 128 to 4,096 out, tried through `twin.predict_inference` once its times
stood; nothing was changed for them. Cuts are those of the table; models of experts were run with
`enable_attention_dp`, which is a cut DEPn. Mean absolute error 10.8 %, median 6.8 %: dense models
5.9 % (405B 5.6, 70B 5.3, 8B 7.7), models of experts 15.3 %; Hopper 10.2 %. Bad rows: Llama 4
Maverick on H100 +25 % on average, Qwen3 30B on GB200 +29 % (published there slower than on B200,
whose GPU is the same), Qwen3 235B with 20,000 tokens in on H200 +60 %.

130 rows of release 1.2, the first of B300 and GB300, tried after those: 9.8 %, median 8.4 %, dense
6.2 %, models of experts 10.4 %; Kendall's tau of their GPUs 0.86.

And a service that is asked more than it has places for (NVIDIA NIM 1.8.0, Llama 3.3 70B in fp8 on
two H100, 5,000 tokens in and 500 out, 1 to 250 clients; docs.nvidia.com/nim/benchmarking/llm/1.0.0,
performance): tokens within 5.3 %, time between tokens within 9 %, time to the first token within
21 % while all run, and with the wait in line of the circle of clients within 5 % from 150 on.
"""

from __future__ import annotations

import numpy as np
import pytest

from tests.serving_points import last_forecasts, later_forecasts, order_kept
from twin import predict_inference

CLIENTS = {
    1: (406.77, 18.58, 51.67),
    5: (546.7, 21.83, 218.48),
    25: (688.69, 38.75, 623.4),
    50: (834.51, 59.73, 814.37),
    100: (7996.25, 92.91, 917.26),
    150: (34794.22, 92.86, 920.9),
    200: (61680.22, 93.06, 920.54),
    250: (88605.32, 93.2, 920.12),
}
"""Requests in flight: ms to the first token, ms between tokens, tokens a second."""


@pytest.fixture(scope="module")
def errors():
    """(error, point) of each row."""
    return [
        (found.output_tokens_per_s_per_gpu / point.tokens_per_s_per_gpu - 1, point)
        for point, found in later_forecasts()
    ]


def _mean(errors, wanted) -> float:
    return float(np.mean([abs(error) for error, point in errors if wanted(point)]))


def test_all_rows(errors) -> None:
    assert len(errors) == 210
    assert _mean(errors, lambda point: True) <= 0.112
    assert np.median([abs(error) for error, _ in errors]) <= 0.075


def test_dense_models_at_every_length(errors) -> None:
    assert _mean(errors, lambda point: not point.sparse) <= 0.065
    for length in {(point.input_tokens, point.output_tokens) for _, point in errors}:
        here = _mean(
            errors,
            lambda point, length=length: (
                not point.sparse and (point.input_tokens, point.output_tokens) == length
            ),
        )
        assert here <= 0.12


def test_hopper(errors) -> None:
    """Asked is 15 %; before buffers of experts were counted H100 alone came to 17.4 %."""
    for gpu in ("H100", "H200"):
        assert _mean(errors, lambda point, gpu=gpu: point.gpu == gpu) <= 0.12


def test_buffers_of_experts_leave_less_for_keys_and_values(errors) -> None:
    """Qwen3 235B on eight H100: 17.0 % before they were counted."""
    wanted = ("Qwen3-235B-A22B", "H100")
    assert _mean(errors, lambda point: (point.model, point.gpu) == wanted) <= 0.07


def test_models_of_experts(errors) -> None:
    assert _mean(errors, lambda point: point.sparse) <= 0.155


def test_gpus_keep_their_order(errors) -> None:
    """Kendall's tau of GPUs with one model and lengths, of rows told apart by more than 5 %."""
    tau, pairs = order_kept(
        (
            (point.model, point.input_tokens, point.output_tokens),
            point.tokens_per_s_per_gpu,
            point.tokens_per_s_per_gpu * (1 + error),
        )
        for error, point in errors
    )
    assert pairs > 200
    assert tau >= 0.9


def test_gpus_of_the_release_after_that_keep_their_order() -> None:
    """0.785 while B300 and GB300 had experts in nvfp4 of one library alone."""
    tau, pairs = order_kept(
        (
            (point.model, point.input_tokens, point.output_tokens),
            point.tokens_per_s_per_gpu,
            found.output_tokens_per_s_per_gpu,
        )
        for point, found in last_forecasts()
    )
    assert pairs == 214
    assert tau >= 0.85


@pytest.mark.parametrize(
    ("gpu", "count", "mean"),
    [
        ("B200", 28, 0.075),
        ("B300", 28, 0.085),
        ("GB200", 27, 0.125),
        ("GB300", 28, 0.14),
        ("H200", 19, 0.075),
    ],
)
def test_the_release_after_that(gpu: str, count: int, mean: float) -> None:
    found = [
        abs(said.output_tokens_per_s_per_gpu / point.tokens_per_s_per_gpu - 1)
        for point, said in last_forecasts()
        if point.gpu == gpu
    ]
    assert len(found) == count
    assert np.mean(found) <= mean


@pytest.mark.parametrize("clients", CLIENTS)
def test_more_clients_than_places(clients: int) -> None:
    """At 100 a few clients too many wait, and one place more or less is seconds: no bound there."""
    first_ms, between_ms, tokens_per_s = CLIENTS[clients]
    found = predict_inference(
        "Llama-3.3-70B", "H100-SXM5-80GB", 5000, 500,
        parallelism="TP2", dtype="fp8", concurrency=clients,
    )  # fmt: skip
    assert found.output_tokens_per_s == pytest.approx(tokens_per_s, rel=0.055)
    assert found.tpot_s * 1e3 == pytest.approx(between_ms, rel=0.10)
    if clients <= 50:
        assert found.wait_s == 0.0
        assert found.ttft_s * 1e3 == pytest.approx(first_ms, rel=0.22)
    elif clients >= 150:
        assert found.ttft_s * 1e3 == pytest.approx(first_ms, rel=0.05)
    circle_s = found.ttft_s + 499 * found.tpot_s
    at_once = found.output_tokens_per_s / 500 * circle_s
    assert at_once == pytest.approx(clients, rel=0.02)
