"""What `twin predict` calls of the face, imported when it is called."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import twin
from twin.errors import InputError, Problem

if TYPE_CHECKING:
    from twin.analysis.prediction import InferencePrediction

MOST = "max"


def inference(model: str, gpu: str, **options: Any) -> InferencePrediction:
    """The prediction of a replica."""
    return twin.predict_inference(model, gpu, **options)


def cut(tensor: int | None, parallelism: str | None) -> str:
    """`TP4` of `--tp 4`, or what `--parallelism` says. InputError where they differ."""
    if tensor is None:
        return parallelism or "TP1"
    said = f"TP{tensor}"
    if parallelism is not None and parallelism.strip().upper() != said:
        problem = Problem("--tp", f"{tensor} beside --parallelism {parallelism}", "one of them")
        raise InputError([problem])
    return said


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
    for key in ("requests", "wait_s"):
        if not told[key]:
            told.pop(key)
    rounded = {
        key: float(f"{value:.4g}") if isinstance(value, float) else value
        for key, value in told.items()
    }
    return {key: value for key, value in rounded.items() if value not in ([], "")}
