"""One rack at its place: what it draws idle and rated, and what a watt in its chips costs at its
input.
"""

from __future__ import annotations

from dataclasses import dataclass

from twin.catalogue.rows import Gpu, Rack
from twin.physics.power import converter_input_w
from twin.scenario.schema.component import ComponentOverride
from twin.scenario.schema.layout import RowSpec


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


def node_span_w(place: Position) -> float:
    """Chip power of one node between idle and full, in W."""
    gpu = place.gpu
    gpus = place.type.gpus_per_node * (gpu.power_max_w - gpu.power_idle_w) if gpu else 0.0
    return gpus + place.type.cpus_per_node * (place.type.cpu_max_w - place.type.cpu_idle_w)


def itemised_idle_w(place: Position) -> float:
    """AC input of an idle rack from its components, in W: node converters, chassis load, shared
    rectifiers.
    """
    rack = place.type
    gpu = place.gpu
    node = (
        rack.gpus_per_node * (gpu.power_idle_w if gpu else 0.0)
        + rack.cpus_per_node * rack.cpu_idle_w
        + rack.node_other_w
    )
    bus = rack.nodes_per_rack * converter_input_w(
        node, rack.node_converter_constant_w, rack.node_converter_efficiency_frac
    )
    chassis = bus / rack.chassis_per_rack + rack.chassis_fixed_w
    rectified = converter_input_w(
        chassis,
        rack.rectifiers_per_chassis * rack.rectifier_constant_w,
        rack.rectifier_efficiency_frac,
    )
    return float(rack.chassis_per_rack * rectified)


def idle_w(place: Position) -> float:
    """AC input of the rack with every node idle, in W: stated for the row, the type, or
    itemised.
    """
    if place.stated_idle_w is not None:
        return place.stated_idle_w
    idle = place.type.power_idle_w
    if idle is None:
        return itemised_idle_w(place)
    whole = place.type.power_rated_w or idle
    return idle * rated_w(place) / whole if whole else idle


def rated_w(place: Position) -> float:
    """AC input of the rack with every node at full activity, in W."""
    for stated in (place.stated_rated_w, place.type.power_rated_w):
        if stated is not None:
            return stated
    return itemised_idle_w(place) + place.type.nodes_per_rack * node_span_w(place) * _itemised_gain(
        place
    )


def _itemised_gain(place: Position) -> float:
    return 1.0 / (place.type.node_converter_efficiency_frac * place.type.rectifier_efficiency_frac)


def gain(place: Position) -> float:
    """Watts at the AC input for one watt more in the chips.

    Itemised racks: the converters' efficiencies. Racks known by their totals: what carries the idle
    total to the rated total as the chips go from idle to full, so that the balance of rack (fans,
    switches, cards, conversion) moves with them.
    """
    span = place.type.nodes_per_rack * node_span_w(place)
    return (rated_w(place) - idle_w(place)) / span if span > 0 else 0.0
