"""Claim: what all prompts begin with is held once on a replica, and read once.

By hand: of a memory of C tokens S are shared, and a request of n tokens takes n - S beside them, so
floor((C - S) / (n - S)) requests run at once. The request engine is held to blocks by name, which
are counted by their users, and to a replica that goes step by step; services of a scenario, as a
fluid and one by one, to `twin predict inference --shared`.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

import twin
from tests.serving_reference import AffineLaw, StepByStep
from tests.unit.test_serving_engine import same, some_requests
from tests.validation.test_services_as_forecast import SCENARIO, served
from twin.errors import InputError
from twin.facility.serving.lengths import in_blocks
from twin.physics.serving.columns import Fate
from twin.physics.serving.engine import serve
from twin.physics.serving.latency import LengthLaw
from twin.physics.serving.law import Engine, tabulated
from twin.physics.serving.requests import RequestList

LAW = AffineLaw()
BLOCK = 16
CASE = ("dgx_h100_x4", "Llama-3.1-70B", 4, "fp8", 4000, 200, 2000)


def _named(requests: RequestList, shared: int) -> RequestList:
    """The same with the blocks of what is shared by name, one and the same names for all."""
    names = tuple(np.arange(shared // BLOCK) for _ in range(requests.count))
    return RequestList(
        requests.arrival_s, requests.prompt_tokens, requests.output_tokens,
        block_hashes=names, block_tokens=BLOCK,
    )  # fmt: skip


@pytest.mark.parametrize(("room", "shared"), [(400_000, 1000), (14_000, 1000), (9_000, 333)])
def test_a_shared_prompt_is_blocks_that_all_requests_hold(room: int, shared: int) -> None:
    """1,000 requests, some shorter than what is shared: as blocks by name to the bit, and as a
    replica that goes step by step to 1e-9.
    """
    engine = Engine(room)
    plain = some_requests(1000, 3.0)
    table = tabulated([LAW], engine, 8192)
    told = RequestList(
        plain.arrival_s, plain.prompt_tokens, plain.output_tokens, shared_tokens=shared
    )
    mine = serve(told, table, engine)
    by_name = serve(_named(plain, shared), table, engine)
    assert (mine.progress.done_s == by_name.progress.done_s).all()
    assert (mine.progress.preemptions == by_name.progress.preemptions).all()
    same(mine, StepByStep(table, engine).serve(_named(plain, shared)))
    if room < 10_000:
        assert mine.progress.preemptions.sum() > 0


@pytest.mark.parametrize("shared", [0, 992, 1007, 1984])
def test_as_many_run_as_memory_has_room_for_own_parts(shared: int) -> None:
    """Requests that come at once, each of 2,400 tokens in and one iteration out."""
    room = 60_000
    engine = Engine(room, max_sequences=200, token_budget=1_000_000)
    one = np.ones(200, dtype=np.int64)
    asked = RequestList(np.zeros(200), 2399 * one, 2 * one, shared_tokens=shared)
    found = serve(asked, tabulated([LAW], engine, 8192), engine)
    first = found.progress.start_s == found.progress.start_s.min()
    pages = room // BLOCK
    whole = shared // BLOCK
    assert first.sum() == (pages - whole) // (2400 // BLOCK - whole)
    assert (found.progress.fate == Fate.DONE).all()
    read = 2399 * 200 - 199 * whole * BLOCK
    assert found.total("read") == read


def test_a_prefix_in_use_is_never_put_out_and_an_idle_one_goes_when_pages_are_needed() -> None:
    """The second request begins while the first still holds the prefix, the third long after a
    request without it took all pages: by name, for these do not all begin alike.
    """
    engine = Engine(2048)
    table = tabulated([LAW], engine, 8192)
    prefix = np.arange(40)
    names = (prefix, prefix, 1000 + np.arange(120), prefix)
    prompts = np.array([700, 700, 1930, 700])
    arrival = np.array([0.0, 0.05, 50.0, 100.0])
    asked = RequestList(arrival, prompts, np.full(4, 60), block_hashes=names, block_tokens=BLOCK)
    found = serve(asked, table, engine)
    left = 2048 - 125 * BLOCK  # the third takes 125 pages at its end, and the last blocks go first
    assert found.progress.hit_tokens.tolist() == [0, 640, 0, left]


def test_what_prompts_share_on_average() -> None:
    """Beside a draw of log-normal prompts, some of which are shorter."""
    law = LengthLaw(1155.0, 211.0, 1.1, 0.9, shared_tokens=800.0)
    prompt = 1155.0 * np.exp(1.1 * np.random.default_rng(3).standard_normal(400_000) - 1.1**2 / 2)
    assert law.shared_each == pytest.approx(np.minimum(prompt, 800.0).mean(), rel=0.005)
    assert in_blocks(law, 32).shared_tokens == 800.0
    assert in_blocks(law, 48).shared_tokens == 768.0
    assert in_blocks(law, 0).shared_tokens == 0.0


@pytest.mark.parametrize("shared", [0, 1000, 3000, 3200])
def test_a_forecast_holds_it_once(shared: int) -> None:
    found = twin.predict_inference(
        "Llama-3.1-70B", "H100-SXM5-80GB", 4000, 200, parallelism="TP4", dtype="fp8",
        shared_tokens=shared,
        max_sequences=10_000,
    )  # fmt: skip
    whole = shared // 32 * 32
    hand = (found.kv_capacity_tokens - whole) // (4200 - whole)
    assert found.concurrency == int(hand)
    assert any("shared tokens" in note for note in found.notes) == (shared > 0)


def _service(folder: Path, shared: int, more: str = "", rate: float = 1e5, minutes: int = 5):
    text = SCENARIO.replace(
        "output_tokens: {made}", f"output_tokens: {{made}}\n      shared_tokens: {shared}"
    ).replace("    window: 60 s", f"    window: 60 s\n{more}    patience: 20 s")
    return served(folder, CASE, rate, f"{minutes} min", scenario=text)[1]


@pytest.mark.parametrize("shared", [0, 2000, 3000])
def test_a_scenario_says_it_and_its_capacity_is_the_forecasts(tmp_path: Path, shared: int) -> None:
    """Full pools of two replicas, within 3 %: 2,000 of 4,000 tokens nearly double the tokens."""
    row = _service(tmp_path, shared).iloc[-1]
    want = twin.predict_inference(
        "Llama-3.1-70B", "H100-SXM5-80GB", 4000, 200, parallelism="TP4", dtype="fp8",
        shared_tokens=shared,
        max_sequences=2000, requests=20_000,
    )  # fmt: skip
    assert row["capacity_tokens_per_s"] == pytest.approx(2 * want.output_tokens_per_s, rel=0.03)


def test_requests_one_by_one_hold_it_once_too(tmp_path: Path) -> None:
    """A pool over its capacity, request by request: the fluid's tokens within 2 %, and those of
    requests with copies of their own where the prefix cache is off.
    """
    fluid = _service(tmp_path, 3000, rate=40.0, minutes=12).iloc[-1]
    single = _service(tmp_path, 3000, "    detail: requests\n", rate=40.0, minutes=12)
    made = single["tokens_served"].iloc[-6:].mean() / 60
    assert made == pytest.approx(fluid["capacity_tokens_per_s"], rel=0.02)
    off = SCENARIO.replace("routing: round_robin", "routing: round_robin, prefix_cache: false")
    text = off.replace("output_tokens: {made}", "output_tokens: {made}\n      shared_tokens: 3000")
    alone = served(tmp_path, CASE, 40.0, "5 min", scenario=text)[1].iloc[-1]
    none = _service(tmp_path, 0, rate=40.0).iloc[-1]
    assert alone["capacity_tokens_per_s"] == none["capacity_tokens_per_s"]


def test_what_cannot_be_shared_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="shared_tokens up to 3,999"):
        _service(tmp_path, 4000)
    with pytest.raises(InputError, match="--shared"):
        twin.predict_inference("Llama-3.1-8B", "H100-SXM5-80GB", 100, 10, shared_tokens=100)
