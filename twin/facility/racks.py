"""From rows of racks in a layout to rack arrays."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

import numpy as np

from twin import catalogue
from twin.catalogue.rows import Gpu, Rack
from twin.errors import did_you_mean
from twin.facility.ledger import Entry, Ledger, Loc
from twin.facility.model import Racks
from twin.physics.power import converter_input_w
from twin.scenario.layout import Hall, Override, Row
from twin.scenario.pattern import Pattern

RECIRCULATION_FRAC = {"none": 0.15, "cold_aisle": 0.05, "hot_aisle": 0.03}
"""Share of a rack's inlet air that is its own exhaust, by containment; assumed, the middle of published
supply-heat indices (uncontained 0.1 to 0.3, contained below 0.1). End-of-row racks take twice as much."""


@dataclass
class Position:
    """One place in a row, with or without a rack."""

    id: str
    hall: int
    row: Row
    type: Rack
    gpu: Gpu | None
    override: Override
    x_m: float
    y_m: float
    end_of_row: bool
    slot: int
    """Position in its block, counted from 0, empty places included."""
    supplies: list[str] = field(default_factory=list)


def positions(ledger: Ledger) -> list[Position]:
    """Every rack of the layout, placed and entered in the ledger; problems are noted there."""
    out: list[Position] = []
    for h, hall in enumerate(ledger.scenario.plan.halls):
        ledger.group(("layout", "halls", h), hall.name, ())
        in_hall: list[str] = []
        for r, row in enumerate(hall.rows):
            block = list(_block(ledger, ("layout", "halls", h, "rows", r), h, hall, row))
            ledger.group(("layout", "halls", h, "rows", r), row.name, [p.id for p in block])
            in_hall += [p.id for p in block]
            out += block
        ledger.groups[hall.name] = tuple(in_hall)
    return out


def _block(ledger: Ledger, loc: Loc, h: int, hall: Hall, row: Row) -> Iterator[Position]:
    pattern = Pattern.parse(row.racks)
    rack = _rack_type(ledger, (*loc, "racks"), pattern.type)
    if rack is None:
        return
    for empty in row.empty:
        if empty > pattern.count:
            ledger.complain((*loc, "empty"), f"position {empty}", f"1 to {pattern.count}")
    digits = len(str(pattern.count))
    for slot in range(pattern.count):
        line, place = divmod(slot, pattern.racks_per_row)
        if slot + 1 in row.empty:
            continue
        id_ = f"{row.name}_r{slot + 1:0{digits}d}"
        yield _position(ledger, loc, Position(
            id_, h, row, rack, None, ledger.scenario.plan.overrides.get(id_, Override()),
            row.at[0] + place * rack.width_m, row.at[1] + line * row.row_pitch,
            place in (0, pattern.racks_per_row - 1), slot), hall)


def _rack_type(ledger: Ledger, loc: Loc, name: str) -> Rack | None:
    known = catalogue.rows("racks")
    if name not in known:
        ledger.complain(loc, repr(name), "a rack of the catalogue: " + ", ".join(sorted(known)),
                        did_you_mean(name, known))
        return None
    row = known[name]
    assert isinstance(row, Rack)
    return row


def _position(ledger: Ledger, loc: Loc, place: Position, hall: Hall) -> Position:
    if place.override.type is not None:
        other = _rack_type(ledger, ("layout", "overrides", place.id, "type"), place.override.type)
        place.type = other or place.type
    if place.override.position is not None:
        place.x_m, place.y_m = place.override.position
    if place.type.gpu:
        gpu = catalogue.get("gpus", place.type.gpu)
        assert isinstance(gpu, Gpu)
        place.gpu = gpu
    _inside_walls(ledger, loc, place, hall)
    rack = place.type
    centre = (hall.at[0] + place.x_m + rack.width_m / 2, hall.at[1] + place.y_m + rack.depth_m / 2, 0.0)
    ledger.add(loc, Entry(place.id, "rack", rack.name, hall.name, "compute", centre,
                          (rack.width_m, rack.depth_m, rack.height_m), rated_w(place),
                          rack.nodes_per_rack * rack.gpus_per_node, rack.nodes_per_rack, rack.mtbf_h, rack.mttr_h))
    return place


def _inside_walls(ledger: Ledger, loc: Loc, place: Position, hall: Hall) -> None:
    """A rack through a wall or the ceiling is a problem."""
    length, width, height = hall.size
    rack = place.type
    if place.x_m + rack.width_m > length + 1e-9 or place.y_m + rack.depth_m > width + 1e-9:
        ledger.complain((*loc, "racks"), f"{place.id} reaching ({place.x_m + rack.width_m:.2f} m, "
                        f"{place.y_m + rack.depth_m:.2f} m)", f"racks inside the hall of {length:g} m x {width:g} m")
    if rack.height_m > height:
        ledger.complain((*loc, "racks"), f"{rack.name} of {rack.height_m:g} m",
                        f"at most {height:g} m, the hall's height")


def node_span_w(place: Position) -> float:
    """Chip power of one node between idle and full, in W."""
    gpu = place.gpu
    gpus = place.type.gpus_per_node * (gpu.power_max_w - gpu.power_idle_w) if gpu else 0.0
    return gpus + place.type.cpus_per_node * (place.type.cpu_max_w - place.type.cpu_idle_w)


def itemised_idle_w(place: Position) -> float:
    """AC input of an idle rack from its components, in W: node converters, chassis load, shared rectifiers."""
    rack, gpu = place.type, place.gpu
    node = (rack.gpus_per_node * (gpu.power_idle_w if gpu else 0.0) + rack.cpus_per_node * rack.cpu_idle_w
            + rack.node_other_w)
    bus = rack.nodes_per_rack * converter_input_w(node, rack.node_converter_constant_w,
                                                  rack.node_converter_efficiency_frac)
    chassis = bus / rack.chassis_per_rack + rack.chassis_fixed_w
    rectified = converter_input_w(chassis, rack.rectifiers_per_chassis * rack.rectifier_constant_w,
                                  rack.rectifier_efficiency_frac)
    return float(rack.chassis_per_rack * rectified)


def idle_w(place: Position) -> float:
    """AC input of the rack with every node idle, in W: stated for the row, the type, or itemised."""
    stated = place.row.power_idle if place.row.power_idle is not None else place.type.power_idle_w
    if stated is None:
        return itemised_idle_w(place)
    whole = place.type.power_rated_w or stated
    return stated * rated_w(place) / whole if place.row.power_idle is None and whole else stated


def rated_w(place: Position) -> float:
    """AC input of the rack with every node at full activity, in W."""
    for stated in (place.override.rating, place.row.power_rated, place.type.power_rated_w):
        if stated is not None:
            return stated
    return itemised_idle_w(place) + place.type.nodes_per_rack * node_span_w(place) * _itemised_gain(place)


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


def recirculation_frac(place: Position, containment: str) -> float:
    """Share of the inlet air that is the rack's own exhaust."""
    if place.override.recirculation is not None:
        return place.override.recirculation
    return RECIRCULATION_FRAC[containment] * (2.0 if place.end_of_row else 1.0)


