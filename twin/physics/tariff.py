"""What electricity costs over time: values that hold by steps, and the demand meter.

Between two instants of a run the power is constant, so energy times a stepped price is an exact
sum, and no instant is needed where the price steps.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]


@dataclass(frozen=True)
class Steps:
    """A quantity that holds from each time until the next; before the first time the first value
    holds, after the last the last. Arrays are (step,), times rising.
    """

    time_s: Array
    value: Array

    @cached_property
    def _before(self) -> Array:
        """Integral from the first time to each time."""
        return np.concatenate([[0.0], np.cumsum(np.diff(self.time_s) * self.value[:-1])])

    def at(self, time_s: float) -> float:
        """The value that holds at a moment."""
        return float(self.value[self._step(time_s)])

    def integral(self, start_s: float, end_s: float) -> float:
        """Value times time over a span, exactly."""
        return self._until(end_s) - self._until(start_s)

    def integrals(self, start_s: Array, end_s: Array) -> Array:
        """(span,) the same over many spans."""
        return self._until_each(end_s) - self._until_each(start_s)

    def _until_each(self, time_s: Array) -> Array:
        i = np.maximum(np.searchsorted(self.time_s, time_s, side="right") - 1, 0)
        return np.asarray(self._before[i] + (time_s - self.time_s[i]) * self.value[i])

    def _until(self, time_s: float) -> float:
        i = self._step(time_s)
        return float(self._before[i] + (time_s - self.time_s[i]) * self.value[i])

    def _step(self, time_s: float) -> int:
        return max(int(np.searchsorted(self.time_s, time_s, side="right")) - 1, 0)


def steady(value: float) -> Steps:
    """The same value all the time."""
    return Steps(np.zeros(1), np.array([value]))


@dataclass(frozen=True)
class DemandMeter:
    """Fixed intervals in which a utility's meter counts energy, from a run's start to its end.

    Demand is the energy of an interval over its length (so billed by most utilities, over 15
    minutes). Intervals lie on the clock; the first and the last may be cut by the run's ends.
    """

    interval_s: float
    offset_s: float
    """Time from the beginning of the interval in which the run starts to its start."""
    horizon_s: float

    @property
    def count(self) -> int:
        """Intervals that the run touches."""
        return max(math.ceil((self.offset_s + self.horizon_s) / self.interval_s - 1e-9), 1)

    @cached_property
    def edges_s(self) -> Array:
        """(interval + 1,) their ends, in seconds after the run's start."""
        edges = np.asarray(np.arange(self.count + 1) * self.interval_s, dtype=np.float64)
        edges -= self.offset_s
        edges[0] = 0.0
        edges[-1] = self.horizon_s
        return edges

    def counted(self, power_w: float, start_s: float, end_s: float) -> tuple[slice, Array]:
        """The intervals that a span of constant power touches, and the energy in each, J."""
        first = self._interval(start_s)
        last = self._interval(end_s)
        edges = np.minimum(np.maximum(self.edges_s[first : last + 2], start_s), end_s)
        return slice(first, last + 1), power_w * (edges[1:] - edges[:-1])

    def counted_each(
        self, power_w: Array, start_s: Array, end_s: Array
    ) -> tuple[NDArray[np.int64], Array]:
        """The same for many spans (span,), one after another: every interval that each touches, and
        its energy there.
        """
        first = self._intervals(start_s)
        touched = self._intervals(end_s) - first + 1
        span = np.repeat(np.arange(first.size), touched)
        place = np.arange(span.size) - np.repeat(np.cumsum(touched) - touched, touched)
        interval = first[span] + place
        low = self.edges_s[interval].clip(start_s[span], end_s[span])
        high = self.edges_s[interval + 1].clip(start_s[span], end_s[span])
        return interval, power_w[span] * (high - low)

    def _intervals(self, time_s: Array) -> NDArray[np.int64]:
        found = ((time_s + self.offset_s) / self.interval_s).astype(np.int64)
        return np.minimum(found, self.count - 1)

    def _interval(self, time_s: float) -> int:
        return min(int((time_s + self.offset_s) / self.interval_s), self.count - 1)

    def demand_w(self, energy_j: Array, until_s: float) -> Array:
        """(interval,) mean power of each interval up to a moment; 0 for those not begun."""
        span = np.diff(self.edges_s.clip(0.0, until_s))
        demand: Array = np.zeros(self.count)
        np.divide(energy_j, span, out=demand, where=span > 0)
        return demand


RATCHET_PERIODS = 11
"""Billing periods before one whose peaks count in its ratchet: the months of a year."""


