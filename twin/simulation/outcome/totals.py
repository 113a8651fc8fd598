"""Where a run stands: its headline numbers and its token balance, without its tables of time."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from twin.results import Columns
from twin.simulation.disciplines import Disciplines
from twin.simulation.outcome.summary import summary
from twin.simulation.outcome.token_balance import token_balance


@dataclass(frozen=True)
class Totals:
    """What a run has come to so far."""

    summary: dict[str, Any]
    """As in a Result."""
    token_balance: Columns
    """The table of that name."""


def totals(run: Disciplines, wall_s: float) -> Totals:
    """What a run has come to so far."""
    return Totals(summary(run, wall_s), token_balance(run))
