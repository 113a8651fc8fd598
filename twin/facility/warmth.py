"""Water and air at peak load with every unit running, and whether they suit the racks."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from twin.catalogue.rows import Rack
from twin.facility.model import Array, Facility, Finding, Index
from twin.physics.coolant import effectiveness, stream_w_k, supply_conductance_w_k


def findings(facility: Facility) -> Iterator[Finding]:
    """Loops and halls that are warmer than their racks take; an error where the set-point alone
    is.
    """
    yield from _coolant(facility)
    yield from _air(facility)


def heat_w(facility: Facility) -> tuple[Array, Array, Array]:
    """Heat of racks at rated power on every loop (loop,), hall's air (hall,) and plant (plant,), in
    W.
    """
    cooling = facility.cooling
    racks = facility.racks
    liquid = racks.rated_w * racks.liquid_frac
    nodes = cooling.capacity_j_k.size
    loop = total_by(racks.zone, liquid, nodes)[cooling.loop_node]
    hall = total_by(racks.air_node, racks.rated_w - liquid, nodes)[cooling.hall_air]
    plants = np.concatenate([cooling.loop_plant, cooling.hall_plant])
    heat = np.concatenate([loop, hall])
    return loop, hall, total_by(plants[plants >= 0], heat[plants >= 0], len(cooling.plants))


def total_by(zone: Index, values: Array, zones: int) -> Array:
    """Sums by zone, (zones,)."""
    return np.bincount(zone, weights=values, minlength=zones).astype(np.float64)


def water_degc(facility: Facility) -> Array:
    """(plant,) Facility water at peak load in weather that the plant bears: set-point and its share
    of the band.
    """
    cooling = facility.cooling
    capacity_w = np.array([cooling.units.capacity_w[p.units].sum() for p in cooling.plants])
    share = heat_w(facility)[2] / capacity_w
    supply, band = np.array([(p.supply_degc, p.band_k) for p in cooling.plants]).T
    out: Array = supply + band * share
    return out


def coolant_degc(facility: Facility) -> Array:
    """(loop,) Coolant supplied to the racks at peak load, every unit and pump running."""
    cooling = facility.cooling
    return water_degc(facility)[cooling.loop_plant] + _above_k(
        facility, "cdu", heat_w(facility)[0], cooling.loop_demand_m3_s, "pg25"
    )


def air_degc(facility: Facility) -> Array:
    """(hall,) Air supplied by the handlers at peak load; nan in a hall without any."""
    cooling = facility.cooling
    above_k = _above_k(facility, "crah", heat_w(facility)[1], cooling.hall_demand_m3_s, "air")
    return np.where(
        cooling.hall_plant >= 0, water_degc(facility)[cooling.hall_plant] + above_k, np.nan
    )


def _above_k(facility: Facility, kind: str, heat: Array, demand_m3_s: Array, fluid: str) -> Array:
    """(zone,) How far the supply of a zone is above its facility water; units share the flow that
    is wanted.
    """
    units = facility.cooling.units
    mine = np.array(units.kind) == kind
    zone = units.zone[mine]
    flow = units.flow_m3_s[mine]
    total = total_by(zone, flow, len(heat))
    share = np.minimum(demand_m3_s / np.maximum(total, 1e-12), 1.0)[zone]
    hot = stream_w_k(flow * share, fluid)
    cold = units.cold_w_k[mine]
    smaller = np.minimum(hot, cold)
    larger = np.maximum(hot, cold)
    frac = effectiveness(units.transfer_w_k[mine] / np.maximum(smaller, 1e-9), smaller / larger)
    passed = total_by(zone, supply_conductance_w_k(frac, hot, cold), len(heat))
    own = total_by(zone, units.power_w[mine], len(heat))
    out: Array = (heat + own) / np.maximum(passed, 1e-9)
    return out


def _limits_degc(facility: Facility) -> tuple[Array, Array]:
    """(rack,) Warmest coolant and warmest air each rack takes; inf where it has no such limit."""
    known = facility.scenario.catalogue.rows(Rack)
    rows = [known[facility.components.type[c]] for c in facility.racks.component]
    coolant = [
        np.inf if row.coolant_supply_max_degc is None else row.coolant_supply_max_degc
        for row in rows
    ]
    return np.array(coolant), np.array([row.inlet_air_max_degc for row in rows])


def _coolant(facility: Facility) -> Iterator[Finding]:
    """Loops whose coolant is warmer than their racks take, told once a plant."""
    cooling = facility.cooling
    racks = facility.racks
    coolant = coolant_degc(facility)
    limit = _limits_degc(facility)[0]
    most = np.array([limit[racks.zone == node].min(initial=np.inf) for node in cooling.loop_node])
    for p, plant in enumerate(cooling.plants):
        warm = np.flatnonzero((cooling.loop_plant == p) & (coolant > most + 1e-9))
        if warm.size:
            worst = int(warm[np.argmax(coolant[warm] - most[warm])])
            others = f"; so are {warm.size - 1} more loops" if warm.size > 1 else ""
            yield Finding(
                "error" if plant.supply_degc > most[warm].min() else "warning",
                cooling.loop_id[worst],
                f"coolant of {coolant[worst]:.1f} °C at peak load, from facility water set to "
                f"{plant.supply_degc:g} °C; its racks take {most[worst]:g} °C at most{others}",
            )


def _air(facility: Facility) -> Iterator[Finding]:
    """Halls with a rack whose inlet, its own recirculated exhaust included, is warmer than it
    takes.
    """
    cooling = facility.cooling
    racks = facility.racks
    air = air_degc(facility)[racks.hall]
    limit = _limits_degc(facility)[1]
    back = racks.recirculation_frac / (1 - np.minimum(racks.recirculation_frac, 0.99))
    inlet = air + np.where(racks.liquid_frac > 0, 0.0, back * racks.rated_w / racks.stream_w_k)
    for h in range(len(cooling.hall_id)):
        mine: Index = np.flatnonzero((racks.hall == h) & (inlet > limit))
        if mine.size:
            worst = int(mine[np.argmax(inlet[mine] - limit[mine])])
            plant = cooling.plants[cooling.hall_plant[h]]
            yield Finding(
                "error" if plant.supply_degc > limit[worst] else "warning",
                racks.id[worst],
                f"inlet air of {inlet[worst]:.1f} °C at peak load, from facility water set to "
                f"{plant.supply_degc:g} °C; it takes {limit[worst]:g} °C at most",
            )
