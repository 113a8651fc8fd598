"""Claim: the recorded traces that are at hand are replayed whole, by the request and the token, and
what their users see is what a replica that goes iteration by iteration tells.

Half an hour each of Azure's code and conversation traces of 2023 (AzurePublicDataset), and the
first 3,000 requests of Mooncake's conversation with its prompt blocks, on eight replicas of Llama
3.1 8B on H100 that take requests in turn, their queues without an end of patience. Requests and
tokens are those of the file; P50 and P95 of the first token are the second program's.
"""

from __future__ import annotations

import shutil
from pathlib import Path

import numpy as np
import pytest

import twin
from tests.serving_reference import StepByStep
from tests.validation.test_services_as_forecast import LAYOUT
from twin.physics.serving.law import tabulated
from twin.physics.serving.requests import RequestList
from twin.simulation.disciplines import wire
from twin.simulation.serving.replica import LONGEST_TOKENS
from twin.traces import read_requests

DATA = Path(__file__).parents[3] / "shared" / "data" / "workload"
TRACES = {
    "trace_azure2023_code.csv": 5740,
    "trace_azure2023_conv.csv": 10_108,
    "trace_mooncake_conversation.jsonl": 3000,
}
SCENARIO = """
version: 1
name: replayed
layout: mini.yaml
site: {{climate: {{dry_bulb: 20 °C, wet_bulb: 15 °C}}, grid: ireland}}
horizon: 45 min
workload:
  - kind: inference
    name: chat
    model: Llama-3.1-8B
    nodes: 1
    tensor_parallel: 1
    detail: requests
    patience: 1 h
    engine: {{routing: round_robin}}
    requests: {{trace: {trace}}}
outputs: {{period: 45 min}}
"""


@pytest.mark.parametrize("name", TRACES)
def test_every_request_of_a_trace_comes_and_goes_as_one_iteration_after_another_says(
    tmp_path: Path, name: str
) -> None:
    """P50 and P95 of the first token to 1e-6; 10 % was asked."""
    if not (DATA / name).exists():
        pytest.skip(f"{name} is not beside this copy")
    shutil.copy(DATA / name, tmp_path / name)
    (tmp_path / "mini.yaml").write_text(LAYOUT.format(rack="dgx_h100_x4"))
    (tmp_path / "x.yaml").write_text(SCENARIO.format(trace=name))
    facility = twin.build(twin.load(tmp_path / "x.yaml"))
    services = twin.simulate(facility).frame("services")
    trace = read_requests(tmp_path / name)
    assert len(trace) == TRACES[name]
    assert services.requests.sum() == len(trace)
    assert services.tokens_asked.sum() == trace.output_tokens.sum()
    assert services.tokens_served.sum() == pytest.approx(trace.output_tokens.sum(), rel=1e-12)
    assert services.tokens_dropped.sum() == 0
    ttft_s = _one_by_one(facility, tmp_path / name)
    for percentile in (50, 95):
        seen = services[f"ttft_p{percentile}_s"].iloc[0]
        assert seen == pytest.approx(np.percentile(ttft_s, percentile), rel=1e-6)


def _one_by_one(facility: twin.Facility, path: Path) -> np.ndarray:
    """First tokens of eight replicas, each with every eighth request."""
    speed = wire(facility).serving.services[0].fleet.speed
    table = tabulated([speed.pace.laws[-1]], speed.engine, LONGEST_TOKENS)
    trace = read_requests(path)
    found = []
    for r in range(8):
        mine = np.arange(r, len(trace), 8)
        named = mine.tolist() if trace.block_tokens else []
        asked = RequestList(
            trace.arrival_s[mine],
            trace.input_tokens[mine],
            trace.output_tokens[mine],
            block_hashes=tuple(trace.hashes_of(q) for q in named),
            block_tokens=trace.block_tokens or 16,
        )
        steps = StepByStep(table, speed.engine).serve(asked)
        found.append(steps.column("first_token_s") - trace.arrival_s[mine])
    return np.concatenate(found)
