"""Racks whose voltage leaves what their power supplies accept for good."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from twin.facility.model import Facility
from twin.facility.power.electrical import electrical_network, solved
from twin.findings import Finding, FindingCode
from twin.quantities import percent

LOWEST_FRAC = 0.9
"""Voltage that supplies of servers accept for good: the steady part of the ITI (CBEMA) curve,
within 10 % of nominal."""


def findings(facility: Facility) -> Iterator[Finding]:
    """One finding a line of racks: the lowest voltage, everything in service, at peak."""
    try:
        network = electrical_network(facility)
        voltage = np.abs(solved(network).voltage)
    except ArithmeticError:
        says = "its network cannot carry the load: the voltage collapses"
        yield Finding(FindingCode.VOLTAGE_OUTSIDE_WINDOW, facility.power.id[0], says)
        return
    worst: dict[tuple[object, ...], int] = {}
    tree = facility.power
    for node in tree.load_of_rack.tolist():
        if network.live[node] and voltage[node] < LOWEST_FRAC:
            place = facility.components.stated_at[tree.component[node]]
            if place not in worst or voltage[node] < voltage[worst[place]]:
                worst[place] = node
    for place, node in worst.items():
        reached = f"{percent(voltage[node])} of nominal voltage at full load"
        says = f"{reached}; {percent(LOWEST_FRAC, 0)} is needed"
        where = facility.components.stated_at[tree.component[node]]
        assert where == place
        yield Finding(FindingCode.VOLTAGE_OUTSIDE_WINDOW, tree.id[node], says, where)
