"""Turbulence over flat padded arrays: strain, wall friction, k and epsilon, what carries them."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from twin.arrays import Array, Index, Mask
from twin.physics.airflow.compiled import compiled

OPEN = 1
WALL = 0
KAPPA = 0.41
WALL_E = 9.8
C_MU = 0.09
C_MU_QUARTER = 0.09**0.25
LAMINAR_Y = 11.2
"""y+ below which the wall layer is laminar."""
C_1 = 1.44
C_2 = 1.92
FLOOR = 1e-8
"""Least k and epsilon."""
Kind = NDArray[np.uint8]
Shape = tuple[int, int, int]


@compiled
def centre(u: Array, out: Array, step: int) -> None:
    """Velocity component at cell centres."""
    for n in range(u.size - step):
        out[n] = 0.5 * (u[n] + u[n + step])


@compiled
def gradient(q: Array, n: int, step: int, fluid: Mask, at: int, gap: Array) -> float:
    """Central difference of a cell value along an axis, one-sided beside bodies."""
    way = 0.0
    low = q[n]
    high = q[n]
    if fluid[n - step]:
        low = q[n - step]
        way += gap[at]
    if fluid[n + step]:
        high = q[n + step]
        way += gap[at + 1]
    return (high - low) / way if way > 0.0 else 0.0


@compiled
def strain(
    u: Array, v: Array, w: Array, cu: Array, cv: Array, cw: Array, fluid: Mask, out: Array,
    wx: Array, wy: Array, wz: Array, gx: Array, gy: Array, gz: Array, shape: Shape,
) -> None:  # fmt: skip
    """2 S_ij S_ij per cell, from face velocities (u, v, w) and those at centres (cu, cv, cw)."""
    nx, ny, nz = shape
    sx = ny * nz
    for i in range(1, nx - 1):
        for j in range(1, ny - 1):
            for k in range(1, nz - 1):
                n = (i * ny + j) * nz + k
                if not fluid[n]:
                    continue
                a = (u[n + sx] - u[n]) / wx[i]
                b = (v[n + nz] - v[n]) / wy[j]
                c = (w[n + 1] - w[n]) / wz[k]
                uy = gradient(cu, n, nz, fluid, j, gy)
                uz = gradient(cu, n, 1, fluid, k, gz)
                vx = gradient(cv, n, sx, fluid, i, gx)
                vz = gradient(cv, n, 1, fluid, k, gz)
                wx_ = gradient(cw, n, sx, fluid, i, gx)
                wy_ = gradient(cw, n, nz, fluid, j, gy)
                shear = (uy + vx) ** 2 + (uz + wx_) ** 2 + (vz + wy_) ** 2
                out[n] = 2.0 * (a * a + b * b + c * c) + shear


@compiled
def log_law_drag(speed: float, y: float, nu: float) -> float:
    """Wall stress over density and speed, by the law of the wall in the speed beside it."""
    laminar = nu / y
    friction = max(0.05 * speed, 1e-6)
    if friction * y / nu < 1.0:
        return laminar
    for _ in range(5):
        friction = KAPPA * speed / math.log(max(WALL_E * friction * y / nu, 3.0))
    if friction * y / nu < LAMINAR_Y:
        return laminar
    return max(laminar, friction * friction / speed)


@compiled
def drag_by_speed(
    cells: Index, half: Array, cu: Array, cv: Array, cw: Array, own: Array, nu: float, out: Array
) -> None:
    """Wall drag of cells beside walls, `own` the component normal to the wall."""
    for index in range(cells.size):
        n = cells[index]
        square = cu[n] ** 2 + cv[n] ** 2 + cw[n] ** 2 - own[n] ** 2
        out[n] = log_law_drag(math.sqrt(max(square, 0.0)), half[index], nu)


@compiled
def drag_by_energy(
    cells: Index, half: Array, cu: Array, cv: Array, cw: Array, own: Array, nu: float, out: Array,
    energy: Array, made: Array, lost: Array,
) -> None:  # fmt: skip
    """Wall drag of cells beside walls by their k, with what it makes of k, and epsilon there."""
    for index in range(cells.size):
        n = cells[index]
        y = half[index]
        scale = C_MU_QUARTER * math.sqrt(energy[n])
        y_plus = scale * y / nu
        square = max(cu[n] ** 2 + cv[n] ** 2 + cw[n] ** 2 - own[n] ** 2, 0.0)
        lost[n] = max(lost[n], scale**3 / (KAPPA * y))
        if y_plus <= LAMINAR_Y:
            out[n] = nu / y
            continue
        out[n] = KAPPA * scale / math.log(WALL_E * y_plus)
        made[n] = max(made[n], out[n] ** 2 * square / (KAPPA * scale * y))


@compiled
def carry(
    q: Array, out: Array, flow: Array, conductance: Array, nu: Array, over: float, least: float,
    kind: Kind, limited: bool, step: int,
) -> None:  # fmt: skip
    """Adds what flow and diffusion (`least` + nu / `over`) carry of q through faces of one axis.

    Upwind, or second order with van Leer's limiter; the cell's own part of a net flow is given
    back, so that a constant stays one while the flow is not yet free of divergence.
    """
    for n in range(step, q.size):
        if kind[n] != OPEN:
            continue
        m = n - step
        f = flow[n]
        value = q[m] if f > 0.0 else q[n]
        if limited:
            if f > 0.0 and kind[m] == OPEN:
                value += half_slope(q[m] - q[m - step], q[n] - q[m])
            if f < 0.0 and n + step < q.size and kind[n + step] == OPEN:
                value -= half_slope(q[n] - q[m], q[n + step] - q[n])
        passed = -conductance[n] * (least + 0.5 * (nu[n] + nu[m]) / over) * (q[n] - q[m])
        out[m] -= passed + f * (value - q[m])
        out[n] += passed + f * (value - q[n])


@compiled
def half_slope(back: float, front: float) -> float:
    """Half of the harmonic mean of two differences of one sign, 0 otherwise."""
    both = back * front
    return both / (back + front) if both > 0.0 else 0.0


@compiled
def advance_energies(
    k: Array, e: Array, nut: Array, rate_k: Array, rate_e: Array, strained: Array, made: Array,
    lost: Array, lift: Array, steer: Array, volume: Array, fluid: Mask, dt: float, most: float,
) -> int:  # fmt: skip
    """One step of k and epsilon with implicit sinks; gives how often the viscosity was capped.

    `made` and `lost` above 0 are production and epsilon of cells beside walls, `lift` what
    buoyancy makes of k over the viscosity, `steer` its share in epsilon (Henkes 1991).
    """
    capped = 0
    for n in range(k.size):
        if not fluid[n]:
            continue
        production = made[n] if lost[n] > 0.0 else nut[n] * strained[n]
        buoyant = nut[n] * lift[n]
        turnover = e[n] / k[n]
        source = production + max(buoyant, 0.0)
        sink = turnover + max(-buoyant, 0.0) / k[n]
        new_k = max((k[n] + dt * (rate_k[n] / volume[n] + source)) / (1.0 + dt * sink), FLOOR)
        feed = C_1 * turnover * (production + steer[n] * max(buoyant, 0.0))
        new_e = (e[n] + dt * (rate_e[n] / volume[n] + feed)) / (1.0 + dt * C_2 * turnover)
        k[n] = new_k
        e[n] = lost[n] if lost[n] > 0.0 else max(new_e, FLOOR)
        wanted = C_MU * k[n] ** 2 / max(e[n], FLOOR)
        capped += wanted > most
        nut[n] = min(wanted, most)
    return capped


@compiled
def defer(q: Array, b: Array, flow: Array, spread: Array, kind: Kind, step: int) -> None:
    """Adds to a right-hand side what second-order fluxes carry beyond those of the hybrid scheme.

    `flow` and `spread` are m3/s of faces; nothing is made or lost, it only moves between cells.
    """
    for n in range(step, q.size):
        f = flow[n]
        d = spread[n]
        if kind[n] != OPEN or abs(f) <= 2.0 * d:
            continue
        m = n - step
        value = q[m] if f > 0.0 else q[n]
        if f > 0.0 and kind[m] == OPEN:
            value += half_slope(q[m] - q[m - step], q[n] - q[m])
        if f < 0.0 and n + step < q.size and kind[n + step] == OPEN:
            value -= half_slope(q[n] - q[m], q[n + step] - q[n])
        low = max(f, 0.0) * q[m] + min(f, 0.0) * q[n]
        high = f * value - d * (q[n] - q[m])
        b[m] += low - high
        b[n] -= low - high
