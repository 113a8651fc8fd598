"""Momentum on a staggered grid, over flat padded arrays: one kernel serves all three components.

Component `a` lives on faces normal to axis a. `sa`, `sb` are steps in the flat arrays along axes a
and b; tables of sizes are indexed by the padded index along their axis. Fluxes are worked out once
per interface and given to both sides, so that momentum is conserved.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from twin.arrays import Array, Index, Mask
from twin.physics.airflow.compiled import compiled

OPEN = 1
Kind = NDArray[np.uint8]
Shape = tuple[int, int, int]


@compiled
def pick(i: int, j: int, k: int, axis: int) -> int:
    """Index along an axis."""
    return i if axis == 0 else (j if axis == 1 else k)


@compiled
def limited(back: float, front: float, soft: float) -> float:
    """Van Albada's mean of two gradients; plain where both are far below the root of `soft`."""
    b = back * back + soft
    f = front * front + soft
    return (back * f + front * b) / (b + f)


@compiled
def slopes(
    u: Array, out: Array, ahead: Array, soft: float, shape: Shape, axis: int, step: int
) -> None:
    """Limited gradient along an axis; `ahead` is 1 / way to the next, `soft` a square of speed."""
    nx, ny, nz = shape
    for i in range(1, nx - 1):
        for j in range(1, ny - 1):
            for k in range(1, nz - 1):
                n = (i * ny + j) * nz + k
                at = pick(i, j, k, axis)
                back = (u[n] - u[n - step]) * ahead[at - 1]
                front = (u[n + step] - u[n]) * ahead[at]
                out[n] = limited(back, front, soft * ahead[at] ** 2)


@compiled
def slopes_beside_walls(
    near: Index, place: Index, u: Array, out: Array, kind: Kind, width: Array, gap: Array,
    soft: float, last: int, sa: int, sb: int,
) -> None:  # fmt: skip
    """Gradients along another axis where a wall is near: it holds its own speed half a cell off.

    `near` are the faces beside walls, `place` their index along that axis, `last` its last cell.
    """
    for index in range(near.size):
        n = near[index]
        at = place[index]
        back = (u[n] - u[n - sb]) / gap[at]
        front = (u[n + sb] - u[n]) / gap[at + 1]
        if kind[n] == 0 and kind[n - sa] == 0:
            back = (u[n] - (u[n - sb] if at == 1 else 0.0)) * 2.0 / width[at]
        if kind[n + sb] == 0 and kind[n + sb - sa] == 0:
            front = ((u[n + sb] if at == last else 0.0) - u[n]) * 2.0 / width[at]
        out[n] = limited(back, front, soft / width[at] ** 2)


@compiled
def along(
    u: Array, slope: Array, out: Array, kind: Kind, area: Array, nu: Array, width: Array,
    shape: Shape, a: int, sa: int,
) -> None:  # fmt: skip
    """Fluxes of a component along its own axis, through the middles of cells."""
    nx, ny, nz = shape
    for i in range(1, nx - 1):
        for j in range(1, ny - 1):
            for k in range(1, nz - 1):
                n = (i * ny + j) * nz + k
                m = n + sa
                if kind[n] != OPEN and kind[m] != OPEN:
                    continue
                w = width[pick(i, j, k, a)]
                flow = 0.5 * (u[n] + u[m]) * area[n]
                value = u[n] + 0.5 * w * slope[n] if flow > 0 else u[m] - 0.5 * w * slope[m]
                flux = flow * value - 2.0 * nu[n] * area[n] * (u[m] - u[n]) / w
                out[n] -= flux
                out[m] += flux


@compiled
def shear(
    kind: int, area: float, nu: float, drag_n: float, drag_m: float, u_n: float, u_m: float,
    gap: float, cross: float, ring_n: bool, ring_m: bool,
) -> tuple[float, float]:  # fmt: skip
    """Pull on both sides of one half of an edge: viscous where open, of a wall where closed.

    A wall that moves keeps its speed in the ring round the room; others stand still.
    """
    if kind == OPEN:
        pull = area * nu * ((u_m - u_n) / gap + cross)
        return pull, -pull
    if kind == 0:
        wall_n = u_m if ring_m else 0.0
        wall_m = u_n if ring_n else 0.0
        return area * drag_n * (wall_n - u_n), area * drag_m * (wall_m - u_m)
    return 0.0, 0.0


