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
    """Steady temperatures: inlets mix outlets, rack outlets are their inlets warmed.

    rise_k        (outlet port,) of racks
    supply_degc   (handler,)
    """
    given = rise_k + air.supply @ supply_degc
    open_loop = np.eye(len(air.inlets)) - matrix @ air.passes
    inlet = np.asarray(np.linalg.solve(open_loop, matrix @ given), float)
    outlet = air.passes @ inlet + given
    return PortTemperatures(inlet, outlet, supply_degc, returns(air, inlet))


def returns(air: HallAir, inlet_degc: Array) -> Array:
    """(handler,) what each takes back: the mean of its intakes by flow."""
    flow = np.array([port.flow_m3_s for port in air.inlets])
    weight = air.takes * flow
    return np.asarray(weight @ inlet_degc / weight.sum(axis=1))


def plant_supply_degc(air: HallAir, water_degc: Array) -> Array:
    """(handler,) supply by the coil's approach over the water at the heat each has to take."""
    heat = float(air.heating_w.sum())
    units = air.plan.handlers
    flow = np.array(air.plan.handler_flow_m3_s)
    share = heat * flow / flow.sum()
    approach = np.array([unit.approach_k for unit in units])
    capacity = np.array([unit.capacity_w for unit in units])
    return np.asarray(water_degc + approach * share / capacity)


def heat_balance_frac(air: HallAir, found: PortTemperatures) -> float:
    """Heat that handlers take less heat that racks give, over the latter."""
    flow = np.array(air.plan.handler_flow_m3_s)
    taken = AIR_J_M3_K * float((found.return_degc - found.supply_degc) @ flow)
    given = float(air.heating_w.sum())
    return abs(taken - given) / given if given else 0.0
