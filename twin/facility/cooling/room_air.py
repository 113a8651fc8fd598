"""The air of the halls, from the racks and air handlers of a layout."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from twin.arrays import Array, Index, total_by
from twin.catalogue.equipment_kinds import Role, role
from twin.facility.air.nearness import EXHAUST_REACH_M, HANDLER_REACH_FRAC, nearness
from twin.facility.cooling.draft import Draft
from twin.facility.cooling.solved_air import solved_shares
from twin.facility.cooling.zones import back_frac, zones
from twin.facility.model import RoomAir
from twin.facility.model.air import RackFans
from twin.facility.space.rack import rated_w as rack_rated_w
from twin.physics.coolant import stream_w_k
from twin.physics.moist_air import STANDARD_PA
from twin.physics.server_fans import step_k
from twin.scenario.schema.hall import HallSpec

COLD_FRAC = 0.5
"""Share of a hall's air that stands in front of the racks; the rest is on its way to the air
handlers. Assumed."""

HOUR_S = 3600.0


@dataclass(frozen=True)
class AirDraft:
    """Zones and handlers before their thermal nodes are numbered."""

    zone_of_rack: Index
    zone_hall: Index
    handler_unit: Index
    handler_hall: Index
    capacity_j_k: Array
    """(zone and handler,)"""


def air_w_k(flow_m3_s: Array, pressure_pa: float) -> Array:
    """Heat capacity rate of air streams at the site's pressure."""
    return stream_w_k(flow_m3_s, "air") * (pressure_pa / STANDARD_PA)


def air_draft(out: Draft, pressure_pa: float) -> AirDraft:
    """Who draws in which air, and how much air that is."""
    halls = out.ledger.scenario.plan.halls
    zone = zones(out.places, halls)
    count = int(zone.max(initial=-1)) + 1
    zone_hall = np.zeros(count, dtype=np.int64)
    zone_hall[zone] = [p.hall for p in out.places]
    handlers = [i for i, u in enumerate(out.units) if role(u.row.kind) is Role.HALL_COOLING]
    unit = np.array(handlers, dtype=np.int64)
    hall = np.array([out.units[i].zone for i in handlers], dtype=np.int64)
    air_m3 = np.array([np.prod(h.size) * h.air_mass_factor for h in halls])
    air_j_k = air_w_k(air_m3, pressure_pa)
    capacity = _capacity_j_k(out, air_j_k, zone, zone_hall, hall)
    return AirDraft(zone, zone_hall, unit, hall, capacity)


def _capacity_j_k(
    out: Draft, air_j_k: Array, zone: Index, zone_hall: Index, handler_hall: Index
) -> Array:
    """(zone and handler,) the air of each hall, dealt by rated flow."""
    flow = np.array([p.type.air_flow_m3_s for p in out.places])
    halls = air_j_k.size
    cold = _dealt(total_by(zone, flow, zone_hall.size), zone_hall, halls)
    blown = [u.row.flow_m3_s for u in out.units if role(u.row.kind) is Role.HALL_COOLING]
    hot = _dealt(np.array(blown), handler_hall, halls)
    handled = np.bincount(handler_hall, minlength=halls) > 0
    cold_frac = np.where(handled, COLD_FRAC, 1.0)
    return np.concatenate(
        [cold * (cold_frac * air_j_k)[zone_hall], hot * ((1 - cold_frac) * air_j_k)[handler_hall]]
    )


def _dealt(flow: Array, hall: Index, halls: int) -> Array:
    """Shares of a hall, by flow with a hundredth dealt evenly, so that nobody has none."""
    evenly = 1.0 / np.maximum(np.bincount(hall, minlength=halls)[hall], 1)
    total = total_by(hall, flow, halls)[hall]
    by_flow = np.where(total > 0, flow / np.where(total > 0, total, 1.0), evenly)
    return 0.99 * by_flow + 0.01 * evenly


