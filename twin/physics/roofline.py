"""How long a kernel takes: a roofline of three numbers, and a surface fitted on measured times
around it.

    t = (t0 + max(F / P, b / W)) * exp(r(log2 m, log2 n, log2 k))

P and W are effective rates, t0 the launch overhead and r a Gaussian process on what the roofline
leaves over. Far from its samples r falls back to its mean, so that extrapolation keeps the physical
scaling. Sources: Williams, Waterman and Patterson (2009), doi 10.1145/1498765.1498785; Rasmussen
and Williams (2006), Gaussian Processes for Machine Learning, eq. 2.25 (mean) and 5.12 (leave one
out).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import scipy
from numpy.typing import ArrayLike, NDArray

Array = NDArray[np.float64]

NOISE_FRAC = 0.05
"""Repeatability assumed of one measured kernel time; the Gaussian process smooths below it."""
_REACH = np.log(30.0)
"""How far a rate may leave the best one seen: samples bound by the other rate say nothing about
it."""
_LENGTHS = tuple(0.25 * 2.0 ** (0.5 * step) for step in range(8))


@dataclass(frozen=True)
class Roofline:
    """Effective rates of one processor for one number format."""

    flop_s: float
    """FLOP/s reached by large kernels."""
    bytes_s: float
    """Bytes/s reached by streaming kernels."""
    launch_s: float
    """Seconds that an empty kernel takes."""


def time_s(
    roofline: Roofline, flop: ArrayLike, byte: ArrayLike, clock_frac: ArrayLike = 1.0
) -> Array:
    """Seconds of a kernel that does `flop` operations and moves `byte` bytes; arguments broadcast.

    The compute part grows with 1 / clock_frac, the memory part and the launch do not.
    """
    compute_s = np.asarray(flop, float) / (roofline.flop_s * np.asarray(clock_frac, float))
    return roofline.launch_s + np.maximum(compute_s, np.asarray(byte, float) / roofline.bytes_s)


def gemm_work(
    m: ArrayLike, n: ArrayLike, k: ArrayLike, element_bytes: float
) -> tuple[Array, Array]:
    """FLOP and bytes of C(m,n) = A(m,k) B(k,n), every operand touched once; arguments broadcast."""
    m, n, k = (np.asarray(x, float) for x in (m, n, k))
    return 2 * m * n * k, element_bytes * (m * k + n * k + m * n)


def fit_roofline(flop: Array, byte: Array, measured_s: Array) -> Roofline:
    """The three numbers with the least absolute log error over samples of shape (sample,)."""
    start = np.log([np.max(flop / measured_s), np.max(byte / measured_s), np.min(measured_s)])

    def log_error(log_rates: Array) -> Array:
        error: Array = np.log(time_s(Roofline(*np.exp(log_rates)), flop, byte) / measured_s)
        return error

    bounds = (start - _REACH, start + _REACH)
    fit = scipy.optimize.least_squares(
        log_error, start, bounds=bounds, loss="soft_l1", f_scale=0.05
    )
    return Roofline(*(float(x) for x in np.exp(fit.x)))


@dataclass(frozen=True)
class Remainder:
    """log(measured / roofline) as a Gaussian process over log2 of the shape; arrays (sample,
    axis).
    """

    points: Array
    weights: Array
    mean: float
    length: Array
    low: Array
    high: Array
    loo_median_frac: float
    loo_p90_frac: float

    def __call__(self, shape: Array) -> tuple[Array, NDArray[np.bool_]]:
        """Factor on the roofline, and whether each shape (query, axis) lies in the box that was
        sampled.
        """
        query = np.log2(shape)
        factor = np.exp(self.mean + _kernel(query, self.points, self.length) @ self.weights)
        inside = np.all((query >= self.low - 1e-9) & (query <= self.high + 1e-9), axis=1)
        return factor, inside


def fit_remainder(shape: Array, ratio: Array) -> Remainder:
    """Fit measured/roofline `ratio` (sample,) over `shape` (sample, axis); lengths by leaving one
    out.
    """
    points = np.log2(shape)
    target = np.log(ratio)
    mean = float(np.median(target))
    length = _best_length(points, target - mean)
    weights, loo_error = _solve(points, target - mean, length)
    spread = np.abs(np.expm1(loo_error))
    low = points.min(axis=0)
    high = points.max(axis=0)
    return Remainder(
        points,
        weights,
        mean,
        length,
        low,
        high,
        float(np.median(spread)),
        float(np.quantile(spread, 0.9)),
    )


@dataclass(frozen=True)
class Surface:
    """Time of a matrix product: a roofline and the fitted remainder over (m, n, k)."""

    roofline: Roofline
    element_bytes: float
    remainder: Remainder

    def time_s(self, m: ArrayLike, n: ArrayLike, k: ArrayLike) -> tuple[Array, NDArray[np.bool_]]:
        """Seconds, and whether the shape lies inside the box that was sampled; arguments
        broadcast.
        """
        m, n, k = np.broadcast_arrays(*(np.asarray(x, float) for x in (m, n, k)))
        base_s = time_s(self.roofline, *gemm_work(m, n, k, self.element_bytes))
        factor, inside = self.remainder(np.stack([m.ravel(), n.ravel(), k.ravel()], axis=1))
        return base_s * factor.reshape(base_s.shape), inside.reshape(base_s.shape)


def fit_surface(m: Array, n: Array, k: Array, measured_s: Array, element_bytes: float) -> Surface:
    """Fit roofline and remainder on samples of shape (sample,); lengths are chosen by leaving one
    out.

    Raises ValueError where fewer than three samples are given or a time is not positive.
    """
    if measured_s.size < 3 or not np.all(measured_s > 0):
        raise ValueError("a surface needs at least three samples with positive times")
    work = gemm_work(m, n, k, element_bytes)
    roofline = fit_roofline(*work, measured_s)
    shape = np.stack([m, n, k], axis=1).astype(float)
    return Surface(
        roofline, element_bytes, fit_remainder(shape, measured_s / time_s(roofline, *work))
    )


def _kernel(left: Array, right: Array, length: Array) -> Array:
    delta = left[:, None, :] / length - right[None, :, :] / length
    covariance: Array = np.exp(-0.5 * np.sum(delta**2, axis=2))
    return covariance


def _solve(points: Array, target: Array, length: Array) -> tuple[Array, Array]:
    """Weights and leave-one-out errors alpha_i / Kinv_ii of the process with this length."""
    scale = max(float(np.var(target)), NOISE_FRAC**2)
    covariance = _kernel(points, points, length) + NOISE_FRAC**2 / scale * np.eye(len(points))
    factor = scipy.linalg.cho_factor(covariance, lower=True)
    weights: Array = scipy.linalg.cho_solve(factor, target)
    return weights, weights / np.diag(scipy.linalg.cho_solve(factor, np.eye(len(points))))


def _best_length(points: Array, target: Array) -> Array:
    """Axis lengths: one for all axes first, then each axis in turn, by least absolute left-out
    error.
    """
    spread = np.maximum(points.std(axis=0), 0.5)

    def score(length: Array) -> float:
        return float(np.mean(np.abs(_solve(points, target, length)[1])))

    best: Array = min((factor * spread for factor in _LENGTHS), key=score)
    for axis in range(points.shape[1]):
        trials = [
            np.where(np.arange(points.shape[1]) == axis, best * f, best)
            for f in (0.35, 0.6, 1, 1.7, 2.8)
        ]
        best = min(trials, key=score)
    return best
