"""What a stretch of a run cost, as controls of cooling weigh it."""

from __future__ import annotations

from dataclasses import dataclass

from twin.simulation.readings import InstrumentReadings

J_PER_KWH = 3.6e6


@dataclass(frozen=True)
class Weights:
    """Kilowatt hours that a thing is worth; assumed, and for whoever asks to change."""

    rack_hour_above_limit: float = 100.0
    """A rack for an hour in air above its limit."""
    gpu_hour_throttled: float = 1.0
    """A GPU for an hour at a lower clock."""


def cost_kwh(before: InstrumentReadings, after: InstrumentReadings, weights: Weights) -> float:
    """Energy of cooling between two readings, and what went wrong in kilowatt hours."""
    energy = (after.cooling_j - before.cooling_j) / J_PER_KWH
    warm = after.rack_hours_above_limit - before.rack_hours_above_limit
    slow = after.gpu_hours_throttled - before.gpu_hours_throttled
    return energy + weights.rack_hour_above_limit * warm + weights.gpu_hour_throttled * slow
