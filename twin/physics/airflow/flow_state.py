"""Arrays of a flow: what every kernel reads and writes, padded and flat."""

from __future__ import annotations

import numpy as np

from twin.arrays import Array
from twin.physics.airflow.faces import FIXED, OPEN, Faces, conductances, faces_of, port_area_m2
from twin.physics.airflow.grid import Arrays, Room
from twin.physics.airflow.model import FlowOptions
from twin.physics.airflow.multigrid import Poisson
from twin.physics.airflow.openings import port_shares, port_velocities

JET_REACH_M = 0.35
"""Height over which the jets of a perforated tile give their momentum to the room (0.2 to 0.5 m,
Arghode and Joshi, IMECE2012-85203)."""


class AirflowState:
    """Velocities, temperature and pressure of a room, with its faces and openings."""

    def __init__(self, room: Room, options: FlowOptions) -> None:
        self.room = room
        self.options = options
        self.faces = faces_of(room)
        _free(self.faces, options)
        self.shape = self.faces.fluid.shape
        self.strides = (self.shape[1] * self.shape[2], self.shape[2], 1)
        open_c = conductances(self.faces)
        self.conductance = flat(open_c)
        self.area = flat(self.faces.area_m2)
        kind = self.faces.kind
        self.kind = (kind[0].ravel(), kind[1].ravel(), kind[2].ravel())
        self.loss = flat(self.faces.loss)
        self.fluid = self.faces.fluid.ravel()
        self.poisson = Poisson(open_c, room.spacings_m)
        self.shares = port_shares(room, self.faces, self.poisson.component)
        self.u = flat(_with_walls(port_velocities(room, self.faces, self.shares), options))
        self.push = np.zeros(self.fluid.size)
        self.force = flat(_forces(room, self.faces, self.shares, options))
        self.temperature = np.zeros(self.fluid.size)
        self.time_s = 0.0

    def flows(self) -> Arrays:
        """Flat volume flows through faces."""
        return (self.u[0] * self.area[0], self.u[1] * self.area[1], self.u[2] * self.area[2])


def flat(held: Arrays) -> Arrays:
    """Three padded arrays as contiguous flat ones."""
    return (
        np.ascontiguousarray(held[0]).ravel(),
        np.ascontiguousarray(held[1]).ravel(),
        np.ascontiguousarray(held[2]).ravel(),
    )


def ring(axis: int, upper: bool) -> tuple[slice | int, slice | int, slice | int]:
    """Index of the empty cells beyond an outer wall."""
    index: list[slice | int] = [slice(None)] * 3
    index[axis] = -1 if upper else 0
    return (index[0], index[1], index[2])


def _free(faces: Faces, options: FlowOptions) -> None:
    """Marks walls without friction as faces of a given velocity: 0."""
    for wall in options.walls:
        if wall.slip:
            index = [slice(None)] * 3
            index[wall.axis] = slice(-1, None) if wall.upper else slice(1, 2)
            faces.kind[wall.axis][tuple(index)] = FIXED


def _with_walls(velocity: Arrays, options: FlowOptions) -> Arrays:
    """Speeds of moving walls, in the ring beyond them."""
    for wall in options.walls:
        for axis, speed in enumerate(wall.slide_m_s):
            if axis != wall.axis and speed != 0.0:
                velocity[axis][ring(wall.axis, wall.upper)] = speed
    return velocity


def _forces(room: Room, faces: Faces, shares: list[Array], options: FlowOptions) -> Arrays:
    """Padded force per mass on faces: what the options state, and jets of perforated tiles."""
    held = [np.zeros(faces.fluid.shape) for _ in range(3)]
    for axis, given in enumerate(options.force_m_s2 or ()):
        held[axis] += np.pad(given, [(1, 0) if a == axis else (1, 1) for a in range(3)])
    for port, share in zip(room.ports, shares, strict=True):
        if port.into_room and port.jet_frac < 1.0:
            speed = share / port_area_m2(port, faces)
            extra = speed**2 * (1.0 / port.jet_frac - 1.0)
            for face, kick in zip(port.faces + 1, extra, strict=True):
                _push_jet(held[port.axis], faces, port.axis, port.sign, face, float(kick))
    return (held[0], held[1], held[2])


def _push_jet(
    force: Array, faces: Faces, axis: int, sign: int, face: Array, extra_m2_s2: float
) -> None:
    """Spreads the momentum of one tile's jets over the open faces above it."""
    at = face.astype(int)
    found = []
    way = 0.0
    while way < JET_REACH_M:
        at = at + sign * np.eye(3, dtype=int)[axis]
        if faces.kind[axis][tuple(at)] != OPEN:
            break
        way += float(faces.gap_m[axis][at[axis]])
        found.append(tuple(at))
    for index in found:
        force[index] += sign * extra_m2_s2 / way


def wall_ties(flow: AirflowState) -> tuple[Array, Array]:
    """(conductance, conductance times temperature) per cell to walls that have one, in m3/s.

    Molecular conduction over half a cell: right for laminar flow, too little in turbulent flow.
    """
    tie = np.zeros(flow.shape)
    gain = np.zeros(flow.shape)
    diffusivity = flow.options.viscosity_m2_s / flow.options.prandtl
    for wall in flow.options.walls:
        if np.isnan(wall.temperature_degc):
            continue
        cells = [slice(1, -1)] * 3
        cells[wall.axis] = slice(-2, -1) if wall.upper else slice(1, 2)
        index = tuple(cells)
        half = 0.5 * float(flow.faces.width_m[wall.axis][-1 if wall.upper else 0])
        area = flow.faces.volume_m3[index] / (2.0 * half)
        tie[index] += diffusivity * area / half
        gain[index] += diffusivity * area / half * wall.temperature_degc
    return tie.ravel(), gain.ravel()
