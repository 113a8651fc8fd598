"""Fits ceilings and departures of `surface` to measured times."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import scipy
from numpy.typing import ArrayLike, NDArray

from twin.physics.kernel_surfaces.surface import Ceilings, Departure, KernelSurface, matern
from twin.physics.kernel_surfaces.work import Format, Work, work

Array = NDArray[np.float64]

Peak = tuple[float | None, float | None]
"""FLOP/s and bytes/s of a data sheet; None where it is not known."""
_LEAST_OF_PEAK = (0.15, 0.3)
_USUAL_OF_PEAK = (0.6, 0.75)
_MOST_OF_PEAK = 1.05
"""Of the data sheet's FLOP/s and bytes/s that a kernel can reach."""
_REACH = np.log(30.0)
"""How far a rate may leave the best one seen: other samples say nothing of it."""
_SHARPNESS = (1.2, 4.0, 14.0)
_USUAL_LENGTH = 3.0
_LENGTH_SPREAD = 1.5
"""A weak belief in lengths of some doublings: log-normal with this spread."""
_EVIDENCE_POINTS = 300
"""Lengths are learned from this many samples at most; the weights from all."""
_WILD = 5.0
_LEAST_WILD = 0.25
"""A sample that misses by five usual errors, and by a quarter at least, once left out, is dropped:
a library's wrong choice of a kernel, seen once, is no law."""


def fit_surface(
    op: str,
    axes: Mapping[str, ArrayLike],
    measured_s: Array,
    form: Format,
    peak: Peak = (None, None),
    clock_frac: ArrayLike = 1.0,
) -> KernelSurface:
    """The surface of an operation at the full clock; axes and times of shape (sample,).

    peak         FLOP/s and bytes/s of the data sheet, each bounds the effective rate where it is
                 known
    clock_frac   at which each sample was taken, as a share of the full clock
    Raises ValueError with fewer than three samples or a time that is not positive.
    """
    if measured_s.size < 3 or not np.all(measured_s > 0):
        raise ValueError("a surface needs at least three samples with positive times")
    job = work(op, axes, form)
    ceilings = fit_ceilings(job, measured_s, peak, clock_frac)
    ratio = measured_s / ceilings.time_s(job, clock_frac)
    departure = fit_departure(job.features, np.log(ratio))
    return KernelSurface(op, form, ceilings, departure)


def fit_ceilings(
    job: Work, measured_s: Array, peak: Peak = (None, None), clock_frac: ArrayLike = 1.0
) -> Ceilings:
    """The five numbers with the least absolute log error."""
    best = [np.max(job.flop / measured_s), np.max(job.byte / measured_s), np.min(measured_s)]
    start = np.log([*best, np.min(measured_s / job.units), _SHARPNESS[1]])
    low = start - _REACH
    high = start + _REACH
    low[4] = np.log(_SHARPNESS[0])
    high[4] = np.log(_SHARPNESS[2])
    for index, rate in enumerate(peak):
        if rate is not None:
            low[index] = np.log(_LEAST_OF_PEAK[index] * rate)
            start[index] = np.log(_USUAL_OF_PEAK[index] * rate)
            high[index] = np.log(_MOST_OF_PEAK * rate)

    def log_error(numbers: Array) -> Array:
        error: Array = np.log(Ceilings(*np.exp(numbers)).time_s(job, clock_frac) / measured_s)
        return error

    fit = scipy.optimize.least_squares(
        log_error, start, bounds=(low, high), loss="soft_l1", f_scale=0.05
    )
    return Ceilings(*(float(x) for x in np.exp(fit.x)))


def fit_departure(points: Array, log_ratio: Array) -> Departure:
    """The process over `points` (sample, feature), by most evidence; wild samples are dropped."""
    mean = float(np.median(log_ratio))
    target = log_ratio - mean
    few = np.random.default_rng(0).permutation(len(points))
    length, noise = _lengths(points, target, few[:_EVIDENCE_POINTS], None)
    kept = _tame(points, target, length, noise)
    if not np.all(kept):
        few = few[kept[few]]
        length, noise = _lengths(points, target, few[:_EVIDENCE_POINTS], (length, noise))
    covariance = matern(points[kept] / length, points[kept] / length)
    weights = scipy.linalg.cho_solve(
        scipy.linalg.cho_factor(covariance + noise * np.eye(len(covariance)), lower=True),
        target[kept],
    )
    return Departure(points[kept], weights, mean, length, kept, noise)


