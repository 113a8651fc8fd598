"""Turbulent viscosity and wall friction: laminar, zero-equation (Chen and Xu 1998), k-epsilon.

Zero-equation: nu_t = 0.03874 speed distance to the nearest surface; friction by the law of the wall
in the speed beside it. k-epsilon: Launder and Spalding (Comput. Methods Appl. Mech. Eng. 3, 1974)
with their wall functions; buoyancy makes or destroys k, its share in epsilon by Henkes (1991).
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from twin.arrays import Array, Index
from twin.physics.airflow import turbulence_kernels as kernels
from twin.physics.airflow.faces import WALL, flat_cells
from twin.physics.airflow.flow_state import AirflowState
from twin.physics.airflow.grid import Arrays
from twin.physics.airflow.potential import MIXING_LENGTH_FRAC, wall_distance_m

VISCOSITY_MAX_M2_S = 0.05
SIGMA_K = 1.0
SIGMA_E = 1.3
CLOSURE_PERIOD = 5
"""Steps between two looks at what follows the mean flow: the zero-equation viscosity and friction,
strain and buoyancy of k-epsilon."""


class Beside(NamedTuple):
    """Cells beside walls of one axis."""

    cells: Index
    half_m: Array
    """Distance of their centres to the wall."""


class Closure:
    """Laminar flow: the molecular viscosity everywhere; others add to it."""

    def __init__(self, flow: AirflowState) -> None:
        self.molecular = flow.options.viscosity_m2_s
        self.shape = flow.shape
        self.nu = np.full(flow.fluid.size, self.molecular)
        halves = [
            np.broadcast_to(_along(w / 2, a), flow.shape) for a, w in enumerate(flow.faces.width_m)
        ]
        self.drag = tuple(np.ascontiguousarray(self.molecular / half).ravel() for half in halves)
        self.turbulent = np.zeros(flow.fluid.size)
        self.capped = 0

    def prepare(self, flow: AirflowState) -> None:
        """Viscosity and friction for the step to come."""

    def advance(self, flow: AirflowState, dt: float) -> None:
        """Carries what the closure holds through a step."""

    def carry_over(self, coarse: Closure, spread: tuple[Index, Index, Index]) -> None:
        """Takes over what a coarser grid found."""

    def scalar_diffusivity(self, flow: AirflowState) -> Array:
        """(cell,) of heat, molecular and turbulent."""
        options = flow.options
        return np.asarray(
            self.molecular / options.prandtl + self.turbulent / options.prandtl_turbulent
        )


def closure_of(flow: AirflowState) -> Closure:
    """The closure that the options name."""
    kinds = {"laminar": Closure, "zero-equation": ZeroEquation, "k-epsilon": KEpsilon}
    return kinds[flow.options.closure](flow)


class _Turbulent(Closure):
    """What both turbulent closures share: velocities at centres, cells beside walls."""

    def __init__(self, flow: AirflowState) -> None:
        super().__init__(flow)
        self.beside = [_beside(flow, axis) for axis in range(3)]
        size = flow.fluid.size
        self.centres: Arrays = (np.zeros(size), np.zeros(size), np.zeros(size))

    def look(self, flow: AirflowState) -> None:
        """Velocities at centres."""
        for u, out, step in zip(flow.u, self.centres, flow.strides, strict=True):
            kernels.centre(u, out, step)


class ZeroEquation(_Turbulent):
    """Viscosity by speed and distance; friction by the law of the wall."""

    def __init__(self, flow: AirflowState) -> None:
        super().__init__(flow)
        self.mixing_m = MIXING_LENGTH_FRAC * wall_distance_m(flow.faces).ravel()
        self.age = 0

    def prepare(self, flow: AirflowState) -> None:
        """Viscosity and friction, every few steps."""
        self.age += 1
        if self.age % CLOSURE_PERIOD != 1:
            return
        self.look(flow)
        square = self.centres[0] ** 2 + self.centres[1] ** 2 + self.centres[2] ** 2
        self.turbulent = np.sqrt(square) * self.mixing_m
        self.nu = self.molecular + self.turbulent
        for axis, beside in enumerate(self.beside):
            kernels.drag_by_speed(
                beside.cells, beside.half_m, *self.centres, self.centres[axis], self.molecular,
                self.drag[axis],
            )  # fmt: skip


class KEpsilon(_Turbulent):
    """Two transported quantities: energy of eddies and its loss."""

    def __init__(self, flow: AirflowState) -> None:
        super().__init__(flow)
        brought = [_brought(flow, n) for n in range(len(flow.room.ports))]
        speed = max([u for u, _, _ in brought], default=0.1)
        size = flow.fluid.size
        self.k = np.full(size, max(1.5 * (flow.options.inlet_intensity * speed) ** 2, 1e-5))
        self.e = kernels.C_MU**0.75 * self.k**1.5 / flow.options.inlet_scale_m
        self.turbulent = np.minimum(kernels.C_MU * self.k**2 / self.e, VISCOSITY_MAX_M2_S)
        self.nu = self.molecular + self.turbulent
        self.inflow = [
            (flat_cells(port, flow.faces), share, k, e)
            for port, share, (_, k, e) in zip(flow.room.ports, flow.shares, brought, strict=True)
            if port.into_room
        ]
        self.made = np.zeros(size)
        self.lost = np.zeros(size)
        self.strained = np.zeros(size)
        self.lift = np.zeros(size)
        self.steer = np.zeros(size)
        self.age = 0
        self.volume = flow.faces.volume_m3.ravel()

    def prepare(self, flow: AirflowState) -> None:
        """Friction by the energy beside walls."""
        self.look(flow)
        self.made[:] = 0.0
        self.lost[:] = 0.0
        for axis, beside in enumerate(self.beside):
            kernels.drag_by_energy(
                beside.cells, beside.half_m, *self.centres, self.centres[axis], self.molecular,
                self.drag[axis], self.k, self.made, self.lost,
            )  # fmt: skip

    def advance(self, flow: AirflowState, dt: float) -> None:
        """One step of k and epsilon."""
        self.age += 1
        if self.age % CLOSURE_PERIOD == 1:
            kernels.strain(
                *flow.u, *self.centres, flow.fluid, self.strained, *flow.faces.width_m,
                *flow.faces.gap_m, flow.shape,
            )  # fmt: skip
            self.lift, self.steer = self._buoyancy(flow)
        self.capped = kernels.advance_energies(
            self.k, self.e, self.turbulent, self._carried(flow, self.k, SIGMA_K, 2),
            self._carried(flow, self.e, SIGMA_E, 3), self.strained, self.made, self.lost,
            self.lift, self.steer, self.volume, flow.fluid, dt, VISCOSITY_MAX_M2_S,
        )  # fmt: skip
        np.add(self.turbulent, self.molecular, out=self.nu)

    def carry_over(self, coarse: Closure, spread: tuple[Index, Index, Index]) -> None:
        """Energies of the coarser grid."""
        assert isinstance(coarse, KEpsilon)
        self.k = spread_cells(coarse.k, coarse.shape, spread)
        self.e = spread_cells(coarse.e, coarse.shape, spread)

    def _carried(self, flow: AirflowState, q: Array, sigma: float, column: int) -> Array:
        """What flow, diffusion and outlets bring of a quantity to each cell."""
        out = np.zeros_like(q)
        for flows, c, kind, step in zip(
            flow.flows(), flow.conductance, flow.kind, flow.strides, strict=True
        ):
            kernels.carry(
                q, out, flows, c, self.turbulent, sigma, self.molecular, kind, False, step
            )
        for held in self.inflow:
            np.add.at(out, held[0], held[1] * (held[column] - q[held[0]]))
        return out

    def _buoyancy(self, flow: AirflowState) -> tuple[Array, Array]:
        """(what buoyancy makes of k over the viscosity, its share in epsilon) per cell."""
        t = flow.temperature
        options = flow.options
        way = np.broadcast_to(_along(2.0 * flow.faces.width_m[2], 2), flow.shape).ravel()
        fluid = flow.fluid
        rise = np.zeros_like(t)
        both = fluid[2:] & fluid[1:-1] & fluid[:-2]
        rise[1:-1] = np.where(both, t[2:] - t[:-2], 0.0) / way[1:-1]
        by = options.gravity_m_s2 * options.expansion_per_k / options.prandtl_turbulent
        level = np.hypot(self.centres[0], self.centres[1])
        return -by * rise, np.tanh(np.abs(self.centres[2]) / np.maximum(level, 1e-6))


def _along(held: Array, axis: int) -> Array:
    """A row of an axis in a shape that spreads over the others."""
    return held.reshape([-1 if a == axis else 1 for a in range(3)])


def spread_cells(
    held: Array, shape: tuple[int, int, int], spread: tuple[Index, Index, Index]
) -> Array:
    """Flat values of a coarser padded grid of that shape at the cells of this one."""
    return np.ascontiguousarray(held.reshape(shape)[np.ix_(*spread)]).ravel()


def _beside(flow: AirflowState, axis: int) -> Beside:
    """Fluid cells with a wall on a face of an axis."""
    wall = flow.faces.kind[axis] == WALL
    found = flow.faces.fluid & (wall | np.roll(wall, -1, axis))
    half = np.broadcast_to(_along(flow.faces.width_m[axis] / 2, axis), flow.shape)
    return Beside(np.flatnonzero(found), half[found])


def _brought(flow: AirflowState, port: int) -> tuple[float, float, float]:
    """(speed, k, epsilon) of the air of a port."""
    held = flow.room.ports[port]
    area = sum(flow.faces.area_m2[held.axis][tuple((held.faces + 1).T)])
    speed = held.flow_m3_s / float(area)
    k = max(1.5 * (flow.options.inlet_intensity * speed) ** 2, kernels.FLOOR)
    return speed, k, kernels.C_MU**0.75 * k**1.5 / flow.options.inlet_scale_m
