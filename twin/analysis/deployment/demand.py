"""GPUs asked for, hour by hour over a year."""

from __future__ import annotations

import numpy as np

from twin.arrays import Array
from twin.scenario.schema.deployment import DemandProfile

HOURS = 8760


def of_profile(profile: DemandProfile) -> Array:
    """(hour,) of a year that begins on a Monday at midnight."""
    hour = np.arange(HOURS)
    wave = np.cos(2.0 * np.pi * (hour % 24 + 0.5 - profile.peak_hour) / 24.0)
    weekend = (hour // 24) % 7 >= 5
    factor = np.where(weekend, profile.weekend_factor, 1.0)
    return np.asarray(profile.gpus * (1.0 + profile.diurnal_amplitude * wave) * factor)


def of_periods(end_s: Array, gpus: Array, growth: float) -> Array:
    """(hour,) from means over the periods of a run, repeated until the year is full. A run of less
    than an hour stands for each.
    """
    start_s = np.concatenate([[0.0], end_s[:-1]])
    total = np.concatenate([[0.0], np.cumsum(gpus * (end_s - start_s))])
    hours = max(int(end_s[-1] // 3600.0), 1)
    edges = np.linspace(0.0, min(end_s[-1], hours * 3600.0), hours + 1)
    means = np.diff(np.interp(edges, np.concatenate([[0.0], end_s]), total)) / np.diff(edges)
    return np.resize(means * growth, HOURS)
