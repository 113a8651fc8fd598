"""What `twin predict` calls of the face, imported when it is called."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import twin
from twin.cli.options import in_units
from twin.errors import InputError, Problem

if TYPE_CHECKING:
    from twin.analysis.prediction import InferencePrediction

MOST = "max"


def amounts(power_cap: str | None, draft_time: str | None, link: str) -> dict[str, float]:
    """What options state with a unit; those that are not stated are left out."""
    asked = {
        "power_cap_w": ("--power-cap", power_cap, "W"),
        "draft_time_s": ("--draft-time", draft_time, "s"),
        "link_bit_s": ("--link", link, "bit/s"),
    }
    stated = {
        name: (option, text, unit)
        for name, (option, text, unit) in asked.items()
        if text is not None
    }
    return in_units(**stated)


def inference(model: str, gpu: str, **options: Any) -> InferencePrediction:
    """The prediction of a replica."""
    return twin.predict_inference(model, gpu, **options)


def cut(tensor: int | None, stages: int | None, parallelism: str | None) -> str:
    """`TP4PP2` of `--tp 4 --pp 2`, or what `--parallelism` says. InputError where they differ."""
    behind = f"PP{stages}" if stages not in (None, 1) else ""
    if parallelism is None:
        return f"TP{tensor or 1}{behind}"
    layer, found, many = parallelism.strip().upper().partition("PP")
    beside = f"beside --parallelism {parallelism}"
    if tensor is not None and layer != f"TP{tensor}":
        raise InputError([Problem("--tp", f"{tensor} {beside}", "one of them")])
    if stages is not None and found and many != str(stages):
        raise InputError([Problem("--pp", f"{stages} {beside}", "one of them")])
    return parallelism if found else parallelism.strip() + behind


def in_flight(text: str) -> int | str:
    """A whole number, or `max`. InputError for anything else."""
    word = text.strip().lower()
    if word == MOST:
        return MOST
    if word.isascii() and word.isdigit():
        return int(word)
    raise InputError([Problem("--concurrency", repr(text), "a whole number, or max")])


def shown(found: InferencePrediction) -> dict[str, Any]:
    """The same for people: numbers with four digits, and nothing of what was not asked."""
    told = found.as_dict()
    told.pop("model")
    told["weight_per_gpu_bytes"] = told.pop("weight_bytes_per_gpu")
    if not found.prefill_parallelism:
        for key in ("prefill_gpus", "prefill_s", "transfer_s"):
            told.pop(key)
    if found.instances_per_gpu == 1:
        told.pop("instances_per_gpu")
    for key in ("requests", "wait_s", "ttft_apart_s", "tpot_apart_s"):
        if not told[key]:
            told.pop(key)
    rounded = {
        key: float(f"{value:.4g}") if isinstance(value, float) else value
        for key, value in told.items()
    }
    return {key: value for key, value in rounded.items() if value not in ([], "")}
