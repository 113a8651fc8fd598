"""Nominal voltages of a power tree: what rows state, and what is joined to it.

A node has an input and an output. They are one terminal in everything but what holds a transformer,
and whoever feeds is joined to whom it feeds; so all that is joined stands at one voltage.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from heapq import heapify, heappop, heappush

import numpy as np

from twin.arrays import Array
from twin.catalogue.equipment_kinds import AT_BOARDS, of_role
from twin.facility.model import Facility, PowerTree

MEDIUM_VOLTAGE_V = 13_800.0
"""Between lines, above transformers where nothing states one; IEEE 493's utilities; assumed."""
LOW_VOLTAGE_V = 415.0
"""Between lines, of racks and cooling units where nothing that feeds them states one; assumed."""
LOW_VOLTAGE_MOST_V = 1000.0
"""Upper end of low voltage (IEC 60038, table 1)."""
SAME_FRAC = 0.1
"""Voltages no further apart are one: the tolerance of supply (IEC 60038, 230/400 V +/- 10 %)."""


@dataclass(frozen=True)
class VoltageStep:
    """Two ends that stand at different voltages, and no transformer between."""

    supply: int
    taker: int
    supply_v: float
    taker_v: float


def nominal_v(facility: Facility) -> Array:
    """(power node,) V between lines at the output: stated, or that of what it is joined to. What
    states another within the tolerance stands at that of what feeds it.
    """
    tree = facility.power
    found = _spread(tree, _stated(tree))
    low = [(LOW_VOLTAGE_V, load) for load in tree.loads.tolist() if load not in found]
    if low:
        found = _spread(tree, [(volts, terminal) for terminal, volts in found.items()] + low)
    volts = np.array([found.get(node, MEDIUM_VOLTAGE_V) for node in range(len(tree.id))])
    return _as_fed(tree, volts)


def _as_fed(tree: PowerTree, volts: Array) -> Array:
    """(power node,) V, from the sources down: a busway of 415 V on a board of 400 V is at 400 V."""
    height = np.zeros(volts.size)
    for level, nodes in enumerate(tree.levels):
        height[nodes] = level
    ends = _inputs(tree)
    settled: set[int] = set()
    for edge in np.argsort(-height[tree.supply], kind="stable").tolist():
        above = volts[tree.supply[edge]]
        taker = int(tree.taker[edge])
        if ends[edge] == taker and taker not in settled and _same(above, volts[taker]):
            volts[taker] = above
            settled.add(taker)
    return volts


def voltage_status(facility: Facility) -> list[str]:
    """(power node,) stated, joined (that of what it is joined to) or assumed."""
    tree = facility.power
    found = _spread(tree, _stated(tree))
    return [
        "stated" if known else "joined" if node in found else "assumed"
        for node, known in enumerate((tree.voltage_v == nominal_v(facility)).tolist())
    ]


def steps(facility: Facility) -> list[VoltageStep]:
    """Edges whose ends stand at different stated voltages, and racks above low voltage."""
    tree = facility.power
    found = _spread(tree, _stated(tree))
    racks = set(tree.load_of_rack.tolist())
    out = []
    edges = zip(tree.supply.tolist(), tree.taker.tolist(), _inputs(tree), strict=True)
    for supply, taker, end in edges:
        above = found.get(supply)
        below = found.get(end)
        if above is None or below is None:
            continue
        if taker in racks and above > LOW_VOLTAGE_MOST_V:
            below = LOW_VOLTAGE_MOST_V
        if not _same(above, below):
            out.append(VoltageStep(supply, taker, above, below))
    return out


def _same(one_v: float, other_v: float) -> bool:
    return max(one_v, other_v) <= (1.0 + SAME_FRAC) * min(one_v, other_v) * (1.0 + 1e-9)


def _stated(tree: PowerTree) -> list[tuple[float, int]]:
    """Voltages and output terminals of nodes that state one."""
    known = np.flatnonzero(np.isfinite(tree.voltage_v))
    return [(float(tree.voltage_v[node]), int(node)) for node in known]


def _inputs(tree: PowerTree) -> list[int]:
    """(edge,) terminal that the taker is fed at: its output, but for what holds a transformer.

    Floor PDUs, stores and arrays that state a voltage have one of their own.
    """
    kinds = np.array(tree.kind)
    may = (kinds == "pdu") | of_role(tree.kind, *AT_BOARDS)
    own = (kinds == "transformer") | (may & np.isfinite(tree.voltage_v))
    ends: list[int] = np.where(own[tree.taker], tree.taker + kinds.size, tree.taker).tolist()
    return ends


def _spread(tree: PowerTree, known: Iterable[tuple[float, int]]) -> dict[int, float]:
    """Voltage by terminal: of the nearest that is known; of those as near, of a supply before a
    taker, and then the lower one.
    """
    joined: dict[int, list[tuple[bool, int]]] = defaultdict(list)
    for supply, end in zip(tree.supply.tolist(), _inputs(tree), strict=True):
        joined[supply].append((False, end))
        joined[end].append((True, supply))
    found: dict[int, float] = {}
    waiting = [(0, False, volts, terminal) for volts, terminal in known]
    heapify(waiting)
    while waiting:
        away, _, volts, terminal = heappop(waiting)
        if terminal in found:
            continue
        found[terminal] = volts
        for upward, other in joined[terminal]:
            if other not in found:
                heappush(waiting, (away + 1, upward, volts, other))
    return found
