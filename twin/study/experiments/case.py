"""One run of a study, and what came of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, Literal


class Status(StrEnum):
    """How a case ended."""

    DONE = "done"
    FAILED = "failed"
    NOT_FINITE = "not finite"


OnFailure = Literal["name", "rerun", "leave_out"]
"""What becomes of cases that failed or are not finite: named in the table; run again first, then
named; or left out of the table."""


@dataclass(frozen=True)
class Case:
    """One run of a study: the values of what varies by name, and the seed of its random streams."""

    values: Mapping[str, Any] = field(default_factory=dict)
    seed: int = 1
    arm: str = ""
    """The named alternative that it belongs to; empty where the study has none."""


@dataclass(frozen=True)
class CaseAnswer:
    """What came of one case: its outcomes, or why there are none."""

    outcomes: Mapping[str, float] = field(default_factory=dict)
    failure: str = ""
    """Why the run could not go on; empty where it did."""
