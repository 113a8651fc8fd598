"""Breakers that open after the one above them, which takes its other loads down as well."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from twin.catalogue.equipment_kinds import Role, role
from twin.facility.model import Facility
from twin.findings import Finding, FindingCode
from twin.physics.selectivity import TripCurve, first_conflict


def findings(facility: Facility) -> Iterator[Finding]:
    """Pairs of a device and one that feeds it and others, each told once a pair of lines."""
    tree = facility.power
    feeds = np.bincount(tree.supply, minlength=len(tree.id))
    told: set[tuple[object, object]] = set()
    stated_at = facility.components.stated_at
    for upper, lower in zip(tree.supply.tolist(), tree.taker.tolist(), strict=True):
        if feeds[upper] < 2 or not (_trips(facility, upper) and _trips(facility, lower)):
            continue
        lines = (stated_at[tree.component[upper]], stated_at[tree.component[lower]])
        conflict = first_conflict(_curve(facility, lower), _curve(facility, upper))
        if conflict is None or lines in told:
            continue
        told.add(lines)
        load_w, low_s, high_s = conflict
        says = (
            f"at {load_w / 1e3:,.0f} kW {tree.id[upper]} above it opens after {high_s:,.3g} s, "
            f"it after {low_s:,.3g} s: {feeds[upper] - 1} other takers lose that supply"
        )
        yield Finding(FindingCode.NOT_SELECTIVE, tree.id[lower], says, lines[1])


def _trips(facility: Facility, node: int) -> bool:
    """Whether it goes by a curve, and carries power on: converters and sources limit currents."""
    carries = role(facility.power.kind[node]) is Role.CARRY if _is_gear(facility, node) else False
    return carries and bool(np.isfinite(facility.power.trip_pickup_frac[node]))


def _is_gear(facility: Facility, node: int) -> bool:
    return node < facility.power.equipment


def _curve(facility: Facility, node: int) -> TripCurve:
    tree = facility.power
    return TripCurve(
        float(tree.trip_rating_w[node]),
        float(tree.trip_pickup_frac[node]),
        float(tree.trip_constant_s[node]),
        float(tree.trip_instantaneous_frac[node]),
    )
