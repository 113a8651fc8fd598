"""Adapters as a question states them."""

from __future__ import annotations

from typing import Any

from pydantic import ValidationError

from twin.errors import InputError, Problem
from twin.workload.lora import LoraAdapters


def stated_adapters(**stated: Any) -> LoraAdapters | None:
    """The adapters as a scenario states them, None where there are none; InputError where they
    cannot be.
    """
    if not stated["adapters"]:
        return None
    try:
        said = {name: value for name, value in stated.items() if value is not None}
        return LoraAdapters.model_validate(said)
    except ValidationError as error:
        raise InputError(_problem(one) for one in error.errors()) from error


def _problem(error: Any) -> Problem:
    name = error["loc"][0] if error["loc"] else "adapters"
    return Problem(
        f"--lora-{name}", repr(error["input"]), error["msg"].removeprefix("Value error, ")
    )
