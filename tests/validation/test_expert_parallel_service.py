"""A service whose replicas hold attention whole on each GPU and share the experts (DEP)."""

from __future__ import annotations

from typing import Any

import pytest
from planner import asked, loaded, ran

import twin
from twin.errors import InputError


def deepseek(**changes: Any) -> dict[str, Any]:
    """Two replicas of DeepSeek R1 over sixteen GPUs of a GB200 rack."""
    requests = {
        "rate": "40 / s", "input_tokens": 1024, "output_tokens": 1024, "diurnal_amplitude": 0,
        "burstiness": 1.0,
    }  # fmt: skip
    return {
        "kind": "inference", "name": "chat", "model": "DeepSeek-R1", "nodes": 4,
        "attention_data_parallel": 8, "dtype": "fp4", "requests": requests, "window": "60 s",
        "engine": {"software": "tensorrt_llm", "max_sequences": 128}, "patience": "5 s",
    } | changes  # fmt: skip


def test_a_full_pool_makes_what_the_forecast_says() -> None:
    rows = ran(asked(workload=[deepseek()], horizon="10 min")).frame("services")
    said = twin.predict_inference(
        "DeepSeek-R1", "GB200", 1024, 1024, parallelism="DEP8", dtype="fp4", concurrency=8 * 128
    )
    made = rows["capacity_tokens_per_s"].iloc[-1] / 2
    assert made == pytest.approx(said.output_tokens_per_s, rel=0.03)


def test_one_dead_node_takes_its_whole_replica() -> None:
    lost = {"timeline": [{"at": "5 min", "component": "liquid_r1/node_2", "repair_after": "1 d"}]}
    for detail in ("fluid", "requests"):
        work = deepseek(detail=detail)
        result = ran(asked(workload=[work], horizon="10 min", faults=lost))
        capacity = result.frame("services")["capacity_tokens_per_s"]
        assert capacity.iloc[-1] == pytest.approx(capacity.iloc[0] / 2, rel=1e-9)


def test_both_forms_serve_alike() -> None:
    found = {
        detail: ran(asked(workload=[deepseek(detail=detail)], horizon="15 min")).frame("services")
        for detail in ("fluid", "requests")
    }
    fluid = found["fluid"].iloc[-1]
    told = found["requests"].iloc[-1]
    assert fluid["energy_j"] == pytest.approx(told["energy_j"], rel=0.03)
    assert fluid["tpot_p50_s"] == pytest.approx(told["tpot_p50_s"], rel=0.1)


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"tensor_parallel": 2}, "one or the other"),
        ({"model": "Llama-3.1-70B", "dtype": "fp8"}, "a model of experts"),
        ({"attention_data_parallel": 128, "nodes": 31}, "nodes for one replica of 128 GPUs"),
    ],
)
def test_a_cut_that_cannot_be_is_refused(changes: dict[str, Any], said: str) -> None:
    scenario = asked(workload=[deepseek(**changes)], horizon="10 min")
    with pytest.raises(InputError, match=said):
        twin.simulate(twin.build(loaded(scenario)))
