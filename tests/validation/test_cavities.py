"""Claim: the solver of rooms gives the textbook flows: the lid-driven cavity of Ghia, Ghia and Shin
(1982), the heated cavity of de Vahl Davis (1983), and second order on a solution made for it.

All are flat problems of one cell of depth between walls without friction.
"""

from __future__ import annotations

import numpy as np
import pytest

from tests.sources import table
from twin.arrays import Array
from twin.physics.airflow.grid import AirHeat, Field, Room, open_room
from twin.physics.airflow.model import FlowOptions, OuterWall
from twin.physics.airflow.rans import march, rans

SIDES = (OuterWall(0, False, slip=True), OuterWall(0, True, slip=True))
STILL = AirHeat(())


def square(edges: Array) -> Room:
    return open_room(np.ones(1), np.diff(edges), np.diff(edges))


def lid_driven(cells: int, reynolds: float) -> Field:
    """Lid on top, moving towards +y; its temperature is there to have one."""
    options = FlowOptions(
        closure="laminar",
        viscosity_m2_s=1.0 / reynolds,
        gravity_m_s2=0.0,
        walls=(*SIDES, OuterWall(2, True, (0.0, 1.0, 0.0), 0.0)),
        rounds=(30, 30, 40),
        steps=(80, 80, 100),
        change_max_k=3e-4,
    )
    return rans(square(np.linspace(0.0, 1.0, cells + 1)), STILL, options)


