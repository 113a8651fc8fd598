"""How much of its own exhaust a rack draws in again."""

from __future__ import annotations

RECIRCULATION_FRAC = {"none": 0.15, "cold_aisle": 0.05, "hot_aisle": 0.03}
"""Share of a rack's inlet air that is its own exhaust, by containment; assumed, the middle of
published supply-heat indices (uncontained 0.1 to 0.3, contained below 0.1). End-of-row racks take
twice as much."""
END_OF_ROW = 2.0
"""Racks at the end of a row take this many times as much."""


def recirculation_frac(containment: str, end_of_row: bool, stated: float | None) -> float:
    """Share of the inlet air that is the rack's own exhaust; what is stated goes first."""
    if stated is not None:
        return stated
    return RECIRCULATION_FRAC[containment] * (END_OF_ROW if end_of_row else 1.0)
