"""Rear doors of a layout, one a rack, and their arrays."""

from __future__ import annotations

import numpy as np

from twin.catalogue.equipment_kinds import Role, named
from twin.catalogue.rows import CoolingEquipment
from twin.facility.cooling.draft import Draft, Unit
from twin.facility.cooling.loops import entry_of, index_of, row_of
from twin.facility.cooling.served_racks import names_of, racks_named
from twin.facility.ledger import Loc
from twin.facility.model import Place, Units
from twin.facility.model.doors import RearDoors
from twin.facility.space.stated_places import members
from twin.facility.stated_numbers import for_member
from twin.scenario.schema.doors import RearDoorSpec


def hung(out: Draft) -> Draft:
    """The draft with the rear doors, entered in the ledger; problems are noted there."""
    spec = out.ledger.scenario.plan.cooling
    plants = [p.name for p in spec.plant]
    for i, group in enumerate(spec.doors):
        _group(out, ("layout", "cooling", "doors", i), group, plants)
    return out


def _group(out: Draft, loc: Loc, spec: RearDoorSpec, plants: list[str]) -> None:
    row = row_of(out, loc, spec, named(Role.DOOR_COOLING))
    plant = index_of(out, (*loc, "plant"), spec.plant, plants)
    racks = _racks(out, (*loc, "serves"), spec)
    if row is None or plant < 0 or not racks:
        return
    feeds = _feeds(out, loc, spec, row, len(racks))
    names = members(spec.name, len(racks))
    out.ledger.group((*loc, "name"), spec.name, names)
    for name, rack, supplies in zip(names, racks, feeds, strict=True):
        mine = for_member(out.ledger, name, row)
        out.ledger.add(loc, entry_of(name, mine, _place(out, rack, mine)))
        out.door_rack[len(out.units)] = rack
        out.units.append(Unit(name, mine, plant, supplies))
        hall = out.places[rack].hall
        if out.hall_plant[hall] < 0:
            out.hall_plant[hall] = plant


def _racks(out: Draft, loc: Loc, spec: RearDoorSpec) -> list[int]:
    """Racks that get a door; one that cannot have it is noted."""
    named = [racks_named(out, loc, name) for name in names_of(spec.serves)]
    found = [rack for racks in named for rack in racks or ()]
    hung = set(out.door_rack.values())
    for k, rack in enumerate(found):
        place = out.places[rack]
        if rack in hung or rack in found[:k]:
            out.ledger.complain(loc, f"a second door on {place.id}", "one rear door a rack")
        elif place.type.liquid_heat_frac >= 1 or place.type.air_flow_m3_s <= 0:
            allowed = "racks that give heat to air"
            out.ledger.complain(loc, f"a door on {place.id}, which gives none to air", allowed)
    return found


def _feeds(
    out: Draft, loc: Loc, spec: RearDoorSpec, row: CoolingEquipment, count: int
) -> list[list[str]]:
    """Supplies of each door: some where it has fans, and none where it has not."""
    fans = row.power_rated_w > 0
    if fans and not spec.fed_by:
        out.ledger.complain(
            loc, f"{spec.name!r} without fed_by", "a power feed for doors with fans"
        )
    elif spec.fed_by and not fans:
        found = f"fed_by of {spec.name!r}, doors that draw no power"
        out.ledger.complain((*loc, "fed_by"), found, "none; or a type with fans")
        return [[] for _ in range(count)]
    return out.ledger.feeds((*loc, "fed_by"), spec.fed_by, count)


def _place(out: Draft, rack: int, row: CoolingEquipment) -> Place:
    """Behind its rack, where the exhaust leaves, and as wide."""
    place = out.places[rack]
    entry = out.ledger.entries[out.ledger.row[place.id]]
    away_m = (entry.size_m[1] + row.depth_m) / 2
    centre = (entry.position_m[0], entry.position_m[1] - place.facing * away_m, 0.0)
    hall = out.ledger.scenario.plan.halls[place.hall].name
    front = "south" if place.facing > 0 else "north"
    return Place(hall, centre, (entry.size_m[0], row.depth_m, row.height_m), front=front)


def frozen_doors(out: Draft, units: Units) -> RearDoors:
    """Doors as arrays."""
    unit = np.array(list(out.door_rack), dtype=np.int64)
    return RearDoors(
        unit=unit,
        rack=np.array(list(out.door_rack.values()), dtype=np.int64),
        plant=units.zone[unit],
        transfer_w_k=units.transfer_w_k[unit],
        air_w_k=units.hot_w_k[unit],
        water_w_k=units.cold_w_k[unit],
    )
