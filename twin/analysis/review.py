"""What a design reviewer would note about a facility that can be built."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from twin.facility.contingency import loading
from twin.facility.model import Facility, Finding

ROW_RACKS_MAX = 20
"""Longer rows are noted: the way round them is long. A planning habit, assumed."""
AISLE_MIN_M = 1.2
"""Narrowest aisle between two rows: room to draw a server. A planning habit, assumed."""
NEIGHBOUR_M = 0.3
"""Racks closer than this stand in one row."""
START_MARGIN = 2.0
"""Batteries should last this many times the generators' start: a second attempt takes as long
again. Assumed."""
FLOOR_KINDS = ("rpp", "pdu", "busway")
"""Power kinds with a breaker for every rack."""

Boxes = NDArray[np.float64]


def findings(facility: Facility) -> Iterator[Finding]:
    """Floor, distribution, coolant units, and the seconds between mains and generator."""
    yield from _floor(facility)
    yield from _blocked(facility)
    yield from _distribution(facility)
    yield from _loops(facility)
    yield from _unprotected(facility)
    yield from _autonomy(facility)


def _boxes(facility: Facility, rows: NDArray[np.int64]) -> Boxes:
    """(box, 4): west, south, east, north of footprints."""
    table = facility.components
    centre = table.position_m[rows, :2]
    half = table.size_m[rows, :2] / 2
    return np.hstack([centre - half, centre + half])


def _floor(facility: Facility) -> Iterator[Finding]:
    """Rows that are too long, and aisles too narrow between rows that face one another."""
    lines = list(_lines(facility))
    for names, _ in lines:
        if len(names) > ROW_RACKS_MAX:
            yield Finding(
                "note",
                names[0],
                f"first of {len(names)} racks in one row without a gap, more than {ROW_RACKS_MAX}",
            )
    box = np.array([box for _, box in lines]).reshape(-1, 4)
    for i, (names, (west, south, east, north)) in enumerate(lines):
        across = (box[:, 0] < east) & (box[:, 2] > west) & (box[:, 1] > (south + north) / 2)
        across[i] = False
        clear = float((box[across, 1] - north).min(initial=np.inf))
        if clear < AISLE_MIN_M - 1e-9:
            yield Finding(
                "warning",
                names[0],
                f"an aisle of {clear:.2f} m north of its row, less than {AISLE_MIN_M} m",
            )


def _lines(facility: Facility) -> Iterator[tuple[list[str], Boxes]]:
    """Racks that stand side by side, with the box around them."""
    racks = facility.racks
    box = _boxes(facility, racks.component)
    order = np.lexsort((box[:, 0], box[:, 1].round(2), racks.hall))
    new = np.ones(len(order), dtype=bool)
    for k, (before, after) in enumerate(pairwise(order), start=1):
        new[k] = (
            racks.hall[before] != racks.hall[after]
            or abs(box[before, 1] - box[after, 1]) > 0.01
            or box[after, 0] - box[before, 2] > NEIGHBOUR_M
        )
    for line in np.split(order, np.flatnonzero(new)[1:]):
        around = np.concatenate([box[line, :2].min(axis=0), box[line, 2:].max(axis=0)])
        yield [racks.id[r] for r in line], around


def _blocked(facility: Facility) -> Iterator[Finding]:
    """Power and cooling gear on the floor where a rack stands."""
    table = facility.components
    gear = np.array(
        [
            i
            for i, parent in enumerate(table.parent)
            if parent in facility.hall_sizes and table.system[i] in ("power", "cooling")
        ],
        dtype=np.int64,
    )
    racks = _boxes(facility, facility.racks.component)
    for i, box in zip(gear, _boxes(facility, gear), strict=True):
        inside = ((racks[:, :2] < box[2:] - 1e-6) & (racks[:, 2:] > box[:2] + 1e-6)).all(axis=1)
        if inside.any():
            yield Finding(
                "warning",
                table.id[i],
                f"stands in the place of {facility.racks.id[int(inside.argmax())]}",
            )


def _distribution(facility: Facility) -> Iterator[Finding]:
    """Racks that hang on something without a breaker of their own."""
    tree = facility.power
    on_rack = np.isin(tree.taker, tree.load_of_rack)
    for supply in np.unique(tree.supply[on_rack]):
        if tree.kind[supply] not in FLOOR_KINDS:
            racks = int((on_rack & (tree.supply == supply)).sum())
            yield Finding(
                "note",
                tree.id[supply],
                f"{racks} racks hang directly on it, without floor distribution "
                "(panel, PDU or busway) between",
            )


def _loops(facility: Facility) -> Iterator[Finding]:
    """Loops short of flow, or that the loss of one coolant unit leaves short."""
    cooling = facility.cooling
    units = facility.cooling.units
    racks = facility.racks
    cdu = np.array(units.kind) == "cdu"
    for z, name in enumerate(cooling.loop_id):
        mine = np.flatnonzero(cdu & (units.zone == z))
        heat_w = float(
            (racks.rated_w * racks.liquid_frac)[racks.zone == cooling.loop_node[z]].sum()
        )
        wanted_m3_s = float(cooling.loop_demand_m3_s[z])
        flow = units.flow_m3_s[mine]
        if wanted_m3_s > flow.sum() * (1 + 1e-9):
            yield Finding(
                "warning",
                name,
                f"its racks want {wanted_m3_s * 6e4:,.0f} L/min and its units give "
                f"{flow.sum() * 6e4:,.0f} L/min",
            )
        capacity_w = units.capacity_w[mine]
        left = (capacity_w.sum() - capacity_w.max(), flow.sum() - flow.max())
        if left[0] < heat_w * (1 - 1e-9) or left[1] < wanted_m3_s * (1 - 1e-9):
            yield Finding(
                "note",
                units.id[mine[int(capacity_w.argmax())]],
                f"no spare coolant unit on {name}: without "
                f"it {int((racks.zone == cooling.loop_node[z]).sum())} racks are short of coolant",
            )


def _unprotected(facility: Facility) -> Iterator[Finding]:
    """Coolant units that stop with the mains: liquid racks throttle within seconds without flow."""
    tree = facility.power
    for node, kind in zip(tree.load_of_unit, facility.cooling.units.kind, strict=True):
        if kind == "cdu" and not any(tree.kind[p] == "ups" for p in _upstream(facility, int(node))):
            yield Finding(
                "warning",
                tree.id[node],
                "no UPS on its power path: its pumps stop with the mains, and "
                "liquid-cooled racks throttle within seconds",
            )


def _upstream(facility: Facility, node: int) -> set[int]:
    """Every node that may feed a power node."""
    tree = facility.power
    found: set[int] = set()
    waiting = [node]
    while waiting:
        for supply in tree.supply[tree.taker == waiting.pop()].tolist():
            if supply not in found:
                found.add(supply)
                waiting.append(supply)
    return found


def _autonomy(facility: Facility) -> Iterator[Finding]:
    """Batteries that barely outlast the generators' start, at peak load."""
    tree = facility.power
    output_w = loading(facility).output_w
    for p in np.flatnonzero(tree.battery_j > 0):
        starts = [
            tree.start_s[s] for s in _upstream(facility, int(p)) if tree.kind[s] == "generator"
        ]
        if output_w[p] <= 0:
            continue
        lasts_s = float(tree.battery_j[p] * tree.battery_discharge_frac[p] / output_w[p])
        if not starts:
            yield Finding(
                "note",
                tree.id[p],
                f"no generator behind its battery, which lasts {lasts_s:,.0f} s at peak load",
            )
        elif lasts_s < START_MARGIN * min(starts):
            yield Finding(
                "warning",
                tree.id[p],
                f"its battery lasts {lasts_s:,.0f} s at peak load, less than "
                f"{START_MARGIN:g} times the {min(starts):g} s a generator needs to start",
            )
