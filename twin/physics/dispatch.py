"""The cheapest way to run a battery store against known prices: a linear programme.

Between the steps everything is constant. What the store takes and gives are separate quantities,
each with its own loss, and never both at once: where prices are not negative doing both only loses
energy and is taken out of the answer without changing what is stored; where one is negative it
would pay to burn energy, and whole-number variables forbid it (`twin.physics.one_way`).

What the sun leaves over is taken before anything is bought, for that is how one meter counts: first
what may not leave the site and costs nothing, then what would be sold. Where selling pays more than
buying costs, whole-number variables keep that order.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from twin.physics.demand_price import DemandPrice
from twin.physics.dispatch_parts import DispatchParts, count
from twin.physics.dispatch_peaks import Entry, matrix, ratcheted, within_windows
from twin.physics.one_way import Ways, solve_one_way
from twin.physics.scaled_milp import Array, Mask, Programme, Row

Index = NDArray[np.int64]
BOTH_FRAC = 1e-6
"""Of the store's power: less than this both ways is the solver's zero."""


@dataclass(frozen=True)
class Store:
    """A store that acts as one; powers are at its AC terminals, energies inside it."""

    charge_w: float
    """Most that it takes."""
    discharge_w: float
    """Most that it gives."""
    charge_frac: float
    """Energy stored over energy taken."""
    discharge_frac: float
    """Energy given over energy taken from the store."""
    low_j: float
    high_j: float
    start_j: float
    """Held before the first step; the last step leaves at least as much."""


@dataclass(frozen=True)
class Surplus:
    """What the sun leaves over, (step,); while there is any the store gives nothing."""

    free_w: Array
    """That may not leave the site."""
    sold_w: Array
    """That leaves it."""
    usd_per_j: Array
    """What is paid for that."""


@dataclass(frozen=True)
class Dispatch:
    """What a store does, (step,)."""

    charge_w: Array
    """All that it takes."""
    sun_w: Array
    """The part of it that the sun leaves over."""
    discharge_w: Array
    energy_j: Array
    """Held after each step."""
    cost_usd: float
    """Energy bought for it less energy it saves, wear, and the demand charge of all steps."""
    least_usd: float
    """No dispatch costs less: what it would be if both ways at once were allowed."""


def cheapest(
    price_usd_per_j: Array,
    span_s: Array,
    store: Store,
    wear_usd_per_j: float = 0.0,
    load_w: Array | None = None,
    demand: DemandPrice | None = None,
    surplus: Surplus | None = None,
) -> Dispatch:
    """The dispatch that costs least; the store ends with at least what it began with.

    price_usd_per_j, span_s  (step,)
    wear_usd_per_j           of energy given
    load_w                   (step,) what the site draws without it: it never gives more than that
    demand                   price of each period's highest draw, where `load_w` is given
    surplus                  what the sun leaves over; `load_w` is then what it does not cover
    Raises ValueError where start and limits leave no answer.
    """
    steps = price_usd_per_j.size
    both_pay = bool((price_usd_per_j < 0).any())
    periods = 0 if demand is None or load_w is None else demand.all_usd_per_w.size
    parts = DispatchParts(steps, periods, both_pay, _ordered(price_usd_per_j, surplus))
    rows = _stored(parts, span_s, store) + _limits(parts, store, load_w, demand)
    cost = np.zeros(parts.size)
    cost[parts.charge] = price_usd_per_j * span_s
    cost[parts.discharge] = (wear_usd_per_j - price_usd_per_j) * span_s
    if demand is not None and periods:
        cost[parts.peak] = demand.all_usd_per_w
    low, high = _bounds(parts, store)
    if demand is not None and periods:
        low[parts.peak] = demand.least_w()
    if surplus is not None:
        cost[parts.sold] = surplus.usd_per_j * span_s
        high[parts.free] = surplus.free_w
        high[parts.sold] = surplus.sold_w
        high[parts.discharge] = np.where(_left_w(surplus) > 0, 0.0, store.discharge_w)
        rows += _sun_first(parts, store, surplus)
    whole = np.zeros(parts.size, dtype=bool)
    whole[parts.charging] = _may_burn(price_usd_per_j, store, load_w) if both_pay else False
    whole[parts.buying] = True
    programme = Programme(cost, whole, low, high, rows, _unit(parts, span_s, store))
    try:
        found, least_usd = solve_one_way(programme, _ways(parts, store))
    except ValueError as error:
        raise ValueError(f"no dispatch: {error}") from error
    return _answer(parts, found, cost, span_s, store, least_usd)


def _may_burn(price_usd_per_j: Array, store: Store, load_w: Array | None) -> Mask:
    """(step,): where both ways at once could pay, for the energy it burns or the room it makes."""
    held_back = np.False_ if load_w is None else load_w < store.discharge_w
    return (price_usd_per_j < 0) | held_back


def _ways(parts: DispatchParts, store: Store) -> Ways:
    """Who takes and who gives; nobody has to say so where both at once never pay."""
    near_w = BOTH_FRAC * max(store.charge_w, store.discharge_w)
    ways = count(parts.charging)

    def taken_w(found: Array) -> Array:
        return (found[parts.charge] + found[parts.free] + found[parts.sold])[:ways]

    def both(found: Array) -> Mask:
        return np.minimum(taken_w(found), found[parts.discharge][:ways]) > near_w

    def takes(found: Array) -> Mask:
        return taken_w(found) > found[parts.discharge][:ways]

    step = np.arange(parts.size) % parts.steps
    step[parts.peak] = -1
    begin = parts.charging.start
    step[begin:] = np.arange(parts.size - begin) % parts.steps
    return Ways(step, parts.charging, both, takes)


def _unit(parts: DispatchParts, span_s: Array, store: Store) -> Array:
    """(unknown,): about how large each gets."""
    power_w = max(store.charge_w, store.discharge_w) or 1.0
    unit = np.full(parts.size, power_w)
    unit[parts.energy] = power_w * float(np.median(span_s))
    unit[parts.charging] = 1.0
    unit[parts.buying] = 1.0
    return unit


def _left_w(surplus: Surplus) -> Array:
    return surplus.free_w + surplus.sold_w


def _ordered(price_usd_per_j: Array, surplus: Surplus | None) -> bool:
    """Whether buying could come before the sun's surplus if nothing forbade it."""
    if surplus is None:
        return False
    least = np.where(surplus.sold_w > 0, surplus.usd_per_j, 0.0)
    most = np.maximum(least, 0.0)
    wrong = (price_usd_per_j < most) | (least < 0)
    return bool((wrong & (_left_w(surplus) > 0)).any())


