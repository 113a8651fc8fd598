"""The pressure equation in torch: the same grids, weights and cycle as `multigrid`, on a device.

Written in slices of whole arrays, so that a GPU sweeps a colour at once. Float64, as on the
processor: both give the same answer to rounding times the condition of the room.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np
import torch

from twin.arrays import Array
from twin.physics.airflow.multigrid import COARSEST_SWEEPS, Conductances, Level, Poisson, Solved

Tensor = Any
INNER = (slice(1, -1),) * 3


@dataclass
class TensorLevel:
    """A `Level` on a device."""

    c: tuple[Tensor, Tensor, Tensor]
    inverse: Tensor
    active: Tensor
    colours: tuple[Tensor, Tensor]
    """Inner cells of each colour, as 0 and 1."""
    leans: tuple[Tensor, Tensor, Tensor]
    """Share that each inner cell takes from the coarse cell beside its own, per axis."""
    own: tuple[Tensor, Tensor, Tensor]
    """Per axis: padded coarse index of each inner cell."""
    beside: tuple[Tensor, Tensor, Tensor]
    """Per axis: of the coarse cell beside it."""


class TorchPoisson(Poisson):
    """`Poisson` whose cycle and conjugate gradients run in torch."""

    def __init__(
        self, conductances: Conductances, spacings_m: Conductances, device: str = "cpu"
    ) -> None:
        super().__init__(conductances, spacings_m)
        self.device = torch.device(device)
        self.tensors = [_on_device(level, self.device) for level in self.levels]

    def solve(self, x: Array, b: Array, tolerance: float, iterations_max: int = 60) -> Solved:
        """Improves `x` in place until the residual is `tolerance` of the right-hand side."""
        top = self.tensors[0]
        held = torch.as_tensor(x, device=self.device).clone()
        right = torch.as_tensor(self.balanced(b), device=self.device)
        scale = float(torch.linalg.vector_norm(right))
        if scale == 0.0:
            x[:] = 0.0
            return Solved(0, 0.0)
        r = right - product(top, held)
        left = float(torch.linalg.vector_norm(r)) / scale
        p = torch.zeros_like(r)
        energy = 1.0
        n = 0
        while left > tolerance and n < iterations_max:
            n += 1
            z = self.cycle_on_device(r)
            before = energy
            energy = float((r * z).sum())
            p = z + (energy / before if n > 1 else 0.0) * p
            q = product(top, p)
            step = energy / float((p * q).sum())
            held += step * p
            r -= step * q
            left = float(torch.linalg.vector_norm(r)) / scale
        x[:] = held.cpu().numpy()
        return Solved(n, left)

    def cycle_on_device(self, b: Tensor) -> Tensor:
        """One symmetric V(1,1) cycle from 0."""
        rights = [b]
        answers = []
        for fine, coarse in pairwise(self.tensors):
            x = torch.zeros_like(rights[-1])
            relax(fine, x, rights[-1], (0, 1))
            answers.append(x)
            rights.append(restrict(fine, rights[-1] - product(fine, x), coarse.inverse))
        x = torch.zeros_like(rights[-1])
        relax(self.tensors[-1], x, rights[-1], (0, 1) * COARSEST_SWEEPS + (1, 0) * COARSEST_SWEEPS)
        for fine, right, held in zip(
            self.tensors[-2::-1], rights[-2::-1], answers[::-1], strict=True
        ):
            prolong(fine, held, x)
            relax(fine, held, right, (1, 0))
            x = held
        return x


def around(level: TensorLevel, x: Tensor) -> Tensor:
    """What the six neighbours give the inner cells."""
    cx, cy, cz = level.c
    return (
        cx[1:-1, 1:-1, 1:-1] * x[:-2, 1:-1, 1:-1]
        + cx[2:, 1:-1, 1:-1] * x[2:, 1:-1, 1:-1]
        + cy[1:-1, 1:-1, 1:-1] * x[1:-1, :-2, 1:-1]
        + cy[1:-1, 2:, 1:-1] * x[1:-1, 2:, 1:-1]
        + cz[1:-1, 1:-1, 1:-1] * x[1:-1, 1:-1, :-2]
        + cz[1:-1, 1:-1, 2:] * x[1:-1, 1:-1, 2:]
    )


def product(level: TensorLevel, x: Tensor) -> Tensor:
    """A x."""
    out = torch.zeros_like(x)
    inverse = level.inverse[INNER]
    diagonal = torch.where(inverse > 0, 1.0 / inverse, torch.zeros_like(inverse))
    out[INNER] = diagonal * x[INNER] - around(level, x)
    return out


def relax(level: TensorLevel, x: Tensor, b: Tensor, colours: tuple[int, ...]) -> None:
    """Gauss-Seidel on colours of the chessboard in turn."""
    for colour in colours:
        new = level.inverse[INNER] * (b[INNER] + around(level, x))
        x[INNER] += level.colours[colour] * (new - x[INNER])


def restrict(level: TensorLevel, residual: Tensor, like: Tensor) -> Tensor:
    """Residual of inner cells spread over coarse ones: the transpose of `prolong`."""
    r = residual[INNER]
    rest = 1.0 - level.leans[0] - level.leans[1] - level.leans[2]
    total = _scatter(rest * r, level.own, like.shape)
    for axis in range(3):
        where = list(level.own)
        where[axis] = level.beside[axis]
        total += _scatter(level.leans[axis] * r, (where[0], where[1], where[2]), like.shape)
    return total


def prolong(level: TensorLevel, x: Tensor, coarse: Tensor) -> None:
    """Adds the coarse correction."""
    rest = 1.0 - level.leans[0] - level.leans[1] - level.leans[2]
    total = rest * _gather(coarse, level.own)
    for axis in range(3):
        where = list(level.own)
        where[axis] = level.beside[axis]
        total += level.leans[axis] * _gather(coarse, (where[0], where[1], where[2]))
    x[INNER] += level.active[INNER] * total


def _gather(held: Tensor, index: tuple[Tensor, Tensor, Tensor]) -> Tensor:
    """Values at the product of three rows of indices."""
    for axis in range(3):
        held = held.index_select(axis, index[axis])
    return held


def _scatter(held: Tensor, index: tuple[Tensor, Tensor, Tensor], shape: Any) -> Tensor:
    """Sums at the product of three rows of indices."""
    for axis in range(3):
        sizes = list(held.shape)
        sizes[axis] = shape[axis]
        total = torch.zeros(sizes, dtype=held.dtype, device=held.device)
        held = total.index_add_(axis, index[axis], held)
    return held


def _on_device(level: Level, device: Any) -> TensorLevel:
    """A level's arrays as tensors, with what the compiled kernels work out as they go."""

    def put(held: Any) -> Tensor:
        return torch.as_tensor(np.ascontiguousarray(held), device=device)

    grid = np.add.outer(np.add.outer(*[np.arange(1, n - 1) for n in level.inverse.shape[:2]]),
                        np.arange(1, level.inverse.shape[2] - 1))  # fmt: skip
    chess = (grid % 2).astype(float)
    leans = [put(_lean(level, axis)) for axis in range(3)]
    own = [put(index[1:-1]) for index in level.parents]
    beside = [
        put(index[1:-1] + np.where(np.arange(1, index.size - 1) % 2, -1, 1))
        for index in level.parents
    ]
    return TensorLevel(
        c=(put(level.c[0]), put(level.c[1]), put(level.c[2])),
        inverse=put(level.inverse),
        active=put(level.active),
        colours=(put(1.0 - chess), put(chess)),
        leans=(leans[0], leans[1], leans[2]),
        own=(own[0], own[1], own[2]),
        beside=(beside[0], beside[1], beside[2]),
    )


def _lean(level: Level, axis: int) -> Array:
    """Share that each inner cell takes from the coarse cell beside its own, 0 at closed faces."""
    lower = level.c[axis][INNER] > 0
    upper = np.roll(level.c[axis], -1, axis)[INNER] > 0
    n = level.inverse.shape[axis]
    shape = [-1 if a == axis else 1 for a in range(3)]
    odd = (np.arange(1, n - 1) % 2 == 1).reshape(shape)
    weight = level.weights[axis][1:-1].reshape(shape)
    return np.where(np.where(odd, lower, upper), weight, 0.0)