def freeze(ledger: Ledger, places: list[Position], zone: np.ndarray, air_node: np.ndarray,
           stream_w_k: np.ndarray) -> Racks:
    """Rack arrays; zone, air_node and stream_w_k (rack,) come from the coolant loops."""
    halls = ledger.scenario.plan.halls
    nodes = np.array([p.type.nodes_per_rack for p in places], dtype=np.int64)

    def column(of: object) -> np.ndarray:
        return np.array([of(p) for p in places], dtype=float)  # type: ignore[operator]

    return Racks(
        id=tuple(p.id for p in places), component=np.array([ledger.row[p.id] for p in places], dtype=np.int64),
        hall=np.array([p.hall for p in places], dtype=np.int64), nodes=nodes,
        first_node=np.concatenate(([0], np.cumsum(nodes)[:-1])).astype(np.int64),
        gpus_per_node=np.array([p.type.gpus_per_node for p in places], dtype=np.int64),
        idle_w=column(idle_w), rated_w=column(rated_w), gpu_gain=column(gain),
        gpu_idle_w=column(lambda p: p.gpu.power_idle_w if p.gpu else 0.0),
        gpu_span_w=column(lambda p: p.gpu.power_max_w - p.gpu.power_idle_w if p.gpu else 0.0),
        cpu_span_w=column(lambda p: p.type.cpus_per_node * (p.type.cpu_max_w - p.type.cpu_idle_w)),
        slowdown_degc=column(lambda p: p.gpu.slowdown_degc if p.gpu else np.inf),
        shutdown_degc=column(lambda p: p.gpu.shutdown_degc if p.gpu else np.inf),
        junction_k_w=column(lambda p: p.type.junction_to_coolant_k_w),
        liquid_frac=column(lambda p: p.type.liquid_heat_frac),
        heat_capacity_j_k=column(lambda p: p.type.heat_capacity_j_k),
        zone=zone, air_node=air_node, stream_w_k=stream_w_k,
        recirculation_frac=column(lambda p: 0.0 if p.type.liquid_heat_frac > 0
                                  else recirculation_frac(p, halls[p.hall].containment)),
        boot_s=column(lambda p: p.type.boot_s),
        node_mtbf_h=column(lambda p: p.type.node_mtbf_h or np.nan),
        clock_step_frac=column(lambda p: p.gpu.clock_step_hz / p.gpu.clock_max_hz if p.gpu else 1.0),
        clock_floor_frac=column(lambda p: p.gpu.clock_floor_frac if p.gpu else 1.0),
        gpu_type=tuple(p.type.gpu for p in places),
    )
