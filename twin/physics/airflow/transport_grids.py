"""Equation of scalar transport on a frozen flow, and one multigrid cycle that nearly solves it.

Finite volumes, nothing lost: what leaves a cell through a face enters the next. On a face with flow
F and conductance D the value is central where D >= |F| / 2 and that of the upwind cell elsewhere
(hybrid scheme, Spalding 1972): every coefficient stays at least 0, so that no answer leaves the
range of what comes in. The cycle works on sums of flows of pairs of cells; its corrections are
constant over a coarse cell, its sweeps run forth and back.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from twin.arrays import Array, Index
from twin.physics.airflow import transport_kernels as kernels
from twin.physics.airflow.grid import Arrays
from twin.physics.airflow.multigrid import coarse_conductances, padded

COARSEST_CELLS = 30
COARSEST_SWEEPS = 12


@dataclass
class TransportGrid:
    """Coefficients of one grid, all padded."""

    diagonal: Array
    inverse: Array
    links: tuple[Array, Array, Array, Array, Array, Array]
    """Lower and upper of axes 0, 1, 2."""
    parents: tuple[Index, Index, Index]
    x: Array
    b: Array


def transport_grids(flow: Arrays, diffusion: Arrays, inflow: Array) -> list[TransportGrid]:
    """Grids from the finest to one of a few dozen cells.

    `flow` m3/s along the axes and `diffusion` m3/s on inner faces, 0 on walls and ports; `inflow`
    what ports bring into each cell.
    """
    grids = []
    while True:
        grids.append(_grid(flow, diffusion, inflow))
        shape = [n - 2 for n in inflow.shape]
        if np.prod(shape) <= COARSEST_CELLS:
            return grids
        axes = tuple(axis for axis in range(3) if shape[axis] > 1)
        flow = _summed_flows(flow, axes)
        diffusion = coarse_conductances(diffusion, axes)
        inflow = padded(_summed(inflow[1:-1, 1:-1, 1:-1], axes))


def _grid(flow: Arrays, diffusion: Arrays, inflow: Array) -> TransportGrid:
    """Coefficients by the hybrid scheme; the diagonal is what all neighbours and ports give."""
    links: list[Array] = []
    for axis, (f, d) in enumerate(zip(flow, diffusion, strict=True)):
        links.append(np.maximum(np.maximum(f, d + f / 2), 0.0))
        links.append(np.roll(np.maximum(np.maximum(-f, d - f / 2), 0.0), -1, axis))
    diagonal = inflow + sum(links)
    inverse = np.divide(1.0, diagonal, out=np.zeros_like(diagonal), where=diagonal > 0)
    shape = (*inflow.shape, kernels.LANES)
    return TransportGrid(
        diagonal, inverse, (links[0], links[1], links[2], links[3], links[4], links[5]),
        _parents(inflow.shape), np.zeros(shape), np.zeros(shape),
    )  # fmt: skip


def _parents(shape: tuple[int, ...]) -> tuple[Index, Index, Index]:
    """Per axis the padded coarse cell of each padded cell."""
    held = [(np.arange(n) + 1) // 2 if n > 3 else np.arange(n) for n in shape]
    return (held[0], held[1], held[2])


def _summed(held: Array, axes: tuple[int, ...]) -> Array:
    """Sums over pairs along axes."""
    for axis in axes:
        held = np.add.reduceat(held, np.arange(0, held.shape[axis], 2), axis=axis)
    return held


def _summed_flows(flow: Arrays, axes: tuple[int, ...]) -> Arrays:
    """Flows through the faces of pairs."""
    new = []
    for axis, held in enumerate(flow):
        kept = held[1:-1, 1:-1, 1:-1]
        kept = kept[(slice(None),) * axis + (slice(None, None, 2),)] if axis in axes else kept
        new.append(padded(_summed(kept, tuple(other for other in axes if other != axis))))
    return (new[0], new[1], new[2])


def cycle(grids: list[TransportGrid], b: Array) -> Array:
    """One V(1,1) cycle from 0: an approximate A⁻¹ b."""
    grids[0].b = b
    for fine, coarse in pairwise(grids):
        fine.x[:] = 0.0
        _sweep(fine, False)
        kernels.restrict(fine.x, fine.b, fine.diagonal, coarse.b, *fine.parents, *fine.links)
    last = grids[-1]
    last.x[:] = 0.0
    for _ in range(COARSEST_SWEEPS):
        _sweep(last, False)
        _sweep(last, True)
    for fine, coarse in zip(grids[-2::-1], grids[:0:-1], strict=True):
        kernels.prolong(fine.x, fine.diagonal, coarse.x, *fine.parents)
        _sweep(fine, True)
    return grids[0].x


def _sweep(grid: TransportGrid, backward: bool) -> None:
    """One pass over the cells."""
    kernels.sweep(grid.x, grid.b, grid.inverse, backward, *grid.links)
