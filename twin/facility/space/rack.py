"""One rack at its place: what it draws idle and rated, and what a watt in its chips costs at its
input.
"""

from __future__ import annotations

from dataclasses import dataclass

from twin.catalogue import rack_power
from twin.catalogue.rows import Gpu, Rack
from twin.scenario.schema.component import ComponentOverride
from twin.scenario.schema.hall import RowSpec

WORK_GAIN = 1.155
"""Watts at the AC input for one watt more in chips that train or serve, of racks that state only
their totals. Between caps of 350 and 500 W on its eight H200 a server draws 1.148 W more for each
(MLPerf Inference v4.1; caps as its submission states them). This number is the older one: of the
8.4 kW that a server of 8 H100 rated 10.2 kW draws at most in training (arXiv 2412.08602) over the
2.45 kW of one whose GPUs are held, for 8 x 625 W of GPUs and 150 W of CPUs, whose activity of 0.3
is assumed. What the rating holds beyond, drives, memory, network cards and fans all at their most,
no training fills."""


@dataclass
class Position:
    """One place in a row, with or without a rack."""

    id: str
    hall: int
    row: RowSpec
    type: Rack
    gpu: Gpu | None
    override: ComponentOverride
    x_m: float
    y_m: float
    end_of_row: bool
    slot: int
    """Position in its block, counted from 0, empty places included."""
    facing: float
    """Where its cold side looks: 1 north, -1 south."""
    stated_rated_w: float | None = None
    """Rated AC input that the layout states for it, or for its row."""
    stated_idle_w: float | None = None
    """Idle AC input that the layout states for it, or for its row."""


def idle_w(place: Position) -> float:
    """AC input of the rack with every node idle, in W: stated for the row, the type, or
    itemised.
    """
    if place.stated_idle_w is not None:
        return place.stated_idle_w
    idle = place.type.power_idle_w
    if idle is None:
        return rack_power.itemised_idle_w(place.type, place.gpu)
    whole = place.type.power_rated_w or idle
    return idle * rated_w(place) / whole if whole else idle


def rated_w(place: Position) -> float:
    """AC input of the rack with every node at full activity, in W."""
    if place.stated_rated_w is not None:
        return place.stated_rated_w
    return rack_power.rated_w(place.type, place.gpu)


def gain(place: Position) -> float:
    """Watts at the AC input for one watt more in the chips.

    Itemised racks: the converters' efficiencies. Racks known by their totals: what carries the idle
    total to the rated total as the chips go from idle to full, so that the balance of rack (fans,
    switches, cards, conversion) moves with them.
    """
    span = place.type.nodes_per_rack * rack_power.node_span_w(place.type, place.gpu)
    return (rated_w(place) - idle_w(place)) / span if span > 0 else 0.0


def work_frac(place: Position) -> float:
    """Share of the gain that training and serving take: their chips are known, and what else the
    rating of the rack's type holds stays unused. A place with another rating draws in its ratio. 1
    for itemised racks, whose gain is that of their converters.
    """
    rack = place.type
    span = rack.nodes_per_rack * rack_power.node_span_w(rack, place.gpu)
    if rack.power_idle_w is None or rack.power_rated_w is None or span <= 0:
        return 1.0
    return min(WORK_GAIN * span / max(rack.power_rated_w - rack.power_idle_w, 1e-9), 1.0)
