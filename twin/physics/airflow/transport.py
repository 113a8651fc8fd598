"""Where the air of each outlet goes, on a frozen flow: temperatures, shares, ages, travel times.

Steady transport div(u c) = div(D grad c) + s, with no flux through walls. Every solve of a room
shares one matrix and one preconditioner; outlets are solved in batches.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from twin.arrays import Array, Index, Mask
from twin.physics.airflow.faces import (
    INNER,
    OPEN,
    Faces,
    conductances,
    faces_of,
    flat_cells,
    port_area_m2,
)
from twin.physics.airflow.grid import AirPort, Arrays, Field, Room
from twin.physics.airflow.openings import port_shares

TOLERANCE = 1e-11
BATCH = 4
"""Right-hand sides solved at once (`transport_kernels.LANES`)."""


class Unsolved(ArithmeticError):
    """A transport equation that did not come to rest."""


class Transport:
    """Scalar transport in a room on one flow."""

    def __init__(self, room: Room, field: Field, wall_conductance: Array | None = None) -> None:
        """`wall_conductance` (cell,) m3/s ties padded cells to walls of a given value."""
        from twin.physics.airflow.multigrid_kernels import components
        from twin.physics.airflow.transport_grids import transport_grids

        self.room = room
        self.faces = faces_of(room)
        component = components(*conductances(self.faces))
        shares = port_shares(room, self.faces, np.unique(component, return_inverse=True)[1])
        self.ports = [
            OpenPort(port, flat_cells(port, self.faces), share, port_area_m2(port, self.faces))
            for port, share in zip(room.ports, shares, strict=True)
        ]
        alive = _fed(component, self.ports).reshape(self.faces.fluid.shape)
        size = self.faces.fluid.size
        self.wall_conductance = np.zeros(size) if wall_conductance is None else wall_conductance
        alive |= (self.wall_conductance.reshape(alive.shape) > 0) | (
            self.faces.fluid & bool(self.wall_conductance.any())
        )
        self.flow = _inner_flows(field.velocity_m_s, self.faces, alive)
        self.diffusion = _diffusion(field.diffusivity_m2_s, self.faces, alive)
        _, ny, nz = self.faces.fluid.shape
        self.strides = (ny * nz, nz, 1)
        self.alive = alive
        given = self._inflow() + self.wall_conductance.reshape(alive.shape)
        self.grids = transport_grids(self.flow, self.diffusion, given)
        self.out = np.zeros_like(self.grids[0].x)

    def _inflow(self) -> Array:
        """What ports bring into each cell."""
        total = np.zeros(self.faces.fluid.size)
        for port in self.ports:
            if port.port.into_room:
                np.add.at(total, port.cells, port.share_m3_s)
        return total.reshape(self.faces.fluid.shape)

    def product(self, x: Array) -> Array:
        """A x over (cell, column) arrays."""
        from twin.physics.airflow import transport_kernels as kernels

        top = self.grids[0]
        kernels.product(x.reshape(top.x.shape), self.out, top.diagonal, *top.links)
        return self.out.reshape(x.shape)

    def cycle(self, b: Array) -> Array:
        """Nearly A⁻¹ b."""
        from twin.physics.airflow.transport_grids import cycle

        return cycle(self.grids, b.reshape(self.grids[0].x.shape)).reshape(b.shape)

    def solve(self, b: Array, guess: Array | None = None, tolerance: float = TOLERANCE) -> Array:
        """(cell, column) answers of right-hand sides per cell."""
        from twin.physics.airflow.bicgstab import solve

        start = np.zeros_like(b) if guess is None else guess
        answer = solve(self.product, self.cycle, b, start, tolerance)
        if answer.residual > max(100 * tolerance, 1e-8):
            raise Unsolved(
                f"transport: residual {answer.residual:.1e} after {answer.iterations} iterations"
            )
        return answer.x

    def solve_one(self, b: Array, guess: Array | None = None) -> Array:
        """(cell,) answer of one right-hand side."""
        columns = np.zeros((b.size, BATCH))
        columns[:, 0] = b
        start = np.zeros_like(columns)
        start[:, 0] = 0.0 if guess is None else guess
        return self.solve(columns, start)[:, 0]

    def source(self, port: OpenPort, value: float = 1.0) -> Array:
        """(cell,) what an outlet brings at that value."""
        total = np.zeros(self.faces.fluid.size)
        np.add.at(total, port.cells, port.share_m3_s * value)
        return total

    def means(self, x: Array, into_room: bool = False) -> Array:
        """(port, column) mean over the faces of each port of one direction, by flow."""
        kept = [port for port in self.ports if port.port.into_room == into_room]
        return np.array([port.mean(x) for port in kept]).reshape(len(kept), x.shape[1])

    def outlets(self) -> list[OpenPort]:
        """Ports by which air enters the room."""
        return [port for port in self.ports if port.port.into_room]

    def inner(self, x: Array) -> Array:
        """(nx, ny, nz) of one padded column; NaN in solid and in spaces without any port."""
        held = np.where(self.alive, x.reshape(self.alive.shape), np.nan)
        return np.array(held[INNER])


class OpenPort:
    """A port with the cells, flows and areas of its faces."""

    def __init__(self, port: AirPort, cells: Index, share_m3_s: Array, area_m2: Array) -> None:
        self.port = port
        self.cells = cells
        self.share_m3_s = share_m3_s
        self.area_m2 = area_m2

    def mean(self, x: Array) -> Array:
        """(column,) mean over the faces by flow; by area where nothing flows."""
        weight = self.share_m3_s if self.port.flow_m3_s > 0 else self.area_m2
        return np.asarray(weight @ x[self.cells] / weight.sum())


def _fed(component: Index, ports: Sequence[OpenPort]) -> Mask:
    """(cell,) whether a port with flow stands in the same connected part."""
    fed = np.zeros(component.size, bool)
    for port in ports:
        if port.port.flow_m3_s > 0:
            fed[component[port.cells]] = True
    return np.asarray(fed[component])


def _inner_flows(velocity: Arrays, faces: Faces, alive: Mask) -> Arrays:
    """Padded flows through open faces; 0 on ports and walls."""
    held = []
    for axis, u in enumerate(velocity):
        full = np.pad(u, [(1, 0) if a == axis else (1, 1) for a in range(3)])
        is_open = (faces.kind[axis] == OPEN) & alive
        held.append(np.where(is_open, full * faces.area_m2[axis], 0.0))
    return (held[0], held[1], held[2])


def _diffusion(diffusivity: Array, faces: Faces, alive: Mask) -> Arrays:
    """Padded conductances of faces for a scalar, the mean diffusivity of both cells."""
    full = np.pad(diffusivity, 1)
    held = [
        np.where(alive, c * 0.5 * (full + np.roll(full, 1, axis)), 0.0)
        for axis, c in enumerate(conductances(faces))
    ]
    return (held[0], held[1], held[2])


def matrix(room: Room, field: Field) -> Array:
    """(inlet, outlet) share of each inlet's air that comes from each outlet.

    Inlets and outlets are the room's ports in order. Rows sum to 1; the flow of each outlet is
    found again in the inlets: sum over i of Q_i W_ik = Q_k.
    """
    return matrix_and_delays(room, field, with_delays=False)[0]


def matrix_and_delays(room: Room, field: Field, with_delays: bool = True) -> tuple[Array, Array]:
    """Shares and mean travel times from the same solves.

    Moments of the travel time: A c = the outlet's flow, A m = volume c, time = m / c at an inlet.
    """
    count = sum(port.into_room for port in room.ports)
    transport = Transport(room, field)
    shares = []
    moments = []
    for start in range(0, count, BATCH):
        batch = transport.outlets()[start : start + BATCH]
        c = transport.solve(_sources(transport, batch))
        shares.append(transport.means(c)[:, : len(batch)])
        if with_delays:
            volume = transport.faces.volume_m3.reshape(-1, 1)
            m = transport.solve(volume * c, tolerance=1e-9)
            moments.append(transport.means(m)[:, : len(batch)])
    w = np.concatenate(shares, axis=1)
    if not with_delays:
        return w, np.full_like(w, np.nan)
    m = np.concatenate(moments, axis=1)
    return w, np.divide(m, w, out=np.full_like(w, np.nan), where=w > 1e-9)


def _sources(transport: Transport, batch: Sequence[OpenPort]) -> Array:
    """(cell, column) right-hand sides of outlets that bring 1."""
    b = np.zeros((transport.faces.fluid.size, BATCH))
    for n, port in enumerate(batch):
        b[:, n] = transport.source(port)
    return b


def scalar(room: Room, field: Field, outlet_values: Array, source: Array | None = None) -> Array:
    """(nx, ny, nz) steady scalar with a value at each outlet, in the order of the room's outlets.

    `source` (nx, ny, nz) is what each cell adds, in the scalar's unit times m3/s; with the volumes
    of the cells, and 0 at all outlets, the scalar is the mean time since air entered the room.
    """
    transport = Transport(room, field)
    b = np.zeros(transport.faces.fluid.size)
    for port, value in zip(transport.outlets(), outlet_values, strict=True):
        b += transport.source(port, float(value))
    if source is not None:
        b += np.pad(source, 1).ravel() * transport.alive.ravel()
    return transport.inner(transport.solve_one(b))
