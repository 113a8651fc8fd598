"""From loops, air handlers and plants in a layout to the thermal network."""

from __future__ import annotations

import numpy as np

from twin.catalogue.equipment_kinds import PLANT, Role, named, role
from twin.catalogue.rows import Chiller, CoolingEquipment
from twin.facility.cooling.air_settings import damper_window, supply_degc
from twin.facility.cooling.draft import Draft, Unit
from twin.facility.cooling.piping import refuse_without_head
from twin.facility.cooling.served_racks import put_on, slots_served, uncooled
from twin.facility.ledger import Entry, Ledger, Loc
from twin.facility.model import Place
from twin.facility.power.node import PowerNode
from twin.facility.space import stated_places
from twin.facility.space.rack import Position
from twin.facility.space.stated_places import members
from twin.facility.stated_numbers import RELIABILITY, for_group, for_member
from twin.quantities import counted
from twin.scenario.schema.cooling import AirSpec, FreeCoolingSpec, LoopSpec, OutdoorGroup, PlantSpec
from twin.scenario.schema.doors import RearDoorSpec
from twin.scenario.schema.names import Feeds

_FREE_IN_PLANTS = (*RELIABILITY, "restart_s")
"""What one unit of a plant may have otherwise than the others, which work as one."""
_PUMP = "coolant_pump"
"""Catalogue row of the pumps in coolant units."""


def draft(ledger: Ledger, places: list[Position]) -> Draft:
    """Units and zones of a layout, entered in the ledger; problems are noted there."""
    out = Draft(
        ledger,
        places,
        np.full(len(places), -1, dtype=np.int64),
        rack_row={p.id: i for i, p in enumerate(places)},
    )
    spec = ledger.scenario.plan.cooling
    names = [p.name for p in spec.plant]
    for i, plant in enumerate(spec.plant):
        _plant(out, ("layout", "cooling", "plant", i), plant)
    known = len(ledger.problems)
    for i, loop in enumerate(spec.loops):
        _loop(out, ("layout", "cooling", "loops", i), loop, names)
    if len(ledger.problems) == known:  # else a rack may be on no loop for what is told already
        uncooled(out)
    _halls(out, names)
    return out


def row_of(
    out: Draft,
    loc: Loc,
    spec: LoopSpec | AirSpec | RearDoorSpec | OutdoorGroup,
    kinds: tuple[str, ...],
) -> CoolingEquipment | None:
    """The row of a group with its overrides; None where there is none, which is noted."""
    name = spec.type
    every = out.ledger.scenario.catalogue.rows(CoolingEquipment)
    known = {n: row for n, row in every.items() if row.kind in kinds}
    if name not in known:
        what = f"a {' or '.join(kinds)} of the catalogue"
        out.ledger.unknown((*loc, "type"), name, known, what)
        return None
    return for_group(out.ledger, loc, known[name], spec.overrides)


def index_of(out: Draft, loc: Loc, name: str, names: list[str]) -> int:
    """Number of a plant or hall; -1 where there is none of that name, which is noted."""
    if name not in names:
        out.ledger.unknown(loc, name, names, "one of this layout")
        return -1
    return names.index(name)


def _add_units(
    out: Draft,
    loc: Loc,
    spec: LoopSpec | AirSpec | OutdoorGroup,
    row: CoolingEquipment,
    zones: list[int],
) -> list[int]:
    """Enter the units of a group and their pumps; returns unit indices."""
    ledger = out.ledger
    names = members(spec.name, spec.count)
    supplies = _feeds(out, loc, spec.fed_by, spec.count, spec.name)
    ledger.group((*loc, "name"), spec.name, names)
    first = len(out.units)
    for k, name in enumerate(names):
        place = ledger.places[name]
        mine = for_member(
            ledger, name, row, _FREE_IN_PLANTS if isinstance(spec, OutdoorGroup) else None
        )
        ledger.add(loc, entry_of(name, mine, place))
        out.units.append(
            Unit(
                name,
                mine,
                zones[k],
                supplies[k],
                spec.pump_power / spec.count if isinstance(spec, PlantSpec) else 0.0,
                supply_degc(spec),
                damper_window(spec),
            )
        )
        if role(row.kind) is Role.LOOP_COOLING:
            _pumps(out, loc, name, mine, place)
    return list(range(first, len(out.units)))


def entry_of(name: str, row: CoolingEquipment, place: Place) -> Entry:
    """A unit as a component."""
    return Entry(
        name,
        row.kind,
        row.name,
        place.hall,
        "cooling",
        place.centre_m,
        place.size_m,
        row.capacity_w,
        mtbf_h=row.mtbf_h,
        mttr_h=row.mttr_h,
        facing_deg=place.facing_deg,
    )


def _feeds(out: Draft, loc: Loc, feeds: Feeds, count: int, name: str) -> list[list[str]]:
    if not feeds:
        out.ledger.complain(loc, f"{name!r} without fed_by", "a power feed for every cooling unit")
    return out.ledger.feeds((*loc, "fed_by"), feeds, count)


def _pumps(out: Draft, loc: Loc, unit: str, row: CoolingEquipment, place: Place) -> None:
    """Enter the pumps of a coolant unit; they fail by their own row, the unit's is for what is
    around them.
    """
    pump = out.ledger.scenario.catalogue.get(CoolingEquipment, _PUMP)
    at = place.centre_m
    width = 0.8 * row.width_m / row.pumps_per_unit
    for k in range(row.pumps_per_unit):
        name = f"{unit}_pump_{k + 1}"
        mine = for_member(out.ledger, name, pump, RELIABILITY, "a pump")
        x = at[0] - 0.4 * row.width_m + (k + 0.5) * width
        out.ledger.add(
            loc,
            Entry(
                name,
                "pump",
                row.name,
                unit,
                "cooling",
                (x, at[1], 0.2),
                (0.8 * width, 0.4, 0.5),
                mtbf_h=mine.mtbf_h,
                mttr_h=mine.mttr_h,
                facing_deg=place.facing_deg,
            ),
        )
        out.ledger.edges.append((name, unit, "cooling", "serves"))


