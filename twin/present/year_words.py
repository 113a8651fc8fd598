"""The year in a result's metadata, and what its months and ways to cool are called."""

from __future__ import annotations

from collections.abc import Mapping

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
    """The year, or an empty one."""
    held = result.meta.get("year")
    return held if isinstance(held, Mapping) else {}