@compiled
def across(
    u: Array, v: Array, slope: Array, out: Array, kind_u: Kind, kind_v: Kind, area: Array,
    nu: Array, drag: Array, width: Array, gap_b: Array, gap_a: Array,
    shape: Shape, a: int, b: int, sa: int, sb: int,
) -> None:  # fmt: skip
    """Fluxes of component a along axis b, through edges; v is component b, `area` of its faces."""
    nx, ny, nz = shape
    last = pick(nx, ny, nz, b) - 2
    for i in range(0 if b == 0 else 1, nx - 1):
        for j in range(0 if b == 1 else 1, ny - 1):
            for k in range(0 if b == 2 else 1, nz - 1):
                n = (i * ny + j) * nz + k
                m = n + sb
                if kind_u[n] != OPEN and kind_u[m] != OPEN:
                    continue
                at = pick(i, j, k, b)
                f = m - sa
                flow = 0.5 * (v[f] * area[f] + v[m] * area[m])
                value = u[n] + 0.5 * width[at] * slope[n]
                if flow < 0.0:
                    value = u[m] - 0.5 * width[at + 1] * slope[m]
                cross = (v[m] - v[f]) / gap_a[pick(i, j, k, a)]
                if kind_v[f] == OPEN and kind_v[m] == OPEN:
                    thick = area[f] * (nu[n - sa] + nu[f]) + area[m] * (nu[n] + nu[m])
                    pull = 0.25 * thick * ((u[m] - u[n]) / gap_b[at + 1] + cross)
                    out[n] += pull - flow * value
                    out[m] += flow * value - pull
                    continue
                low, high = shear(
                    kind_v[f], 0.5 * area[f], 0.5 * (nu[n - sa] + nu[f]), drag[n - sa], drag[f],
                    u[n], u[m], gap_b[at + 1], cross, at == 0, at == last,
                )  # fmt: skip
                more_low, more_high = shear(
                    kind_v[m], 0.5 * area[m], 0.5 * (nu[n] + nu[m]), drag[n], drag[m],
                    u[n], u[m], gap_b[at + 1], cross, at == 0, at == last,
                )  # fmt: skip
                out[n] += low + more_low - flow * value
                out[m] += high + more_high + flow * value


@compiled
def update(
    u: Array, out: Array, force: Array, kind: Kind, area: Array, loss: Array, gap: Array,
    shape: Shape, a: int, dt: float,
) -> None:  # fmt: skip
    """Velocity of open faces after a step, before pressure; losses implicit."""
    nx, ny, nz = shape
    for i in range(1, nx):
        for j in range(1, ny - 1):
            for k in range(1, nz - 1):
                n = (i * ny + j) * nz + k
                if kind[n] != OPEN:
                    continue
                way = gap[pick(i, j, k, a)]
                new = u[n] + dt * (out[n] / (area[n] * way) + force[n])
                u[n] = new / (1.0 + 0.5 * loss[n] * dt * abs(new) / way)


@compiled
def lift(w: Array, temperature: Array, reference: float, out: Array, by: float, step: int) -> None:
    """Buoyancy of faces of the vertical axis: `by` times the mean excess of both cells."""
    for n in range(step, w.size):
        out[n] += by * (0.5 * (temperature[n] + temperature[n - step]) - reference)


@compiled
def net_inflow(
    u: Array, v: Array, w: Array, ax: Array, ay: Array, az: Array, out: Array, shape: Shape
) -> None:
    """Per cell, what comes in by its faces less what goes out."""
    nx, ny, nz = shape
    sx = ny * nz
    for i in range(1, nx - 1):
        for j in range(1, ny - 1):
            for k in range(1, nz - 1):
                n = (i * ny + j) * nz + k
                out[n] = (
                    u[n] * ax[n] - u[n + sx] * ax[n + sx]
                    + v[n] * ay[n] - v[n + nz] * ay[n + nz]
                    + w[n] * az[n] - w[n + 1] * az[n + 1]
                )  # fmt: skip


@compiled
def correct(u: Array, push: Array, conductance: Array, area: Array, step: int) -> None:
    """Takes the pressure's gradient off the velocity of open faces."""
    for n in range(step, u.size):
        if conductance[n] > 0.0:
            u[n] += conductance[n] * (push[n - step] - push[n]) / area[n]


@compiled
def fastest_rate(
    u: Array, v: Array, w: Array, nu: Array, wx: Array, wy: Array, wz: Array, fluid: Mask,
    shape: Shape,
) -> float:  # fmt: skip
    """Largest 1/s by which a cell is emptied by flow and levelled by diffusion."""
    nx, ny, nz = shape
    sx = ny * nz
    most = 0.0
    for i in range(1, nx - 1):
        for j in range(1, ny - 1):
            for k in range(1, nz - 1):
                n = (i * ny + j) * nz + k
                if not fluid[n]:
                    continue
                rate = max(abs(u[n]), abs(u[n + sx])) / wx[i]
                rate += max(abs(v[n]), abs(v[n + nz])) / wy[j]
                rate += max(abs(w[n]), abs(w[n + 1])) / wz[k]
                level = 1.0 / wx[i] ** 2 + 1.0 / wy[j] ** 2 + 1.0 / wz[k] ** 2
                most = max(most, rate + 2.0 * nu[n] * level)
    return most
