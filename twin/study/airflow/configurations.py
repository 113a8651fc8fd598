"""Which flow configurations a replay met, and the flows solved for a few that stand for them."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from twin.arrays import Array, Index
from twin.errors import RunError
from twin.facility.airflow.hall_air import HallAir, assembled
from twin.study.airflow.measured import MeasuredRoom
from twin.study.airflow.reduced import SolvedFlow
from twin.study.airflow.solve import Told, field_of, shares

CONFIGURATIONS = 8
"""Solved at most."""
NEAR = 0.12
"""Minutes closer than this to a solved one need no other; a whole handler's flow is 1."""
MIXING = {"potential": 20.0, "rans": 6.0}
"""Diffusivity of scalars over the closure's own: a mean flow leaves out what its slow swings stir
(assumed; the same for every room)."""


def keys(measured: MeasuredRoom) -> Array:
    """(time, feature): handler flows over their mean, and heat of racks over the largest."""
    signal = measured.signal_frac / max(float(measured.signal_frac.mean()), 1e-9)
    heat = measured.power_w / max(float(measured.power_w.max()), 1e-9)
    return np.concatenate([signal, heat / np.sqrt(heat.shape[1])], axis=1)


def chosen(found: Array, most: int = CONFIGURATIONS) -> Index:
    """(configuration,) instants that stand for all: each the furthest from those before it."""
    picked = [int(np.argmin(np.linalg.norm(found - np.median(found, axis=0), axis=1)))]
    away = np.linalg.norm(found - found[picked[0]], axis=1)
    while len(picked) < most and away.max() > NEAR:
        picked.append(int(away.argmax()))
        away = np.minimum(away, np.linalg.norm(found - found[picked[-1]], axis=1))
    return np.array(picked, np.int64)


class FlowOf:
    """Flows and heats of every port of a hall at an instant of the measurements."""

    def __init__(self, air: HallAir, measured: MeasuredRoom, fan_factor: float, leak_frac: float):
        self.air = air
        self.measured = measured
        self.through = fan_factor * (1.0 - leak_frac)
        """Room air through racks over what the layout says."""
        ids = list(air.rack_ids)
        self.rack_of_inlet = _racks_of(air.inlets, ids)
        self.rack_of_outlet = _racks_of(air.outlets, ids)
        self.bodies = [rack for rack in air.plan.racks if rack.flow_m3_s > 0]
        self.rated = np.array([unit.rated_flow_m3_s for unit in air.plan.handlers])

    def inlets_m3_s(self, t: int) -> Array:
        """(inlet,)"""
        takes = self.air.takes / np.maximum(self.air.takes.sum(axis=1, keepdims=True), 1)
        handlers = (self.measured.signal_frac[t] * self.rated) @ takes
        return self._flows(t, self.air.inlets, self.rack_of_inlet, handlers)

    def outlets_m3_s(self, t: int) -> Array:
        """(outlet,)"""
        supply = self.air.supply
        share = np.array([port.flow_m3_s for port in self.air.outlets])[:, None] * supply
        share = share / np.maximum(share.sum(axis=0, keepdims=True), 1e-12)
        handlers = share @ (self.measured.signal_frac[t] * self.rated)
        return self._flows(t, self.air.outlets, self.rack_of_outlet, handlers)

    def _flows(self, t: int, ports: object, rack_of: Index, handlers: Array) -> Array:
        rated = np.array([port.flow_m3_s for port in ports])  # type: ignore[attr-defined]
        speed = np.append(self.measured.speed_frac[t], 0.0)
        return np.asarray(rated * speed[rack_of] * self.through + handlers)

    def heat_w(self, t: int) -> Array:
        """(outlet,) heat of each band."""
        power = self.measured.power_w[t]
        heat = np.array(
            [float(b.heat_of_w(np.array(p))) for b, p in zip(self.bodies, power, strict=True)]
        )
        rated = np.array([port.flow_m3_s for port in self.air.outlets])
        whole = np.bincount(self.rack_of_outlet, rated, len(heat) + 1)
        share = rated / whole[self.rack_of_outlet]
        return np.append(heat, 0.0)[self.rack_of_outlet] * share

    def supply_degc(self, t: int) -> Array:
        """(outlet,) of handlers; 0 at racks."""
        return np.asarray(self.air.supply @ self.measured.supply_degc[t])


def _racks_of(ports: object, ids: list[str]) -> Index:
    """(port,) number of its rack, or one more than there are for a handler's."""
    names = [port.name.split(":")[0] for port in ports]  # type: ignore[attr-defined]
    return np.array([ids.index(name) if name in ids else len(ids) for name in names], np.int64)


def at_instant(flow: FlowOf, t: int) -> HallAir:
    """The hall with the flows and heats of an instant."""
    air = flow.air
    inlet = dict(zip(map(id, air.inlets), flow.inlets_m3_s(t), strict=True))
    outlet = dict(zip(map(id, air.outlets), flow.outlets_m3_s(t), strict=True))
    flows = {**inlet, **outlet}
    ports = tuple(replace(port, flow_m3_s=float(flows[id(port)])) for port in air.room.ports)
    there = assembled(air.plan, air.lines, replace(air.room, ports=ports))
    return replace(there, heating_w=flow.heat_w(t))


def solved_flows(
    flow: FlowOf, instants: Index, found: Array, model: str, probes: Index, told: Told | None
) -> list[SolvedFlow]:
    """The matrix, probes and lags of each chosen instant."""
    out = []
    for n, t in enumerate(instants):
        if told is not None:
            told(n / len(instants), f"flow {n + 1} of {len(instants)}")
        air = at_instant(flow, int(t))
        field = field_of(air, model, "cpu", flow.measured.supply_degc[int(t)])
        if not np.isfinite(field.velocity_m_s[0]).all():
            raise RunError(f"configuration {n + 1}: the {model} solver found no field")
        field = replace(field, diffusivity_m2_s=field.diffusivity_m2_s * MIXING[model])
        w, seen, lag = shares(air, field, probes=probes, with_lags=True)
        out.append(SolvedFlow(found[int(t)], flow.inlets_m3_s(int(t))[:, None] * w, seen, lag))
    return out
