"""Claim: the reduced room (shares, a lag an outlet, mass of servers) follows the air of every cell
in time: inlets within 0.3 K, root mean square over ten minutes behind a step, and behind a minute.

The other side marches the same frozen flow in every cell by explicit steps below their Courant
limit, with the same servers; nothing of it knows a lag. Of a step a share arrives at once by short
ways and the rest late, which one lag evens out: so the first ten seconds are the worst.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import twin
from tests.airflow_layouts import measured_layout, written_layout
from twin.arrays import Array
from twin.facility.airflow.hall_air import AIR_J_M3_K, HallAir, hall_air
from twin.study.airflow.reduced import Inputs, ReducedRoom
from twin.study.airflow.solve import field_of, shares

pytest.importorskip("numba", reason="the airflow solver compiles its kernels with numba")
CELLS = 3000
LOOK_S = 10.0
LOOKS = 60
BEFORE_DEGC = 18.0


@dataclass
class EveryCell:
    """Air of every cell and servers of every band, marched; temperatures of both."""

    air: HallAir
    room: ReducedRoom
    transport: Any
    degc: Array
    band_degc: Array

    def arrives_degc(self) -> Array:
        """(inlet,)"""
        return np.asarray(self.transport.means(np.repeat(self.degc[:, None], 4, 1))[:, 0])

    def march(self, inputs: Inputs) -> None:
        """A look on, by equal steps of four fifths of what the fastest cell bears."""
        tr = self.transport
        volume = tr.faces.volume_m3.ravel()
        alive = tr.alive.ravel() & (volume > 0)
        leaves = tr.grids[0].diagonal.reshape(volume.size, -1)[:, 0]
        most_s = 0.8 * (volume[alive] / leaves[alive]).min()
        steps = int(np.ceil(inputs.duration_s / most_s))
        per_s = np.divide(1.0, volume, out=np.zeros(volume.size), where=alive)
        for _ in range(steps):
            self._step(inputs, inputs.duration_s / steps, per_s)

    def _step(self, inputs: Inputs, dt: float, per_m3: Array) -> None:
        racks = self.room.racks
        drawn = self.arrives_degc()[self.room.inlet_of]
        stream = AIR_J_M3_K * inputs.outlet_m3_s[racks]
        given_up = 1.0 - np.exp(-self.room.film_w_k / stream)
        passed_w = given_up * stream * (self.band_degc - drawn)
        leaving = inputs.supply_degc.copy()
        leaving[racks] = drawn + passed_w / stream
        sources = zip(self.transport.outlets(), leaving.tolist(), strict=True)
        brought = sum(self.transport.source(port, degc) for port, degc in sources)
        columns = np.zeros((self.degc.size, 4))
        columns[:, 0] = self.degc
        self.degc = self.degc + dt * per_m3 * (brought - self.transport.product(columns)[:, 0])
        self.band_degc += dt * (inputs.heat_w[racks] - passed_w) / self.room.capacity_j_k


def inputs_of(air: HallAir, supply_degc: float, heat_frac: float) -> Inputs:
    flows = (np.array([port.flow_m3_s for port in of]) for of in (air.inlets, air.outlets))
    handlers = np.full(len(air.handler_ids), supply_degc)
    return Inputs(LOOK_S, *flows, heat_frac * air.heating_w, air.supply @ handlers)


def at_rest(air: HallAir) -> tuple[EveryCell, Callable[[Inputs], Array]]:
    """Both sides in the steady state, and a look of the reduced room: what inlets draw."""
    from twin.physics.airflow.transport import Transport

    field = field_of(air, "potential", "cpu", np.full(len(air.handler_ids), BEFORE_DEGC))
    field = replace(field, diffusivity_m2_s=20.0 * field.diffusivity_m2_s)
    w, _, lag_s = shares(air, field, with_lags=True)
    room = ReducedRoom(air)
    room.settle(w, lag_s, inputs_of(air, BEFORE_DEGC, 1.0))
    transport = Transport(air.room, field)
    pairs = zip(transport.outlets(), room.arriving_degc.tolist(), strict=True)
    steady = transport.solve_one(np.sum([transport.source(*one) for one in pairs], axis=0))
    cells = EveryCell(air, room, transport, steady, room.state[: room.racks.size].copy())

    def look(inputs: Inputs) -> Array:
        room.step(w, lag_s, inputs)
        return np.asarray(w @ room.arriving_degc)

    assert w @ room.arriving_degc == pytest.approx(cells.arrives_degc(), abs=1e-4)
    return cells, look


@pytest.mark.parametrize(
    ("supply_degc", "heat_frac", "moves_k"), [(23.0, 1.0, 4.8), (18.0, 0.5, -3.9)]
)
def test_inlets_follow_a_step_as_those_of_every_cell_do(
    tmp_path: Path, supply_degc: float, heat_frac: float, moves_k: float
) -> None:
    """Supply 5 K warmer: 0.09 K over ten minutes, 0.42 K after ten seconds, 0.13 K after a minute;
    half of the heat, which servers hold back: 0.06 K, 0.09 K at most.
    """
    path = written_layout(tmp_path, measured_layout())
    cells, look = at_rest(hall_air(twin.load(path), cells=CELLS))
    before = cells.arrives_degc()
    inputs = inputs_of(cells.air, supply_degc, heat_frac)
    apart = np.zeros((LOOKS, before.size))
    for n in range(LOOKS):
        cells.march(inputs)
        apart[n] = look(inputs) - cells.arrives_degc()
    rms_k = np.sqrt((apart**2).mean(axis=1))
    assert np.sqrt((apart**2).mean()) < 0.3
    assert rms_k[5:].max() < 0.3
    assert (cells.arrives_degc() - before).mean() == pytest.approx(moves_k, abs=0.2)
