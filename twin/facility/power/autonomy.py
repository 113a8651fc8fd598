"""How long the batteries of a facility last, and what they should outlast: the one owner."""

from __future__ import annotations

import numpy as np

from twin.arrays import Array
from twin.catalogue.equipment_kinds import Role, role
from twin.facility.model import Facility
from twin.physics.battery import END_OF_LIFE_FRAC, autonomy_s
from twin.physics.power import HOLD_UP_S, TRANSFER_CONFIRM_S

START_MARGIN = 2.0
"""Batteries should last this many times a start and a transfer: a second attempt takes as long
again. Assumed."""


def lasts_s(facility: Facility, output_w: Array, energy_j: Array | None = None) -> Array:
    """(power node,) how long each battery carries an output, inf without one to carry.

    energy_j  (power node,) instead of a full one's; in it the state of health is contained
    """
    tree = facility.power
    held_j = tree.battery_j if energy_j is None else energy_j
    ups = tree.ups
    return autonomy_s(
        held_j, output_w, tree.battery_discharge_frac, ups.battery_rated_w, ups.peukert_exponent
    )


def end_of_life_j(facility: Facility) -> Array:
    """(power node,) energy of a full battery when it is due for replacement, or what it has now
    where that is less.
    """
    tree = facility.power
    new_j = tree.battery_j / tree.ups.state_of_health_frac
    return np.minimum(tree.battery_j, END_OF_LIFE_FRAC * new_j)


def takeover_s(facility: Facility, node: int) -> float:
    """Until the quickest generator behind a UPS carries it, started and switched; inf without one.

    The slowest transfer switch on the way counts, with its wait for a supply that may come back
    where that is longer than the start.
    """
    tree = facility.power
    above = upstream(facility, node)
    starts = [float(tree.start_s[s]) for s in above if role(tree.kind[s]) is Role.STANDBY]
    slow = [
        float(tree.transfer_s[s])
        for s in above
        if tree.priority[s] and tree.transfer_s[s] > HOLD_UP_S
    ]
    wait_s = TRANSFER_CONFIRM_S if slow else 0.0
    return max(min(starts, default=np.inf), wait_s) + max(slow, default=0.0)


def upstream(facility: Facility, node: int) -> set[int]:
    """Every node that may feed a power node."""
    tree = facility.power
    found: set[int] = set()
    waiting = [node]
    while waiting:
        for supply in tree.supply[tree.taker == waiting.pop()].tolist():
            if supply not in found:
                found.add(supply)
                waiting.append(supply)
    return found
