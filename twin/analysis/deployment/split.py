"""How much to own, or to reserve, and how much to rent by the hour.

One hour of an owned GPU costs whether it works or not; one that is rented only while it works. So
one owns up to the demand that is exceeded in a share c_own / c_rented of all hours: the quantile
1 - c_own / c_rented of the demand (the newsvendor's answer).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from twin.arrays import Array


@dataclass(frozen=True)
class Split:
    """Capacity that is paid for all year, and what is rented beside it."""

    held: float
    """GPUs paid for in every hour."""
    rented_hours: float
    """GPU hours a year rented by the hour."""
    unused_hours: float
    """GPU hours a year that are held and not asked for."""


def best_held(demand: Array, held_usd_h: float, rented_usd_h: float, least: float = 0.0) -> float:
    """GPUs to hold: the quantile of the demand (hour,), and at least `least`.

    held_usd_h     a GPU that is held, USD for every hour
    rented_usd_h   a GPU by the hour, USD
    """
    if held_usd_h >= rented_usd_h:
        return least
    ranked = np.sort(demand)
    exceeded = held_usd_h / rented_usd_h
    place = int(np.ceil((1.0 - exceeded) * ranked.size - 1e-9)) - 1
    return max(float(ranked[max(place, 0)]), least)


def split(demand: Array, held: float) -> Split:
    """What a capacity leaves to be rented, and what of it stands unused."""
    rented = np.maximum(demand - held, 0.0).sum()
    unused = np.maximum(held - demand, 0.0).sum()
    return Split(held, float(rented), float(unused))
