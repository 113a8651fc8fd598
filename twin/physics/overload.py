"""Overloads by steps: what a UPS and its static bypass carry, and for how long."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]
Index = NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class OverloadSteps:
    """Steps of devices, all arrays (device, step); steps that a device lacks stand at inf."""

    load_frac: Array
    """Load over rating above which each step counts, rising."""
    time_s: Array
    """How long a load above it is carried, falling."""

    @property
    def first_frac(self) -> Array:
        """(device,) load that is carried for good; inf where any is."""
        return self.load_frac[:, 0]

    def at(self, device: Index) -> OverloadSteps:
        """The steps of some devices."""
        return OverloadSteps(self.load_frac[device], self.time_s[device])


def steps(curves: Sequence[tuple[Sequence[float], Sequence[float]]]) -> OverloadSteps:
    """The steps of devices, each given by its levels and times."""
    width = max((len(levels) for levels, _ in curves), default=0) or 1
    load_frac = np.full((len(curves), width), np.inf)
    time_s = np.full((len(curves), width), np.inf)
    for device, (levels, times) in enumerate(curves):
        load_frac[device, : len(levels)] = levels
        time_s[device, : len(times)] = times
    return OverloadSteps(load_frac, time_s)


def step_rate_per_s(load_frac: Array, of: OverloadSteps) -> Array:
    """How fast a device runs towards the end of what it carries: 1 / t of the step it is on.

    load_frac  (..., device) load over rating
    Zero below the first step, inf where a step is not carried at all. As for a fuse, shares of
    different steps add up. Source: makers' overload tables, which give levels and times.
    """
    rate = np.zeros_like(load_frac)
    with np.errstate(divide="ignore"):
        per_s = 1.0 / of.time_s
    for step in range(of.load_frac.shape[1]):
        rate = np.where(load_frac > of.load_frac[:, step], per_s[:, step], rate)
    return rate
