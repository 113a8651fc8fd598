"""Who mends and closes what, and what lies in store for them."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from twin.scenario.schema.names import Name
from twin.stated import YEAR_S, Duration, Stated, Within

WorkTime = Annotated[Duration, Within(0.0, 30 * 86_400.0, "0 to 30 days")]
LeadTime = Annotated[Duration, Within(0.0, 3 * YEAR_S, "0 to 3 years")]


class CrewSpec(Stated):
    """A class of crew: what it sees to, how many there are, and how long it takes to close a
    breaker that has tripped.
    """

    name: Name
    """Name of the class."""
    count: int = Field(ge=0, le=100_000)
    """How many at the site; 0 where nobody comes."""
    kinds: tuple[Annotated[str, Field(max_length=100)], ...] = Field(default=(), max_length=100)
    """Kinds of component that it sees to; empty for all that no other class names."""
    travel: WorkTime = 900.0
    """From a trip to a crew at the device: 15 minutes within a site, assumed."""
    diagnose: WorkTime = 600.0
    """Until it knows why it tripped: 10 minutes, assumed."""
    close: WorkTime = 300.0
    """Until it is closed: 5 minutes with permits, assumed."""


class SpareSpec(Stated):
    """Spare parts of one type of component. Each repair takes one and orders another."""

    type: Annotated[str, Field(max_length=80)]
    """Catalogue row of the components that it fits."""
    count: int = Field(ge=0, le=100_000)
    """How many lie at the site at the start."""
    lead_time: LeadTime
    """From an order to its arrival."""


class CommonCause(Stated):
    """Components that now and then fail together: one room, one software, one batch."""

    name: Name
    """What the events call the cause."""
    components: tuple[Annotated[str, Field(max_length=100)], ...] = Field(
        min_length=1, max_length=1000
    )
    """Components, or groups of them; two at least in all."""
    beta: float = Field(gt=0, le=1)
    """Share of the failures of each that strikes all of them (beta factor); the rest it has
    alone."""


class MaintenancePlan(Stated):
    """Work that takes components out of service as planned, one at a time."""

    components: tuple[Annotated[str, Field(max_length=100)], ...] = Field(
        min_length=1, max_length=1000
    )
    """Components, or groups of them."""
    time_per_year: Annotated[Duration, Within(0.0, YEAR_S, "0 to a year")]
    """How long each of them is out in a year."""
