"""Arrivals: how many requests come in every window, and the tokens they ask for."""

from __future__ import annotations

import numpy as np

from twin.arrays import Array
from twin.scenario.schema import Scenario
from twin.seeds import stream
from twin.workload import Pool


def arrivals(
    scenario: Scenario, pool: Pool, mean_tokens: float, sigma: float
) -> tuple[Array, Array]:
    """Tokens asked and requests (window,): a daily sinusoid with over-dispersed counts.

    mean_tokens, sigma   of a request's output, the second of its logarithm
    Each quantity draws from its own stream, so a longer horizon meets the same first windows.
    """
    requests = pool.requests
    count = int(np.ceil(scenario.horizon / pool.window_s))
    many, bursts, sizes = (
        stream(scenario.seed, "traffic", pool.name, part)
        for part in ("arrivals", "bursts", "sizes")
    )
    mean = np.maximum(requests.rate * pool.window_s * _shape(scenario, pool, count), 0.0)
    spread = max(requests.burstiness - 1.0, 1e-9)
    arrived = many.poisson(bursts.gamma(mean / spread + 1e-12, spread)).astype(float)
    deviation = mean_tokens * np.sqrt(np.expm1(sigma**2) * arrived)
    tokens = arrived * mean_tokens + deviation * sizes.standard_normal(count)
    return np.maximum(tokens, 0.0), arrived


def _shape(scenario: Scenario, pool: Pool, count: int) -> Array:
    """(window,) arrivals over their daily mean."""
    start = scenario.start
    hours = start.hour + start.minute / 60.0 + start.second / 3600.0
    hour = hours + (np.arange(count) + 0.5) * pool.window_s / 3600.0
    angle = 2 * np.pi * (hour - pool.requests.peak_hour) / 24.0
    return np.asarray(1.0 + pool.requests.diurnal_amplitude * np.cos(angle))