@pytest.mark.parametrize(
    ("reynolds", "cells", "error_max"), [(100, 48, 0.01), (400, 64, 0.015), (1000, 80, 0.02)]
)
def test_lid_driven_cavity(reynolds: int, cells: int, error_max: float) -> None:
    field = lid_driven(cells, reynolds)
    assert field.converged, field.note
    assert field.divergence < 1e-9
    centres = np.concatenate([[0.0], (np.arange(cells) + 0.5) / cells, [1.0]])
    u = np.concatenate([[0.0], field.velocity_m_s[1][0, cells // 2, :], [1.0]])
    v = np.concatenate([[0.0], field.velocity_m_s[2][0, :, cells // 2], [0.0]])
    rows = [row for row in table("cooling/ghia_cavity.csv") if int(row["reynolds"]) == reynolds]
    assert len(rows) > 30
    for row in rows:
        if not row["suspect"]:
            values = u if row["component"] == "u" else v
            found = float(np.interp(float(row["coordinate"]), centres, values))
            assert found == pytest.approx(float(row["value"]), abs=error_max), row


def heated(cells: int, rayleigh: float, stretch: float, seconds: float) -> float:
    """Mean Nusselt number of the hot wall; lengths, diffusivity and temperature rise are 1."""
    even = np.linspace(0.0, 1.0, cells + 1)
    room = square(even - stretch * np.sin(2 * np.pi * even) / (2 * np.pi))
    hot = OuterWall(1, False, temperature_degc=0.5)
    cold = OuterWall(1, True, temperature_degc=-0.5)
    options = FlowOptions(
        closure="laminar",
        viscosity_m2_s=0.71,
        prandtl=0.71,
        gravity_m_s2=rayleigh * 0.71,
        expansion_per_k=1.0,
        walls=(*SIDES, hot, cold),
    )
    after = march(room, STILL, conducting(room), seconds, options)
    assert after.temperature_degc is not None
    drop = 0.5 - after.temperature_degc[0, 0]
    return float((drop / (room.dy_m[0] / 2) * room.dz_m).sum())


def conducting(room: Room) -> Field:
    """Air at rest between the hot and the cold wall."""
    n = room.dy_m.size
    centres = np.cumsum(room.dy_m) - room.dy_m / 2
    warm = np.broadcast_to((0.5 - centres)[None, :, None], room.shape).copy()
    still = (np.zeros((2, n, n)), np.zeros((1, n + 1, n)), np.zeros((1, n, n + 1)))
    return Field(still, np.ones(room.shape), warm, True, 0, 0.0, 0.0)


@pytest.mark.parametrize(
    ("rayleigh", "cells", "stretch", "seconds"),
    [(1e3, 40, 0.0, 0.4), (1e4, 40, 0.0, 0.4), (1e5, 40, 0.4, 0.2), (1e6, 60, 0.6, 0.1)],
)
def test_heated_cavity(rayleigh: float, cells: int, stretch: float, seconds: float) -> None:
    rows = table("cooling/de_vahl_davis.csv")
    published = next(float(r["nu_mean"]) for r in rows if float(r["rayleigh"]) == rayleigh)
    assert heated(cells, rayleigh, stretch, seconds) == pytest.approx(published, rel=0.01)


def made(y: Array, z: Array) -> tuple[Array, Array]:
    """A swirl without divergence, at rest on every wall of the unit square."""
    v = np.sin(np.pi * y) ** 2 * np.sin(2 * np.pi * z)
    w = -np.sin(2 * np.pi * y) * np.sin(np.pi * z) ** 2
    return v, w


def force_of(y: Array, z: Array, nu: float) -> tuple[Array, Array]:
    """What keeps that swirl at rest: its advection less its friction, no pressure."""
    sy = np.sin(np.pi * y)
    sz = np.sin(np.pi * z)
    s2y = np.sin(2 * np.pi * y)
    s2z = np.sin(2 * np.pi * z)
    c2y = np.cos(2 * np.pi * y)
    c2z = np.cos(2 * np.pi * z)
    v, w = made(y, z)
    v_y = np.pi * s2y * s2z
    v_z = 2 * np.pi * sy**2 * c2z
    w_y = -2 * np.pi * c2y * sz**2
    w_z = -np.pi * s2y * s2z
    curve_v = 2 * np.pi**2 * c2y * s2z - 4 * np.pi**2 * sy**2 * s2z
    curve_w = 4 * np.pi**2 * s2y * sz**2 - 2 * np.pi**2 * s2y * c2z
    return v * v_y + w * v_z - nu * curve_v, v * w_y + w * w_z - nu * curve_w


def error_of(cells: int, nu: float, seconds: float = 2.0) -> float:
    """Mean error of the speed along y on a grid."""
    edges = np.linspace(0.0, 1.0, cells + 1)
    middle = (edges[1:] + edges[:-1]) / 2
    on_y = np.meshgrid(edges, middle, indexing="ij")
    on_z = np.meshgrid(middle, edges, indexing="ij")
    along_y = force_of(on_y[0], on_y[1], nu)[0][None]
    along_z = force_of(on_z[0], on_z[1], nu)[1][None]
    options = FlowOptions(
        closure="laminar",
        viscosity_m2_s=nu,
        gravity_m_s2=0.0,
        force_m_s2=(np.zeros((2, cells, cells)), along_y, along_z),
        walls=SIDES,
    )
    exact = made(*on_y)[0]
    room = square(edges)
    speeds = (np.zeros((2, cells, cells)), exact[None], made(*on_z)[1][None])
    start = Field(speeds, np.ones(room.shape), np.zeros(room.shape), True, 0, 0.0, 0.0)
    field = march(room, STILL, start, seconds, options)
    return float(np.abs(field.velocity_m_s[1][0] - exact).mean())


def test_second_order_where_friction_rules() -> None:
    errors = [error_of(cells, 0.5, 0.5) for cells in (12, 24, 48)]
    orders = np.log2(np.array(errors[:-1]) / errors[1:])
    assert (orders > 1.8).all(), (errors, orders)


def test_second_order_where_flow_rules() -> None:
    """Twice over, as errors of flow and of friction have opposite signs on some grids."""
    coarse = error_of(16, 0.02)
    fine = error_of(64, 0.02)
    assert np.log2(coarse / fine) / 2 > 1.9, (coarse, fine)
