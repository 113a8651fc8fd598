"""A stratified tank of cold water: two zones with a layer between that moves."""

from __future__ import annotations

from twin.physics.coolant import HEAT_CAPACITY_J_M3_K


def cold_j(volume_m3: float, rise_k: float, usable_frac: float) -> float:
    """Heat that a full tank of water takes: rho c V times the rise, as far as it leaves cold.

    The warm zone is `rise_k` above the cold one. 182 m3 and 6 K hold 4.5 GJ: two tanks that carried
    a site through an outage of hours in 2006 (an Intel white paper, second-hand).
    """
    return HEAT_CAPACITY_J_M3_K["water"] * volume_m3 * rise_k * usable_frac


def lasts_s(left_j: float, asked_w: float) -> float:
    """Seconds until it is empty at a heat; inf where none is asked."""
    return left_j / asked_w if asked_w > 0 else float("inf")
