"""Claim: an option of a forecast that would change nothing is refused, with all others, each at its
own name and with its cure.
"""

from __future__ import annotations

from typing import Any

import pytest

import twin
from twin.errors import InputError

EXPERTS = "DeepSeek-V3"
DENSE = "Llama-3.1-8B"
SENT = {"redundant_experts": 7, "two_batches": True, "expert_exchange": "send"}
OF_SENT = ["--redundant-experts", "--two-batches", "--expert-exchange"]
ADAPTERS = {"lora_rank": 16, "lora_on": "all", "lora_resident": 3, "lora_zipf": 0.0}
OF_ADAPTERS = ["--lora-rank", "--lora-on", "--lora-resident", "--lora-zipf"]


def _forecast(model: str, **options: Any) -> float:
    found = twin.predict_inference(model, "H200", 1000, 100, concurrency=64, **options)
    return found.output_tokens_per_s


def _said(model: str, **options: Any) -> list[tuple[str, str]]:
    with pytest.raises(InputError) as refused:
        _forecast(model, **options)
    return [(one.where, f"{one.allowed}; {one.hint}") for one in refused.value.problems]


def test_of_experts_without_ranks() -> None:
    said = _said(EXPERTS, parallelism="TP8", **SENT)
    cure = "none without ranks that share experts; state --parallelism DEP2 or more"
    assert said == [(option, cure) for option in OF_SENT]


def test_of_a_dense_model_and_of_adapters_at_once() -> None:
    said = _said(DENSE, expert_skew=1.2, **SENT, **ADAPTERS)
    assert [option for option, _ in said] == [*OF_ADAPTERS, *OF_SENT, "--expert-skew"]
    assert {cure for _, cure in said} == {
        "none without adapters; state --lora-adapters",
        "none: Llama-3.1-8B is a dense model; leave it out, or ask for a model of experts",
    }


def test_beside_a_name_that_is_none() -> None:
    said = _said("nobody", parallelism="none", lora_rank=8)
    assert [option for option, _ in said] == ["--model", "--parallelism", "--lora-rank"]


def test_of_tokens_that_are_gathered() -> None:
    said = _said(EXPERTS, parallelism="DEP8", expert_exchange="gather", redundant_experts=8)
    cure = "none with --expert-exchange gather; send tokens to their experts"
    assert said == [("--redundant-experts", cure)]


@pytest.mark.parametrize("cuts", [("TP8", "DEP32"), ("DEP32", "TP8")])
def test_ranks_of_either_stage_will_do(cuts: tuple[str, str]) -> None:
    made, read = cuts
    assert _forecast(EXPERTS, parallelism=made, prefill=read, redundant_experts=32) > 0


def test_a_skew_counts_without_ranks() -> None:
    even, skewed = (_forecast(EXPERTS, parallelism="TP8", expert_skew=one) for one in (0.0, 2.0))
    assert even != pytest.approx(skewed, rel=0.01)


@pytest.mark.parametrize(
    ("ranks", "redundant", "nearest"), [(32, 7, (0, 32)), (72, 7, (32,)), (32, 40, (32, 64))]
)
def test_uneven_redundant_experts(ranks: int, redundant: int, nearest: tuple[int, ...]) -> None:
    """Each that is named works, and none between does: 256 and it are a multiple of the ranks."""
    asked = {"parallelism": f"DEP{ranks}"}
    ((option, allowed),) = _said(EXPERTS, redundant_experts=redundant, **asked)
    assert option == "--redundant-experts"
    counts = " or ".join(map(str, nearest))
    assert allowed.startswith(f"{counts}: as many on each rank")
    for one in nearest:
        assert (256 + one) % ranks == 0
        assert _forecast(EXPERTS, redundant_experts=one, **asked) > 0


def test_ranks_that_do_not_divide_experts_are_told_of_redundant_ones() -> None:
    ((option, cure),) = _said(EXPERTS, parallelism="DEP72")
    assert option == "--parallelism"
    assert cure.endswith("or --redundant-experts 32")


def test_no_more_adapters_stay_than_there_are() -> None:
    ((option, allowed),) = _said(DENSE, lora_adapters=2, lora_resident=10)
    assert option == "--lora-resident"
    assert allowed.startswith("at most the 2 adapters")
    assert _forecast(DENSE, lora_adapters=2, lora_resident=2) > 0