def _plant(out: Draft, loc: Loc, spec: PlantSpec) -> None:
    row = row_of(out, loc, spec, named(*PLANT))
    if row is not None:
        zone = len(out.plants)
        out.plants.append((spec, row, []))
        out.plants[zone][2].extend(_add_units(out, loc, spec, row, [zone] * spec.count))
        if spec.primary_flow is not None and role(row.kind) is not Role.CHILLER:
            text = "a plant of chillers, whose pumps a decoupler parts from the others"
            out.ledger.complain((*loc, "primary_flow"), f"a decoupler at {row.name!r}", text)
        if spec.cold_store is not None and role(row.kind) is not Role.CHILLER:
            text = "a plant of chillers, which can fill it"
            out.ledger.complain((*loc, "cold_store"), f"a cold store beside {row.name!r}", text)
        if spec.free_cooling is not None:
            _free_cooling(out, (*loc, "free_cooling"), spec, row, spec.free_cooling)


def _free_cooling(
    out: Draft, loc: Loc, plant: PlantSpec, chiller: CoolingEquipment, spec: FreeCoolingSpec
) -> None:
    """Enter the coolers beside a plant's chillers."""
    if role(chiller.kind) is not Role.CHILLER:
        text = "a plant of chillers, which free cooling can relieve"
        out.ledger.complain(loc, f"free cooling beside {chiller.name!r}", text)
    elif not spec.own_units and not _water_cooled(out, chiller):
        text = "water-cooled chillers, whose towers it can use, or dry coolers"
        out.ledger.complain((*loc, "type"), f"'tower' beside {chiller.name!r}", text)
    elif spec.own_units:
        row = row_of(out, loc, spec, named(Role.DRY_COOLER))
        zone = len(out.plants) - 1
        if row is not None:
            fed = spec if spec.fed_by else spec.model_copy(update={"fed_by": plant.fed_by})
            out.free_coolers[zone] = (row, _add_units(out, loc, fed, row, [zone] * spec.count))


def _water_cooled(out: Draft, row: CoolingEquipment) -> bool:
    return out.ledger.scenario.catalogue.get(Chiller, row.curve).condenser == "water"


def _loop(out: Draft, loc: Loc, spec: LoopSpec, plants: list[str]) -> None:
    row = row_of(out, loc, spec, named(Role.LOOP_COOLING))
    plant = index_of(out, (*loc, "plant"), spec.plant, plants)
    served = slots_served(out, (*loc, "serves"), spec)
    if row is None or not served:
        if served == []:
            out.ledger.complain(
                (*loc, "serves"),
                f"{spec.serves!r} without a liquid-cooled rack",
                "rows that have some",
            )
        return
    if spec.hydraulics is not None:
        refuse_without_head(out, loc, row)
    separate = spec.header == "separate"
    first = len(out.loop_id)
    loops = spec.count if separate else 1
    for name in members(spec.name, loops) if separate else [spec.name]:
        out.loop_id.append(f"{name}_loop")
        out.loop_plant.append(plant)
        out.loop_volume.append(spec.volume)
        held_degc = spec.supply_temperature
        out.loop_supply_degc.append(float("nan") if held_degc is None else held_degc)
        out.loop_hydraulics.append(spec.hydraulics)
    _add_units(out, loc, spec, row, [first + k if separate else first for k in range(spec.count)])
    dealt = [
        slot // spec.racks_per_unit if spec.racks_per_unit else order * loops // len(served)
        for order, (slot, _) in enumerate(served)
    ]
    if set(dealt) != set(range(loops)):
        out.ledger.complain(
            (*loc, "count"),
            f"{counted(loops, 'loop')} for {counted(len(served), 'rack')}",
            "as many units as it takes: a loop for every rack, and a rack for every loop",
        )
        return
    for k, (_, rack) in zip(dealt, served, strict=True):
        put_on(out, (*loc, "serves"), rack, first + k)


def _halls(out: Draft, plants: list[str]) -> None:
    spec = out.ledger.scenario.plan
    names = [h.name for h in spec.halls]
    out.hall_plant = [-1] * len(names)
    for i, air in enumerate(spec.cooling.air):
        loc = ("layout", "cooling", "air", i)
        row = row_of(out, loc, air, named(Role.HALL_COOLING))
        hall = index_of(out, (*loc, "hall"), air.hall, names)
        plant = index_of(out, (*loc, "plant"), air.plant, plants)
        if row is not None and hall >= 0 and stated_places.can_stand(out.ledger, loc, air, hall):
            _add_units(out, loc, air, row, [hall] * air.count)
            if plant >= 0 and out.hall_plant[hall] not in (-1, plant):
                out.ledger.complain(
                    (*loc, "plant"),
                    f"{air.plant!r} for {air.hall!r}, whose other air handlers are on "
                    f"{plants[out.hall_plant[hall]]!r}",
                    "one plant for all air handlers of a hall",
                )
            out.hall_plant[hall] = plant


def power_nodes(out: Draft) -> list[PowerNode]:
    """The units as loads of the power tree."""
    return [PowerNode(u.id, u.row.kind, None, np.inf, supplies=u.supplies) for u in out.units]
