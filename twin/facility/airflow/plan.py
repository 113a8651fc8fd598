"""One hall as its airflow sees it: bodies, openings and panels, before any grid."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from twin.facility.airflow import openings as opening
from twin.facility.airflow.aisles import Aisle, aisles, containment, lines, of_kind
from twin.facility.airflow.rear_doors import with_doors
from twin.facility.airflow.shapes import Body, Opening, Panel, Vector
from twin.facility.airflow.units import (
    HandlerBody,
    RackBody,
    box_of,
    handler_bodies,
    rack_bodies,
    shared_flow_m3_s,
)
from twin.facility.ledger import Ledger, Loc
from twin.facility.space.rack import Position
from twin.facility.space.stated_places import members
from twin.scenario.schema.hall import HallSpec
from twin.scenario.schema.room import TileSpec

OPEN_SLOT_LOSS = 2.7
"""Of air through an empty slot, twice a sharp edge (Idelchik, Handbook of Hydraulic Resistance)."""


@dataclass(frozen=True)
class HallPlan:
    """One hall, in metres from its south-west corner and its floor."""

    index: int
    spec: HallSpec
    racks: tuple[RackBody, ...]
    handlers: tuple[HandlerBody, ...]
    """Those that run; the others are bodies only."""
    handler_flow_m3_s: tuple[float, ...]
    stopped: tuple[HandlerBody, ...]
    obstacles: tuple[Body, ...]
    """Everything else that air goes around."""
    openings: tuple[Opening, ...]
    panels: tuple[Panel, ...]
    aisles: tuple[Aisle, ...]

    @property
    def bodies(self) -> tuple[Body, ...]:
        """Every box that is not air."""
        units = (*self.handlers, *self.stopped)
        return (*(r.box for r in self.racks), *(h.box for h in units), *self.obstacles)


def hall_plan(
    ledger: Ledger,
    hall: int,
    places: Sequence[Position],
    lost: Collection[str] = (),
    flows_m3_s: Sequence[float] | None = None,
) -> HallPlan:
    """The plan of a hall with some of its handlers lost.

    flows_m3_s   of each handler of the hall in order, lost ones included; what racks want, dealt
                 by rating, where not given
    """
    spec = ledger.scenario.plan.halls[hall]
    racks = with_doors(ledger, rack_bodies(hall, spec, places))
    units = handler_bodies(ledger, spec)
    running = [unit for unit in units if unit.box.name not in lost]
    demand = sum(rack.flow_m3_s for rack in racks)
    flows = shared_flow_m3_s(demand, running)
    if flows_m3_s is not None:
        by_name = {unit.box.name: f for unit, f in zip(units, flows_m3_s, strict=True)}
        flows = [by_name[unit.box.name] for unit in running]
    found = tuple(aisles(lines(racks, units)))
    return HallPlan(
        hall,
        spec,
        tuple(racks),
        tuple(running),
        tuple(flows),
        tuple(unit for unit in units if unit.box.name in lost),
        (*_stated_obstacles(hall, spec), *_other_gear(ledger, spec)),
        tuple(_openings(hall, spec, racks, running, flows, found)),
        tuple(_panels(hall, spec, racks, units, found)),
        found,
    )


def _stated_obstacles(hall: int, spec: HallSpec) -> list[Body]:
    out = []
    for k, one in enumerate(spec.obstacles):
        x, y, z = (at + size for at, size in zip(one.at, one.size, strict=True))
        loc = ("layout", "halls", hall, "obstacles", k)
        out.append(Body(one.name, "obstacle", one.at, (x, y, z), loc))
    return out


def _other_gear(ledger: Ledger, spec: HallSpec) -> list[Body]:
    """Panels and coolant units that stand on the hall's floor, where the scene draws them."""
    plan = ledger.scenario.plan
    groups: list[tuple[Loc, str, int]] = [
        (("layout", "power", i), group.name, group.count) for i, group in enumerate(plan.power)
    ]
    for i, loop in enumerate(plan.cooling.loops):
        groups.append((("layout", "cooling", "loops", i), loop.name, loop.count))
    found = []
    for loc, name, count in groups:
        for member in members(name, count):
            place = ledger.places.get(member)
            if place is not None and place.hall == spec.name:
                found.append(box_of(member, "equipment", place, spec, loc))
    return found


