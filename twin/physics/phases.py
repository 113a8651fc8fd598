"""Single-phase loads on three phases: how even they are, and what the neutral carries."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]


def dealt(load_va: Array, single: NDArray[np.bool_]) -> Array:
    """(phase,) volt-amperes of each phase: three-phase loads by thirds, single-phase ones dealt to
    the phases in turn.
    """
    phases = np.full(3, load_va[~single].sum() / 3.0)
    alone = load_va[single]
    return np.asarray(phases + np.bincount(np.arange(alone.size) % 3, alone, minlength=3))


def imbalance_frac(phase_va: Array) -> float:
    """Largest distance of a phase from their mean, over the mean (NEMA MG 1's definition)."""
    mean = float(phase_va.mean())
    return float(np.abs(phase_va - mean).max() / mean) if mean > 0 else 0.0


def neutral_va(phase_va: Array) -> float:
    """What the neutral carries, at the voltage of a phase: three currents 120 degrees apart."""
    a, b, c = phase_va
    return float(np.sqrt(max(0.0, a * a + b * b + c * c - a * b - b * c - c * a)))