@dataclass(frozen=True)
class Ratchet:
    """The least that is billed for: a share of the highest demand of the periods before."""

    share: float = 0.0
    before_w: float = 0.0
    """Highest demand of the periods before the first."""

    def billed_w(self, peak_w: Array) -> Array:
        """(period,) demand that is billed for, of peaks (period,)."""
        if self.share == 0.0:
            return peak_w
        before = np.concatenate([np.full(RATCHET_PERIODS, self.before_w), peak_w])
        highest = np.array([before[k : k + RATCHET_PERIODS].max() for k in range(peak_w.size)])
        return np.maximum(peak_w, self.share * highest)


NO_RATCHET = Ratchet()


def demand_cost_usd(
    demand_w: Array,
    period: NDArray[np.int64],
    share: Array,
    price_usd_w: float,
    ratchet: Ratchet = NO_RATCHET,
) -> float:
    """What the peaks cost: each billing period's highest demand at its price.

    period      (interval,) billing period that each interval belongs to, numbered from 0
    share       (period,) how much of each period the run covers: a part pays its part
    price_usd_w price of a watt of demand for a whole period
    """
    peaks = np.zeros(len(share))
    np.maximum.at(peaks, period, demand_w)
    return float((ratchet.billed_w(peaks) * share).sum() * price_usd_w)


@dataclass(frozen=True)
class WindowCharge:
    """A charge for the highest demand within certain hours and months, beside that of every hour.

    Summer afternoons are one; so is the hour that sets a coincident peak.
    """

    name: str
    usd_per_w: float
    """Price of a watt of its highest demand for a whole billing period."""
    counts: NDArray[np.bool_]
    """(interval,) whether demand of an interval counts."""
    months: int
    """Billing periods of a year in which it is charged."""


@dataclass(frozen=True)
class Tariff:
    """Price and carbon of energy by steps, and the demand meter with its charge."""

    price_usd_per_j: Steps
    carbon_kg_per_j: Steps
    meter: DemandMeter
    demand_usd_per_w: float
    """Price of a watt of peak demand for a whole billing period."""
    period: NDArray[np.int64]
    """(interval,) billing period of each interval of the meter, numbered from the first."""
    period_share: Array
    """(period,) share of each billing period that the run covers."""
    ratchet: Ratchet = NO_RATCHET
    """Of the charge for demand at any hour."""
    windows: tuple[WindowCharge, ...] = ()

    @property
    def is_steady(self) -> bool:
        """Whether price and carbon never change."""
        return len(self.price_usd_per_j.value) == len(self.carbon_kg_per_j.value) == 1

    def billed_months(self, until_s: float) -> float:
        """Billing periods, in parts of a whole one, for which the charge up to a moment is paid."""
        return float(self._shares(self._begun(until_s)).sum())

    def window_months(self, window: WindowCharge, until_s: float) -> float:
        """The same of a window: of the periods in which some interval of the run counts."""
        begun = self._begun(until_s)
        met = np.unique(self.period[:begun][window.counts[:begun]])
        return float(self.period_share[met].sum())

    def demand_cost_usd(self, energy_j: Array, until_s: float) -> float:
        """What the peaks up to a moment cost, from the (interval,) energies of the meter."""
        begun = self._begun(until_s)
        demand_w = self.meter.demand_w(energy_j, until_s)[:begun]
        price = self.demand_usd_per_w
        share = self._shares(begun)
        base = demand_cost_usd(demand_w, self.period[:begun], share, price, self.ratchet)
        return base + sum(self.window_costs_usd(energy_j, until_s).values())

    def window_costs_usd(self, energy_j: Array, until_s: float) -> dict[str, float]:
        """By window what its peaks up to a moment cost."""
        begun = self._begun(until_s)
        demand_w = self.meter.demand_w(energy_j, until_s)[:begun]
        share = self._shares(begun)
        return {
            one.name: demand_cost_usd(
                demand_w * one.counts[:begun], self.period[:begun], share, one.usd_per_w
            )
            for one in self.windows
        }

    def _begun(self, until_s: float) -> int:
        """How many intervals have begun before a moment."""
        return int(np.searchsorted(self.meter.edges_s[:-1], until_s))

    def _shares(self, begun: int) -> Array:
        """(period,) of those begun."""
        return self.period_share[: int(self.period[:begun].max(initial=-1)) + 1]

    def peak_demand_w(self, energy_j: Array, until_s: float) -> float:
        """The highest mean power of an interval up to a moment."""
        return float(self.meter.demand_w(energy_j, until_s).max())
