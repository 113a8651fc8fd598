"""Single-phase loads on three phases: how even they are, and what the neutral carries."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]
Complex = NDArray[np.complex128]
Index = NDArray[np.int64]
Mask = NDArray[np.bool_]


def dealt(load_va: Complex) -> Complex:
    """(phase,) volt-amperes of single-phase loads that are dealt to the phases in turn."""
    phases = np.zeros(3, dtype=complex)
    np.add.at(phases, np.arange(load_va.size) % 3, load_va)
    return phases


def passed_up(edges: tuple[Index, Index, Complex], passes: Mask, own: Complex) -> Complex:
    """(node, ...) what each node has of its own and from below, losses left out.

    edges   supply, taker and share of the taker that the supply gives, (edge,); no ring
    passes  (node,) whether a node hands on to what feeds it
    """
    supply, taker, share = edges
    given = np.where(passes[taker], share, 0.0)[:, None]
    total = own.astype(complex)
    step = total
    while step.any():
        above = np.zeros_like(step)
        np.add.at(above, supply, given * step[taker])
        total = total + above
        step = above
    return total


def imbalance_frac(phase_va: Array) -> float:
    """Largest distance of a phase from their mean, over the mean (NEMA MG 1's definition)."""
    mean = float(phase_va.mean())
    return float(np.abs(phase_va - mean).max() / mean) if mean > 0 else 0.0


def neutral_va(phase_va: Array) -> float:
    """What the neutral carries, at the voltage of a phase: three currents 120 degrees apart."""
    a, b, c = phase_va
    return float(np.sqrt(max(0.0, a * a + b * b + c * c - a * b - b * c - c * a)))
