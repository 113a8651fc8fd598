"""What operators may do during a run: set-points, ceilings and drills. A kind is one class and one
line.
"""

from __future__ import annotations

import math
from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from twin.controls.demand_response import DemandEvent, DemandResponse
from twin.controls.drills import (
    Drill,
    Expectation,
    Isolate,
    OutageDuration,
    PlannedTransfer,
    Sag,
    UtilityOutage,
    drilled,
    ends_s,
)
from twin.controls.queueing import Queueing, SchedulerChoice
from twin.controls.storage import (
    Arbitrage,
    Backup,
    PeakShave,
    RampLimit,
    StorageRule,
    StorageSchedule,
)
from twin.controls.under_frequency import UnderFrequency
from twin.stated import (
    YEAR_S,
    Duration,
    Fraction,
    Percent,
    Power,
    Stated,
    Volume,
    WaterTemperature,
    Within,
)
from twin.stated import Moment as Moment

FuelVolume = Annotated[Volume, Within(1e-3, 1e6, "1 L to 1,000,000 m^3")]


class ClockCeiling(Stated):
    """Hold every GPU at or below a share of its full clock: the plainest power cap."""

    kind: Literal["clock_ceiling"]
    at: Moment = 0.0
    """When it takes effect."""
    clock: Fraction = Field(ge=0.01)
    """Highest clock over full clock."""


class GpuPowerCap(Stated):
    """Hold GPUs at or below a power: each board lowers its own clock until what it does is within.
    Of several caps the lowest holds.
    """

    kind: Literal["gpu_power_cap"]
    at: Moment = 0.0
    """When it takes effect."""
    duration: Annotated[Duration, Within(1.0, 30 * YEAR_S, "1 s to 30 years")] | None = None
    """How long it holds; from then on where not stated."""
    power: Annotated[Power, Within(1.0, 10_000.0, "1 W to 10 kW")] | None = None
    """Most that a GPU may draw."""
    share: Percent | None = None
    """The same over the highest power of each GPU."""
    of: tuple[Annotated[str, Field(max_length=100)], ...] = Field(default=(), max_length=20_000)
    """Racks, rows or groups of racks, types of GPU, and workloads, which stand for the racks that
    run them at that moment; all GPUs where not stated."""

    @model_validator(mode="after")
    def _one_of_both(self) -> Self:
        if (self.power is None) == (self.share is None):
            raise ValueError("state power, as `500 W`, or share, as `70 %` of the highest power")
        return self

    @property
    def ends_s(self) -> float:
        """When it is lifted; inf where it never is."""
        return math.inf if self.duration is None else self.at + self.duration


class WaterSupply(Stated):
    """Change the set-point of the facility water."""

    kind: Literal["facility_water_supply"]
    at: Moment = 0.0
    """When it takes effect."""
    plant: Annotated[str, Field(max_length=100)]
    """Plant group, as named in the layout."""
    temperature: WaterTemperature
    """New supply temperature."""


class CoolantSupply(Stated):
    """Change the set-point of the coolant that coolant units supply, rightly or by mistake."""

    kind: Literal["coolant_supply"]
    at: Moment = 0.0
    """When it takes effect."""
    loop: Annotated[str, Field(max_length=100)]
    """Group of coolant units, as named in the layout."""
    temperature: WaterTemperature
    """New supply temperature."""


class Refuel(Stated):
    """Bring fuel to a generator, or to every member of a group."""

    kind: Literal["refuel"]
    at: Moment = 0.0
    """When it is poured in."""
    generator: Annotated[str, Field(max_length=100)]
    """Generator or group of generators, as named in the layout."""
    amount: FuelVolume | None = None
    """How much each gets, as far as its tank holds it; all that it holds where not stated."""


class MaintenanceBypass(Stated):
    """Bridge UPS by their maintenance bypasses: their loads stay on the mains, without a battery,
    and they may be isolated or fail meanwhile.
    """

    kind: Literal["maintenance_bypass"]
    at: Moment = 0.0
    """When it is closed."""
    duration: OutageDuration
    """How long it stays closed."""
    ups: Annotated[str, Field(max_length=100)]
    """UPS or group of UPS, as named in the layout."""


