"""Breakers that the inverters above them cannot open in time, with others hanging on these."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from twin.analysis.selective import trip_curve, trips
from twin.catalogue.equipment_kinds import Role, role
from twin.facility.model import Facility, Index
from twin.facility.power.electrical import electrical_network
from twin.facility.power.short_circuit import fault_currents
from twin.findings import Finding, FindingCode
from twin.physics.overload import step_rate_per_s


def findings(facility: Facility) -> Iterator[Finding]:
    """One finding a pair of lines: a device, and the UPS that end before it opens.

    Currents are those of a fault at its output between the loss of the utility and the generators.
    A UPS bears its part as its row says of an overload of as many amperes.
    """
    tree = facility.power
    current_a = fault_currents(facility).inverters
    volts = np.sqrt(3.0) * electrical_network(facility).voltage_v
    stated_at = facility.components.stated_at
    told: set[tuple[object, object]] = set()
    for node in np.flatnonzero(current_a > 0).tolist():
        ups, others = _above(facility, node) if trips(facility, node) else ([], 0)
        if not ups or not others:
            continue
        fault_w = float(current_a[node] * volts[node])
        opens_s = float(trip_curve(facility, node).time_s(np.array([fault_w]))[0])
        bears_s = _bears_s(facility, np.array(ups), fault_w)
        lines = (stated_at[tree.component[node]], stated_at[tree.component[ups[0]]])
        if opens_s <= bears_s or lines in told:
            continue
        told.add(lines)
        opens = f"after {opens_s:,.3g} s" if np.isfinite(opens_s) else "never"
        says = (
            f"on battery a fault behind it draws {current_a[node] / 1e3:,.2f} kA from "
            f"{', '.join(tree.id[n] for n in ups)}, which give up after {bears_s:,.3g} s; it opens "
            f"{opens}: {others} other takers lose that supply"
        )
        yield Finding(FindingCode.INVERTER_GIVES_UP_FIRST, tree.id[node], says, lines[0])


def _above(facility: Facility, node: int) -> tuple[list[int], int]:
    """The UPS that feed a node, and how many other takers they and what lies between have."""
    tree = facility.power
    ups: list[int] = []
    ways = {node}
    waiting = [node]
    while waiting:
        for supply in tree.supply[tree.taker == waiting.pop()].tolist():
            if supply in ways:
                continue
            ways.add(supply)
            if role(tree.kind[supply]) is Role.STORE:
                ups.append(supply)
            else:
                waiting.append(supply)
    if not ups:
        return [], 0
    between = _below(facility, ups) & ways
    given = np.isin(tree.supply, list(between - {node}))
    return sorted(ups), len(set(tree.taker[given].tolist()) - between)


def _below(facility: Facility, ups: list[int]) -> set[int]:
    """These and all that they feed."""
    tree = facility.power
    found = set(ups)
    waiting = list(ups)
    while waiting:
        for taker in tree.taker[tree.supply == waiting.pop()].tolist():
            if taker not in found:
                found.add(taker)
                waiting.append(taker)
    return found


def _bears_s(facility: Facility, ups: Index, fault_w: float) -> float:
    """How long the first of them bears its part of a fault, shared by rating."""
    tree = facility.power
    part = fault_w / float(tree.rating_w[ups].sum())
    curves = tree.ups.inverter.at(ups)
    rate = step_rate_per_s(np.full(ups.size, part * (1.0 - 1e-9)), curves)
    rate = np.where(tree.ups.has_steps[ups], rate, 0.0)
    with np.errstate(divide="ignore"):
        return float((1.0 / rate).min())