def _openings(
    hall: int,
    spec: HallSpec,
    racks: Sequence[RackBody],
    running: Sequence[HandlerBody],
    flows: Sequence[float],
    found: Sequence[Aisle],
) -> list[Opening]:
    hot = of_kind(found, "hot")
    out = list(opening.rack_openings(racks))
    under: list[tuple[str, float]] = []
    above: list[tuple[str, float]] = []
    for unit, flow in zip(running, flows, strict=True):
        supply = opening.supply_face(unit, spec)
        back = opening.return_face(unit, spec, hot)
        out += opening.handler_openings(unit, flow, supply, back)
        under += [(unit.box.name, flow)] if supply == "underfloor" else []
        above += [(unit.box.name, flow)] if back == "ceiling" else []
    if under:
        out += _tiles(hall, spec, of_kind(found, "cold"), under)
    if above:
        names = tuple(name for name, _ in above)
        out.append(opening.ceiling_opening(hot, spec, sum(f for _, f in above), names))
    return out


def _tiles(
    hall: int, spec: HallSpec, cold: Sequence[Aisle], under: Sequence[tuple[str, float]]
) -> list[Opening]:
    """Tiles as stated, or a line before each row."""
    loc: Loc = ("layout", "halls", hall)
    stated: list[tuple[TileSpec, Loc]] = [
        (tile, (*loc, "tiles", k)) for k, tile in enumerate(spec.tiles)
    ]
    tiles = stated or [(tile, loc) for tile in opening.default_tiles(cold, spec)]
    names = tuple(name for name, _ in under)
    return opening.tile_openings(tiles, sum(flow for _, flow in under), names)


def _panels(
    hall: int,
    spec: HallSpec,
    racks: Sequence[RackBody],
    units: Sequence[HandlerBody],
    found: Sequence[Aisle],
) -> list[Panel]:
    loc = ("layout", "halls", hall)
    out = [
        Panel(
            Body(p.name, "panel", p.at, _sum(p.at, p.size), (*loc, "panels", k)),
            next(axis for axis in range(3) if p.size[axis] == 0),
            p.leakage,
        )
        for k, p in enumerate(spec.panels)
    ]
    kind = {"cold_aisle": "cold", "hot_aisle": "hot"}.get(spec.containment, "")
    hot = of_kind(found, "hot")
    up = any(opening.return_face(unit, spec, hot) == "ceiling" for unit in units)
    for aisle in of_kind(found, kind):
        chimney = kind == "hot" and up
        top = spec.size[2] if chimney else aisle.top_m
        at = (*loc, "containment_leakage")
        out += containment(aisle, top, not chimney, spec.containment_leakage, at)
    return [*out, *(panel for rack in racks for panel in _open_slots(rack))]


def _open_slots(rack: RackBody) -> list[Panel]:
    """Front and back of the slots left open at the top of a rack, and its sides there."""
    box = open_slot_box(rack)
    if box is None:
        return []
    through = [Panel(box.face(1, sign), 1, loss=OPEN_SLOT_LOSS / 2) for sign in (-1, 1)]
    return [*through, *(Panel(box.face(0, sign), 0) for sign in (-1, 1)), Panel(box.face(2, 1), 2)]


def open_slot_box(rack: RackBody) -> Body | None:
    """The part of a rack that air goes through beside its servers; None where it is blanked."""
    box = rack.box
    depth = box.size_m[2] * rack.row.open_slots
    if depth <= 0 or rack.row.intakes:
        return None
    low = (box.low_m[0], box.low_m[1], box.high_m[2] - depth)
    return Body(box.name, box.what, low, box.high_m, box.stated_at)


def _sum(a: Vector, b: Vector) -> Vector:
    return (a[0] + b[0], a[1] + b[1], a[2] + b[2])
