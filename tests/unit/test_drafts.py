"""Drafts (speculative decoding, multi-token prediction): a service as a fluid beside its requests.

The request engine is held against a replica that goes iteration by iteration elsewhere
(`test_serving_engine.py`); here the fluid's capacity and latencies are held against that engine.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from tests.replicas import replica_speed
from twin.physics.kernels import RequestMix, steady_curve
from twin.physics.serving.engine import Served, serve
from twin.physics.serving.law import made_in_step, tabulated
from twin.physics.serving.requests import RequestList
from twin.simulation.serving.replica import LONGEST_TOKENS, ReplicaSpeed

READ = 500
MADE = 200
DRAFTS = {
    "none": {},
    "one of the model's own": {"drafts": 1, "acceptance": 0.85},
    "three of a draft model": {"drafts": 3, "acceptance": 0.7, "draft_time": "2 ms"},
}


def replica(gpu: str, engine: dict[str, Any], **changes: Any) -> ReplicaSpeed:
    asked = {
        "engine": engine | {"prefix_cache": False, "routing": "round_robin"},
        "requests": {"rate": "5 / s", "input_tokens": READ, "output_tokens": MADE},
    }
    return replica_speed(gpu, asked | changes)


def one_by_one(speed: ReplicaSpeed, load: float, count: int, varied: bool) -> Served:
    """Poisson requests at a share of the fluid's capacity; answers of one length, or varied."""
    rng = np.random.default_rng(1)
    gaps = rng.exponential(MADE / (load * speed.capacity_tokens_per_s), count)
    answers = np.full(count, MADE)
    if varied:
        answers = np.maximum(np.round(rng.exponential(MADE, count)), 1).astype(np.int64)
    requests = RequestList(np.cumsum(gaps), np.full(count, READ), answers)
    draft_s = speed.pool.engine.draft_time
    law = tabulated([speed.pace.laws[-1]], speed.engine, LONGEST_TOKENS, draft_s)
    return serve(requests, law, speed.engine)


@pytest.fixture(scope="module", params=list(DRAFTS)[1:])
def speed(request: pytest.FixtureRequest) -> ReplicaSpeed:
    return replica("GB200-NVL72-GPU", {"max_sequences": 64} | DRAFTS[request.param])


def test_a_full_replica_makes_what_the_fluid_says(speed: ReplicaSpeed) -> None:
    """Half as much again is asked; what ends while requests come counts."""
    served = one_by_one(speed, 1.5, 2000, varied=True)
    end_s = served.arrival_s[-1]
    begin_s = 0.3 * end_s
    done_s = served.progress.done_s
    counted = (done_s > begin_s) & (done_s <= end_s)
    rate = served.output_tokens[counted].sum() / (end_s - begin_s)
    assert speed.capacity_tokens_per_s == pytest.approx(rate, rel=0.02)


def test_the_times_of_the_fluid_are_those_of_its_requests(speed: ReplicaSpeed) -> None:
    served = one_by_one(speed, 0.7, 4000, varied=False)
    counted = slice(600, None)
    curve = speed.latencies(1.0, 1, upto_load=0.7)
    between_s = float(curve.at(np.array(0.7), "tpot_s", 0))
    first_s = float(curve.at(np.array(0.7), "ttft_s", 1))
    assert between_s == pytest.approx(np.nanmedian(served.tpot_s[counted]), rel=0.05)
    assert first_s == pytest.approx(np.nanpercentile(served.ttft_s[counted], 95), rel=0.2)


class EvenLaw:
    """Iterations of one second, whatever they do."""

    clock_frac = 1.0

    def fixed_s(self, sequences, prompt_tokens=0.0):
        return 1.0 + 0.0 * (sequences + prompt_tokens)

    def context_s(self, sequences):
        return 0.0 * sequences

    def reading_s(self, prompt_tokens, length, before_tokens=0.0):
        return 0.0 * prompt_tokens

    def work(self, sequences, context_tokens, prompt_tokens, prompt_length, before_tokens):
        none = 0.0 * (sequences + prompt_tokens)
        return none + context_tokens, none + context_tokens


def test_where_checking_is_free_each_iteration_makes_what_is_accepted() -> None:
    """One second and four drafts of a tenth of a second: (1 + a + a^2 + ...) / 1.4 each."""
    mix = RequestMix(
        100.0, 100.0, 0.0, 8.0, 1e6, checked_tokens=5, made_tokens=made_in_step(4, 0.5),
        drafting_s=0.4,
    )  # fmt: skip
    curve = steady_curve([EvenLaw()], mix, 1e9, 1e9)
    assert curve.tokens_per_s[0] == pytest.approx(curve.batch * 1.9375 / 1.4, rel=1e-12)
    assert curve.compute_activity[0] == pytest.approx(5 * curve.batch * 150 / 1.4e9, rel=1e-12)
    assert curve.memory_activity[0] == pytest.approx(curve.batch * 150 / 1.4e9, rel=1e-12)


def test_multi_token_prediction_of_deepseek_speeds_up_as_published() -> None:
    """1.8 times the tokens a second with 85 to 90 % accepted (arXiv 2412.19437, section 5.4.3), at
    a batch that is not told: 1.69 here for one request and 85 %, less for a larger batch, where
    each checked token costs.
    """
    gain = {}
    for many in (1, 256):
        plain, ahead = (
            replica(
                "H200-SXM-141GB", {"max_sequences": many} | DRAFTS[name],
                model="DeepSeek-R1", tensor_parallel=8, dtype="fp8",
            ).capacity_tokens_per_s
            for name in ("none", "one of the model's own")
        )  # fmt: skip
        gain[many] = ahead / plain
    assert gain[1] == pytest.approx(1.8, rel=0.08)
    assert 1.0 < gain[256] < gain[1]
