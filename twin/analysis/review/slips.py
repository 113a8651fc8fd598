"""What looks like a slip of the pen: cords on one path, a kilo too much or too little, long
repairs.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from twin.catalogue.equipment_kinds import EQUIPMENT_KINDS
from twin.facility.model import Facility, PowerTree
from twin.findings import Finding, FindingCode

RACK_LEAST_W = 100.0
RACK_MOST_W = 1e6
"""Rated powers of racks outside this are taken for a slip of the unit; none is sold that small or,
so far, that large."""
REPAIR_MOST_FRAC = 0.1
"""Repair time over time between failures, above which a number was likely mistaken."""


def findings(facility: Facility) -> Iterator[Finding]:
    """In the order of the lines of a layout, each told once a line."""
    yield from _cords(facility)
    yield from _rack_powers(facility)
    yield from _repairs(facility)


def _cords(facility: Facility) -> Iterator[Finding]:
    """Racks with several cords that all come by one piece of equipment."""
    told: set[tuple[object, ...]] = set()
    tree = facility.power
    supplies = _supplies(tree)
    for rack, node in enumerate(tree.load_of_rack.tolist()):
        cords = supplies[node]
        stated_at = facility.components.stated_at[tree.component[node]]
        shared = _shared(tree, supplies, cords) if len(cords) > 1 else None
        if shared is None or (stated_at, shared) in told:
            continue
        told.add((stated_at, shared))
        says = f"its {len(cords)} cords all come by {tree.id[shared]}"
        name = facility.racks.id[rack]
        yield Finding(FindingCode.CORDS_ON_ONE_PATH, name, says, stated_at)


def _supplies(tree: PowerTree) -> list[list[int]]:
    named: list[list[int]] = [[] for _ in tree.id]
    for supply, taker in zip(tree.supply.tolist(), tree.taker.tolist(), strict=True):
        named[taker].append(supply)
    return named


def _shared(tree: PowerTree, supplies: list[list[int]], cords: list[int]) -> int | None:
    """The panel that every cord ends at, by itself or as the only feed of what it ends at; or the
    end of one cord that feeds the others.
    """
    ends = [[cord, *supplies[cord]] if len(supplies[cord]) == 1 else [cord] for cord in cords]
    common = set(ends[0]).intersection(*ends[1:])
    panels = {n for n in common if n in cords or EQUIPMENT_KINDS[tree.kind[n]].on_floor}
    return min(panels, default=None)


def _rack_powers(facility: Facility) -> Iterator[Finding]:
    """Racks below 100 W or above 1 MW."""
    racks = facility.racks
    tree = facility.power
    told: set[tuple[object, ...]] = set()
    odd = (racks.rated_w < RACK_LEAST_W) | (racks.rated_w > RACK_MOST_W)
    for rack in np.flatnonzero(odd).tolist():
        stated_at = facility.components.stated_at[tree.component[tree.load_of_rack[rack]]]
        if stated_at not in told:
            told.add(stated_at)
            says = f"rated {racks.rated_w[rack]:,.4g} W; racks are built from 1 kW to 1 MW"
            yield Finding(FindingCode.RACK_POWER_ODD, racks.id[rack], says, stated_at)


def _repairs(facility: Facility) -> Iterator[Finding]:
    """Components whose repair takes more than a tenth of the time between failures."""
    table = facility.components
    told: set[tuple[object, ...]] = set()
    for row in np.flatnonzero(table.mttr_h > REPAIR_MOST_FRAC * table.mtbf_h).tolist():
        if table.stated_at[row] not in told:
            told.add(table.stated_at[row])
            says = f"fails every {table.mtbf_h[row]:g} h and is out for {table.mttr_h[row]:g} h"
            place = table.stated_at[row]
            yield Finding(FindingCode.REPAIR_LONG, table.id[row], says, place)
