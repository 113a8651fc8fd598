"""Sweeps of scalar transport over padded arrays, four right-hand sides at once (last index).

Equation of a cell: d x - sum of coefficient x of the neighbour = b. `lower` coefficients (l) link a
cell to the one before it along an axis, `upper` (u) to the one after it. Four columns fill one
vector register: all are read before any is written, so that the compiler keeps them together.
"""

from __future__ import annotations

from twin.arrays import Array, Index
from twin.physics.airflow.compiled import compiled

LANES = 4
"""Right-hand sides that every array here holds."""


@compiled
def around(
    x: Array, i: int, j: int, k: int, m: int,
    lx: Array, ux: Array, ly: Array, uy: Array, lz: Array, uz: Array,
) -> float:  # fmt: skip
    """What the six neighbours give a cell."""
    return float(
        lx[i, j, k] * x[i - 1, j, k, m]
        + ux[i, j, k] * x[i + 1, j, k, m]
        + ly[i, j, k] * x[i, j - 1, k, m]
        + uy[i, j, k] * x[i, j + 1, k, m]
        + lz[i, j, k] * x[i, j, k - 1, m]
        + uz[i, j, k] * x[i, j, k + 1, m]
    )


@compiled
def sweep(
    x: Array, b: Array, inverse: Array, backward: bool,
    lx: Array, ux: Array, ly: Array, uy: Array, lz: Array, uz: Array,
) -> None:  # fmt: skip
    """Gauss-Seidel in the order of the cells, or against it."""
    nx, ny, nz = inverse.shape
    for ii in range(1, nx - 1):
        i = nx - 1 - ii if backward else ii
        for jj in range(1, ny - 1):
            j = ny - 1 - jj if backward else jj
            for kk in range(1, nz - 1):
                k = nz - 1 - kk if backward else kk
                d = inverse[i, j, k]
                x0 = d * (b[i, j, k, 0] + around(x, i, j, k, 0, lx, ux, ly, uy, lz, uz))
                x1 = d * (b[i, j, k, 1] + around(x, i, j, k, 1, lx, ux, ly, uy, lz, uz))
                x2 = d * (b[i, j, k, 2] + around(x, i, j, k, 2, lx, ux, ly, uy, lz, uz))
                x3 = d * (b[i, j, k, 3] + around(x, i, j, k, 3, lx, ux, ly, uy, lz, uz))
                x[i, j, k, 0] = x0
                x[i, j, k, 1] = x1
                x[i, j, k, 2] = x2
                x[i, j, k, 3] = x3


@compiled
def product(
    x: Array, out: Array, diagonal: Array,
    lx: Array, ux: Array, ly: Array, uy: Array, lz: Array, uz: Array,
) -> None:  # fmt: skip
    """A x into `out`."""
    nx, ny, nz = diagonal.shape
    for i in range(1, nx - 1):
        for j in range(1, ny - 1):
            for k in range(1, nz - 1):
                d = diagonal[i, j, k]
                y0 = d * x[i, j, k, 0] - around(x, i, j, k, 0, lx, ux, ly, uy, lz, uz)
                y1 = d * x[i, j, k, 1] - around(x, i, j, k, 1, lx, ux, ly, uy, lz, uz)
                y2 = d * x[i, j, k, 2] - around(x, i, j, k, 2, lx, ux, ly, uy, lz, uz)
                y3 = d * x[i, j, k, 3] - around(x, i, j, k, 3, lx, ux, ly, uy, lz, uz)
                out[i, j, k, 0] = y0
                out[i, j, k, 1] = y1
                out[i, j, k, 2] = y2
                out[i, j, k, 3] = y3


@compiled
def restrict(
    x: Array, b: Array, diagonal: Array, coarse: Array, px: Index, py: Index, pz: Index,
    lx: Array, ux: Array, ly: Array, uy: Array, lz: Array, uz: Array,
) -> None:  # fmt: skip
    """What is left of `b`, summed over the cells of each coarse cell."""
    coarse[:] = 0.0
    nx, ny, nz = diagonal.shape
    for i in range(1, nx - 1):
        for j in range(1, ny - 1):
            for k in range(1, nz - 1):
                d = diagonal[i, j, k]
                r0 = b[i, j, k, 0] + around(x, i, j, k, 0, lx, ux, ly, uy, lz, uz)
                r1 = b[i, j, k, 1] + around(x, i, j, k, 1, lx, ux, ly, uy, lz, uz)
                r2 = b[i, j, k, 2] + around(x, i, j, k, 2, lx, ux, ly, uy, lz, uz)
                r3 = b[i, j, k, 3] + around(x, i, j, k, 3, lx, ux, ly, uy, lz, uz)
                to = coarse[px[i], py[j], pz[k]]
                to[0] += r0 - d * x[i, j, k, 0]
                to[1] += r1 - d * x[i, j, k, 1]
                to[2] += r2 - d * x[i, j, k, 2]
                to[3] += r3 - d * x[i, j, k, 3]


@compiled
def prolong(x: Array, diagonal: Array, coarse: Array, px: Index, py: Index, pz: Index) -> None:
    """Adds the correction of the coarse cell to its cells."""
    nx, ny, nz = diagonal.shape
    for i in range(1, nx - 1):
        for j in range(1, ny - 1):
            for k in range(1, nz - 1):
                if diagonal[i, j, k] != 0.0:
                    for m in range(LANES):
                        x[i, j, k, m] += coarse[px[i], py[j], pz[k], m]


@compiled
def combine(
    out: Array, a: Array, of_a: Array, b: Array, of_b: Array, c: Array, of_c: Array
) -> None:
    """Weighted sum of three (cell, column) arrays, weights per column."""
    for n in range(out.shape[0]):
        for m in range(LANES):
            out[n, m] = of_a[m] * a[n, m] + of_b[m] * b[n, m] + of_c[m] * c[n, m]


@compiled
def dots(total: Array, a: Array, b: Array) -> None:
    """Products summed over cells, per column."""
    t0 = 0.0
    t1 = 0.0
    t2 = 0.0
    t3 = 0.0
    for n in range(a.shape[0]):
        t0 += a[n, 0] * b[n, 0]
        t1 += a[n, 1] * b[n, 1]
        t2 += a[n, 2] * b[n, 2]
        t3 += a[n, 3] * b[n, 3]
    total[0] = t0
    total[1] = t1
    total[2] = t2
    total[3] = t3
