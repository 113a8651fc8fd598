"""Iterations whose kernels the host queues one by one take as long as the host does.

Qwen2.5-Omni 7B (28 layers of 3,584) under vLLM on an A800: 22 to 23 ms a token without graphs and
13 ms with them (vllm-omni, issue 7960, 2026-09-22). The first is what the time of a layer was taken
from; the second, and all else here, was not.
"""

from __future__ import annotations

import json
from typing import Any

import pytest
from conftest import small, small_layout

import twin
from twin.cli import main
from twin.facility.serving.software import EAGER_LAYER_S

ASKED = ("--gpu", "H100", "--input", "500", "--output", "500", "--software", "vllm", "--json")


@pytest.fixture
def predicted(capsys: pytest.CaptureFixture[str]) -> Any:
    def ask(model: str, *options: str) -> dict[str, Any]:
        assert main(["predict", "inference", "--model", model, *ASKED, *options]) == 0
        return json.loads(capsys.readouterr().out)

    return ask


def test_a_small_batch_waits_for_its_host(predicted: Any) -> None:
    """32 layers of Llama-3.1-8B: the host's time and nothing of the GPU, but reading contexts."""
    eager = predicted("Llama-3.1-8B", "--concurrency", "1", "--eager")
    graphs = predicted("Llama-3.1-8B", "--concurrency", "1")
    assert eager["tpot_s"] == pytest.approx(2.6e-3 + 32 * EAGER_LAYER_S, rel=0.01)
    assert eager["tpot_s"] > 2 * graphs["tpot_s"]
    assert eager["bound_by"] == "host"
    assert graphs["bound_by"] == "memory"
    assert eager["gpu_power_w"] < graphs["gpu_power_w"]
    assert eager["uncertainty_frac"] > graphs["uncertainty_frac"]


def test_a_large_model_hides_its_host(predicted: Any) -> None:
    """Many sequences of 32 billion weights keep the GPU busy for longer than the queue takes."""
    eager = predicted("Qwen3-32B", "--concurrency", "256", "--tp", "2", "--eager")
    graphs = predicted("Qwen3-32B", "--concurrency", "256", "--tp", "2")
    assert eager["tpot_s"] == pytest.approx(graphs["tpot_s"], rel=0.35)
    small = [
        predicted("Qwen3-32B", "--concurrency", "1", "--tp", "2", *e) for e in ((), ("--eager",))
    ]
    assert small[1]["tpot_s"] / small[0]["tpot_s"] > 1.35 * eager["tpot_s"] / graphs["tpot_s"]


OWN = {
    "name": "own_engine", "source": "our fork", "status": "assumed", "max_sequences": 1024,
    "token_budget": 8192, "page_tokens": 16, "memory_frac": 0.9, "prefix_cache": True,
    "cuda_graphs": False,
}  # fmt: skip


def served(**engine: Any) -> dict[str, float]:
    """Numbers of a service on four nodes."""
    chat = {
        "kind": "inference", "name": "chat", "model": "Llama-3.1-8B", "nodes": 4,
        "tensor_parallel": 1, "requests": {"rate": "2 / s"}, "engine": engine,
    }  # fmt: skip
    layout = small_layout() | {"equipment": {"engines": [OWN]}}
    result = twin.simulate(twin.build(small(layout, workload=[chat], horizon="20 min")))
    return {
        "tpot_s": float(result.tables["services"]["tpot_p50_s"].iloc[-1]),
        "energy_j": float(result.summary["energy_it_j"]),
    }


def test_a_service_says_so_itself_or_by_a_row_of_its_planner() -> None:
    usual = served(software="vllm")
    own = served(software="own_engine")
    queued = served(max_sequences=1024, token_budget=8192, cuda_graphs=False)
    assert queued["tpot_s"] > 2 * usual["tpot_s"]
    assert own["tpot_s"] == pytest.approx(queued["tpot_s"], rel=0.05)
    assert served(software="own_engine", cuda_graphs=True)["tpot_s"] < 0.5 * own["tpot_s"]
    assert served(software="vllm", cuda_graphs=True) == usual
