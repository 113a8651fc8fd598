"""Options of a question that would do nothing: of experts where none are shared, of adapters where
there are none.
"""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING

from twin.catalogue import Catalogue
from twin.catalogue.names import named
from twin.catalogue.rows import Model
from twin.errors import InputError, Problem

if TYPE_CHECKING:
    from twin.analysis.prediction.ask import InferenceQuestion


def refuse_idle(question: InferenceQuestion, catalogue: Catalogue) -> None:
    """Raise InputError with every option that changes nothing of what is asked; whether the names
    and cuts are any is not told here.
    """
    found = _of_adapters(question)
    with suppress(InputError):
        model = named(catalogue, Model, question.model)
        found += _of_experts(question) if model.experts else _of_dense(question, model)
    if found:
        raise InputError(found)


def _of_adapters(question: InferenceQuestion) -> list[Problem]:
    if question.lora_adapters:
        return []
    stated = {
        "--lora-rank": question.lora_rank,
        "--lora-on": question.lora_on,
        "--lora-resident": question.lora_resident,
        "--lora-zipf": question.lora_zipf,
    }
    return [
        Problem(option, str(value), "none without adapters", "state --lora-adapters")
        for option, value in stated.items()
        if value is not None
    ]


def _of_dense(question: InferenceQuestion, model: Model) -> list[Problem]:
    stated = _of_ranks(question) | _exchanged(question)
    if question.expert_skew is not None:
        stated["--expert-skew"] = f"{question.expert_skew:g}"
    allowed = f"none: {model.name} is a dense model"
    cure = "leave it out, or ask for a model of experts"
    return [Problem(option, value, allowed, cure) for option, value in stated.items()]


def _of_experts(question: InferenceQuestion) -> list[Problem]:
    if max(question.ranks) == 1:
        stated = _of_ranks(question) | _exchanged(question)
        allowed = "none without ranks that share experts"
        cure = "state --parallelism DEP2 or more"
    else:
        stated = _of_ranks(question) if question.expert_exchange == "gather" else {}
        allowed = "none with --expert-exchange gather"
        cure = "send tokens to their experts"
    return [Problem(option, value, allowed, cure) for option, value in stated.items()]


def _exchanged(question: InferenceQuestion) -> dict[str, str]:
    exchange = question.expert_exchange
    return {} if exchange == "auto" else {"--expert-exchange": exchange}


def _of_ranks(question: InferenceQuestion) -> dict[str, str]:
    """What is said of tokens that are sent, by option."""
    stated = {}
    if question.redundant_experts:
        stated["--redundant-experts"] = str(question.redundant_experts)
    if question.two_batches:
        stated["--two-batches"] = "both halves"
    return stated
