"""What `twin predict training` calls: words checked all at once, then the prediction."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from twin.cli.options import in_units
from twin.errors import InputError, Problem, did_you_mean
from twin.units import quantity

if TYPE_CHECKING:
    from twin.analysis.training_prediction import TrainingPrediction

WORDS = {
    "recompute": ("none", "selective", "full"),
    "dtype": ("bf16", "fp8", "mxfp8", "nvfp4"),
    "lora-on": ("all", "attention"),
    "software": (
        "plain",
        "megatron",
        "megatron_overlap",
        "megatron_tokens",
        "megatron_tokens_overlap",
        "megatron_graphs",
        "megatron_fp8_attention",
        "megatron_heads",
        "megatron_2022",
    ),
}
"""What may be said for each option."""
SAME = {"bfloat16": "bf16", "fp16": "bf16", "float16": "bf16", "float8": "fp8", "fp4": "nvfp4"}
"""Other names of a number format; fp16 goes as fast as bf16."""


def predict(
    numbers: dict[str, Any],
    words: dict[str, str],
    gpu: str,
    gpus: int,
    interleave: int | None,
    nic: str | None,
    power_cap: str | None = None,
    profile: Path | None = None,
) -> TrainingPrediction:
    """The prediction; InputError with every word and every reason that does not fit."""
    from twin.analysis.training_prediction import chunks_told, predict_steps, steps_of

    said = {key: SAME.get(word.lower(), word.lower()) for key, word in words.items()}
    problems = [_unknown(key, word) for key, word in said.items() if word not in _allowed(key)]
    nic_b_s = _rate(nic, problems)
    cap_w = _watts(power_cap, problems)
    if problems:
        raise InputError(problems)
    keys = {key.replace("-", "_"): word for key, word in said.items()}
    steps = steps_of(numbers | keys, gpus, interleave)
    found = predict_steps(steps, gpu, gpus, nic_b_s, profile=profile, power_cap_w=cap_w)
    return found if interleave else chunks_told(found, steps)


def shown(found: TrainingPrediction) -> dict[str, Any]:
    """The same for people: every part with its unit, notes where there are some."""
    told = found.as_dict()
    told["share_of_stops"] = {f"{name}_frac": part for name, part in told.pop("stops_frac").items()}
    told["parts"] = {f"{name}_s": part for name, part in told.pop("parts_s").items()}
    return {key: value for key, value in told.items() if value != []}


def _allowed(key: str) -> tuple[str, ...]:
    return (*WORDS[key], "") if key == "software" else WORDS[key]


def _unknown(key: str, word: str) -> Problem:
    return Problem(f"--{key}", repr(word), ", ".join(WORDS[key]), did_you_mean(word, WORDS[key]))


def _watts(said: str | None, problems: list[Problem]) -> float | None:
    """A cap in W; its problem is noted."""
    if said is None:
        return None
    try:
        return in_units(power_cap_w=("--power-cap", said, "W"))["power_cap_w"]
    except InputError as error:
        problems += error.problems
        return None


def _rate(said: str | None, problems: list[Problem]) -> float | None:
    """A network rate in B/s; its problem is noted."""
    if said is None:
        return None
    try:
        return float(quantity(said, "byte/s"))
    except ValueError as error:
        problems.append(Problem("--nic", repr(said), f"a rate, such as '400 Gbit/s' ({error})"))
        return None
