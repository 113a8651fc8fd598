"""Fans of servers: they turn in steps, faster in warmer air."""

from __future__ import annotations

import numpy as np

from twin.arrays import Array, Index

STEPS = 6
"""Steps between rated flow and the most: fan controllers of servers know a few set speeds, and
power is constant between events."""
POWER_STEPS = 12
"""Steps of a flow that follows power, from none to rated."""
LEAST_FRAC = 0.25
"""Slowest that fans of servers and switches turn at, of rated flow; assumed."""
BACK_FRAC = 0.5
"""A fan steps down this share of a step below where it stepped up; assumed."""


def step_k(begin_degc: Array, end_degc: Array) -> Array:
    """Width of one step, K."""
    return (end_degc - begin_degc) / STEPS


def faster_above_degc(step: Index, begin_degc: Array, width_k: Array) -> Array:
    """(rack,) inlet air at which fans on a step take the next; inf on the last.

    step         (rack,) 0 at rated flow to STEPS at the most
    begin_degc   (rack,) up to which flow is rated; inf where fans do not follow
    width_k      (rack,) of a step
    """
    above = begin_degc + width_k * (step + 1)
    return np.where(step < STEPS, above, np.inf)


def slower_below_degc(step: Index, begin_degc: Array, width_k: Array) -> Array:
    """(rack,) inlet air below which fans take the step before; -inf at rated flow."""
    below = begin_degc + width_k * (step - BACK_FRAC)
    return np.where(step > 0, below, -np.inf)


def flow_frac(step: Index, most_frac: Array) -> Array:
    """(rack,) air over rated flow: evenly between rated and the most."""
    return np.asarray(1.0 + (most_frac - 1.0) * step / STEPS)


def flow_for_power_frac(power_frac: Array) -> Array:
    """Air over rated flow that warms as at rated power, in steps; not below the least that fans
    turn at.

    power_frac   power over rated power
    """
    steps = np.ceil(np.asarray(power_frac) * POWER_STEPS - 1e-9) / POWER_STEPS
    return np.asarray(np.clip(steps, LEAST_FRAC, 1.0))


def extra_power_w(flow: Array, rated_fan_w: Array) -> Array:
    """(rack,) power beyond that at rated flow, by the cube of the speed (affinity laws)."""
    return np.asarray(rated_fan_w * (flow**3 - 1.0))
