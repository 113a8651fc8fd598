"""From loops, air handlers and plants in a layout to the thermal network."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from twin import catalogue
from twin.catalogue.rows import Chiller as ChillerRow
from twin.catalogue.rows import Cooling as CoolingRow
from twin.errors import did_you_mean
from twin.facility import geometry
from twin.facility.ledger import Entry, Ledger, Loc, members
from twin.facility.model import Cooling, Plant, Units
from twin.facility.power_tree import PowerNode
from twin.facility.racks import Position
from twin.physics.chiller import ChillerCurve
from twin.physics.coolant import HEAT_CAPACITY_J_M3_K, rated_effectiveness, stream_w_k, transfer_units
from twin.scenario.layout import Air, Feeds, Loop
from twin.scenario.layout import Plant as PlantSpec


@dataclass
class Unit:
    """A cooling unit while it is built."""

    id: str
    row: CoolingRow
    zone: int
    supplies: list[str]
    extra_w: float = 0.0


@dataclass
class Draft:
    """The thermal network while it is built. Node order: racks, loops, hall air, hall mass, facility water."""

    ledger: Ledger
    places: list[Position]
    zone: np.ndarray
    units: list[Unit] = field(default_factory=list)
    loop_id: list[str] = field(default_factory=list)
    loop_plant: list[int] = field(default_factory=list)
    loop_volume: list[float] = field(default_factory=list)
    hall_plant: list[int] = field(default_factory=list)
    plants: list[tuple[PlantSpec, CoolingRow, list[int]]] = field(default_factory=list)
    cdu_slots: int = 0
    yard_slots: int = 0


def draft(ledger: Ledger, places: list[Position]) -> Draft:
    """Units and zones of a layout, entered in the ledger; problems are noted there."""
    out = Draft(ledger, places, np.full(len(places), -1, dtype=np.int64))
    spec = ledger.scenario.plan.cooling
    names = [p.name for p in spec.plant]
    for i, plant in enumerate(spec.plant):
        _plant(out, ("layout", "cooling", "plant", i), plant)
    for i, loop in enumerate(spec.loops):
        _loop(out, ("layout", "cooling", "loops", i), loop, names)
    _halls(out, names)
    _uncooled(out)
    return out


def _row(out: Draft, loc: Loc, name: str, kinds: tuple[str, ...]) -> CoolingRow | None:
    known = {n: r for n, r in catalogue.rows("cooling").items() if isinstance(r, CoolingRow) and r.kind in kinds}
    if name not in known:
        out.ledger.complain(loc, repr(name), f"a {' or '.join(kinds)} of the catalogue: " + ", ".join(sorted(known)),
                            did_you_mean(name, known))
    return known.get(name)


def _index(out: Draft, loc: Loc, name: str, names: list[str]) -> int:
    if name not in names:
        out.ledger.complain(loc, repr(name), "one of " + (", ".join(names) or "none stated"), did_you_mean(name, names))
        return -1
    return names.index(name)


def _add_units(out: Draft, loc: Loc, spec: Loop | Air | PlantSpec, row: CoolingRow, zones: list[int],
               hall: int | None) -> list[int]:
    """Enter the units of a group and their pumps; returns unit indices."""
    ledger, names, feeds = out.ledger, members(spec.name, spec.count), spec.fed_by
    supplies = _feeds(out, loc, feeds, spec.count, spec.name)
    ledger.group((*loc, "name"), spec.name, names)
    first = len(out.units)
    for k, name in enumerate(names):
        slot = _slot(out, row)
        home = ledger.scenario.plan.halls[hall].name if hall is not None else ""
        at = geometry.unit_position(ledger.scenario.plan, hall, slot if row.kind != "crah" else k, row)
        wide, deep = (row.depth_m, row.width_m) if row.kind == "crah" else (row.width_m, row.depth_m)
        size = (wide, deep, row.height_m)
        ledger.add(loc, Entry(name, row.kind, row.name, home, "cooling", at, size, row.capacity_w,
                              mtbf_h=row.mtbf_h, mttr_h=row.mttr_h))
        out.units.append(Unit(name, row, zones[k], supplies[k],
                              spec.pump_power / spec.count if isinstance(spec, PlantSpec) else 0.0))
        if row.kind == "cdu":
            _pumps(out, loc, name, row, at)
    return list(range(first, len(out.units)))


def _slot(out: Draft, row: CoolingRow) -> int:
    if row.kind == "cdu":
        out.cdu_slots += 1
        return out.cdu_slots - 1
    out.yard_slots += row.kind != "crah"
    return out.yard_slots - 1


def _feeds(out: Draft, loc: Loc, feeds: Feeds, count: int, name: str) -> list[list[str]]:
    if not feeds:
        out.ledger.complain(loc, f"{name!r} without fed_by", "a power feed for every cooling unit")
    return out.ledger.feeds((*loc, "fed_by"), feeds, count)


def _pumps(out: Draft, loc: Loc, unit: str, row: CoolingRow, at: tuple[float, float, float]) -> None:
    width = 0.8 * row.width_m / row.pumps_per_unit
    for k in range(row.pumps_per_unit):
        x = at[0] - 0.4 * row.width_m + (k + 0.5) * width
        out.ledger.add(loc, Entry(f"{unit}_pump_{k + 1}", "pump", row.name, unit, "cooling", (x, at[1], 0.2),
                                  (0.8 * width, 0.4, 0.5), mtbf_h=row.mtbf_h, mttr_h=row.mttr_h))
        out.ledger.edges.append((f"{unit}_pump_{k + 1}", unit, "cooling", "serves"))


def _plant(out: Draft, loc: Loc, spec: PlantSpec) -> None:
    row = _row(out, (*loc, "type"), spec.type, ("chiller", "dry_cooler"))
    if row is not None:
        zone = len(out.plants)
        out.plants.append((spec, row, []))
        out.plants[zone][2].extend(_add_units(out, loc, spec, row, [zone] * spec.count, None))


def _loop(out: Draft, loc: Loc, spec: Loop, plants: list[str]) -> None:
    row = _row(out, (*loc, "type"), spec.type, ("cdu",))
    plant = _index(out, (*loc, "plant"), spec.plant, plants)
    served = _served(out, (*loc, "serves"), spec)
    if row is None or not served:
        return
    separate = spec.header == "separate"
    first, loops = len(out.loop_id), spec.count if separate else 1
    for name in members(spec.name, loops) if separate else [spec.name]:
        out.loop_id.append(f"{name}_loop")
        out.loop_plant.append(plant)
        out.loop_volume.append(spec.volume)
    _add_units(out, loc, spec, row, [first + k if separate else first for k in range(spec.count)],
               out.places[served[0][1]].hall)
    per = spec.racks_per_unit or -(-len(served) // loops)
    for order, (slot, rack) in enumerate(served):
        k = (slot if spec.racks_per_unit else order) // per
        if k >= loops:
            out.ledger.complain((*loc, "count"), f"{loops} loops of {per} racks for {len(served)} racks",
                                "enough units for every rack")
            return
        out.zone[rack] = first + k


def _served(out: Draft, loc: Loc, spec: Loop) -> list[tuple[int, int]]:
    """(slot, rack index) of the liquid-cooled racks a loop serves, slots counted through its rows."""
    names = (spec.serves,) if isinstance(spec.serves, str) else spec.serves
    rack_row = {p.id: i for i, p in enumerate(out.places)}
    found: list[tuple[int, int]] = []
    offset = 0
    for name in names:
        group = out.ledger.groups.get(name)
        if group is None or not all(m in rack_row for m in group):
            rows = [r.name for h in out.ledger.scenario.plan.halls for r in h.rows]
            out.ledger.complain(loc, repr(name), "rows or halls of this layout: " + ", ".join(rows),
                                did_you_mean(name, rows))
            continue
        racks = [rack_row[m] for m in group]
        found += [(offset + out.places[r].slot, r) for r in racks if out.places[r].type.liquid_heat_frac > 0]
        offset += max((out.places[r].slot + 1 for r in racks), default=0)
    return found


def _halls(out: Draft, plants: list[str]) -> None:
    spec = out.ledger.scenario.plan
    names = [h.name for h in spec.halls]
    out.hall_plant = [-1] * len(names)
    for i, air in enumerate(spec.cooling.air):
        loc = ("layout", "cooling", "air", i)
        row = _row(out, (*loc, "type"), air.type, ("crah",))
        hall, plant = _index(out, (*loc, "hall"), air.hall, names), _index(out, (*loc, "plant"), air.plant, plants)
        if row is not None and hall >= 0:
            _add_units(out, loc, air, row, [hall] * air.count, hall)
            out.hall_plant[hall] = plant


def _uncooled(out: Draft) -> None:
    """A liquid-cooled rack on no loop is a problem."""
    for i, place in enumerate(out.places):
        if place.type.liquid_heat_frac > 0 and out.zone[i] < 0:
            out.ledger.complain(("layout", "cooling", "loops"), f"{place.id} on no coolant loop",
                                "a loop that serves every liquid-cooled rack")
            return


def power_nodes(out: Draft) -> list[PowerNode]:
    """The units as loads of the power tree."""
    return [PowerNode(u.id, u.row.kind, None, np.inf, False, u.supplies) for u in out.units]


def freeze(out: Draft) -> tuple[Cooling, np.ndarray, np.ndarray, np.ndarray]:
    """The network, and for each rack its zone's node, its hall's air node and its stream in W/K."""
    racks, loops, halls = len(out.places), len(out.loop_id), len(out.hall_plant)
    loop_node = racks + np.arange(loops)
    air = racks + loops + np.arange(halls)
    mass, water = air + halls, racks + loops + 2 * halls + np.arange(len(out.plants))
    hall_of = np.array([p.hall for p in out.places], dtype=np.int64)
    liquid = out.zone >= 0
    zone = np.where(liquid, loop_node[out.zone] if loops else 0, air[hall_of])
    flow = np.array([p.type.coolant_flow_m3_s if p.type.liquid_heat_frac > 0 else p.type.air_flow_m3_s
                     for p in out.places])
    stream = np.where(liquid, stream_w_k(flow, "pg25"), stream_w_k(flow, "air"))
    air_flow = np.array([p.type.air_flow_m3_s for p in out.places])
    plants = tuple(_frozen_plant(p, int(water[i])) for i, p in enumerate(out.plants))
    supply = np.array([p.supply_degc for p in plants])
    specs = out.ledger.scenario.plan.halls
    volume = np.array([np.prod(h.size) * h.air_mass_factor for h in specs])
    capacity = np.concatenate([
        [p.type.heat_capacity_j_k for p in out.places],
        np.array(out.loop_volume) * HEAT_CAPACITY_J_M3_K["pg25"], volume * HEAT_CAPACITY_J_M3_K["air"],
        [h.structure_heat_capacity for h in specs],
        [p[0].volume * HEAT_CAPACITY_J_M3_K["water"] for p in out.plants]])
    pump_unit = [i for i, u in enumerate(out.units) if u.row.kind == "cdu" for _ in range(u.row.pumps_per_unit)]
    pump_id = [f"{u.id}_pump_{k + 1}" for u in out.units if u.row.kind == "cdu" for k in range(u.row.pumps_per_unit)]
    cooling = Cooling(
        capacity_j_k=capacity, loop_id=tuple(out.loop_id), loop_node=loop_node,
        loop_plant=np.array(out.loop_plant, dtype=np.int64),
        loop_demand_m3_s=np.bincount(out.zone[liquid], weights=flow[liquid], minlength=loops).astype(float),
        hall_id=tuple(h.name for h in specs), hall_air=air, hall_mass=mass,
        hall_plant=np.array(out.hall_plant, dtype=np.int64),
        hall_mass_w_k=np.array([h.structure_conductance for h in specs]),
        hall_demand_m3_s=np.bincount(hall_of, weights=air_flow, minlength=halls).astype(float),
        plants=plants, units=_frozen_units(out), pump_id=tuple(pump_id),
        pump_unit=np.array(pump_unit, dtype=np.int64),
        start_degc=np.full(capacity.size, float(supply.min()) + 5.0))
    return cooling, zone.astype(np.int64), air[hall_of], stream


def _frozen_units(out: Draft) -> Units:
    rows = [u.row for u in out.units]
    hot = np.array([float(stream_w_k(r.flow_m3_s, r.fluid)) for r in rows])
    cold = np.array([float(stream_w_k(r.primary_flow_m3_s, "water")) for r in rows])

    def column(of: object) -> np.ndarray:
        return np.array([of(u) for u in out.units], dtype=float)  # type: ignore[operator]

    return Units(
        id=tuple(u.id for u in out.units), kind=tuple(r.kind for r in rows),
        component=np.array([out.ledger.row[u.id] for u in out.units], dtype=np.int64),
        zone=np.array([u.zone for u in out.units], dtype=np.int64), capacity_w=column(lambda u: u.row.capacity_w),
        flow_m3_s=column(lambda u: u.row.flow_m3_s), hot_w_k=hot, cold_w_k=cold,
        transfer_w_k=np.array([_transfer_w_k(r, h, c) for r, h, c in zip(rows, hot, cold, strict=True)]),
        power_w=column(lambda u: u.row.power_rated_w + u.extra_w + _compressor_w(u.row)), floor_frac=column(lambda u: u.row.power_floor_frac),
        restart_s=column(lambda u: u.row.restart_s), pumps=column(lambda u: u.row.pumps_per_unit).astype(np.int64),
        pump_alone_frac=column(lambda u: u.row.flow_per_pump_frac))


def _compressor_w(row: CoolingRow) -> float:
    """Rated compressor power of a chiller, zero for everything else."""
    return row.capacity_w / row.cop_reference if row.kind == "chiller" and row.cop_reference else 0.0


def _transfer_w_k(row: CoolingRow, hot: float, cold: float) -> float:
    """UA of a unit's exchanger from its rated capacity and approach; zero for plant units."""
    if row.kind not in ("cdu", "crah"):
        return 0.0
    smaller, larger = sorted((hot, cold))
    return smaller * transfer_units(rated_effectiveness(row.capacity_w, row.approach_k, hot, cold), smaller / larger)


