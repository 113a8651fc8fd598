"""What a store that follows the cheapest dispatch does at a moment: the sun's surplus first, then
what its list buys or gives; and what a peak shaver has a site draw.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from twin.controls import PeakShave

TURNS = 12
"""Rounds in which a power is found that meets a draw: the tree's losses bend little, so each
leaves a few hundredths of what was left before."""
MET_FRAC = 1e-12
"""A draw counts as met this close to it."""


@dataclass(frozen=True)
class SiteDraw:
    """The site as a store sees it."""

    at_w: Callable[[float], float]
    """What it draws at a power that the store takes; negative where power leaves it."""
    base_w: float
    """At none."""
    least_w: float
    """Below which arrays are held back; -inf where all may leave."""

    def over(self, gain: float) -> SiteDraw:
        """The same over what meters see of each watt, so that a watt taken draws about one."""
        if gain == 1.0:
            return self
        drawn = self.at_w
        return SiteDraw(
            lambda power_w: drawn(power_w) / gain, self.base_w / gain, self.least_w / gain
        )

    def met(self, target_w: float, low_w: float, high_w: float) -> float:
        """The power between two bounds with which the site draws its target."""
        return met(self.at_w, self.base_w, target_w, low_w, high_w)


def arbitraged_w(listed_w: float, sun_w: float, site: SiteDraw, most: tuple[float, float]) -> float:
    """AC power that a store takes, negative where it gives.

    listed_w   what its list says
    sun_w      the part of it that the sun was to leave over: taken as far as it does
    most       the most that it can give, negative, and take

    What may not leave the site is taken whatever the list says; nothing is given that would leave.
    """
    gives_w, takes_w = most
    free_w = site.met(site.least_w, 0.0, takes_w) if site.base_w < site.least_w else 0.0
    if listed_w >= 0:
        left_w = site.met(0.0, 0.0, listed_w) if site.base_w < 0 else 0.0
        wanted_w = min(listed_w, left_w + listed_w - sun_w)
        return float(np.clip(max(free_w, wanted_w), 0.0, takes_w))
    if site.base_w <= 0:
        return free_w
    listed_w = max(listed_w, gives_w)
    return site.met(0.0, listed_w, 0.0) if site.base_w + listed_w < 0 else listed_w


def met(
    draw_w: Callable[[float], float], base_w: float, target_w: float, low_w: float, high_w: float
) -> float:
    """The power between two bounds with which a site draws its target; the nearest bound where
    none does.

    draw_w  what the site draws at a power taken behind its losses; `base_w` at none
    """
    power_w = float(np.clip(target_w - base_w, low_w, high_w))
    if power_w == 0.0 or not np.isfinite(target_w):
        return power_w
    for _ in range(TURNS):
        off_w = draw_w(power_w) - target_w
        nearer_w = float(np.clip(power_w - off_w, low_w, high_w))
        if nearer_w == power_w or abs(off_w) <= MET_FRAC * abs(target_w):
            break
        power_w = nearer_w
    return power_w


def recharge_below_w(rule: PeakShave) -> float:
    """Draw up to which a peak shaver charges."""
    below = rule.limit if rule.recharge_below is None else rule.recharge_below
    return min(below, rule.limit)


def shaved_w(rule: PeakShave, base_w: float) -> float:
    """What a site that would draw `base_w` is to draw by its limit."""
    return float(np.clip(base_w, recharge_below_w(rule), rule.limit))
