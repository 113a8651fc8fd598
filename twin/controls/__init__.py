"""What operators may do during a run: set-points, ceilings and drills. A kind is one class and one
line.
"""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from twin.stated import YEAR_S, Duration, Fraction, Stated, WaterTemperature, Within
from twin.stated import Moment as Moment

OutageDuration = Annotated[Duration, Within(1e-3, 30 * YEAR_S, "1 ms to 30 years")]


class ClockCeiling(Stated):
    """Hold every GPU at or below a share of its full clock: the plainest power cap."""

    kind: Literal["clock_ceiling"]
    at: Moment = 0.0
    """When it takes effect."""
    clock: Fraction = Field(ge=0.01)
    """Highest clock over full clock."""


class WaterSupply(Stated):
    """Change the set-point of the facility water."""

    kind: Literal["facility_water_supply"]
    at: Moment = 0.0
    """When it takes effect."""
    plant: Annotated[str, Field(max_length=100)]
    """Plant group, as named in the layout."""
    temperature: WaterTemperature
    """New supply temperature."""


Action = Annotated[ClockCeiling | WaterSupply, Field(discriminator="kind")]
"""Any operator action, told apart by `kind`."""


class Controls(Stated):
    """Standing rules of operation."""

    placement: Literal["packed", "spread"] = "packed"
    """Fill racks in order, or deal a gang's nodes over the racks with most free nodes."""
    plant_period: Annotated[Duration, Within(1.0, YEAR_S, "1 s to 366 days")] = 300.0
    """Scan time of the building controls: weather is read and fan and compressor power are set
    anew."""
    throttle_hysteresis_k: float = Field(default=2.0, ge=0.01, le=100)
    """The clock steps up again only when the hottest GPU is this far below its limit."""
    actions: tuple[Action, ...] = Field(default=(), max_length=10_000)
    """Operator actions on the time line."""


class UtilityOutage(Stated):
    """Drill: every utility feed is away for a while."""

    kind: Literal["utility_outage"]
    at: Moment
    """When it begins."""
    duration: OutageDuration
    """How long it lasts."""


class Isolate(Stated):
    """Drill: one component is taken out on purpose and put back."""

    kind: Literal["isolate"]
    at: Moment
    """When it is taken out."""
    duration: OutageDuration
    """How long it is out."""
    component: Annotated[str, Field(max_length=100)]
    """Which one."""


Drill = Annotated[UtilityOutage | Isolate, Field(discriminator="kind")]
"""Any drill, told apart by `kind`."""

__all__ = [
    "Action",
    "ClockCeiling",
    "Controls",
    "Drill",
    "Isolate",
    "Moment",
    "UtilityOutage",
    "WaterSupply",
]
