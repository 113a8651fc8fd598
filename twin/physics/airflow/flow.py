"""Unsteady flow of a room: momentum, buoyancy, losses and pressure, one explicit step at a time.

Fractional step on a staggered grid (Chorin 1968; Harlow and Welch 1965): second-order limited
advection (MUSCL, van Leer 1979; limiter of van Albada, van Leer and Roberts 1982), viscous and
turbulent stress, wall friction by the closure, then the pressure that makes every cell keep its
air. First order in time.
"""

from __future__ import annotations

import numpy as np

from twin.arrays import Array, Index
from twin.physics.airflow import flow_kernels as kernels
from twin.physics.airflow.closures import Closure, closure_of
from twin.physics.airflow.faces import OPEN, WALL
from twin.physics.airflow.flow_state import AirflowState
from twin.physics.airflow.grid import Room
from twin.physics.airflow.model import FlowOptions

MARCHING_TOLERANCE = 5e-3
"""Pressure while marching; the measured room has the inlets of 1e-3 within 0.01 K."""
FINAL_TOLERANCE = 1e-9
SMOOTH_FRAC = 0.02
"""Changes from cell to cell below this part of the largest speed are not limited: a smooth extremum
keeps its second order."""


class Flow(AirflowState):
    """A flow that is marched."""

    def __init__(self, room: Room, options: FlowOptions) -> None:
        super().__init__(room, options)
        self.closure: Closure = closure_of(self)
        self._near = [[self._beside(a, b) for b in range(3)] for a in range(3)]
        self._out = np.zeros(self.fluid.size)
        self._slope = np.zeros(self.fluid.size)
        self._net = np.zeros(self.fluid.size)

    @property
    def nu(self) -> Array:
        """Viscosity of each cell, molecular and turbulent."""
        return self.closure.nu

    def step_s(self) -> float:
        """Longest stable time step."""
        rate = kernels.fastest_rate(*self.u, self.nu, *self.faces.width_m, self.fluid, self.shape)
        span_k = float(np.ptp(self.temperature[self.fluid])) if self.fluid.any() else 0.0
        options = self.options
        lift = options.gravity_m_s2 * options.expansion_per_k * span_k
        rate += (lift / float(self.faces.width_m[2].min())) ** 0.5
        return float(options.courant / max(rate, options.courant / options.step_max_s))

    def step(self, dt: float) -> None:
        """One step of flow, temperature held."""
        self.closure.prepare(self)
        rates = [self._rate(axis).copy() for axis in range(3)]
        for axis in range(3):
            force = self.force[axis]
            if axis == 2:
                force = self._with_lift(force)
            kernels.update(
                self.u[axis], rates[axis], force, self.kind[axis], self.area[axis],
                self.loss[axis], self.faces.gap_m[axis], self.shape, axis, dt,
            )  # fmt: skip
        self.project(MARCHING_TOLERANCE)
        self.closure.advance(self, dt)
        self.time_s += dt

    def project(self, tolerance: float) -> float:
        """Makes every cell keep its air; gives the pressure's residual."""
        kernels.net_inflow(*self.u, *self.area, self._net, self.shape)
        push = self.push.reshape(self.shape)
        net = np.where(self.fluid, self._net, 0.0).reshape(self.shape)
        solved = self.poisson.solve(push, net, tolerance)
        for axis in range(3):
            kernels.correct(
                self.u[axis], self.push, self.conductance[axis], self.area[axis],
                self.strides[axis],
            )  # fmt: skip
        return solved.residual

    def _beside(self, a: int, b: int) -> tuple[Index, Index]:
        """Open faces of axis a with a wall beside them along axis b, and their place along b."""
        wall = self.faces.kind[b] == WALL
        both = wall & np.roll(wall, 1, a)
        near = (both | np.roll(both, -1, b)) & (self.faces.kind[a] == OPEN)
        return np.flatnonzero(near), np.nonzero(near)[b]

    def _with_lift(self, force: Array) -> Array:
        """Vertical force with buoyancy."""
        out = force.copy()
        mean = float(self.temperature[self.fluid].mean())
        by = self.options.gravity_m_s2 * self.options.expansion_per_k
        kernels.lift(self.u[2], self.temperature, mean, out, by, self.strides[2])
        return out

    def _rate(self, a: int) -> Array:
        """Momentum that each face of an axis gets, per density: m4/s2."""
        out = self._out
        out[:] = 0.0
        soft = (SMOOTH_FRAC * max(float(np.abs(u).max()) for u in self.u)) ** 2 + 1e-30
        width = self.faces.width_m
        gap = self.faces.gap_m
        for b in range(3):
            ahead = width[a] if a == b else np.append(gap[b][1:], gap[b][-1])
            kernels.slopes(
                self.u[a], self._slope, 1.0 / ahead, soft, self.shape, b, self.strides[b]
            )
            if a == b:
                kernels.along(
                    self.u[a], self._slope, out, self.kind[a], self.area[a], self.nu, width[a],
                    self.shape, a, self.strides[a],
                )  # fmt: skip
                continue
            kernels.slopes_beside_walls(
                *self._near[a][b], self.u[a], self._slope, self.kind[b], width[b], gap[b], soft,
                self.shape[b] - 2, self.strides[a], self.strides[b],
            )  # fmt: skip
            kernels.across(
                self.u[a], self.u[b], self._slope, out, self.kind[a], self.kind[b], self.area[b],
                self.nu, self.closure.drag[b], width[b], gap[b], gap[a],
                self.shape, a, b, self.strides[a], self.strides[b],
            )  # fmt: skip
        return out
