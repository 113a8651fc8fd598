"""When BESS that follow a list charge and discharge: their scenario's steps, or the cheapest."""

from __future__ import annotations

from dataclasses import dataclass
from weakref import WeakKeyDictionary

import numpy as np

from twin.arrays import Array, Index, Mask
from twin.controls import Arbitrage, StorageSchedule
from twin.facility.model import Facility
from twin.physics.demand_price import DemandPrice, WindowPrice
from twin.physics.dispatch import Dispatch, Store, Surplus, cheapest
from twin.physics.tariff import Steps


@dataclass(frozen=True)
class StoragePlan:
    """What the BESS of one rule do together, each power from its time on; arrays are (step,)."""

    time_s: Array
    power_w: Array
    """AC power taken; negative where they give."""
    sun_w: Array
    """The part of it that is taken only as far as the sun leaves it over."""


_PLANS: WeakKeyDictionary[Facility, dict[int, StoragePlan]] = WeakKeyDictionary()


def plans(facility: Facility) -> dict[int, StoragePlan]:
    """By rule of `controls.storage`, what each list says; worked out once a facility."""
    if facility not in _PLANS:
        found: dict[int, StoragePlan] = {}
        for i, rule in enumerate(facility.scenario.controls.storage):
            if isinstance(rule, StorageSchedule):
                found[i] = _listed(rule)
            elif isinstance(rule, Arbitrage):
                found[i] = _cheapest(facility, i, rule)
        _PLANS[facility] = found
    return _PLANS[facility]


def _listed(rule: StorageSchedule) -> StoragePlan:
    time_s = np.array([step.at for step in rule.steps])
    power_w = np.array([step.power_w for step in rule.steps])
    return StoragePlan(time_s, power_w, np.zeros(power_w.size))


def _cheapest(facility: Facility, i: int, rule: Arbitrage) -> StoragePlan:
    edges_s = np.arange(0.0, facility.scenario.horizon, rule.step)
    found = planned(facility, i, rule)
    return StoragePlan(edges_s, found.charge_w - found.discharge_w, found.sun_w)


def planned(facility: Facility, i: int, rule: Arbitrage) -> Dispatch:
    """The cheapest dispatch of the BESS of rule `i`, step by step."""
    horizon_s = facility.scenario.horizon
    edges_s = np.append(np.arange(0.0, horizon_s, rule.step), horizon_s)
    span_s = np.diff(edges_s)
    price = facility.tariff.price_usd_per_j.integrals(edges_s[:-1], edges_s[1:]) / span_s
    store = as_one(facility, facility.power.bess.rule == i)
    if rule.expected_load is None:
        return cheapest(price, span_s, store, rule.degradation)
    left_w = rule.expected_load - sun_w(facility, edges_s)
    load_w = np.maximum(left_w, 0.0)
    demand = _demand(facility, edges_s)
    surplus = _surplus(facility, np.maximum(-left_w, 0.0)) if (left_w < 0).any() else None
    return cheapest(price, span_s, store, rule.degradation, load_w, demand, surplus)


def _demand(facility: Facility, edges_s: Array) -> DemandPrice:
    """What the highest draw of each billing period costs, by steps between edges (step + 1,)."""
    tariff = facility.tariff
    meter = tariff.meter
    interval = ((edges_s[:-1] + meter.offset_s) / meter.interval_s).astype(np.int64)
    first = np.minimum(interval, meter.count - 1)
    period = tariff.period[first]
    usd_per_w = tariff.period_share * tariff.demand_usd_per_w
    last = np.append(first[1:], meter.count)
    windows = tuple(
        WindowPrice(tariff.period_share * one.usd_per_w, _any_of(one.counts, first, last))
        for one in tariff.windows
    )
    return DemandPrice(usd_per_w, period, tariff.ratchet, windows)


def _any_of(counts: Mask, first: Index, last: Index) -> Mask:
    """(step,) whether any interval from `first` on, before `last`, counts."""
    before = np.concatenate([[0], np.cumsum(counts)])
    found: Mask = before[np.maximum(last, first + 1)] > before[first]
    return found


def sun_w(facility: Facility, edges_s: Array) -> Array:
    """(step,) what daylight gives all arrays on average between edges (step + 1,)."""
    solar = facility.power.solar
    if not solar.node.size:
        return np.zeros(edges_s.size - 1)
    before_s = min(float(solar.time_s[0]), 0.0) - 1.0
    all_w = np.append(0.0, solar.available_w.sum(axis=1))
    given = Steps(np.append(before_s, solar.time_s), all_w)
    return given.integrals(edges_s[:-1], edges_s[1:]) / np.diff(edges_s)


def _surplus(facility: Facility, left_w: Array) -> Surplus:
    """What the sun leaves over (step,), by what the site may sell."""
    export = facility.scenario.site.export
    most_w = 0.0 if export is None else np.inf if export.limit is None else export.limit
    price = 0.0 if export is None else export.price
    sold_w = np.minimum(left_w, most_w)
    return Surplus(left_w - sold_w, sold_w, np.full(left_w.size, price))


def as_one(facility: Facility, mine: Mask) -> Store:
    """Some BESS (BESS,) as one store."""
    tree = facility.power
    bess = tree.bess
    node = bess.node[mine]
    energy_j = bess.energy_j[mine]
    rating_w = tree.rating_w[node]
    low = np.maximum(bess.soc_min_frac[mine], bess.reserve_frac[mine])
    start_j = float(bess.start_j[mine].sum())
    return Store(
        charge_w=float(tree.recharge_w[node].sum()),
        discharge_w=float(rating_w.sum()),
        charge_frac=float(np.average(tree.battery_charge_frac[node], weights=rating_w)),
        discharge_frac=float(np.average(tree.battery_discharge_frac[node], weights=rating_w)),
        low_j=min(float((low * energy_j).sum()), start_j),
        high_j=max(float((bess.soc_max_frac[mine] * energy_j).sum()), start_j),
        start_j=start_j,
    )
