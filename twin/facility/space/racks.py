"""From rows of racks in a layout to rack arrays."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise

import numpy as np

from twin.catalogue.rating import rating_w
from twin.catalogue.rows import Gpu, Rack
from twin.facility.ledger import Entry, Ledger, Loc
from twin.facility.model import Racks
from twin.facility.space.rack import Position, gain, idle_w, rated_w, work_frac
from twin.facility.space.stated_places import slot_corner
from twin.facility.stated_numbers import for_group, for_member
from twin.quantities import span
from twin.scenario.schema.component import ComponentOverride
from twin.scenario.schema.hall import HallSpec, RowSpec
from twin.scenario.schema.rack_pattern import Pattern
from twin.scenario.schema.room import ChipLeakageSpec

_NO_OVERRIDE = ComponentOverride()
NEIGHBOUR_M = 0.3
"""Racks closer than this stand in one row."""


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
    _mark_ends(out + list(_coolers_in_rows(ledger)))
    return out


def _coolers_in_rows(ledger: Ledger) -> Iterator[Position]:
    """Free positions in which air handlers stand, as if racks stood there."""
    plan = ledger.scenario.plan
    held = {(p.row, p.slot) for air in plan.cooling.air for p in air.places if p.row is not None}
    known = ledger.scenario.catalogue.rows(Rack)
    for h, hall in enumerate(plan.halls):
        for row in hall.rows:
            pattern = Pattern.parse(row.racks)
            for slot in range(pattern.count if pattern.type in known else 0):
                if (row.name, slot + 1) in held:
                    yield _at_slot(h, row, known[pattern.type], slot, "", _NO_OVERRIDE)


def _mark_ends(places: list[Position]) -> None:
    """Racks without a neighbour on one side, whichever row of the layout that belongs to, end a
    row.
    """
    lines: dict[tuple[int, float], list[Position]] = {}
    for place in sorted(places, key=lambda p: p.x_m):
        lines.setdefault(
            (place.hall, round(place.y_m + (place.facing > 0) * place.type.depth_m, 1)), []
        ).append(place)
    for line in lines.values():
        joined = [b.x_m - a.x_m - a.type.width_m < NEIGHBOUR_M for a, b in pairwise(line)]
        for place, left, right in zip(line, [False, *joined], [*joined, False], strict=True):
            place.end_of_row = not (left and right)


def _block(ledger: Ledger, loc: Loc, h: int, hall: HallSpec, row: RowSpec) -> Iterator[Position]:
    pattern = Pattern.parse(row.racks)
    rack = _rack_type(ledger, (*loc, "racks"), pattern.type)
    if rack is None:
        return
    own = {"power_rated_w": row.power_rated, "power_idle_w": row.power_idle}
    rack = for_group(ledger, loc, rack, row.overrides, own)
    if row.empty and max(row.empty) > pattern.count:
        ledger.complain((*loc, "empty"), f"position {max(row.empty)}", f"1 to {pattern.count}")
    digits = len(str(pattern.count))
    empty = set(row.empty)
    placed = []
    for slot in range(pattern.count):
        if slot + 1 in empty:
            continue
        id_ = f"{row.name}_r{slot + 1:0{digits}d}"
        override = ledger.scenario.plan.overrides.get(id_, _NO_OVERRIDE)
        placed.append(_position(ledger, loc, _at_slot(h, row, rack, slot, id_, override), hall))
    _inside_walls(ledger, loc, placed, hall)
    _rise(ledger, loc, placed)
    yield from placed


def _at_slot(
    hall: int, row: RowSpec, rack: Rack, slot: int, name: str, override: ComponentOverride
) -> Position:
    """A rack in a position of its block, counted from 0."""
    corner, looks = slot_corner(row, slot + 1, rack)
    return Position(
        name,
        hall,
        row,
        rack,
        None,
        override,
        *corner,
        False,
        slot,
        1.0 if looks == "north" else -1.0,
    )


def _rack_type(ledger: Ledger, loc: Loc, name: str) -> Rack | None:
    known = ledger.scenario.catalogue.rows(Rack)
    if name not in known:
        ledger.unknown(loc, name, known, "a rack of the catalogue")
        return None
    return known[name]


def _position(ledger: Ledger, loc: Loc, place: Position, hall: HallSpec) -> Position:
    if place.override.type is not None:
        other = _rack_type(ledger, ("layout", "overrides", place.id, "type"), place.override.type)
        place.type = other or place.type
    place.type = for_member(ledger, place.id, place.type, what="a rack")
    _stated_once(ledger, place)
    _stated_power(place)
    if place.override.position is not None:
        place.x_m, place.y_m = place.override.position
    if place.type.gpu:
        place.gpu = ledger.scenario.catalogue.get(Gpu, place.type.gpu)
    rack = place.type
    centre = (
        hall.at[0] + place.x_m + rack.width_m / 2,
        hall.at[1] + place.y_m + rack.depth_m / 2,
        0.0,
    )
    ledger.add(
        loc,
        Entry(
            place.id,
            "rack",
            rack.name,
            hall.name,
            "compute",
            centre,
            (rack.width_m, rack.depth_m, rack.height_m),
            rated_w(place),
            rack.nodes_per_rack * rack.gpus_per_node,
            rack.nodes_per_rack,
            rack.mtbf_h,
            rack.mttr_h,
            facing_deg=0.0 if place.facing > 0 else 180.0,
        ),
    )
    return place


def _stated_once(ledger: Ledger, place: Position) -> None:
    """A rack's rating is its rated power: an override states one of them."""
    if place.override.rating is not None and "power_rated_w" in place.override.numbers():
        allowed = "one of them: a rack's rating is its rated AC input"
        loc = ("layout", "overrides", place.id, "power_rated_w")
        ledger.complain(loc, "power_rated beside rating", allowed)


