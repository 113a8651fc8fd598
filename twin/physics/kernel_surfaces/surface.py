"""How long a kernel takes over any axes: ceilings of the device, and what was measured around them.

    t = (t0 + |F / P, b / W, u * s|_q) * exp(r(features))

P and W are effective rates, t0 the launch, s the time of one block of work on the whole device when
blocks and not bytes count (many short sequences, tiles of a product), |.|_q the norm of order q:
the sharper the corner, the larger q. r is a Gaussian process with a Matern kernel of order 3/2: its
kinks suit libraries, which change kernels. Far from its samples r falls back to its mean, so that
extrapolation keeps the physical scaling. Sources: Williams, Waterman and Patterson (2009), doi
10.1145/1498765.1498785; Rasmussen and Williams (2006), Gaussian Processes for Machine Learning,
equations 2.25 (mean), 4.17 (Matern), 5.8 and 5.9 (evidence and its slope), 5.12 (leave one out).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from twin.physics.kernel_surfaces.work import AXES, Format, Work, work

Array = NDArray[np.float64]
Flags = NDArray[np.bool_]

_ROWS_AT_ONCE = 2048
"""Shapes that are worked out together: what they need stays in the processor's cache."""
_EDGE = 1e-6


@dataclass(frozen=True)
class Ceilings:
    """What bounds a kernel: rates, the launch, and the time of a block."""

    flop_s: float
    bytes_s: float
    launch_s: float
    unit_s: float
    sharpness: float

    def time_s(
        self, job: Work, clock_frac: ArrayLike = 1.0, shape: tuple[int, ...] | None = None
    ) -> Array:
        """Seconds of each kernel; only the part of FLOP grows with 1 / clock_frac.

        shape   of the kernels, against which clocks broadcast; (query,) where not stated
        """
        form = job.flop.shape if shape is None else shape
        compute_s = job.flop.reshape(form) / (self.flop_s * np.asarray(clock_frac, float))
        byte_s = job.byte.reshape(form) / self.bytes_s
        unit_s = job.units.reshape(form) * self.unit_s
        parts_s = np.stack(np.broadcast_arrays(compute_s, byte_s, unit_s))
        most_s = parts_s.max(axis=0)
        norm = np.sum((parts_s / most_s) ** self.sharpness, axis=0) ** (1 / self.sharpness)
        seconds: Array = self.launch_s + most_s * norm
        return seconds


@dataclass(frozen=True)
class Departure:
    """log(measured / ceilings) as a Gaussian process; `points` (sample, feature)."""

    points: Array
    weights: Array
    mean: float
    length: Array
    kept: Flags | None = None
    """Of the samples it was fitted to, those that stayed, (sample,); None where nobody asked."""
    noise: float = 0.0
    """Of the samples, as a share of the variance."""

    def __call__(self, features: Array) -> Array:
        """Factor on the ceilings for `features` (query, feature).

        In double precision: in single, which is faster, a processor's own order of sums shows in
        the sixth place.
        """
        near = self.points / self.length
        asked = features / self.length
        answer = np.empty(len(features))
        for start in range(0, len(features), _ROWS_AT_ONCE):
            part = slice(start, start + _ROWS_AT_ONCE)
            answer[part] = matern(asked[part], near) @ self.weights
        factor: Array = np.exp(self.mean + answer)
        return factor

    def inside(self, features: Array) -> Flags:
        """Whether features lie in the box of the samples."""
        low = self.points.min(axis=0) - _EDGE
        high = self.points.max(axis=0) + _EDGE
        held: Flags = np.all((features >= low) & (features <= high), axis=1)
        return held


@dataclass(frozen=True)
class KernelSurface:
    """Time of one operation in one number format on one device."""

    op: str
    form: Format
    ceilings: Ceilings
    departure: Departure

    @property
    def axes(self) -> tuple[str, ...]:
        """Names that `time_s` takes."""
        return AXES[self.op]

    def time_s(self, clock_frac: ArrayLike = 1.0, **axes: ArrayLike) -> tuple[Array, Flags]:
        """Seconds, and whether each shape lies in the box that was sampled.

        Axes broadcast against each other; those of `work.OPTIONAL` may be left out. Raises
        KeyError for an axis that is missing.
        """
        shape = np.broadcast_shapes(*(np.shape(x) for x in axes.values()))
        job = work(
            self.op, {name: np.broadcast_to(x, shape) for name, x in axes.items()}, self.form
        )
        factor = self.departure(job.features).reshape(shape)
        inside = self.departure.inside(job.features).reshape(shape)
        seconds: Array = self.ceilings.time_s(job, clock_frac, shape) * factor
        return seconds, np.broadcast_to(inside, seconds.shape)


def matern(left: Array, right: Array) -> Array:
    """Covariance (left, right) of points that are already divided by their lengths."""
    squares = np.einsum("ij,ij->i", left, left)[:, None] + np.einsum("ij,ij->i", right, right)
    squares -= 2 * (left @ right.T)
    np.maximum(squares, 0, out=squares)
    squares *= 3
    reach = np.sqrt(squares, out=squares)
    covariance: Array = np.exp(-reach)
    reach += 1
    covariance *= reach
    return covariance
