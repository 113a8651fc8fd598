"""Free cooling at a look around of the controls: what outdoor air takes before the compressors.

Arrays are (look,) where nothing else is said.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from twin.arrays import Array
from twin.facility.model import FreeCooling
from twin.physics.coolant import affinity_power_w, fan_speed_frac
from twin.physics.economiser import coil_w, water_side_share
from twin.physics.tower import leaving_degc
from twin.simulation.cooling.look import Look

WORTH = 4.0
"""Watts of heat for a watt of fans that dry coolers do not fall below: about what a chiller gives;
assumed."""
SPEED_MIN_FRAC = 0.2
"""Fans that would have to turn slower to be worth it stand still; assumed."""
SHARE_MIN_FRAC = 0.1
"""Least share of the heat for which towers are run at full fans to relieve compressors; assumed."""


@dataclass(frozen=True)
class Relief:
    """What free cooling does."""

    heat_w: Array
    """Heat it takes."""
    fans_w: Array
    """(look, free cooler) electrical power of dry coolers."""
    tower_degc: Array
    """Tower water that the exchanger asks for; nan where towers serve condensers alone."""


def none(look: Look, heat: Array) -> Relief:
    """Nothing taken."""
    coolers = look.plant.all_units.size - look.plant.units.size
    return Relief(np.zeros(heat.size), np.zeros((heat.size, coolers)), np.full(heat.size, np.nan))


def relief(look: Look, heat: Array, chillers_w: Array) -> Relief:
    """What free cooling takes of a heat that chillers take `chillers_w` of at their set-point."""
    free = look.plant.free
    if free is None or look.common.chillers_w_k <= 0:
        return none(look, heat)
    return (_dry if free.units.size else _towers)(look, free, heat, chillers_w)


def _dry(look: Look, free: FreeCooling, heat: Array, chillers_w: Array) -> Relief:
    """All running coolers turn alike, no faster than is worth it unless chillers fall short.

    Heat goes with speed^m and power with its cube, so heat for a watt falls with speed^(3 - m).
    """
    running = look.running[look.plant.units.size :]
    full_w_k = int(running.sum()) * free.conductance_w_k
    rated_w = look.units.power_w[free.units]
    able = _passed_w(look, free, heat, full_w_k)
    fans_w = max(WORTH * float(rated_w[running].sum()), 1e-9)
    worth = np.minimum(able / fans_w, 1.0) ** (1 / (3 - free.fan_exponent))
    fastest = np.where(heat > chillers_w, 1.0, np.where(worth < SPEED_MIN_FRAC, 0.0, worth))
    works = (able > 0) & (fastest > 0)
    most = _passed_w(look, free, heat, full_w_k * fastest**free.fan_exponent)
    taken = np.where(works, np.minimum(heat, most), 0.0)
    above_k = look.behind_degc - look.dry_bulb_degc
    if free.in_series:
        above_k = above_k + (heat - taken) / look.common.chillers_w_k
    full = full_w_k * above_k
    duty = np.where(works, taken / np.where(works, full, 1.0), 0.0)
    speed = fan_speed_frac(duty, free.fan_exponent)
    drawn_w = affinity_power_w(rated_w, speed[:, None], look.units.floor_frac[free.units])
    return Relief(taken, np.where(running, drawn_w, 0.0), np.full(heat.size, np.nan))


def _passed_w(look: Look, free: FreeCooling, heat: Array, conductance_w_k: Array | float) -> Array:
    """Heat that dry coolers pass at a conductance between their water and outdoor air."""
    return coil_w(
        conductance_w_k,
        look.common.chillers_w_k,
        look.behind_degc,
        heat,
        look.dry_bulb_degc,
        in_series=free.in_series,
    )


def _towers(look: Look, free: FreeCooling, heat: Array, chillers_w: Array) -> Relief:
    """The towers of the chillers that run, through a plate exchanger in the return; for any share
    of the heat where chillers fall short.
    """
    plant = look.plant
    assert plant.tower is not None
    count = max(int(look.running[: plant.units.size].sum()), 1)
    coldest = leaving_degc(plant.tower, heat / count, look.wet_bulb_degc) + free.exchanger_k
    behind = look.behind_degc
    back = behind + heat / max(look.common.chillers_w_k, 1e-9)
    share = water_side_share(back, behind, coldest)
    worth = (share >= SHARE_MIN_FRAC) | (heat > chillers_w)
    share = np.where(worth & (heat > 0), share, 0.0)
    if not free.in_series:
        share = np.where(share < 1.0, 0.0, share)
    wanted = np.where(share >= 1.0, behind - free.exchanger_k, -np.inf)
    nothing = np.zeros((heat.size, 0))
    return Relief(share * heat, nothing, np.where(share > 0, wanted, np.nan))
