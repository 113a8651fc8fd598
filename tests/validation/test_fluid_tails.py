"""Claim: the fluid's tails of the first token are those of the engine, request by request.

Llama 3.1 70B in fp8 on four H100. One run of the engine is one draw: with the lengths of the Azure
code trace the P95 of single runs of 4,000 requests at 0.75 of the load goes from 1.3 to 2.1 s, so
what is compared is a run of 20,000, or the mean of several. Errors met in the P95 at 0.55, 0.75 and
0.85: Azure code on one replica -2, +5, -9 %; 1,000 tokens in and out on eight replicas by the
fewest outstanding +7, +1, -7 % of runs from empty.

That last state does not last: requests of one length that came to one replica one after another end
one after another, and draw the next ones together. Such runs never part and now and then meet, so
bunches grow for hours: P95 at 0.75 is 0.12 s in the first quarter of an hour and several times that
later. No stationary answer is right for them; the fluid tells the first quarter of an hour.
"""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

import numpy as np
import pytest

from tests.replicas import replica_speed
from tests.validation.test_services_as_forecast import SCENARIO, served
from twin.physics.serving.engine import Served, serve
from twin.physics.serving.law import tabulated
from twin.physics.serving.requests import RequestList
from twin.physics.serving.routing import Routing
from twin.simulation.serving.replica import LONGEST_TOKENS, ReplicaSpeed

LENGTHS = {
    "code": {"lengths": "azure_2023_code"},
    "equal": {"input_tokens": 1000, "output_tokens": 1000},
}


@lru_cache(maxsize=2)
def _speed(lengths: str) -> ReplicaSpeed:
    requests = {"rate": "10 / s", **LENGTHS[lengths]}
    return replica_speed("H100-SXM5-80GB", {"dtype": "fp8", "requests": requests})


def _drawn(rng: np.random.Generator, mean: float, sigma: float, count: int) -> np.ndarray:
    values = mean * np.exp(sigma * rng.standard_normal(count) - sigma**2 / 2)
    return np.maximum(np.round(values), 1).astype(np.int64)


def _served(lengths: str, load: float, replicas: int, each: int, seed: int) -> Served:
    """So many requests a replica, Poisson, from an empty pool."""
    speed = _speed(lengths)
    law = speed.asked
    rng = np.random.default_rng(seed)
    rate = load * speed.capacity_tokens_per_s / law.output_tokens * replicas
    arrival = np.cumsum(rng.exponential(1 / rate, each * replicas))
    prompt = _drawn(rng, law.input_tokens, law.input_log_sigma, arrival.size)
    output = _drawn(rng, law.output_tokens, law.output_log_sigma, arrival.size)
    tables = tabulated([speed.pace.laws[-1]], speed.engine, LONGEST_TOKENS)
    requests = RequestList(arrival, prompt, output)
    return serve(requests, tables, speed.engine, replicas, Routing.LEAST_OUTSTANDING)


def _p95_s(served: Served, start: float = 0.15, end: float = 0.97) -> float:
    """Of those between two shares of all requests."""
    many = served.ttft_s.size
    return float(np.nanpercentile(served.ttft_s[int(start * many) : int(end * many)], 95))


def _fluid_p95_s(lengths: str, load: float, replicas: int) -> float:
    curve = _speed(lengths).latencies(1.0, replicas)
    return float(curve.at(np.array([load]), "ttft_s", 1)[0])


@pytest.mark.parametrize("load", [0.55, 0.7, 0.8])
def test_long_prompts_on_one_replica(load: float) -> None:
    engine = _p95_s(_served("code", load, 1, 20_000, seed=4))
    assert _fluid_p95_s("code", load, 1) == pytest.approx(engine, rel=0.2)


@pytest.mark.parametrize("load", [0.55, 0.7, 0.8])
def test_answers_of_one_length_by_the_fewest_outstanding(load: float) -> None:
    engine = np.mean([_p95_s(_served("equal", load, 8, 4_000, seed)) for seed in (1, 2)])
    assert _fluid_p95_s("equal", load, 8) == pytest.approx(float(engine), rel=0.2)


@pytest.mark.parametrize("load", [0.7, 0.8, 0.9, 0.95])
@pytest.mark.parametrize("lengths", ["code", "equal"])
def test_tokens_come_as_far_apart_as_the_engine_says(lengths: str, load: float) -> None:
    """Eight replicas hold up to ten thousand requests at once; until 2026-11-30 four thousand were
    lived through, and what ended behind the last of them went faster.
    """
    served = _served(lengths, load, 8, 4_000, seed=1)
    counted = slice(int(0.3 * served.tpot_s.size), int(0.9 * served.tpot_s.size))
    curve = _speed(lengths).latencies(1.0, 8)
    fluid = float(curve.at(np.array([load]), "tpot_s", 0)[0])
    assert fluid == pytest.approx(np.nanmedian(served.tpot_s[counted]), rel=0.1)


def test_bunches_of_equal_answers_grow() -> None:
    """Eight replicas at 0.75 of the load: 12,000 requests a replica are 35 minutes."""
    served = _served("equal", 0.75, 8, 12_000, seed=7)
    assert _p95_s(served, 0.7) >= 1.5 * _p95_s(served, 0.02, 0.15)


@pytest.mark.parametrize(
    ("engine", "in_flight", "off"),
    [
        ("cuda_graphs: false", 1, 0.03),
        ("cuda_graphs: false", 4, 0.01),
        ("cuda_graphs: false", 16, 0.01),
        ("software: vllm", 1, 0.08),
        ("software: vllm", 4, 0.01),
    ],
)
def test_a_few_requests_in_flight_on_each_replica(
    tmp_path: Path, engine: str, in_flight: int, off: float
) -> None:
    """From an empty replica on a second request meets an iteration under way. Until 2026-11-30 the
    fluid read its tails below a fifth of the capacity on a straight line from the empty one: P95 of
    the first token 22 to 44 % early, the median 4 to 30 %.
    """
    case = ("dgx_h100_x4", "Llama-3.1-8B", 1, "bf16", 500, 300, 0)
    token_s = 0.024 if "graphs" in engine else 0.008
    rate = 8 * in_flight / (300 * token_s)
    seen = []
    for detail in ("", "detail: requests\n    patience: 30 s"):
        text = SCENARIO.replace("max_sequences: {many}, routing", f"{engine}, routing")
        text = text.replace("window: 60 s", f"window: 60 s\n    {detail}")
        _, services = served(tmp_path, case, rate, "40 min", scenario=text)
        seen.append(services[["ttft_p50_s", "ttft_p95_s", "tpot_p50_s"]].iloc[5:].mean())
    assert seen[0].to_numpy() == pytest.approx(seen[1].to_numpy(), rel=off)
