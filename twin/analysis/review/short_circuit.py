"""What must break more current than it can."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from twin.facility.model import Facility
from twin.facility.power.short_circuit import fault_currents, grid_va
from twin.findings import Finding, FindingCode


def findings(facility: Facility) -> Iterator[Finding]:
    """One finding a component whose stated short-circuit rating lies below the fault current."""
    tree = facility.power
    rating_a = tree.short_circuit_rating_a
    if np.isnan(rating_a).all():
        return
    currents = fault_currents(facility)
    most_a = currents.most
    power_va, stated = grid_va(facility)
    grid = f"a grid of {power_va / 1e6:,.0f} MVA" + ("" if stated else " (assumed)")
    for node in np.flatnonzero(most_a > rating_a).tolist():
        source = grid if currents.usual[node] >= currents.standby[node] else "the generators"
        says = (
            f"a fault draws {most_a[node] / 1e3:,.1f} kA from {source}; "
            f"it is rated for {rating_a[node] / 1e3:,.1f} kA"
        )
        where = facility.components.stated_at[tree.component[node]]
        yield Finding(FindingCode.SHORT_CIRCUIT_ABOVE_RATING, tree.id[node], says, where)