def _stored(parts: DispatchParts, span_s: Array, store: Store) -> list[Row]:
    """What is held follows from what was held, taken and given."""
    n = parts.steps
    at = np.arange(n)
    flows = matrix(
        parts,
        (at, at, -store.charge_frac * span_s),
        (at, at + parts.free.start, -store.charge_frac * span_s),
        (at, at + parts.sold.start, -store.charge_frac * span_s),
        (at, at + n, span_s / store.discharge_frac),
        (at, at + 2 * n, 1.0),
        (at[1:], at[1:] + 2 * n - 1, -1.0),
    )
    start = np.zeros(n)
    start[0] = store.start_j
    return [(flows, start, start)]


def _limits(
    parts: DispatchParts, store: Store, load_w: Array | None, demand: DemandPrice | None
) -> list[Row]:
    """No more is given than drawn; peaks are above every draw; one way at a time."""
    n = parts.steps
    at = np.arange(n)
    free = np.full(n, np.inf)
    rows: list[Row] = []
    if load_w is not None:
        rows.append((matrix(parts, (at, at, 1.0), (at, at + n, -1.0)), -load_w, free))
    if load_w is not None and demand is not None:
        peak = (at, parts.peak.start + demand.period, 1.0)
        above = matrix(parts, peak, (at, at, -1.0), (at, at + n, 1.0))
        rows.append((above, load_w, free))
        rows += [*ratcheted(parts, demand), *within_windows(parts, demand, load_w)]
    if count(parts.charging):
        way = parts.charging.start + at
        taking = matrix(parts, *_taken(parts), (at, way, -store.charge_w))
        giving = matrix(parts, (at, at + n, 1.0), (at, way, store.discharge_w))
        rows += [(taking, -free, np.zeros(n)), (giving, -free, np.full(n, store.discharge_w))]
    return rows


