"""State of demand response."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from twin.arrays import Array
from twin.facility.model import Facility


@dataclass(slots=True)
class ResponseState:
    """How far work gives way now, and what was metered at the edges of each event."""

    ceiling_frac: Array
    """(rack,) highest clock of work that gives way."""
    level: float = 0.0
    """Share of what each rack may give that it gives now."""
    released_level: float = 0.0
    """The same when the event under way was released."""
    paused: list[int] = field(default_factory=list)
    """Jobs that an event pauses."""
    reached_s: list[float] = field(default_factory=list)
    """By event, when the draw was first seen as low as asked; inf where it never was."""
    marks: dict[str, Array] = field(default_factory=dict)
    """By event and edge: energy bought, tokens lost by tier, tokens dropped by services."""
    version: int = 0
    """Raised whenever a ceiling changes."""


def fresh_response(facility: Facility) -> ResponseState:
    """Nobody gives way."""
    response = facility.scenario.controls.demand_response
    events = len(response.events) if response else 0
    return ResponseState(np.ones(len(facility.racks.id)), reached_s=[np.inf] * events)
