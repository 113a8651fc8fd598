"""What a reviewer remarks about spares: plants and halls that cannot do without one unit.

By heat at peak load over stated capacities, as the redundancy analysis has it; coolant units, which
flow binds too, are told of in `cooling`.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from twin.analysis.review.cooling import at_unit
from twin.catalogue.equipment_kinds import Role, role
from twin.facility.cooling.peak import heat_w
from twin.facility.model import Facility, Index
from twin.findings import Finding, FindingCode


def findings(facility: Facility) -> Iterator[Finding]:
    """Plants, then halls."""
    cooling = facility.cooling
    _, hall_w, plant_w = heat_w(facility)
    for p, plant in enumerate(cooling.plants):
        code = FindingCode.NO_SPARE_PLANT_UNIT
        yield from _without_spare(facility, code, plant.id, plant.units, float(plant_w[p]))
    in_halls = np.array([role(kind) is Role.HALL_COOLING for kind in cooling.units.kind], bool)
    for h, hall in enumerate(cooling.hall_id):
        mine = np.flatnonzero(in_halls & (cooling.units.zone == h))
        code = FindingCode.NO_SPARE_AIR_HANDLER
        yield from _without_spare(facility, code, hall, mine, float(hall_w[h]))


def _without_spare(
    facility: Facility, code: FindingCode, of: str, mine: Index, wanted_w: float
) -> Iterator[Finding]:
    """A group whose others do not carry its heat without the largest."""
    if wanted_w <= 0 or not mine.size:
        return
    capacity_w = facility.cooling.units.capacity_w[mine]
    left_w = float(capacity_w.sum() - capacity_w.max())
    if left_w >= wanted_w * (1 - 1e-9):
        return
    unit = int(mine[int(capacity_w.argmax())])
    name = facility.cooling.units.id[unit]
    others = f"the others carry {left_w / 1e3:,.0f} of" if left_w > 0 else "nothing carries its"
    says = f"no spare for {of}: without it {others} {wanted_w / 1e3:,.0f} kW at full load"
    yield at_unit(facility, code, name, unit, says)
