"""What every node of the power tree carries at peak, with everything in service and after losses.

The one place that answers how heavily power equipment is loaded: the build's refusals, the review,
`twin check`, the redundancy report and the design loading of a result all come here.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from weakref import WeakKeyDictionary

import numpy as np
from numpy.typing import NDArray

from twin.arrays import total_by
from twin.catalogue.equipment_kinds import is_source
from twin.facility.model import Array, Facility, Index, Mask
from twin.facility.power.autonomy import counted_stores
from twin.physics import flow
from twin.physics.least_supply import asking_less, helped_w, reached_w

ABOVE_FRAC = 1.0 + 1e-9
"""A rating counts as exceeded above this share of it."""


@dataclass(frozen=True)
class Loading:
    """Output and input of every power node (node,) in W, and which of them have voltage."""

    output_w: Array
    input_w: Array
    live: Mask
    share: Array
    """(edge,) of each taker's input that each supply gives."""


@dataclass(frozen=True)
class Overload:
    """A rating exceeded."""

    lost: int
    """Power node that was lost."""
    node: int
    load_w: float
    load_frac: float


@dataclass(frozen=True)
class SingleLosses:
    """Equipment as built, and what is worst for each after the loss of any one other."""

    normal_w: Array
    """(equipment,) output at peak with everything in service."""
    worst_w: Array
    """(equipment,) highest output after one loss; as normal where none adds to it."""
    worst_lost: Index
    """(equipment,) whose loss that is, -1 where none adds to it."""
    dark_racks: Index
    """(equipment,) racks without voltage once it is lost."""
    overloads: tuple[Overload, ...]
    """In the order of the lost."""


def loading(
    facility: Facility,
    lost: int | Sequence[int] | NDArray[np.int64] | None = None,
    rack_w: Array | None = None,
    wires: flow.Wiring | None = None,
    unit_w: Array | None = None,
) -> Loading:
    """Loads at their peak over the tree, perhaps some nodes lost; generators have started where
    they are needed.

    lost    power nodes, equipment or loads
    rack_w  (rack,) instead of rated power
    wires   of the tree, for those who ask often
    unit_w  (cooling unit,) instead of peak power
    """
    return loading_of(facility, peak_loads_w(facility, rack_w, unit_w), lost, wires)


def loading_of(
    facility: Facility,
    load_w: Array,
    lost: int | Sequence[int] | NDArray[np.int64] | None = None,
    wires: flow.Wiring | None = None,
) -> Loading:
    """The same for any loads, (power node,) or in rows (..., power node), over one tree.

    A store that counts towards the least supply of its board does so for as long as nothing is
    asked of it: it lasts for good then. One that would have to give ends, and its board opens.
    """
    able = np.ones(len(facility.power.id), dtype=bool)
    if lost is not None:
        able[np.atleast_1d(np.asarray(lost, dtype=np.int64))] = False
    wires = wires or wiring(facility)
    source = _sources(facility)
    nothing = np.zeros_like(able)
    store_w = _counted_w(facility, able)
    while True:
        help_w = helped_w(wires, able, source, nothing, store_w, lasting=True)
        closed = asking_less(wires, help_w)
        live = flow.live(closed, able, source, nothing)
        share = flow.shares(closed, live)
        output_w, input_w = flow.through(_stages(facility), load_w, share, live)
        drawn_w = input_w.reshape(-1, live.size).max(axis=0)
        asked = (help_w > 0) & live & (drawn_w > reached_w(wires, share > 0) * ABOVE_FRAC)
        if not asked.any():
            return Loading(output_w, input_w, live, share)
        store_w = np.where(asked, 0.0, store_w)


def _counted_w(facility: Facility, able: Mask) -> Array:
    """(power node,) ratings of the stores in order that count towards a board's least supply."""
    tree = facility.power
    bess = tree.bess
    there = counted_stores(facility) & able[bess.node]
    return total_by(bess.board, np.where(there, tree.rating_w[bess.node], 0.0), able.size)