class ResetUps(Stated):
    """Take UPS back to their inverters and to the utility, whatever locked them out."""

    kind: Literal["reset_ups"]
    at: Moment = 0.0
    """When somebody does it."""
    ups: Annotated[str, Field(max_length=100)]
    """UPS or group of UPS, as named in the layout."""


Action = Annotated[
    ClockCeiling
    | GpuPowerCap
    | WaterSupply
    | CoolantSupply
    | Refuel
    | ResetUps
    | MaintenanceBypass,
    Field(discriminator="kind"),
]
"""Any operator action, told apart by `kind`."""


class LoadShedding(Stated):
    """Open loads before what feeds them trips, and pick them up again in steps."""

    order: tuple[Annotated[str, Field(max_length=100)], ...] = Field(
        min_length=1, max_length=20_000
    )
    """Racks, rows of racks, cooling units or groups of them, and workloads, which stand for the
    racks that run them at that moment: the first is opened first and picked up last. What is not
    named is never opened."""
    above: float = Field(default=1.0, ge=0.1, le=1.5)
    """Load of any power component over its rating from which loads are opened."""
    act_after: Annotated[Duration, Within(0.0, 3600.0, "0 to 1 h")] = 1.0
    """From an overload, or from the loss of all power, until loads open; assumed, for controls that
    measure and switch."""
    pick_up_every: Annotated[Duration, Within(0.1, YEAR_S, "0.1 s to 366 days")] = 30.0
    """From one step of picking up to the next, and from the return of power to the first."""


class Controls(Stated):
    """Standing rules of operation."""

    placement: Literal["packed", "spread", "near"] = "packed"
    """Fill racks in order, deal a gang's nodes over the racks with most free nodes, or keep them
    near one another: in one rack or NVLink domain, else under the same leaves, else in one pod."""
    scheduler: SchedulerChoice = Queueing()
    """Whose turn it is in the queue: a policy by its name, or with its numbers."""
    plant_period: Annotated[Duration, Within(1.0, YEAR_S, "1 s to 366 days")] = 300.0
    """Scan time of the building controls: weather is read and fan and compressor power are set
    anew."""
    throttle_hysteresis_k: float = Field(default=2.0, ge=0.01, le=100)
    """The clock steps up again only when the hottest GPU is this far below its limit."""
    power_floor: Fraction = 0.0
    """Least share of its power between idle and rated that a GPU in training draws while it waits
    for its network: smooths the swing of a step, and costs energy."""
    load_shedding: LoadShedding | None = None
    """What is opened before something trips, and after all power is lost; nothing where not
    stated."""
    under_frequency: UnderFrequency | None = None
    """Relays that act in islands that generators carry; steps of load are judged and nobody acts
    where not stated."""
    storage: tuple[StorageRule, ...] = Field(default=(), max_length=100)
    """How each BESS is run; one that no rule names rests, and carries its board where it can."""
    demand_response: DemandResponse | None = None
    """Calls of the grid to draw less, and who gives way; none where not stated."""
    actions: tuple[Action, ...] = Field(default=(), max_length=10_000)
    """Operator actions on the time line."""


__all__ = [
    "Action",
    "Arbitrage",
    "Backup",
    "ClockCeiling",
    "Controls",
    "CoolantSupply",
    "DemandEvent",
    "DemandResponse",
    "Drill",
    "Expectation",
    "GpuPowerCap",
    "Isolate",
    "LoadShedding",
    "MaintenanceBypass",
    "Moment",
    "PeakShave",
    "PlannedTransfer",
    "Queueing",
    "RampLimit",
    "Refuel",
    "ResetUps",
    "Sag",
    "StorageRule",
    "StorageSchedule",
    "UnderFrequency",
    "UtilityOutage",
    "WaterSupply",
    "drilled",
    "ends_s",
]
