"""The year in a result's metadata, and what its months and ways to cool are called."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from twin.present.study import Study
from twin.results import Result

MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
MODES = {
    "free": "outdoor air alone",
    "wetted": "outdoor air over wet pads",
    "mixed": "outdoor air, then compressors",
    "mechanical": "compressors alone",
}
"""What cools, in words; of a hall's dampers the last means that they are shut."""


def year_of(result: Result) -> Study:
    """The year, or an empty one; its keys in the order in which a stored result has them."""
    held = result.meta.get("year")
    return _in_order(held) if isinstance(held, Mapping) else {}


def _in_order(value: Any) -> Any:
    """Keys of all mappings sorted, at any depth."""
    if isinstance(value, Mapping):
        return {key: _in_order(value[key]) for key in sorted(value)}
    return [_in_order(one) for one in value] if isinstance(value, list | tuple) else value
