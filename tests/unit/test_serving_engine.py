"""The request engine against a replica that goes iteration by iteration, written apart from it."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from tests.serving_reference import AffineLaw, StepByStep
from twin.physics.serving.engine import Served, serve
from twin.physics.serving.law import Engine, tabulated
from twin.physics.serving.requests import RequestList

LAW = AffineLaw()
LONGEST = 8192


def some_requests(count: int, rate: float, seed: int = 1, **more: Any) -> RequestList:
    rng = np.random.default_rng(seed)
    prompt = np.clip(rng.lognormal(6.5, 1.0, count), 1, 6000).astype(np.int64)
    output = np.clip(rng.lognormal(4.5, 0.9, count), 1, 2000).astype(np.int64)
    return RequestList(np.cumsum(rng.exponential(1 / rate, count)), prompt, output, **more)


def with_prefixes(requests: RequestList, block: int, seed: int = 2) -> RequestList:
    """Conversations: prompts of one family begin with the same blocks."""
    rng = np.random.default_rng(seed)
    family = rng.integers(0, 40, requests.count)
    hashes = []
    for q, f in enumerate(family):
        blocks = -(-int(requests.prompt_tokens[q]) // block)
        shared = min(int(rng.integers(0, 12)), blocks)
        own = 1_000_000 + 1000 * q + np.arange(blocks - shared)
        hashes.append(np.concatenate([1000 * f + np.arange(shared), own]))
    return RequestList(
        requests.arrival_s, requests.prompt_tokens, requests.output_tokens,
        block_hashes=tuple(hashes), block_tokens=block,
    )  # fmt: skip


CASES = {
    "roomy": ({}, 2.0, 0),
    "chunked": ({"token_budget": 512, "max_sequences": 64}, 2.0, 0),
    "short of memory": ({"kv_capacity_tokens": 12_000}, 3.0, 0),
    "few slots": ({"max_sequences": 8, "token_budget": 2048}, 1.0, 0),
    "impatient": ({"max_sequences": 8, "patience_s": 2.0}, 4.0, 0),
    "impatient and short": ({"kv_capacity_tokens": 9_000, "patience_s": 3.0}, 4.0, 0),
    "prefixes": ({"block_tokens": 64}, 2.0, 64),
    "prefixes short": ({"block_tokens": 128, "kv_capacity_tokens": 9_000}, 4.0, 128),
    "drafts": ({"drafts": 3, "acceptance": 0.7, "kv_capacity_tokens": 20_000}, 4.0, 0),
}


@pytest.mark.parametrize("case", CASES)
def test_iterations_taken_at_once_end_as_one_by_one(case: str) -> None:
    """1,000 requests: every moment to 1e-9, every preemption and cached token exactly."""
    changes, rate, block = CASES[case]
    engine = Engine(**({"kv_capacity_tokens": 400_000, "max_sequences": 256} | changes))
    requests = some_requests(1000, rate)
    if block:
        requests = with_prefixes(requests, block)
    table = tabulated([LAW], engine, LONGEST)
    served = serve(requests, table, engine)
    steps = StepByStep(table, engine).serve(requests)
    same(served, steps)
    assert served.done.sum() + np.sum(served.progress.fate == 4) == 1000
    if "short" in case:
        assert served.progress.preemptions.sum() > 0
    if "impatient" in case:
        assert 0 < np.sum(served.progress.fate == 4) < 1000
    if block:
        assert served.progress.hit_tokens.sum() > 0


def same(served: Served, steps: StepByStep) -> None:
    for name in ("start_s", "first_token_s", "done_s"):
        mine = getattr(served.progress, name)
        theirs = steps.column(name)
        assert (np.isnan(mine) == np.isnan(theirs)).all()
        known = ~np.isnan(mine)
        assert np.allclose(mine[known], theirs[known], rtol=1e-9, atol=0.0), name
    assert (served.progress.preemptions == steps.column("preemptions")).all()
    assert (served.progress.hit_tokens == steps.column("hit_tokens")).all()
    assert served.total("iterations") == steps.iterations
    assert served.total("busy_s") == pytest.approx(steps.busy_s, rel=1e-9)
    assert served.total("made") == pytest.approx(steps.column("made").sum(), rel=1e-9)
