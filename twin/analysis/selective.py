"""Which devices open before the one above them, and which do not."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from twin.catalogue.equipment_kinds import Role, role
from twin.facility.model import Facility
from twin.physics.selectivity import TripCurve, first_conflict


@dataclass(frozen=True)
class Pair:
    """A device and one above it that feeds others as well, both by a time-current curve."""

    lower: int
    upper: int
    conflict: tuple[float, float, float] | None
    """The least load in W at which the upper one opens first, with the lower one's and the upper
    one's seconds; None where the lower one is always first."""


def pairs(facility: Facility) -> Iterator[Pair]:
    """Every such pair of power nodes, in the order of the edges."""
    tree = facility.power
    feeds = np.bincount(tree.supply, minlength=len(tree.id))
    for upper, lower in zip(tree.supply.tolist(), tree.taker.tolist(), strict=True):
        if feeds[upper] > 1 and trips(facility, upper) and trips(facility, lower):
            found = first_conflict(trip_curve(facility, lower), trip_curve(facility, upper))
            yield Pair(lower, upper, found)


def trips(facility: Facility, node: int) -> bool:
    """Whether it goes by a curve, and carries power on: converters and sources limit currents."""
    tree = facility.power
    carries = node < tree.equipment and role(tree.kind[node]) is Role.CARRY
    return carries and bool(np.isfinite(tree.trip_pickup_frac[node]))


def trip_curve(facility: Facility, node: int) -> TripCurve:
    """Its time-current curve."""
    tree = facility.power
    return TripCurve(
        float(tree.trip_rating_w[node]),
        float(tree.trip_pickup_frac[node]),
        float(tree.trip_constant_s[node]),
        float(tree.trip_instantaneous_frac[node]),
    )