def peak_loads_w(
    facility: Facility, rack_w: Array | None = None, unit_w: Array | None = None
) -> Array:
    """(power node,): what racks and cooling units draw at their peak, other loads, and BESS for
    themselves.

    rack_w  (rack,) instead of rated power
    unit_w  (cooling unit,) instead of peak power
    """
    tree = facility.power
    load_w = np.zeros(len(tree.id))
    load_w[tree.load_of_rack] = facility.racks.rated_w if rack_w is None else rack_w
    load_w[tree.load_of_unit] = facility.cooling.units.peak_w if unit_w is None else unit_w
    load_w[tree.load_of_other] = tree.other_load_w
    load_w[tree.bess.node] = tree.bess.standby_w
    return load_w


_STAGES: WeakKeyDictionary[Facility, tuple[flow.Stage, ...]] = WeakKeyDictionary()
_WIRES: WeakKeyDictionary[Facility, flow.Wiring] = WeakKeyDictionary()
_SOURCES: WeakKeyDictionary[Facility, Mask] = WeakKeyDictionary()


def wiring(facility: Facility) -> flow.Wiring:
    """Edges of the power tree, sorted for load flow, once a facility."""
    if facility not in _WIRES:
        tree = facility.power
        least = (tree.minimum_supply_w, tree.rating_w)
        sharing = (tree.rank, tree.weight)
        edges = (tree.supply, tree.taker)
        wires = flow.wiring(*edges, tree.priority, tree.levels, least, sharing, tree.over)
        _WIRES[facility] = wires
    return _WIRES[facility]


def _stages(facility: Facility) -> tuple[flow.Stage, ...]:
    """The tree with its losses as built, once a facility."""
    if facility not in _STAGES:
        tree = facility.power
        loss = (tree.loss_idle_frac, tree.loss_linear_frac, tree.loss_square_frac)
        _STAGES[facility] = flow.stages(wiring(facility), tree.rating_w, loss)
    return _STAGES[facility]


def _sources(facility: Facility) -> Mask:
    """(power node,) gives power of its own, a battery not counted; once a facility."""
    if facility not in _SOURCES:
        _SOURCES[facility] = np.array([is_source(kind) for kind in facility.power.kind])
    return _SOURCES[facility]


_LOSSES: WeakKeyDictionary[Facility, SingleLosses] = WeakKeyDictionary()


def single_losses(facility: Facility) -> SingleLosses:
    """Every single loss of power equipment, worked out once a facility."""
    if facility not in _LOSSES:
        _LOSSES[facility] = _single_losses(facility)
    return _LOSSES[facility]


def _single_losses(facility: Facility) -> SingleLosses:
    tree = facility.power
    size = tree.equipment
    normal_w = loading(facility).output_w[:size]
    worst_w = normal_w * ABOVE_FRAC
    worst_lost = np.full(size, -1, dtype=np.int64)
    dark = np.zeros(size, dtype=np.int64)
    over: list[Overload] = []
    for lost, after in enumerate(_each_loss(facility)):
        more = after.output_w[:size] > worst_w
        worst_w[more] = after.output_w[:size][more]
        worst_lost[more] = lost
        dark[lost] = int((~after.live[tree.load_of_rack]).sum())
        over += overloads(facility, after, lost)
    return SingleLosses(
        normal_w, np.where(worst_lost < 0, normal_w, worst_w), worst_lost, dark, tuple(over)
    )


def _each_loss(facility: Facility) -> Iterator[Loading]:
    wires = wiring(facility)
    for lost in range(facility.power.equipment):
        yield loading(facility, lost, wires=wires)


def overloads(facility: Facility, after: Loading, lost: int = -1) -> Iterator[Overload]:
    """Nodes that carry more than their rating."""
    rating_w = facility.power.rating_w
    for node in np.flatnonzero(after.output_w > rating_w * ABOVE_FRAC).tolist():
        load_w = float(after.output_w[node])
        yield Overload(lost, node, load_w, load_w / float(rating_w[node]))
