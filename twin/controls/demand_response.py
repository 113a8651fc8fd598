"""Demand response: the grid asks a site to draw less, and work gives way by its tier."""

from __future__ import annotations

from itertools import pairwise
from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from twin.stated import YEAR_S, Duration, EnergyPrice, Fraction, Moment, Percent, Stated, Within

Tier = Literal[0, 1, 2, 3]
WorkName = Annotated[str, Field(max_length=100)]


class DemandEvent(Stated):
    """One call to draw less."""

    name: Annotated[str, Field(max_length=100)] = "event"
    """What the table calls it."""
    at: Moment
    """When the draw begins to fall; after the start, for its baseline is measured before it."""
    duration: Annotated[Duration, Within(1.0, YEAR_S, "1 s to 366 days")] = 10_800.0
    """How long it stays down, once it is."""
    depth: Percent = 0.25
    """Share of the baseline by which it falls."""
    ramp: Annotated[Duration, Within(0.0, 86_400.0, "0 to 1 day")] = 900.0
    """How long it takes to fall, and to rise again; 15 min assumed."""
    notice: Annotated[Duration, Within(0.0, 30 * 86_400.0, "0 to 30 days")] = 0.0
    """How long before it is known."""
    baseline: Annotated[Duration, Within(1.0, 7 * 86_400.0, "1 s to 7 days")] = 900.0
    """Baseline: the mean draw of the site over so long before it begins, calls before it left
    out; less of it where the run has no more."""
    payment: EnergyPrice = 0.0
    """Paid for each unit of energy below the baseline while it stays down."""

    @model_validator(mode="after")
    def _baseline_before(self) -> Self:
        if self.at <= 0.0:
            raise ValueError("an event after the start: its baseline is what was drawn before it")
        return self

    @property
    def held_s(self) -> float:
        """When the draw is to be down."""
        return self.at + self.ramp

    @property
    def released_s(self) -> float:
        """When it may rise again."""
        return self.held_s + self.duration

    @property
    def over_s(self) -> float:
        """When all is as before."""
        return self.released_s + self.ramp


class DemandResponse(Stated):
    """Who gives way, and when."""

    tiers: dict[WorkName, Tier] = Field(default_factory=dict, max_length=10_000)
    """By workload: 0 gives nothing, and so does what is not named; 1, 2 and 3 lose at most the
    shares of `most_lost`."""
    most_lost: tuple[Fraction, Fraction, Fraction] = (0.10, 0.25, 0.50)
    """Most throughput that work of tiers 1, 2 and 3 loses while it gives way; of a published field
    trial, from memory."""
    pause: tuple[WorkName, ...] = Field(default=(), max_length=10_000)
    """Workloads whose jobs write a checkpoint and pause where slower clocks are not enough, the
    first named first."""
    look_every: Annotated[Duration, Within(1.0, 3600.0, "1 s to 1 h")] = 30.0
    """How often the draw is compared with what it is to be."""
    events: tuple[DemandEvent, ...] = Field(min_length=1, max_length=1000)
    """In order of time, none before the one before it is over."""

    @model_validator(mode="after")
    def _one_at_a_time(self) -> Self:
        for before, after in pairwise(self.events):
            if after.at < before.over_s:
                raise ValueError(
                    f"an event after {before.over_s:g} s, when {before.name!r} is over"
                )
        return self

    def baseline_spans(self, i: int) -> tuple[tuple[float, float], ...]:
        """Stretches of time whose mean draw is the baseline of event `i`, the last first: the time
        just before it in which no other event was on.
        """
        spans = []
        left_s = self.events[i].baseline
        end_s = self.events[i].at
        for before in reversed(self.events[:i]):
            begin_s = max(before.over_s, end_s - left_s)
            spans.append((begin_s, end_s))
            left_s -= end_s - begin_s
            end_s = before.at
            if left_s <= 0.0:
                break
        spans.append((max(end_s - left_s, 0.0), end_s))
        return tuple((begin, end) for begin, end in spans if end > begin)
