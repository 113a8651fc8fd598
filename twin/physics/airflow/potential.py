"""Potential flow of a room: one Poisson solve, an answer in a second.

Air without vorticity: it spreads from every outlet and gathers at every inlet by the shortest way,
knows no jets, no wakes and no buoyancy. It keeps mass and closed faces, so that it says who shares
air with whom in contained rooms; a jet that reaches across an open room needs `rans`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from scipy.ndimage import distance_transform_edt

from twin.arrays import Array
from twin.physics.airflow.faces import (
    INNER,
    OPEN,
    Faces,
    conductances,
    faces_of,
    net_outflow_m3_s,
    unpadded,
    volume_flows,
)
from twin.physics.airflow.grid import Arrays, Field, Room
from twin.physics.airflow.openings import port_inflow, port_shares, port_velocities

if TYPE_CHECKING:
    from twin.physics.airflow.multigrid import Poisson

TOLERANCE = 1e-10
LOSS_LENGTH_M = 0.5
"""A face of loss coefficient K counts as a way this many times K longer: potential flow knows no
pressure loss, only distance."""
MIXING_LENGTH_FRAC = 0.03874
"""Turbulent viscosity over speed and distance to the nearest surface (Chen and Xu, Energy and
Buildings 28, 1998: the zero-equation model of rooms)."""
AIR_VISCOSITY_M2_S = 1.56e-5
PRANDTL = 0.71
PRANDTL_TURBULENT = 0.9


def potential(room: Room, device: str = "cpu") -> Field:
    """The flow of least kinetic energy that carries every port's air.

    `device` "cpu" solves with numba; "cuda" (or "torch:cpu") with torch, the same to 1e-6.

    Raises:
        UnbalancedFlow: an enclosed part of the room gets more air than leaves it, or less.
    """
    faces = faces_of(room)
    conductance = conductances(faces, LOSS_LENGTH_M)
    poisson = _poisson(conductance, room.spacings_m, device)
    shares = port_shares(room, faces, poisson.component)
    height = np.zeros(faces.fluid.shape)
    solved = poisson.solve(height, port_inflow(room, faces, shares), TOLERANCE)
    velocity = downhill(height, conductance, faces, port_velocities(room, faces, shares))
    return Field(
        velocity_m_s=inner_velocity(velocity),
        diffusivity_m2_s=zero_equation(velocity, faces),
        temperature_degc=None,
        converged=solved.residual <= TOLERANCE,
        iterations=solved.iterations,
        residual=solved.residual,
        divergence=divergence(velocity, faces),
        note="" if solved.residual <= TOLERANCE else f"pressure residual {solved.residual:.1e}",
    )


def _poisson(conductance: Arrays, spacings_m: Arrays, device: str) -> Poisson:
    """The pressure equation on a device."""
    if device == "cpu":
        from twin.physics.airflow.multigrid import Poisson

        return Poisson(conductance, spacings_m)
    from twin.physics.airflow.torch_poisson import TorchPoisson

    return TorchPoisson(conductance, spacings_m, device.removeprefix("torch:"))


def downhill(height: Array, conductance: Arrays, faces: Faces, fixed: Arrays) -> Arrays:
    """Padded velocities that run down `height`; those of ports as given."""
    held = []
    for axis, c in enumerate(conductance):
        flow = c * (np.roll(height, 1, axis) - height)
        is_open = faces.kind[axis] == OPEN
        held.append(np.divide(flow, faces.area_m2[axis], out=fixed[axis].copy(), where=is_open))
    return (held[0], held[1], held[2])


def inner_velocity(velocity: Arrays) -> Arrays:
    """Padded velocities in the shapes of a Field."""
    return (unpadded(velocity[0], 0), unpadded(velocity[1], 1), unpadded(velocity[2], 2))


def divergence(velocity: Arrays, faces: Faces) -> float:
    """Largest net flow out of a fluid cell, over the largest flow through a face."""
    flows = volume_flows(velocity, faces)
    largest = max(float(np.abs(flow).max()) for flow in flows)
    net = float(np.abs(net_outflow_m3_s(flows)[faces.fluid]).max())
    return net / largest if largest else 0.0


def zero_equation(velocity: Arrays, faces: Faces) -> Array:
    """(nx, ny, nz) diffusivity of scalars: molecular, and turbulent by speed times distance."""
    turbulent = MIXING_LENGTH_FRAC * speed(velocity) * wall_distance_m(faces)
    return np.asarray(AIR_VISCOSITY_M2_S / PRANDTL + turbulent[INNER] / PRANDTL_TURBULENT)


def speed(velocity: Arrays) -> Array:
    """Padded, at cell centres."""
    square = [(0.5 * (u + np.roll(u, -1, axis))) ** 2 for axis, u in enumerate(velocity)]
    return np.sqrt(square[0] + square[1] + square[2])


def wall_distance_m(faces: Faces) -> Array:
    """Padded distance of cell centres to the nearest body or outer wall; thin panels left out."""
    spacing = [float(width[1:-1].mean()) for width in faces.width_m]
    half = 0.5 * min(spacing)
    return np.asarray(np.maximum(distance_transform_edt(faces.fluid, spacing) - half, 0.0))
