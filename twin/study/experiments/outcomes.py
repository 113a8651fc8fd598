"""One answer of one run as a flat mapping: name of a number, and the number."""

from __future__ import annotations

import math
from collections.abc import Mapping
from numbers import Real
from typing import Any

from twin.analysis.economics.named import figures
from twin.results import Result

CLOCK = "wall_s"
"""The clock on the wall: the only number of a summary that is another in every run."""


def outcomes(result: Result) -> dict[str, float]:
    """The numbers of a run's summary by name, SI with the unit in the name, and its economic
    figures; none from the clock.

    A number that does not exist in this run (joules a token where none was made) is NaN.
    """
    return {**numbers(result.summary), **figures(result)}


def numbers(summary: Mapping[str, Any]) -> dict[str, float]:
    """What of a mapping is a number, and is the same in every run of one seed."""
    return {
        name: math.nan if value is None else float(value)
        for name, value in summary.items()
        if name != CLOCK and (value is None or _is_number(value))
    }


def _is_number(value: Any) -> bool:
    return isinstance(value, Real) and not isinstance(value, bool)
