"""One real component in the dependency graph."""

from __future__ import annotations

import math
from collections.abc import Iterable

from twin.facility.model import Facility
from twin.physics.reliability.gates import Node, Rule


def component(
    facility: Facility,
    name: str,
    system: str,
    inputs: Iterable[str],
    capacity_w: float = math.inf,
    demand_w: float = 0.0,
) -> Node:
    """A real component that needs all of its inputs; without a failure rate it is perfect."""
    table = facility.components
    mtbf_h = float(table.mtbf_h[table.row[name]])
    mttr_h = float(table.mttr_h[table.row[name]])
    if not (0 < mtbf_h < math.inf and 0 < mttr_h < math.inf):
        mtbf_h = mttr_h = math.nan
    inputs = tuple(inputs)
    return Node(
        name,
        Rule.AND if inputs else Rule.SOURCE,
        inputs,
        capacity_w=capacity_w,
        demand_w=demand_w,
        mtbf_h=mtbf_h,
        mttr_h=mttr_h,
        system=system,
    )
