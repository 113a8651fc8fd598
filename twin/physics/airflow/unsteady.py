"""A field through time: the air after a handler is lost, second by second."""

from __future__ import annotations

import numpy as np

from twin.arrays import Array
from twin.physics.airflow import turbulence_kernels as kernels
from twin.physics.airflow.faces import INNER, flat_cells
from twin.physics.airflow.flow import FINAL_TOLERANCE, Flow
from twin.physics.airflow.flow_state import wall_ties
from twin.physics.airflow.grid import AirHeat, Field, Room
from twin.physics.airflow.heat_check import rise_k
from twin.physics.airflow.model import FlowOptions
from twin.physics.airflow.potential import divergence, inner_velocity


class HeatedFlow(Flow):
    """A flow that carries its temperature along."""

    def __init__(self, room: Room, heat: AirHeat, options: FlowOptions) -> None:
        super().__init__(room, options)
        self.heat = heat
        self.port_cells = [flat_cells(port, self.faces) for port in room.ports]
        self.volume = self.faces.volume_m3.ravel()
        self.ties = wall_ties(self)
        self.source = np.zeros(self.fluid.size)
        if heat.source_w is not None:
            self.source = np.pad(heat.source_w, 1).ravel() / heat.air_j_m3_k

    def advance(self, dt: float) -> None:
        """One step of flow and temperature."""
        self.step(dt)
        rate = self._carried()
        ties, gains = self.ties
        still = self.temperature * self.volume + dt * (rate + gains)
        new = still / np.maximum(self.volume + dt * ties, 1e-30)
        self.temperature = np.where(self.fluid, new, 0.0)

    def inlet_degc(self, port: int) -> float:
        """Mean temperature of the air that an inlet draws."""
        share = self.shares[port]
        total = max(float(share.sum()), 1e-30)
        return float(share @ self.temperature[self.port_cells[port]]) / total

    def _carried(self) -> Array:
        """(cell,) K m3/s that flow, diffusion, outlets and sources bring."""
        out = self.source.copy()
        options = self.options
        least = options.viscosity_m2_s / options.prandtl
        turbulent = self.closure.turbulent
        for flow, c, kind, step in zip(
            self.flows(), self.conductance, self.kind, self.strides, strict=True
        ):
            kernels.carry(
                self.temperature, out, flow, c, turbulent, options.prandtl_turbulent, least, kind,
                True, step,
            )  # fmt: skip
        for passage in self.heat.passages:
            warm = passage.supply_degc
            if np.isnan(warm):
                warm = self.inlet_degc(passage.inlet) + rise_k(self.room, self.heat, passage)
            cells = self.port_cells[passage.outlet]
            brought = self.shares[passage.outlet] * (warm - self.temperature[cells])
            np.add.at(out, cells, brought)
        return out


def start(flow: Flow, field: Field) -> None:
    """Takes a field of the same grid as the state of a flow."""
    for axis, u in enumerate(field.velocity_m_s):
        full = np.pad(u, [(1, 0) if a == axis else (1, 1) for a in range(3)]).ravel()
        is_open = flow.kind[axis] == 1
        flow.u[axis][is_open] = full[is_open]
    if field.temperature_degc is not None:
        held = np.nan_to_num(np.pad(field.temperature_degc, 1), nan=0.0)
        flow.temperature = held.ravel()
    flow.project(1e-6)


def marched(room: Room, heat: AirHeat, field: Field, seconds: float, options: FlowOptions) -> Field:
    """The field after a time."""
    flow = HeatedFlow(room, heat, options)
    start(flow, field)
    steps = 0
    while flow.time_s < seconds * (1.0 - 1e-12):
        flow.advance(min(flow.step_s(), seconds - flow.time_s))
        steps += 1
    residual = flow.project(FINAL_TOLERANCE)
    return _field(flow, steps, residual, seconds)


def _field(flow: HeatedFlow, steps: int, residual: float, seconds: float) -> Field:
    """The state of a flow as a field; it is an instant, not a rest."""
    shaped = [u.reshape(flow.shape) for u in flow.u]
    velocity = (shaped[0], shaped[1], shaped[2])
    spread = flow.closure.scalar_diffusivity(flow).reshape(flow.shape)
    warm = np.where(flow.faces.fluid, flow.temperature.reshape(flow.shape), np.nan)
    return Field(
        velocity_m_s=inner_velocity(velocity),
        diffusivity_m2_s=np.array(spread[INNER]),
        temperature_degc=np.array(warm[INNER]),
        converged=False,
        iterations=steps,
        residual=residual,
        divergence=divergence(velocity, flow.faces),
        note=f"an instant, {seconds:g} s after the start",
    )
