"""What operators may do during a run: set-points, ceilings and drills. A kind is one class and one
line.
"""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from twin.stated import Duration, Fraction, Stated, Temperature
from twin.stated import Moment as Moment


class ClockCeiling(Stated):
    """Hold every GPU at or below a share of its full clock: the plainest power cap."""

    kind: Literal["clock_ceiling"]
    at: Moment = 0.0
    """When it takes effect."""
    clock: Fraction = Field(gt=0)
    """Highest clock over full clock."""


class WaterSupply(Stated):
    """Change the set-point of the facility water."""

    kind: Literal["facility_water_supply"]
    at: Moment = 0.0
    """When it takes effect."""
    plant: str
    """Plant group, as named in the layout."""
    temperature: Temperature
    """New supply temperature."""


Action = Annotated[ClockCeiling | WaterSupply, Field(discriminator="kind")]
"""Any operator action, told apart by `kind`."""


class Controls(Stated):
    """Standing rules of operation."""

    placement: Literal["packed", "spread"] = "packed"
    """Fill racks in order, or deal a gang's nodes over the racks with most free nodes."""
    plant_period: Duration = Field(default=300.0, ge=1.0)
    """Scan time of the building controls: weather is read and fan and compressor power are set
    anew."""
    throttle_hysteresis_k: float = Field(default=2.0, gt=0)
    """The clock steps up again only when the hottest GPU is this far below its limit."""
    actions: tuple[Action, ...] = ()
    """Operator actions on the time line."""


class UtilityOutage(Stated):
    """Drill: every utility feed is away for a while."""

    kind: Literal["utility_outage"]
    at: Moment
    """When it begins."""
    duration: Duration = Field(gt=0)
    """How long it lasts."""


class Isolate(Stated):
    """Drill: one component is taken out on purpose and put back."""

    kind: Literal["isolate"]
    at: Moment
    """When it is taken out."""
    duration: Duration = Field(gt=0)
    """How long it is out."""
    component: str
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
