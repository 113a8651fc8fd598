"""How a BESS is run: one rule for each, told apart by `kind`."""

from __future__ import annotations

from itertools import pairwise
from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from twin.stated import Duration, EnergyPrice, Fraction, Moment, Percent, Power, Stated, Within

GroupName = Annotated[str, Field(max_length=100)]


class _StorageRule(Stated):
    """What every rule states."""

    bess: GroupName
    """BESS or group of them, as named in the layout; a group acts as one."""
    start_charge: Percent | None = None
    """Share of their energy that they hold at the start; as much as their row allows where not
    stated."""
    reserve: Fraction = 0.0
    """Share of their energy that only the loss of their board's supplies may use."""


class PeakShave(_StorageRule):
    """Hold the site's draw below a limit, and charge with what is below it."""

    kind: Literal["peak_shave"]
    limit: Power
    """Most that the site is to draw from its utilities."""
    recharge_below: Power | None = None
    """Draw up to which they charge; the limit where not stated."""


class StorageStep(Stated):
    """What a BESS does from a moment on; neither key: it rests."""

    at: Moment = 0.0
    """From when on."""
    charge: Power | None = None
    """AC power that it takes."""
    discharge: Power | None = None
    """AC power that it gives, as far as its board draws so much."""

    @model_validator(mode="after")
    def _one_way(self) -> Self:
        if self.charge and self.discharge:
            raise ValueError("charge or discharge, not both at once")
        return self

    @property
    def power_w(self) -> float:
        """AC power taken in W; negative where it gives."""
        return (self.charge or 0.0) - (self.discharge or 0.0)


class StorageSchedule(_StorageRule):
    """Charge and discharge by a list of moments."""

    kind: Literal["schedule"]
    steps: tuple[StorageStep, ...] = Field(min_length=1, max_length=10_000)
    """In order of time."""

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        for n, (before, step) in enumerate(pairwise(self.steps), start=2):
            if before.at >= step.at:
                after = f"step {n} (at {step.at:,.0f} s) is not after {before.at:,.0f} s"
                raise ValueError(f"steps in order of time: {after}")
        return self


class Arbitrage(_StorageRule):
    """Buy when electricity is cheap: the cheapest dispatch over the run's hours, prices known."""

    kind: Literal["arbitrage"]
    expected_load: Power | None = None
    """Draw of the site without them, steady; where stated they give no more than it, and the
    dispatch counts what the site's demand charge costs."""
    degradation: EnergyPrice = 0.0
    """What a unit of energy given costs in wear."""
    step: Annotated[Duration, Within(60.0, 86_400.0, "1 min to 1 day")] = 3600.0
    """Steps of the dispatch, on the clock from the start."""


class RampLimit(_StorageRule):
    """Take the steps out of the site's draw: it rises and falls no faster than a limit."""

    kind: Literal["ramp_limit"]
    per_minute: Power | None = None
    """Most that the draw may change within a minute; the site's `limits.ramp_per_minute` where not
    stated. 20 % of the site's rating is a planning value, assumed."""
    step: Annotated[Duration, Within(0.1, 60.0, "0.1 s to 1 min")] = 5.0
    """The ramp is a staircase of steps of this length."""
    keep: Percent = 0.5
    """Share of their energy to which they return, with room for ramps either way."""
    return_power: Percent = 0.05
    """Share of their rating with which they return to it."""


class Backup(_StorageRule):
    """Wait for the loss of the board's supplies; charge whenever there is room."""

    kind: Literal["backup"]


StorageRule = Annotated[
    PeakShave | StorageSchedule | Arbitrage | RampLimit | Backup, Field(discriminator="kind")
]
"""Any rule, told apart by `kind`."""