def room_air(
    out: Draft, air: AirDraft, zone_node: Index, handler_node: Index, pressure_pa: float
) -> RoomAir:
    """The air of all halls, with its thermal nodes."""
    halls = out.ledger.scenario.plan.halls
    flow = np.array([p.type.air_flow_m3_s for p in out.places])
    count = air.zone_hall.size
    back = np.zeros(count)
    back[air.zone_of_rack] = [back_frac(p, halls) for p in out.places]
    zone_m = _zone_places_m(out, air)
    handler_m = np.array(
        [out.ledger.places[out.units[i].id].centre_m[:2] for i in air.handler_unit]
    ).reshape(-1, 2)
    reach_m = HANDLER_REACH_FRAC * np.array([max(h.size[:2]) for h in halls])
    structure = np.array([h.structure_conductance for h in halls])
    share = _inlet_share(air, flow, len(halls)).sum(axis=0)
    return RoomAir(
        zone_node=zone_node,
        zone_hall=air.zone_hall,
        zone_of_rack=air.zone_of_rack,
        rack_w_k=air_w_k(flow, pressure_pa),
        fans=rack_fans(out, halls),
        in_air=np.array([p.type.liquid_heat_frac == 0 for p in out.places], dtype=bool),
        recirculation_frac=back,
        inlet_share=_inlet_share(air, flow, len(halls)),
        handler_unit=air.handler_unit,
        handler_node=handler_node,
        handler_hall=air.handler_hall,
        supply_degc=np.array([out.units[i].supply_degc for i in air.handler_unit]),
        windows=tuple(out.units[i].window for i in air.handler_unit),
        handler_nearness=nearness(
            zone_m, handler_m, air.zone_hall, air.handler_hall, reach_m[air.handler_hall]
        ),
        exhaust_nearness=nearness(zone_m, zone_m, air.zone_hall, air.zone_hall, EXHAUST_REACH_M),
        solved=_solved(out, air),
        leak_w_k=_leak_w_k(air, halls, pressure_pa),
        structure_w_k=structure[air.zone_hall] * share,
    )


def _leak_w_k(air: AirDraft, halls: Sequence[HallSpec], pressure_pa: float) -> Array:
    """(zone and handler,) of halls whose moisture is stated and that handlers cool."""
    volume_m3 = np.array([float(np.prod(hall.size)) for hall in halls])
    changes = np.array([0.0 if h.moisture is None else h.moisture.leakage / HOUR_S for h in halls])
    handled = np.isin(np.arange(len(halls)), air.handler_hall)
    leaks = air_w_k(np.where(handled, changes * volume_m3, 0.0), pressure_pa)
    hall = np.concatenate([air.zone_hall, air.handler_hall])
    share = air.capacity_j_k / total_by(hall, air.capacity_j_k, len(halls))[hall]
    return np.asarray(share * leaks[hall])


def rack_fans(out: Draft, halls: Sequence[HallSpec]) -> RackFans:
    """Fans that follow the air, as their hall states them."""
    stated = [halls[p.hall].server_fans for p in out.places]
    begin = np.array([np.inf if s is None else s.begin for s in stated], dtype=float)
    end = np.array([np.inf if s is None else s.end for s in stated], dtype=float)
    share = np.array([0.0 if s is None else s.power for s in stated])
    rated_w = np.array([rack_rated_w(p) for p in out.places], dtype=float)
    follow = np.isfinite(begin)
    width = np.where(follow, step_k(np.where(follow, begin, 0.0), np.where(follow, end, 1.0)), 0.0)
    most = np.array([1.0 if s is None else s.most for s in stated])
    by_power = [
        halls[p.hall].support_fans == "follow_power" and p.type.nodes_per_rack == 0
        for p in out.places
    ]
    return RackFans(begin, width, most, share * rated_w, np.array(by_power, dtype=bool))


def _solved(out: Draft, air: AirDraft) -> Array:
    """(zone and handler, zone and handler) of the halls that ask for it."""
    zones = air.zone_hall.size
    flow = np.zeros((zones + air.handler_hall.size,) * 2)
    scenario = out.ledger.scenario
    for hall, spec in enumerate(scenario.plan.halls):
        if spec.airflow == "by_distance":
            continue
        z = np.flatnonzero(air.zone_hall == hall)
        h = np.flatnonzero(air.handler_hall == hall)
        own = {int(zone): k for k, zone in enumerate(z)}
        racks = [i for i, place in enumerate(out.places) if place.hall == hall]
        zone_of = {out.places[i].id: own[int(air.zone_of_rack[i])] for i in racks}
        names = [out.units[i].id for i in air.handler_unit[h]]
        here = np.concatenate([z, zones + h])
        flow[np.ix_(here, here)] = solved_shares(scenario, hall, zone_of, names)
    return flow


def _inlet_share(air: AirDraft, flow_m3_s: Array, halls: int) -> Array:
    """(hall, zone)"""
    drawn = total_by(air.zone_of_rack, flow_m3_s, air.zone_hall.size)
    out = np.zeros((halls, drawn.size))
    out[air.zone_hall, np.arange(drawn.size)] = _dealt(drawn, air.zone_hall, halls)
    return out


def _zone_places_m(out: Draft, air: AirDraft) -> Array:
    """(zone, 2) the middle of each zone's racks on the site."""
    centre = np.array(
        [out.ledger.entries[out.ledger.row[p.id]].position_m[:2] for p in out.places]
    ).reshape(-1, 2)
    count = np.maximum(np.bincount(air.zone_of_rack), 1)
    return np.stack(
        [total_by(air.zone_of_rack, centre[:, k], count.size) / count for k in (0, 1)], axis=1
    )
