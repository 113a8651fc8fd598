"""A redundancy study as it is read here: plain values of a JSON document, any of them missing."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

from twin.physics.reliability.gates import HOURS_PER_YEAR
from twin.quantities import NONE, figures, number

HOURS_A_YEAR = HOURS_PER_YEAR
"""A year as every unavailability here counts it."""

Study = Mapping[str, Any]


def part(study: Study, name: str) -> Study:
    """A part of the study, or an empty one."""
    held = study.get(name)
    return held if isinstance(held, Mapping) else {}


def scientific(value: Any) -> str:
    """A small probability or rate."""
    held = number(value)
    return f"{held:.3e}" if math.isfinite(held) else NONE


def share(value: Any) -> str:
    """A share in per cent in three figures: of what hardly ever happens one decimal is `0.0 %`."""
    told = figures(100.0 * number(value))
    return told if told == NONE else f"{told} %"
