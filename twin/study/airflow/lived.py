"""A reduced room driven through measurements, step by step."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from twin.arrays import Array
from twin.facility.airflow.hall_air import HallAir
from twin.study.airflow.configurations import FlowOf
from twin.study.airflow.measured import MeasuredRoom
from twin.study.airflow.reduced import Inputs, ReducedRoom, SolvedFlow, balanced, blended


def lived(
    air: HallAir,
    measured: MeasuredRoom,
    held: Sequence[SolvedFlow],
    found: Array,
    fan_factor: float = 1.0,
    leak_frac: float = 0.0,
    until: int | None = None,
) -> tuple[Array, Array]:
    """(time, sensor) and (time, handler) temperatures, from the steady state of the first row on.

    fan_factor   flow through servers over what the layout says
    leak_frac    of that flow, what comes from the racks' backs through gaps between servers
    """
    flow = FlowOf(air, measured, fan_factor, leak_frac)
    room = ReducedRoom(air)
    sensors = []
    backs = []
    stop = measured.time_s.size if until is None else until
    for t in range(stop):
        fluxes, probes, lags = blended(held, found[t])
        inputs = _inputs(flow, t)
        w = balanced(fluxes, inputs.inlet_m3_s, inputs.outlet_m3_s)
        if t:
            room.step(w, lags, inputs)
        else:
            room.settle(w, lags, inputs)
        sensors.append(probes @ room.arriving_degc)
        takes = air.takes * inputs.inlet_m3_s
        backs.append(takes @ (w @ room.arriving_degc) / takes.sum(axis=1))
    return np.array(sensors), np.array(backs)


def _inputs(flow: FlowOf, t: int) -> Inputs:
    """What holds between the row before and this one: the powers of the row before."""
    times = flow.measured.time_s
    before = max(t - 1, 0)
    return Inputs(
        float(times[t] - times[before]) if t else 0.0,
        flow.inlets_m3_s(t),
        flow.outlets_m3_s(t),
        (flow.heat_w(before) + flow.heat_w(t)) / 2,
        (flow.supply_degc(before) + flow.supply_degc(t)) / 2,
    )