def _frozen_plant(entry: tuple[PlantSpec, CoolingRow, list[int]], node: int) -> Plant:
    spec, row, units = entry
    chiller = catalogue.get("chillers", row.curve) if row.curve else None
    assert chiller is None or isinstance(chiller, ChillerRow)
    return Plant(
        id=spec.name, kind=row.kind, node=node, supply_degc=spec.supply_temperature, band_k=spec.control_band_k,
        units=np.array(units, dtype=np.int64), capacity_w=row.capacity_w,
        conductance_w_k=row.capacity_w / row.approach_k if row.kind == "dry_cooler" else 0.0,
        curve=_curve(chiller, row) if chiller else None,
        water_cooled=bool(chiller and chiller.condenser == "water"), tower_approach_k=row.approach_k,
        tower_w=row.power_rated_w if chiller else 0.0,
        evaporative_frac=row.evaporative_effectiveness_frac or 0.0, pump_w=spec.pump_power)


def _curve(row: ChillerRow, unit: CoolingRow) -> ChillerCurve:
    return ChillerCurve(unit.capacity_w, unit.cop_reference or row.cop_reference, row.capft, row.eirft, row.eirplr,
                        (row.x_min_degc, row.x_max_degc), (row.y_min_degc, row.y_max_degc), row.load_min_frac)
