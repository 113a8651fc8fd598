"""Claim: a service that cannot be cut as asked is told each reason with its own cure, and what is
stated where it would do nothing is refused.
"""

from __future__ import annotations

from typing import Any

import pytest
from planner import asked, chat, loaded

import twin
from twin.errors import InputError


def _said(**keys: Any) -> list[tuple[str, str]]:
    with pytest.raises(InputError) as refused:
        twin.simulate(twin.build(loaded(asked(workload=[chat(**keys)]))))
    return [(one.found, one.allowed) for one in refused.value.problems]


def test_every_reason_has_its_own_cure() -> None:
    said = _said(model="DeepSeek-R1", tensor_parallel=8, lora={"adapters": 2})
    assert said == [
        ("chat: adapters of latent attention", "a model of plain attention"),
        ("chat: adapters on experts", "on: attention, for a model of experts"),
    ]
    said = _said(model="DeepSeek-R1", attention_data_parallel=12)
    assert said == [("chat: 12 ranks for 256 experts", "a divisor of the experts")]


def test_readers_are_told_beside_those_that_make_tokens() -> None:
    """Both pools of a split service, each for itself, and once what holds for both."""
    said = _said(tensor_parallel=3, prefill={"nodes": 2, "tensor_parallel": 5})
    assert [found for found, _ in said] == ["chat: tensor_parallel 3", "chat: tensor_parallel 5"]
    said = _said(tensor_parallel=3, prefill={"nodes": 2})
    assert [found for found, _ in said] == ["chat: tensor_parallel 3"]


def test_every_service_is_told_its_reason() -> None:
    work = [
        chat(model="DeepSeek-R1", attention_data_parallel=12, nodes=3),
        chat(name="b", pipeline_parallel=2, lora={"adapters": 2}, nodes=2),
        chat(name="c", nodes=2),
        chat(name="d", mig="hello", nodes=2),
    ]
    with pytest.raises(InputError) as refused:
        twin.simulate(twin.build(loaded(asked(workload=work))))
    told = [one.found.partition(":")[0] for one in refused.value.problems]
    assert told == ["chat", "b", "d"]


def test_uneven_redundant_experts_are_told_the_nearest_even_ones() -> None:
    """256 and 7 on 32 ranks: 263 = 8 x 32 + 7."""
    keys = {"attention_data_parallel": 32, "engine": {"redundant_experts": 7}, "nodes": 8}
    said = _said(model="DeepSeek-R1", **keys)
    right = "a divisor of the experts: 0 or 32 redundant ones"
    assert said == [("chat: 32 ranks for 263 experts", right)]


def test_no_more_adapters_stay_than_there_are() -> None:
    ((_, allowed),) = _said(lora={"adapters": 2, "resident": 10})
    assert allowed == "at most the 2 adapters; all of them where left out"


def test_a_skew_needs_experts_and_no_ranks() -> None:
    """Tensor parallel ranks hold a share of each expert, and how many are met hangs on it."""
    said = _said(engine={"expert_skew": 1.2})
    assert said == [("chat: engine.expert_skew 1.2 of a dense model", "a model of experts")]
    even, skewed = (
        _capacity(model="DeepSeek-R1", tensor_parallel=8, engine={"expert_skew": skew})
        for skew in (0.0, 2.0)
    )
    assert even != pytest.approx(skewed, rel=0.01)


def _capacity(**keys: Any) -> float:
    run = twin.simulate(twin.build(loaded(asked(workload=[chat(**keys)]))))
    return float(run.tables["services"]["capacity_tokens_per_s"].iloc[-1])


@pytest.mark.parametrize("stated", [{"redundant_experts": 32}, {"two_batches": True}])
def test_options_of_shared_experts_need_ranks(stated: dict[str, Any]) -> None:
    ((_, allowed),) = _said(model="DeepSeek-R1", tensor_parallel=8, engine=stated)
    assert allowed == f"engine.{next(iter(stated))} with attention_data_parallel above 1"
