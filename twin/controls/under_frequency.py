"""Relays that act where machines carry an island and frequency falls."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from twin.stated import Duration, Stated, Within

LowFrequency = Annotated[float, Field(ge=37.5, le=60.0)]
RelayDelay = Annotated[Duration, Within(0.0, 60.0, "0 to 1 min")]


class FrequencyStage(Stated):
    """One stage of loads that relays open."""

    below_hz: LowFrequency
    """Frequency below which its time runs, less than the site's; it runs anew where frequency was
    above meanwhile. Nothing is followed below three quarters of nominal."""
    after: RelayDelay = 0.1
    """For how long, until the loads are open: measuring, and the breaker; assumed."""
    open: tuple[Annotated[str, Field(max_length=100)], ...] = Field(min_length=1, max_length=20_000)
    """Racks, rows of racks, cooling units, groups of them, or workloads, which stand for the racks
    that run them then."""


class MachineRelay(Stated):
    """What takes machines off where frequency stays low."""

    below_hz: LowFrequency
    """Frequency below which its time runs, less than the site's."""
    after: RelayDelay = 1.0
    """For how long, until all machines of the island are off; assumed."""


class UnderFrequency(Stated):
    """Relays of islands that generators carry; a step of load is followed with them."""

    stages: tuple[FrequencyStage, ...] = Field(default=(), max_length=20)
    """Loads that are opened; picked up again as `load_shedding` says, left open without it."""
    machines: MachineRelay | None = None
    """When machines trip; only where they stall, a quarter below nominal, without it. A crew closes
    what tripped."""
