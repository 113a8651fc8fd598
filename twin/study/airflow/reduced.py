"""A room in time on frozen flows: servers with thermal mass, outlets with lags, stepped exactly.

C dT/dt = P - e rho c Q (T - T_in)     mass of the servers of each band of a rack
T_out = T_in + e (T - T_in)            e = 1 - exp(-h / (rho c Q)), h their film; 1 where not stated
tau dy/dt = T_out - y                  each outlet's air on its way
T_in = W y                             every inlet mixes what arrives
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from scipy.linalg import expm

from twin.arrays import Array, Index
from twin.facility.airflow.hall_air import AIR_J_M3_K, HallAir
from twin.facility.airflow.units import RackBody

LAG_MIN_S = 1.0
BALANCE_ROUNDS = 60
NEAREST = 1e-3
"""Distance below which a solved configuration stands alone."""


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


def blended(held: Sequence[SolvedFlow], key: Array) -> tuple[Array, Array, Array]:
    """Fluxes, probes and lags between the solved configurations, by inverse distance.

    All of them count: the mean flow of a room that never rests carries chance, which evens out.
    """
    weight = np.array([1.0 / (np.linalg.norm(one.key - key) + NEAREST) for one in held])
    weight /= weight.sum()
    flux = np.tensordot(weight, np.array([one.flux_m3_s for one in held]), 1)
    probes = np.tensordot(weight, np.array([one.probes for one in held]), 1)
    lag = np.tensordot(weight, np.array([one.lag_s for one in held]), 1)
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
        self.capacity_j_k = _by_band(air, self.racks, lambda rack: rack.mass_j_k)
        self.film_w_k = _by_band(air, self.racks, lambda rack: rack.row.film_w_k or np.inf)
        self.state: Array = np.zeros(self.racks.size + len(air.outlets))

    def matrix(self, w: Array, lag_s: Array, inputs: Inputs) -> tuple[Array, Array]:
        """(state, state) rates and (state,) constants."""
        n = self.racks.size
        count = n + len(self.air.outlets)
        rates = np.zeros((count, count))
        given = np.zeros(count)
        stream = AIR_J_M3_K * inputs.outlet_m3_s[self.racks]
        given_up = 1.0 - np.exp(-self.film_w_k / np.maximum(stream, 1e-9))
        loss = stream * given_up / self.capacity_j_k
        rates[:n, :n] = -np.diag(loss)
        rates[:n, n:] = loss[:, None] * w[self.inlet_of]
        given[:n] = inputs.heat_w[self.racks] / self.capacity_j_k
        pace = 1.0 / np.maximum(lag_s, LAG_MIN_S)
        rates[n:, n:] -= np.diag(pace)
        rates[n + self.racks, np.arange(n)] += pace[self.racks] * given_up
        passed = (pace[self.racks] * (1.0 - given_up))[:, None]
        rates[n + self.racks, n:] += passed * w[self.inlet_of]
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


def _by_band(air: HallAir, outlets: Index, of: Callable[[RackBody], float]) -> Array:
    """(band,) what a rack has, dealt over its bands by their flow."""
    held = {rack.box.name: of(rack) for rack in air.plan.racks}
    found = []
    for o in outlets:
        port = air.outlets[int(o)]
        rack = port.name.split(":")[0]
        whole = sum(air.outlets[int(k)].flow_m3_s for k in air.outlet_rows(rack))
        found.append(held[rack] * port.flow_m3_s / whole)
    return np.array(found)