def left_out_errors(
    surface: KernelSurface,
    axes: Mapping[str, ArrayLike],
    measured_s: Array,
    clock_frac: ArrayLike = 1.0,
) -> Array:
    """Log error of each sample when it alone is left out of the fitted process, (sample,)."""
    job = work(surface.op, axes, surface.form)
    departure = surface.departure
    ratio = measured_s / surface.ceilings.time_s(job, clock_frac)
    target = np.log(ratio) - departure.mean
    return _left_out(job.features, target, departure.length, departure.noise)


def _left_out(points: Array, target: Array, length: Array, noise: float) -> Array:
    covariance = matern(points / length, points / length)
    factor = scipy.linalg.cho_factor(covariance + noise * np.eye(len(points)), lower=True)
    error: Array = scipy.linalg.cho_solve(factor, target) / np.diag(
        scipy.linalg.cho_solve(factor, np.eye(len(points)))
    )
    return error


def _tame(points: Array, target: Array, length: Array, noise: float) -> NDArray[np.bool_]:
    missed = np.abs(_left_out(points, target, length, noise))
    kept: NDArray[np.bool_] = missed < max(_WILD * 1.4826 * float(np.median(missed)), _LEAST_WILD)
    return kept if np.sum(kept) >= 3 else np.ones(len(points), bool)


def _lengths(
    points: Array, target: Array, rows: NDArray[np.int64], known: tuple[Array, float] | None
) -> tuple[Array, float]:
    """Length of each feature, and the noise as a share of the variance."""
    seen = points[rows]
    spread = max(float(target[rows].std()), 0.02)
    length = np.maximum(points.std(axis=0), 0.5) if known is None else known[0]
    start = np.array([*np.log(length), np.log(spread), np.log(0.03)])
    bounds = [(np.log(0.1), np.log(60.0))] * len(length) + [(-4, 1.5), (np.log(8e-3), np.log(0.4))]
    start = np.clip(start, [b[0] for b in bounds], [b[1] for b in bounds])
    found = scipy.optimize.minimize(
        _less_evidence, start, (seen, target[rows]), jac=True, method="L-BFGS-B", bounds=bounds,
        options={"maxiter": 40},
    ).x  # fmt: skip
    return np.exp(found[:-2]), float(np.exp(2 * (found[-1] - found[-2])))


def _less_evidence(numbers: Array, points: Array, target: Array) -> tuple[float, Array]:
    """Negative log evidence and its slope over log lengths, log spread and log noise."""
    scaled = points / np.exp(numbers[:-2])
    variance = np.exp(2 * numbers[-2])
    noise = np.exp(2 * numbers[-1])
    covariance = matern(scaled, scaled)
    try:
        factor = scipy.linalg.cho_factor(
            variance * covariance + (noise + 1e-10) * np.eye(len(points)), lower=True
        )
    except np.linalg.LinAlgError:
        return 1e10, np.zeros_like(numbers)
    weights = scipy.linalg.cho_solve(factor, target)
    inner = 0.5 * (scipy.linalg.cho_solve(factor, np.eye(len(points))) - np.outer(weights, weights))
    slope = np.empty_like(numbers)
    slope[:-2] = _length_slope(scaled, inner * variance)
    slope[-2] = 2 * variance * np.sum(inner * covariance)
    slope[-1] = 2 * noise * np.trace(inner)
    evidence = 0.5 * target @ weights + np.log(np.diag(factor[0])).sum()
    belief = (numbers[:-2] - np.log(_USUAL_LENGTH)) / _LENGTH_SPREAD
    slope[:-2] += belief / _LENGTH_SPREAD
    return float(evidence + 0.5 * belief @ belief), slope


def _length_slope(scaled: Array, inner: Array) -> Array:
    """Slope of the evidence over each log length: 3 exp(-sqrt(3) r) times the squared distance."""
    squares = np.sum((scaled[:, None, :] - scaled[None, :, :]) ** 2, axis=2)
    pull = inner * 3 * np.exp(-np.sqrt(3 * squares))
    rows = pull.sum(axis=1)
    slope: Array = 2 * (rows @ scaled**2 - np.sum(scaled * (pull @ scaled), axis=0))
    return slope
