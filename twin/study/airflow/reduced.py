"""A room in time on frozen flows: servers with thermal mass, outlets with lags, stepped exactly.

C dT/dt = P - rho c Q (T - T_in)       each band of a rack
tau dy/dt = T_out - y                  each outlet's air on its way
T_in = W y                             every inlet mixes what arrives
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy.linalg import expm

from twin.arrays import Array, Index
from twin.facility.airflow.hall_air import AIR_J_M3_K, HallAir

LAG_MIN_S = 1.0
BALANCE_ROUNDS = 60


@dataclass(frozen=True, eq=False)
class SolvedFlow:
    """What one solved configuration of flows leaves for the reduced model."""

    key: Array
    """Where it lies among configurations."""
    flux_m3_s: Array
    """(inlet, outlet) air that goes this way."""
    probes: Array
    """(probe, outlet)"""
    lag_s: Array
    """(outlet,)"""


@dataclass(frozen=True, eq=False)
class Inputs:
    """What drives a room over one step, constant within it."""

    duration_s: float
    inlet_m3_s: Array
    outlet_m3_s: Array
    heat_w: Array
    """(outlet,)"""
    supply_degc: Array
    """(outlet,) where handlers blow, else 0."""


def blended(held: Sequence[SolvedFlow], key: Array, nearest: int = 2) -> tuple[Array, Array, Array]:
    """Fluxes, probes and lags between the nearest solved configurations, by inverse distance."""
    away = np.array([np.linalg.norm(one.key - key) for one in held])
    order = np.argsort(away, kind="stable")[:nearest]
    weight = 1.0 / (away[order] + 1e-6) ** 2
    weight /= weight.sum()
    parts = [held[int(n)] for n in order]
    flux = sum((w * one.flux_m3_s for w, one in zip(weight, parts, strict=True)), start=np.zeros(1))
    probes = sum((w * one.probes for w, one in zip(weight, parts, strict=True)), start=np.zeros(1))
    lag = sum((w * one.lag_s for w, one in zip(weight, parts, strict=True)), start=np.zeros(1))
    return np.asarray(flux), np.asarray(probes), np.asarray(lag)


def balanced(flux_m3_s: Array, inlet_m3_s: Array, outlet_m3_s: Array) -> Array:
    """The matrix (inlet, outlet) nearest to these fluxes whose rows and columns carry the flows.

    Rows and columns are scaled in turn (Deming and Stephan, 1940); rows sum to 1 in the end.
    """
    held = np.maximum(flux_m3_s, 0.0) + 1e-12
    wanted = outlet_m3_s * (inlet_m3_s.sum() / outlet_m3_s.sum())
    for _ in range(BALANCE_ROUNDS):
        held = held * (wanted / held.sum(axis=0))
        rows = held.sum(axis=1)
        held = held * (inlet_m3_s / rows)[:, None]
        if np.abs(rows / inlet_m3_s - 1.0).max() < 1e-10:
            break
    return np.asarray(held / held.sum(axis=1, keepdims=True))


class ReducedRoom:
    """The state of a hall: outlet temperatures of rack bands, and air under way from outlets."""

    def __init__(self, air: HallAir) -> None:
        self.air = air
        self.racks: Index = np.flatnonzero(air.passes.sum(axis=1) > 0).astype(np.int64)
        """Outlets that are bands of racks."""
        self.inlet_of = np.array([int(np.argmax(air.passes[o])) for o in self.racks])
        self.capacity_j_k = _capacities(air, self.racks)
        self.state: Array = np.zeros(self.racks.size + len(air.outlets))

    def matrix(self, w: Array, lag_s: Array, inputs: Inputs) -> tuple[Array, Array]:
        """(state, state) rates and (state,) constants."""
        n = self.racks.size
        count = n + len(self.air.outlets)
        rates = np.zeros((count, count))
        given = np.zeros(count)
        stream = AIR_J_M3_K * inputs.outlet_m3_s[self.racks] / self.capacity_j_k
        rates[:n, :n] = -np.diag(stream)
        rates[:n, n:] = stream[:, None] * w[self.inlet_of]
        given[:n] = inputs.heat_w[self.racks] / self.capacity_j_k
        pace = 1.0 / np.maximum(lag_s, LAG_MIN_S)
        rates[n:, n:] -= np.diag(pace)
        rates[n + self.racks, np.arange(n)] += pace[self.racks]
        blown = np.setdiff1d(np.arange(len(self.air.outlets)), self.racks)
        given[n + blown] = pace[blown] * inputs.supply_degc[blown]
        return rates, given

    def settle(self, w: Array, lag_s: Array, inputs: Inputs) -> None:
        """The steady state of these inputs."""
        rates, given = self.matrix(w, lag_s, inputs)
        self.state = np.asarray(np.linalg.solve(rates, -given), float)

    def step(self, w: Array, lag_s: Array, inputs: Inputs) -> None:
        """The state one step later, exactly."""
        rates, given = self.matrix(w, lag_s, inputs)
        count = given.size
        whole = np.zeros((count + 1, count + 1))
        whole[:count, :count] = rates
        whole[:count, count] = given
        moved = expm(whole * inputs.duration_s)
        self.state = moved[:count, :count] @ self.state + moved[:count, count]

    @property
    def arriving_degc(self) -> Array:
        """(outlet,) air of each outlet as it arrives."""
        return np.asarray(self.state[self.racks.size :])


def _capacities(air: HallAir, outlets: Index) -> Array:
    """(band,) heat capacity of a rack's servers by the flow of its bands."""
    held = {rack.box.name: (rack.mass_j_k, rack.flow_m3_s) for rack in air.plan.racks}
    found = []
    for o in outlets:
        port = air.outlets[int(o)]
        mass, _ = held[port.name.split(":")[0]]
        rows = air.outlet_rows(port.name.split(":")[0])
        whole = sum(air.outlets[int(k)].flow_m3_s for k in rows)
        found.append(mass * port.flow_m3_s / whole)
    return np.array(found)