def _taken(parts: DispatchParts) -> tuple[Entry, ...]:
    """All that the store takes."""
    at = np.arange(parts.steps)
    return tuple((at, at + part.start, 1.0) for part in (parts.charge, parts.free, parts.sold))


def _sun_first(parts: DispatchParts, store: Store, surplus: Surplus) -> list[Row]:
    """No more is taken than the store can; in steps in which it would pay to sell and buy at once,
    nothing is sold before all that is free is taken, and nothing bought before all that is sold.
    """
    n = parts.steps
    at = np.arange(n)
    free = np.full(n, np.inf)
    rows: list[Row] = [(matrix(parts, *_taken(parts)), -free, np.full(n, store.charge_w))]
    if not count(parts.buying):
        return rows
    stages = ((parts.free, surplus.free_w, parts.sold), (parts.sold, surplus.sold_w, parts.charge))
    for k, (first, most_w, then) in enumerate(stages):
        done = at + parts.buying.start + k * n
        filled = matrix(parts, (at, at + first.start, 1.0), (at, done, -most_w))
        after = matrix(parts, (at, at + then.start, 1.0), (at, done, -store.charge_w))
        rows += [(filled, np.zeros(n), free), (after, -free, np.zeros(n))]
    begin = at + parts.buying.start
    in_order = matrix(parts, (at, begin + n, 1.0), (at, begin, -1.0))
    return [*rows, (in_order, -free, np.zeros(n))]


def _bounds(parts: DispatchParts, store: Store) -> tuple[Array, Array]:
    low = np.zeros(parts.size)
    high = np.full(parts.size, np.inf)
    high[parts.charge] = store.charge_w
    high[parts.free] = 0.0
    high[parts.sold] = 0.0
    high[parts.discharge] = store.discharge_w
    low[parts.energy] = store.low_j
    high[parts.energy] = store.high_j
    low[parts.energy.stop - 1] = store.start_j
    high[parts.charging] = 1.0
    high[parts.buying] = 1.0
    return low, high


def _answer(
    parts: DispatchParts, found: Array, cost: Array, span_s: Array, store: Store, least_usd: float
) -> Dispatch:
    """The answer, with what is taken and given at once taken out."""
    bought = np.clip(found[parts.charge], 0.0, store.charge_w)
    sun = np.maximum(found[parts.free], 0.0) + np.maximum(found[parts.sold], 0.0)
    charge = np.minimum(bought + sun, store.charge_w)
    discharge = np.clip(found[parts.discharge], 0.0, store.discharge_w)
    gained_w = charge * store.charge_frac - discharge / store.discharge_frac
    both = (charge > 0) & (discharge > 0)
    charge = np.where(both, np.maximum(gained_w, 0.0) / store.charge_frac, charge)
    discharge = np.where(both, np.maximum(-gained_w, 0.0) * store.discharge_frac, discharge)
    whole = found.copy()
    whole[parts.charge] = np.maximum(charge - sun, 0.0)
    whole[parts.discharge] = discharge
    held_j = store.start_j + np.cumsum(gained_w * span_s)
    return Dispatch(charge, sun, discharge, held_j, float(cost @ whole), least_usd)