def _stated_power(place: Position) -> None:
    """What the layout says of its power: for the rack itself first, for its row second."""
    own = place.override.numbers()
    stated = [rating_w(place.override.rating), own.get("power_rated_w")]
    rated = [watts for watts in (*stated, rating_w(place.row.power_rated)) if watts is not None]
    place.stated_rated_w = next(iter(rated), None)
    place.stated_idle_w = own.get("power_idle_w", place.row.power_idle)


def _inside_walls(ledger: Ledger, loc: Loc, placed: list[Position], hall: HallSpec) -> None:
    """Racks through a wall or the ceiling are a problem, told once a row."""
    length, width, height = hall.size
    reach = [(p.x_m + p.type.width_m, p.y_m + p.type.depth_m) for p in placed]
    beyond = [n for n, (x, y) in enumerate(reach) if x > length + 1e-9 or y > width + 1e-9]
    if beyond:
        far = [max(reach[n][axis] for n in beyond) for axis in (0, 1)]
        many = f" ({len(beyond):,} of {len(placed):,})" if len(beyond) > 1 else ""
        ledger.complain(
            (*loc, "racks"),
            f"{span(placed[n].id for n in beyond)}{many} reaching ({far[0]:.2f} m, {far[1]:.2f} m)",
            f"racks inside the hall of {length:g} m x {width:g} m",
        )
    tall = {p.type.name: p.type.height_m for p in placed if p.type.height_m > height}
    for name, height_m in tall.items():
        allowed = f"at most {height:g} m, the hall's height"
        ledger.complain((*loc, "racks"), f"{name} of {height_m:g} m", allowed)


def _rise(ledger: Ledger, loc: Loc, placed: list[Position]) -> None:
    """Racks that draw more idle than rated are a problem, told once where it is stated."""
    told = [(_where_rated(loc, p), idle_w(p), rated_w(p)) for p in placed]
    for where, idle, rated in dict.fromkeys(told):
        if idle > rated * (1 + 1e-9):
            found = f"{idle:,.0f} W idle and {rated:,.0f} W rated"
            ledger.complain(where, found, "idle power at or below rated power")


