"""What a reviewer remarks about the air of halls: containment without an aisle, and potential flows
in rooms that they cannot tell of.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from twin.analysis.airflow.turned_back import told
from twin.analysis.review.space import at_component, lines
from twin.facility.airflow.aisles import AISLE_MAX_M
from twin.facility.model import Facility
from twin.findings import Finding, FindingCode

_STANDS = {"cold": "back to back", "hot": "front to front"}
"""How rows stand that have no aisle of this kind between them."""


def findings(facility: Facility) -> Iterator[Finding]:
    """Hall by hall."""
    for h, spec in enumerate(facility.scenario.plan.halls):
        kind = spec.containment.removesuffix("_aisle")
        found = _aisles(facility, h)
        if kind in _STANDS and found and kind not in found:
            says = (
                f"containment of {kind} aisles, and its rows stand {_STANDS[kind]}: "
                f"only {found.pop()} aisles lie between them"
            )
            yield _of_hall(facility, FindingCode.CONTAINS_NO_AISLE, h, says)
        says = _turned_back(facility, h)
        if says:
            yield _of_hall(facility, FindingCode.POTENTIAL_FLOW_TURNS_BACK, h, says)


def _of_hall(facility: Facility, code: FindingCode, hall: int, says: str) -> Finding:
    """A finding at the line of the hall's first racks."""
    component = int(facility.racks.component[facility.racks.hall == hall][0])
    found = at_component(facility, code, component, says)
    return Finding(code, facility.halls.name[hall], says, found.stated_at)


def _aisles(facility: Facility, hall: int) -> set[str]:
    """Kinds of aisles between rows of a hall that look at each other or away from each other."""
    racks = facility.racks
    held = [
        (box, int(racks.facing[line[0]]))
        for line, box in lines(facility)
        if racks.hall[line[0]] == hall
    ]
    found = set()
    for box, facing in held:
        beyond = [
            (other[1] - box[3], toward)
            for other, toward in held
            if other[0] < box[2] and other[2] > box[0] and other[1] >= box[3] - 1e-6
        ]
        clear_m, toward = min(beyond, default=(np.inf, facing))
        if clear_m <= AISLE_MAX_M and toward != facing:
            found.add("cold" if facing > 0 else "hot")
    return found


def _turned_back(facility: Facility, hall: int) -> str:
    """What the solved flow of a hall that asks for it cannot tell."""
    air = facility.cooling.air
    zones = np.flatnonzero(air.zone_hall == hall)
    handlers = np.flatnonzero(air.handler_hall == hall)
    here = np.concatenate([zones, air.zone_hall.size + handlers])
    flow = air.solved[np.ix_(here, here)]
    if not flow.any():
        return ""
    first = [int(np.argmax(air.zone_of_rack == zone)) for zone in zones]
    return told(flow, [facility.racks.id[rack] for rack in first])
