"""How long the batteries of a facility last, and what they should outlast: the one owner."""

from __future__ import annotations

import numpy as np

from twin.arrays import Array, Index, Mask, total_by
from twin.catalogue.equipment_kinds import Role, role
from twin.controls import Backup
from twin.facility.model import Facility
from twin.physics.battery import BATTERY_EMPTY_J, END_OF_LIFE_FRAC, autonomy_s
from twin.physics.power import HOLD_UP_S, TRANSFER_CONFIRM_S, battery_time_s, trip_rate_per_s

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


def boards_last_s(facility: Facility, input_w: Array, within_s: float = HOLD_UP_S) -> Array:
    """(power node,) how long BESS that form grid carry each board without a break that its loads
    notice; 0 where none does.

    Of their energy counts what is there whatever their rules do: all of one without a rule, or
    kept for backup, the reserve of any other. Several at a board share by rating, and one that is
    asked for more than its protection bears trips as in a run.
    input_w   (power node,) what each board draws of them, what they draw for themselves included
    within_s  those count that form grid so fast
    """
    tree = facility.power
    bess = tree.bess
    quick = np.isfinite(bess.forming_s) & (bess.forming_s <= within_s)
    rating_w = np.where(quick, tree.rating_w[bess.node], 0.0)
    whole_w = total_by(bess.board, rating_w, len(tree.id))[bess.board]
    share = rating_w / np.where(whole_w > 0, whole_w, 1.0)
    given_w = share * input_w[bess.board]
    empty_s = battery_time_s(certain_j(facility), given_w, tree.battery_discharge_frac[bess.node])
    lasting_s = np.minimum(empty_s, _trips_s(facility, given_w))
    out = np.full(len(tree.id), np.inf)
    np.minimum.at(out, bess.board[quick], lasting_s[quick])
    return np.where(_has(bess.board[quick], out.size), out, 0.0)


def _has(boards: Index, size: int) -> Mask:
    there = np.zeros(size, dtype=bool)
    there[boards] = True
    return there


def certain_j(facility: Facility) -> Array:
    """(BESS,) energy that may be taken out of each and that no rule takes: all where it rests."""
    bess = facility.power.bess
    rules = facility.scenario.controls.storage
    rests = np.array(
        [r < 0 or isinstance(rules[r], Backup) for r in bess.rule.tolist()], dtype=bool
    )
    certain_frac = np.where(rests, bess.soc_max_frac, bess.reserve_frac)
    return np.asarray(np.maximum(certain_frac - bess.soc_min_frac, 0.0) * bess.energy_j)


def counted_stores(facility: Facility) -> Mask:
    """(BESS,) that count towards the least supply of their board for as long as nobody takes what
    they hold: they form grid, and no rule empties them.
    """
    tree = facility.power
    bess = tree.bess
    asked = tree.minimum_supply_w[bess.board] > 0
    holds = certain_j(facility) > BATTERY_EMPTY_J
    return np.asarray(asked & np.isfinite(bess.forming_s) & holds)


def stores_of_boards(facility: Facility) -> dict[int, list[int]]:
    """By board, the power nodes of its stores that do."""
    bess = facility.power.bess
    found: dict[int, list[int]] = {}
    for k in np.flatnonzero(counted_stores(facility)).tolist():
        found.setdefault(int(bess.board[k]), []).append(int(bess.node[k]))
    return found


def _trips_s(facility: Facility, given_w: Array) -> Array:
    """(BESS,) until the protection of each opens; inf where it never does."""
    tree = facility.power
    node = tree.bess.node
    rate = trip_rate_per_s(
        given_w / tree.trip_rating_w[node],
        tree.trip_pickup_frac[node],
        tree.trip_constant_s[node],
        tree.trip_instantaneous_frac[node],
    )
    with np.errstate(divide="ignore"):
        return np.asarray(1.0 / rate)


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
