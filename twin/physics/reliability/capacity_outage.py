"""Generating adequacy: the capacity outage table of independent units, and load against it.

After Billinton and Allan, Reliability Evaluation of Power Systems, chapter 2. A unit is either up
or wholly out; every hour is independent of the last.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from twin.arrays import Array

_SNAP = 1e-9
"""Steps by which a sum of decimals may miss the grid it stands on."""


@dataclass(frozen=True)
class HourlyRisk:
    """Loss of load for each hour: probability (-), expected unserved energy (MWh)."""

    probability: Array
    unserved_mwh: Array


def outage_probabilities(steps: Array, forced_outage_rate: Array) -> Array:
    """Probability of each capacity out of service, counted in steps of the grid, shape (total + 1).

    steps                whole steps that one unit has, shape (units)
    forced_outage_rate   probability that it is out, shape (units)
    """
    sizes = [int(s) for s in steps]
    table = np.zeros(sum(sizes) + 1)
    table[0] = 1.0
    filled = 1
    for size, rate in zip(sizes, forced_outage_rate, strict=True):
        before = table[:filled].copy()
        filled += size
        table[:filled] *= 1.0 - rate
        table[size:filled] += rate * before
    return table


def hourly_risk(outage: Array, step_mw: float, load_mw: Array) -> HourlyRisk:
    """Risk of each hour; a load equal to what is left is served.

    Tails are summed from the rarest state up, and every term is positive, so that small risks
    keep their digits.
    """
    tail = np.append(np.cumsum(outage[::-1])[::-1], 0.0)
    beyond = np.append(np.cumsum(tail[::-1])[::-1], 0.0)
    spare = (outage.size - 1) - load_mw / step_mw
    spare = np.where(np.abs(spare - np.rint(spare)) < _SNAP * outage.size, np.rint(spare), spare)
    first = np.clip(np.floor(spare) + 1, 0, outage.size).astype(np.int64)
    steps = (first - spare) * tail[first] + beyond[first + 1]
    return HourlyRisk(tail[first], steps * step_mw)