def _where_rated(loc: Loc, place: Position) -> Loc:
    """Where a rack's power is stated: for itself, or for its row."""
    if place.override.rating is None:
        return (*loc, "power_idle")
    return ("layout", "overrides", place.id, "rating")


def freeze(
    ledger: Ledger,
    places: list[Position],
    zone: np.ndarray,
    air_node: np.ndarray,
    stream_w_k: np.ndarray,
) -> Racks:
    """Rack arrays; zone, air_node and stream_w_k (rack,) come from the coolant loops."""
    nodes = np.array([p.type.nodes_per_rack for p in places], dtype=np.int64)

    def column(of: object) -> np.ndarray:
        return np.array([of(p) for p in places], dtype=float)  # type: ignore[operator]

    return Racks(
        id=tuple(p.id for p in places),
        component=np.array([ledger.row[p.id] for p in places], dtype=np.int64),
        hall=np.array([p.hall for p in places], dtype=np.int64),
        facing=np.array([p.facing for p in places], dtype=np.int64),
        nodes=nodes,
        first_node=np.concatenate(([0], np.cumsum(nodes)[:-1])).astype(np.int64),
        gpus_per_node=np.array([p.type.gpus_per_node for p in places], dtype=np.int64),
        idle_w=column(idle_w),
        rated_w=column(rated_w),
        gpu_gain=column(gain),
        work_frac=column(work_frac),
        gpu_idle_w=column(lambda p: p.gpu.power_idle_w if p.gpu else 0.0),
        gpu_span_w=column(lambda p: p.gpu.power_max_w - p.gpu.power_idle_w if p.gpu else 0.0),
        cpu_span_w=column(lambda p: p.type.cpus_per_node * (p.type.cpu_max_w - p.type.cpu_idle_w)),
        smoothing_j=column(lambda p: p.type.smoothing_storage_j or 0.0),
        slowdown_degc=column(lambda p: p.gpu.slowdown_degc if p.gpu else np.inf),
        shutdown_degc=column(lambda p: p.gpu.shutdown_degc if p.gpu else np.inf),
        junction_k_w=column(lambda p: p.type.junction_to_coolant_k_w),
        leakage_frac=column(lambda p: _leakage(ledger, p)[0]),
        leakage_degc=column(lambda p: _leakage(ledger, p)[1]),
        liquid_frac=column(lambda p: p.type.liquid_heat_frac),
        heat_capacity_j_k=column(lambda p: p.type.heat_capacity_j_k),
        zone=zone,
        air_node=air_node,
        stream_w_k=stream_w_k,
        coolant_max_degc=column(_coolant_max_degc),
        inlet_max_degc=column(lambda p: p.type.inlet_air_max_degc),
        boot_s=column(lambda p: p.type.boot_s),
        node_mtbf_h=column(lambda p: p.type.node_mtbf_h or np.nan),
        clock_step_frac=column(
            lambda p: p.gpu.clock_step_hz / p.gpu.clock_max_hz if p.gpu else 1.0
        ),
        clock_floor_frac=column(lambda p: p.gpu.clock_floor_frac if p.gpu else 1.0),
        gpu_type=tuple(p.type.gpu for p in places),
    )


def _leakage(ledger: Ledger, place: Position) -> tuple[float, float]:
    """Share of rated power, and the temperature that it holds for."""
    stated = ledger.scenario.plan.halls[place.hall].chip_leakage or ChipLeakageSpec()
    off = ledger.scenario.plan.halls[place.hall].chip_leakage is None
    return 0.0 if off else stated.share, stated.at


def _coolant_max_degc(place: Position) -> float:
    limit = place.type.coolant_supply_max_degc
    return np.inf if limit is None else limit
