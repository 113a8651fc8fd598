"""How waiting jobs get nodes: who may overtake, in which order, and under which power."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field

from twin.stated import YEAR_S, Duration, Power, Stated, Within

DAY_S = 86_400.0
PolicyName = Literal["fifo", "easy", "conservative", "priority", "fair_share"]


class Queueing(Stated):
    """The rule by which jobs leave the queue."""

    policy: PolicyName = "fifo"
    """fifo: nobody overtakes. easy: a job may overtake where the first in the queue starts no later
    for it (Lifka 1995). conservative: where nobody starts later for it. priority: first in, first
    out, and a job takes the nodes of running ones of lower priority, which write a checkpoint and
    queue again. fair_share: easy, with the queue in the order of what users had lately."""
    depth: int = Field(default=100, ge=1, le=10_000)
    """conservative: jobs, from the first of the queue on, that hold a reservation."""
    half_life: Annotated[Duration, Within(60.0, YEAR_S, "1 min to 366 days")] = 7 * DAY_S
    """fair_share: time in which what a user had counts half."""
    shares: dict[Annotated[str, Field(max_length=100)], Annotated[float, Field(gt=0, le=1e6)]] = (
        Field(default_factory=dict, max_length=100_000)
    )
    """fair_share: share of each user, 1 where not stated."""
    power_cap: Power | None = None
    """A job starts only where all racks then draw at most this at full clock; services count with
    full activity."""


def _named(value: Any) -> Any:
    return {"policy": value} if isinstance(value, str) else value


SchedulerChoice = Annotated[Queueing, BeforeValidator(_named, json_schema_input_type=Any)]
"""A policy by its name alone, or with its numbers."""
