"""Sweeps of the pressure equation over padded arrays: one ring of empty cells all round.

`cx[i, j, k]` is the conductance of the face between cells i - 1 and i, and so on; it is 0 on faces
that let nothing through. The operator is A x = sum of c (x - x of the neighbour).
"""

from __future__ import annotations

import numpy as np

from twin.arrays import Array, Index
from twin.physics.airflow.compiled import compiled


@compiled
def relax(x: Array, b: Array, cx: Array, cy: Array, cz: Array, inverse: Array, colour: int) -> None:
    """Gauss-Seidel on the cells of one colour of the chessboard."""
    nx, ny, nz = x.shape
    for i in range(1, nx - 1):
        for j in range(1, ny - 1):
            for k in range(1 + (i + j + 1 + colour) % 2, nz - 1, 2):
                x[i, j, k] = inverse[i, j, k] * (
                    b[i, j, k]
                    + cx[i, j, k] * x[i - 1, j, k]
                    + cx[i + 1, j, k] * x[i + 1, j, k]
                    + cy[i, j, k] * x[i, j - 1, k]
                    + cy[i, j + 1, k] * x[i, j + 1, k]
                    + cz[i, j, k] * x[i, j, k - 1]
                    + cz[i, j, k + 1] * x[i, j, k + 1]
                )


@compiled
def apply(x: Array, out: Array, cx: Array, cy: Array, cz: Array) -> float:
    """A x into `out`; gives x . A x."""
    nx, ny, nz = x.shape
    total = 0.0
    for i in range(1, nx - 1):
        for j in range(1, ny - 1):
            for k in range(1, nz - 1):
                here = x[i, j, k]
                value = (
                    cx[i, j, k] * (here - x[i - 1, j, k])
                    + cx[i + 1, j, k] * (here - x[i + 1, j, k])
                    + cy[i, j, k] * (here - x[i, j - 1, k])
                    + cy[i, j + 1, k] * (here - x[i, j + 1, k])
                    + cz[i, j, k] * (here - x[i, j, k - 1])
                    + cz[i, j, k + 1] * (here - x[i, j, k + 1])
                )
                out[i, j, k] = value
                total += here * value
    return total


@compiled
def shares(
    i: int, j: int, k: int,
    cx: Array, cy: Array, cz: Array, wx: Array, wy: Array, wz: Array,
) -> tuple[int, int, int, float, float, float]:  # fmt: skip
    """Signs and weights by which a fine cell leans on the coarse cells beside its own.

    It leans on a neighbour only through a face of its own that lets something through, and on the
    side where that face is one of the coarse cell (odd cells lean back, even ones forward).
    """
    di = 1 - 2 * (i % 2)
    dj = 1 - 2 * (j % 2)
    dk = 1 - 2 * (k % 2)
    a = wx[i] if cx[i + (di + 1) // 2, j, k] > 0.0 else 0.0
    b = wy[j] if cy[i, j + (dj + 1) // 2, k] > 0.0 else 0.0
    c = wz[k] if cz[i, j, k + (dk + 1) // 2] > 0.0 else 0.0
    return di, dj, dk, a, b, c


@compiled
def restrict(
    x: Array, b: Array, cx: Array, cy: Array, cz: Array,
    wx: Array, wy: Array, wz: Array, px: Index, py: Index, pz: Index, colour: int, coarse: Array,
) -> None:  # fmt: skip
    """Residual of one colour, spread over coarse cells by the transpose of `prolong`.

    The residual of the colour relaxed last is 0, so that half of the cells is left out.
    """
    coarse[:] = 0.0
    nx, ny, nz = x.shape
    for i in range(1, nx - 1):
        for j in range(1, ny - 1):
            for k in range(1 + (i + j + 1 + colour) % 2, nz - 1, 2):
                here = x[i, j, k]
                r = (
                    b[i, j, k]
                    - cx[i, j, k] * (here - x[i - 1, j, k])
                    - cx[i + 1, j, k] * (here - x[i + 1, j, k])
                    - cy[i, j, k] * (here - x[i, j - 1, k])
                    - cy[i, j + 1, k] * (here - x[i, j + 1, k])
                    - cz[i, j, k] * (here - x[i, j, k - 1])
                    - cz[i, j, k + 1] * (here - x[i, j, k + 1])
                )
                di, dj, dk, s, t, u = shares(i, j, k, cx, cy, cz, wx, wy, wz)
                coarse[px[i], py[j], pz[k]] += (1.0 - s - t - u) * r
                coarse[px[i] + di, py[j], pz[k]] += s * r
                coarse[px[i], py[j] + dj, pz[k]] += t * r
                coarse[px[i], py[j], pz[k] + dk] += u * r


@compiled
def prolong(
    x: Array, active: Array, cx: Array, cy: Array, cz: Array,
    wx: Array, wy: Array, wz: Array, px: Index, py: Index, pz: Index, coarse: Array,
) -> None:  # fmt: skip
    """Adds the coarse correction, linear between the coarse cells on both sides of an open face."""
    nx, ny, nz = x.shape
    for i in range(1, nx - 1):
        for j in range(1, ny - 1):
            for k in range(1, nz - 1):
                if active[i, j, k] == 0.0:
                    continue
                di, dj, dk, s, t, u = shares(i, j, k, cx, cy, cz, wx, wy, wz)
                x[i, j, k] += (
                    (1.0 - s - t - u) * coarse[px[i], py[j], pz[k]]
                    + s * coarse[px[i] + di, py[j], pz[k]]
                    + t * coarse[px[i], py[j] + dj, pz[k]]
                    + u * coarse[px[i], py[j], pz[k] + dk]
                )


@compiled
def step_along(x: Array, r: Array, p: Array, q: Array, alpha: float) -> float:
    """Does x += alpha p and r -= alpha q over flat arrays; gives r . r."""
    total = 0.0
    for n in range(x.size):
        x[n] += alpha * p[n]
        r[n] -= alpha * q[n]
        total += r[n] * r[n]
    return total


@compiled
def turn(p: Array, z: Array, beta: float) -> None:
    """Does p = z + beta p over flat arrays."""
    for n in range(p.size):
        p[n] = z[n] + beta * p[n]


@compiled
def dot(a: Array, b: Array) -> float:
    """Gives a . b over flat arrays."""
    total = 0.0
    for n in range(a.size):
        total += a[n] * b[n]
    return total


@compiled
def root(parent: Index, n: int) -> int:
    """Cell that stands for the component of cell n; shortens the way there."""
    while parent[n] != n:
        parent[n] = parent[parent[n]]
        n = parent[n]
    return n


@compiled
def components(cx: Array, cy: Array, cz: Array) -> Index:
    """For each cell of the padded grid, flat, the first cell of its component."""
    nx, ny, nz = cx.shape
    parent = np.arange(nx * ny * nz)
    for i in range(1, nx - 1):
        for j in range(1, ny - 1):
            for k in range(1, nz - 1):
                n = (i * ny + j) * nz + k
                if cx[i, j, k] > 0.0:
                    join(parent, n, n - ny * nz)
                if cy[i, j, k] > 0.0:
                    join(parent, n, n - nz)
                if cz[i, j, k] > 0.0:
                    join(parent, n, n - 1)
    for n in range(parent.size):
        parent[n] = root(parent, n)
    return parent


@compiled
def join(parent: Index, a: int, b: int) -> None:
    """Makes two components one, named after the first cell of both."""
    one = root(parent, a)
    other = root(parent, b)
    if one < other:
        parent[other] = one
    else:
        parent[one] = other
