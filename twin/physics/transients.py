"""Power within a second: the two-level wave of synchronous training, what storage takes off it, and
what it does to the grid. All in closed form; arguments broadcast.

A synchronous job computes on all its GPUs at once, and waits for its network on all of them at
once: its power is a wave of two levels with the period of a step. Source of the picture: arXiv
2508.14318 (measured swings of large training jobs, critical bands of the grid).
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

Array = NDArray[np.float64]

HARMONICS_MAX = 100_000
"""Most harmonics that are summed in a band."""


def harmonic_w(swing_w: ArrayLike, duty_frac: ArrayLike, order: ArrayLike) -> Array:
    """Amplitude (peak) of a harmonic of the wave: 2 dP / (n pi) |sin(n pi d)| (Fourier series)."""
    n = np.asarray(order, float)
    shape = np.abs(np.sin(n * np.pi * np.asarray(duty_frac, float)))
    return np.asarray(2.0 / (n * np.pi) * shape * np.asarray(swing_w, float))


def band_rms_w(
    swing_w: float, period_s: float, duty_frac: float, low_hz: float, high_hz: float
) -> float:
    """Effective value of all harmonics of the wave between two frequencies, both included."""
    first = max(1, int(np.ceil(low_hz * period_s * (1 - 1e-12))))
    last = min(int(np.floor(high_hz * period_s * (1 + 1e-12))), HARMONICS_MAX)
    if last < first or swing_w <= 0:
        return 0.0
    amplitude_w = harmonic_w(swing_w, duty_frac, np.arange(first, last + 1))
    return float(np.sqrt((amplitude_w**2).sum() / 2.0))


def smoothed_swing_w(
    swing_w: ArrayLike, period_s: ArrayLike, duty_frac: ArrayLike, storage_j: ArrayLike
) -> Array:
    """Swing that is left at the input of a store that shifts energy from low to high.

    Each period it can give its energy while high and take it back while low, which lowers one level
    by E / (d T) and raises the other by E / ((1 - d) T): dP - E / (d (1 - d) T), never below 0.
    Losses left out. The store is full of power: its converters carry the whole swing.
    """
    duty = np.asarray(duty_frac, float)
    shift_s = np.maximum(duty * (1.0 - duty) * np.asarray(period_s, float), 1e-12)
    left_w = np.asarray(swing_w, float) - np.asarray(storage_j, float) / shift_s
    return np.asarray(np.maximum(left_w, 0.0))


def storage_for_ramp_j(step_w: ArrayLike, ramp_w_per_s: ArrayLike) -> Array:
    """Energy that turns a step of power into a ramp: the triangle between them, dP^2 / (2 r)."""
    step = np.asarray(step_w, float)
    return np.asarray(step**2 / (2.0 * np.asarray(ramp_w_per_s, float)))


def voltage_change_frac(step_w: ArrayLike, short_circuit_va: ArrayLike) -> Array:
    """Relative change of voltage by a step of power at the point of connection: d = dS / S_sc.

    An upper bound over all angles of the grid's impedance, at unity power factor of the step.
    Source: simplified assessment of fluctuating loads, IEC/TR 61000-3-7.
    """
    return np.asarray(np.asarray(step_w, float) / np.asarray(short_circuit_va, float))
