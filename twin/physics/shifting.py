"""When a job that can wait should run: the part of a window in which its energy costs least.

The signal, a price or a carbon intensity, holds by steps, and the job draws the same all along, so
its cost is the mean of the signal over its run. The mean is piecewise linear in the moment of
beginning: the best begins or ends where the signal steps, or at an end of the window. No search.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from twin.physics.tariff import Steps

Array = NDArray[np.float64]

SAME = 1e-12
"""Means closer than this, relative to the signal, are the same: the earlier run is taken."""


@dataclass(frozen=True)
class Shifted:
    """When a job runs; arrays are (piece,), in order of time."""

    begin_s: Array
    end_s: Array

    def mean(self, signal: Steps) -> float:
        """Mean of a signal over the run."""
        span_s = float((self.end_s - self.begin_s).sum())
        return float(signal.integrals(self.begin_s, self.end_s).sum() / span_s)


def at_once(begin_s: float, duration_s: float) -> Shifted:
    """The run that does not wait."""
    return Shifted(np.array([begin_s]), np.array([begin_s + duration_s]))


def shifted(
    signal: Steps, duration_s: float, earliest_s: float, latest_end_s: float, pieces: bool = False
) -> Shifted:
    """The run in a window over which a signal, usually a forecast, is lowest; the earliest of them.

    pieces  whether it may be interrupted
    Raises ValueError where the job is longer than its window, or takes no time.
    """
    if duration_s <= 0:
        raise ValueError(f"a job of {duration_s:g} s")
    if latest_end_s - earliest_s < duration_s * (1 - 1e-12):
        window_s = latest_end_s - earliest_s
        raise ValueError(f"{duration_s:g} s of work in a window of {window_s:g} s")
    if pieces:
        return _in_pieces(signal, duration_s, earliest_s, latest_end_s)
    latest_s = max(latest_end_s - duration_s, earliest_s)
    steps = np.concatenate([signal.time_s, signal.time_s - duration_s])
    inside = steps[(steps > earliest_s) & (steps < latest_s)]
    begin_s = np.unique(np.concatenate([[earliest_s, latest_s], inside]))
    cost = signal.integrals(begin_s, begin_s + duration_s)
    near = SAME * duration_s * float(np.abs(signal.value).max())
    return at_once(float(begin_s[np.argmax(cost <= cost.min() + near)]), duration_s)


def _in_pieces(signal: Steps, duration_s: float, earliest_s: float, latest_end_s: float) -> Shifted:
    """The lowest steps of the window, earlier ones first, until there is time enough."""
    inside = signal.time_s[(signal.time_s > earliest_s) & (signal.time_s < latest_end_s)]
    edges_s = np.concatenate([[earliest_s], inside, [latest_end_s]])
    value = np.array([signal.at(float(t)) for t in edges_s[:-1]])
    span_s = np.diff(edges_s)
    order = np.lexsort((edges_s[:-1], value))
    before_s = np.cumsum(span_s[order]) - span_s[order]
    taken_s = np.zeros(span_s.size)
    taken_s[order] = np.clip(duration_s - before_s, 0.0, span_s[order])
    used = np.flatnonzero(taken_s > 0)
    begin_s = edges_s[used]
    end_s = begin_s + taken_s[used]
    joined = np.flatnonzero(begin_s[1:] > end_s[:-1] + 1e-9) + 1
    first = np.concatenate([[0], joined])
    last = np.concatenate([joined - 1, [used.size - 1]])
    return Shifted(begin_s[first], end_s[last])


def saving_frac(signal: Steps, run: Shifted, instead_of: Shifted) -> float:
    """What a run saves of the signal's sum over the run that it stands for; negative where it costs
    more.
    """
    before = instead_of.mean(signal)
    return float((before - run.mean(signal)) / before) if before else 0.0


def forecast(signal: Steps, error_frac: float, draw: np.random.Generator) -> Steps:
    """A signal as a forecast has it: every step off by a normal error whose standard deviation is a
    share of the signal's mean size. Errors of steps are independent, which no forecast's are.
    """
    spread = error_frac * float(np.abs(signal.value).mean())
    return Steps(signal.time_s, signal.value + spread * draw.standard_normal(signal.value.size))
