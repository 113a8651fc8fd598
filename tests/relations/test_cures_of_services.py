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


@pytest.mark.parametrize(
    "stated", [{"redundant_experts": 32}, {"two_batches": True}, {"expert_skew": 1.2}]
)
def test_options_of_shared_experts_need_ranks(stated: dict[str, Any]) -> None:
    ((_, allowed),) = _said(model="DeepSeek-R1", tensor_parallel=8, engine=stated)
    assert allowed == f"engine.{next(iter(stated))} with attention_data_parallel above 1"
