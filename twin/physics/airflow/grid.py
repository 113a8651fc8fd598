"""A room on a Cartesian staggered grid: cells, faces, openings of equipment, and a solved field.

Cell (i, j, k) lies between faces i and i + 1 of axis 0, and so on; face arrays have one more entry
along their own axis. Axis 2 is up. Velocities are normal to faces and positive along the axis.
Equipment is a property of faces: a rack is a block of solid cells with an inlet port on one side
and an outlet port on the other; a thin panel closes faces and takes no cells.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from twin.arrays import Array, Index, Mask
from twin.physics.coolant import HEAT_CAPACITY_J_M3_K


class BadRoom(ValueError):
    """A room that is not well formed; the message holds every fault found."""

    def __init__(self, faults: list[str]) -> None:
        self.faults = tuple(faults)
        super().__init__("; ".join(faults))


class UnbalancedFlow(ValueError):
    """Part of a room that is given more air than it loses, or less, with no way out.

    `ports` are the names of the openings of that part, `inflow_m3_s` what they bring, net.
    """

    def __init__(self, ports: tuple[str, ...], inflow_m3_s: float) -> None:
        self.ports = ports
        self.inflow_m3_s = inflow_m3_s
        side = "more" if inflow_m3_s > 0 else "less"
        super().__init__(
            f"{', '.join(ports)}: enclosed space gets {abs(inflow_m3_s):.4g} m3/s {side} air than "
            "leaves it, and no open path leads out"
        )


@dataclass(frozen=True)
class AirPort:
    """One opening of one piece of equipment: air leaves the room by it, or enters the room."""

    name: str
    axis: int
    """Normal of the faces: 0 x, 1 y, 2 z."""
    sign: int
    """+1: air moves towards +axis through the faces; -1: towards -axis."""
    faces: Index
    """(face, 3) indices into the face array of that axis."""
    flow_m3_s: float
    """Total over the faces, never below 0."""
    into_room: bool
    """True: outlet of equipment (supply, exhaust); False: inlet (return, rack front)."""
    jet_frac: float = 1.0
    """Open area of a perforated tile: its jets push with 1/frac of the momentum of the mean."""

    def room_cells(self) -> Index:
        """(face, 3) cells of the room that the faces touch."""
        above = self.into_room == (self.sign > 0)
        return np.asarray(self.faces - (not above) * np.eye(3, dtype=np.int64)[self.axis])


Masks = tuple[Mask, Mask, Mask]
Arrays = tuple[Array, Array, Array]


@dataclass(frozen=True)
class Room:
    """A room of nx, ny, nz cells; spacings may differ along an axis."""

    dx_m: Array
    """(nx,)"""
    dy_m: Array
    """(ny,)"""
    dz_m: Array
    """(nz,)"""
    solid: Mask
    """(nx, ny, nz): racks, handlers, beams."""
    closed: Masks
    """(nx+1, ny, nz), (nx, ny+1, nz), (nx, ny, nz+1): thin panels. Outer faces are closed always,
    whatever stands here; solid cells close their faces too."""
    loss: Arrays
    """Same shapes: pressure-loss coefficient of open faces, by the velocity on the face."""
    ports: tuple[AirPort, ...]

    def __post_init__(self) -> None:
        faults = [*_grid_faults(self), *_port_faults(self)]
        if faults:
            raise BadRoom(faults)

    @property
    def shape(self) -> tuple[int, int, int]:
        """Cells along each axis."""
        return (self.dx_m.size, self.dy_m.size, self.dz_m.size)

    @property
    def spacings_m(self) -> Arrays:
        """Cell sizes along each axis."""
        return (self.dx_m, self.dy_m, self.dz_m)

    def volumes_m3(self) -> Array:
        """(nx, ny, nz) volume of each cell."""
        return np.asarray(np.einsum("i,j,k->ijk", self.dx_m, self.dy_m, self.dz_m))

    def face_areas_m2(self, axis: int) -> Array:
        """Area of each face of an axis, in the shape of its face array."""
        sizes = [*self.spacings_m]
        sizes[axis] = np.ones(self.shape[axis] + 1)
        return np.asarray(np.einsum("i,j,k->ijk", *sizes))


def open_room(dx_m: Array, dy_m: Array, dz_m: Array, ports: tuple[AirPort, ...] = ()) -> Room:
    """A room without any body, panel or loss in it."""
    shape = (dx_m.size, dy_m.size, dz_m.size)
    shapes = face_shapes(shape)
    closed = (np.zeros(shapes[0], bool), np.zeros(shapes[1], bool), np.zeros(shapes[2], bool))
    loss = (np.zeros(shapes[0]), np.zeros(shapes[1]), np.zeros(shapes[2]))
    return Room(dx_m, dy_m, dz_m, np.zeros(shape, bool), closed, loss, ports)


def face_shapes(shape: tuple[int, int, int]) -> tuple[tuple[int, ...], ...]:
    """Shapes of the three face arrays of a grid."""
    return tuple(tuple(n + (a == axis) for a, n in enumerate(shape)) for axis in range(3))


def _grid_faults(room: Room) -> list[str]:
    """What is wrong with spacings and shapes."""
    faults = [
        f"spacing of axis {axis}: one row of positive lengths asked for"
        for axis, d in enumerate(room.spacings_m)
        if d.ndim != 1 or not d.size or not (np.isfinite(d) & (d > 0)).all()
    ]
    if room.solid.shape != room.shape:
        faults.append(f"solid has shape {room.solid.shape}, the grid {room.shape}")
    for axis, shape in enumerate(face_shapes(room.shape)):
        for name, held in (("closed", room.closed[axis]), ("loss", room.loss[axis])):
            if held.shape != shape:
                faults.append(f"{name}[{axis}] has shape {held.shape}, its faces {shape}")
        if not (np.isfinite(room.loss[axis]) & (room.loss[axis] >= 0)).all():
            faults.append(f"loss[{axis}] has a coefficient below 0 or not finite")
    return faults


def _port_faults(room: Room) -> list[str]:
    """What is wrong with openings; two of one name are two openings."""
    return [f"port {p.name}: {fault}" for p in room.ports for fault in _faults_of(room, p)]


def _faults_of(room: Room, port: AirPort) -> list[str]:
    """What is wrong with one opening."""
    if port.axis not in (0, 1, 2) or port.sign not in (-1, 1):
        return [f"axis {port.axis}, sign {port.sign}: allowed 0, 1, 2 and -1, +1"]
    if port.faces.ndim != 2 or port.faces.shape[1] != 3 or not len(port.faces):
        return [f"faces have shape {port.faces.shape}: (face, 3) asked for, one at least"]
    faults = []
    if not np.isfinite(port.flow_m3_s) or port.flow_m3_s < 0:
        faults.append(f"flow {port.flow_m3_s} m3/s: at least 0 asked for")
    if not 0 < port.jet_frac <= 1:
        faults.append(f"open area fraction {port.jet_frac}: above 0, at most 1 asked for")
    return [*faults, *_place_faults(room, port)]


def _place_faults(room: Room, port: AirPort) -> list[str]:
    """What is wrong with where an opening lies."""
    cells = port.room_cells()
    if ((cells < 0) | (cells >= room.shape)).any():
        return ["its faces do not touch a cell of the room"]
    if room.solid[tuple(cells.T)].any():
        return ["its faces open into a solid cell"]
    return []


class Passage(NamedTuple):
    """One piece of equipment: air goes in by one port, comes out by another, and is heated."""

    inlet: int
    """Number of the port among the room's, -1 where the air comes from outside the room."""
    outlet: int
    power_w: float = 0.0
    """Heat given to the air on its way."""
    supply_degc: float = float("nan")
    """Temperature at the outlet, whatever comes in; NaN where it is that of the inlet and `power_w`
    of heat."""


@dataclass(frozen=True)
class AirHeat:
    """What happens to air between leaving the room and coming back."""

    passages: tuple[Passage, ...]
    source_w: Array | None = None
    """(nx, ny, nz) heat given to the air of the room itself, by walls and bodies."""
    air_j_m3_k: float = HEAT_CAPACITY_J_M3_K["air"]
    """Heat capacity of air by volume: dry, 25 °C, sea level."""


@dataclass(frozen=True)
class Field:
    """Air of a room, solved."""

    velocity_m_s: Arrays
    """On faces, along the axes; on the faces of ports what the port states."""
    diffusivity_m2_s: Array
    """(nx, ny, nz) of scalars, molecular and turbulent."""
    temperature_degc: Array | None
    converged: bool
    iterations: int
    residual: float
    """Of the pressure equation, relative."""
    divergence: float
    """Largest net flow out of a cell, over the largest flow through a face of one."""
    note: str = ""
    """What keeps the field from being taken at its word; empty where nothing does."""
