"""Temperatures of a hall's ports from its recirculation matrix: racks pass on what they draw."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from twin.arrays import Array
from twin.facility.airflow.hall_air import AIR_J_M3_K, HallAir


@dataclass(frozen=True)
class PortTemperatures:
    """Temperatures by port and by unit."""

    inlet_degc: Array
    """(inlet port,)"""
    outlet_degc: Array
    """(outlet port,)"""
    supply_degc: Array
    """(handler,)"""
    return_degc: Array
    """(handler,)"""


def closed_loop(air: HallAir, matrix: Array, rise_k: Array, supply_degc: Array) -> PortTemperatures:
    """Steady temperatures: inlets mix outlets, rack outlets are their inlets warmed, and cooled by
    rear doors.

    rise_k        (outlet port,) of racks
    supply_degc   (handler,)
    """
    cooled, water = air.doors()
    given = rise_k * (1.0 - cooled) + cooled * water + air.supply @ supply_degc
    passes = air.passes * (1.0 - cooled)[:, None]
    open_loop = np.eye(len(air.inlets)) - matrix @ passes
    inlet = np.asarray(np.linalg.solve(open_loop, matrix @ given), float)
    outlet = passes @ inlet + given
    return PortTemperatures(inlet, outlet, supply_degc, returns(air, inlet))


def returns(air: HallAir, inlet_degc: Array) -> Array:
    """(handler,) what each takes back: the mean of its intakes by flow."""
    flow = np.array([port.flow_m3_s for port in air.inlets])
    weight = air.takes * flow
    return np.asarray(weight @ inlet_degc / weight.sum(axis=1))


def doors_w(air: HallAir, inlet_degc: Array) -> Array:
    """(outlet,) heat that rear doors take of what racks draw in (inlet,), at rated power."""
    cooled, water = air.doors()
    flow = np.array([port.flow_m3_s for port in air.outlets])
    exhaust = air.passes @ inlet_degc + air.rises_k()
    return np.asarray(AIR_J_M3_K * flow * cooled * (exhaust - water))


def plant_supply_degc(air: HallAir, water_degc: Array, doors_w: float = 0.0) -> Array:
    """(handler,) supply by the coil's approach over the water at the heat each has to take.

    doors_w   heat that rear doors take before
    """
    heat = float(air.heating_w.sum()) - doors_w
    units = air.plan.handlers
    flow = np.array(air.plan.handler_flow_m3_s)
    share = heat * flow / flow.sum()
    approach = np.array([unit.approach_k for unit in units])
    capacity = np.array([unit.capacity_w for unit in units])
    return np.asarray(water_degc + approach * share / capacity)


def heat_balance_frac(air: HallAir, found: PortTemperatures) -> float:
    """Heat that handlers and rear doors take less heat that racks give, over the latter."""
    flow = np.array(air.plan.handler_flow_m3_s)
    taken = AIR_J_M3_K * float((found.return_degc - found.supply_degc) @ flow)
    taken += float(doors_w(air, found.inlet_degc).sum())
    given = float(air.heating_w.sum())
    return abs(taken - given) / given if given else 0.0
