"""Money over time: annuities, present values, rates of return, paybacks, depreciation.

Pure functions of numbers and arrays. Flows are the last axis, one a period, the first at once and
not discounted; leading axes are cases worked out side by side. Checked against numpy-financial
1.0.0.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from twin.arrays import Array

RATE_LEAST = -0.99
"""Lowest rate of return that is looked for: nearly everything lost in a period."""
RATE_MOST = 100.0
"""Highest: a hundredfold in a period."""
_LOOKED_AT = 2001
_RATE_STEP = 1e-13
_ROUNDING = 1e-12
"""Of the largest flow: what a sum may miss zero by and still be paid back."""


def annuity(
    capital: ArrayLike, rate: ArrayLike, periods: ArrayLike, residual: ArrayLike = 0.0
) -> Array:
    """Even payment at the end of each period that repays capital with interest, USD a period.

    What the thing is still worth at the end (`residual`) is paid back then. A rate of 0 spreads
    the difference evenly.
    """
    spent, r, n, left = np.broadcast_arrays(
        *(np.asarray(one, dtype=float) for one in (capital, rate, periods, residual))
    )
    growth = (1.0 + r) ** n
    at_rate = np.where(r == 0, 1.0, r)
    even = (spent * growth - left) * at_rate / np.where(r == 0, 1.0, growth - 1.0)
    return np.asarray(np.where(r == 0, (spent - left) / n, even))


def npv(rate: ArrayLike, flows: ArrayLike) -> Array:
    """Present value of flows; rate (...,), flows (..., period)."""
    values = np.asarray(flows, dtype=float)
    factor = 1.0 / (1.0 + np.asarray(rate, dtype=float))
    total = np.zeros(np.broadcast_shapes(values.shape[:-1], factor.shape))
    for period in range(values.shape[-1] - 1, -1, -1):
        total = total * factor + values[..., period]
    return total


@dataclass(frozen=True)
class RateOfReturn:
    """The rates at which flows are worth nothing today."""

    rates: tuple[float, ...]
    """All of them between -99 % and 10,000 % a period, rising; usually one or none."""

    @property
    def value(self) -> float | None:
        """The rate, where there is exactly one."""
        return self.rates[0] if len(self.rates) == 1 else None

    @property
    def says(self) -> str:
        """`one`, `none` or `several`."""
        return {0: "none", 1: "one"}.get(len(self.rates), "several")


def rate_of_return(flows: ArrayLike) -> RateOfReturn:
    """Internal rates of return of one series of flows, each bracketed and then halved."""
    values = np.asarray(flows, dtype=float)
    grid = np.concatenate(
        [np.linspace(RATE_LEAST, 1.0, _LOOKED_AT), np.geomspace(1.0, RATE_MOST, 200)[1:]]
    )
    worth = npv(grid, np.broadcast_to(values, (grid.size, values.size)))
    crossed = np.flatnonzero(np.sign(worth[:-1]) * np.sign(worth[1:]) < 0)
    found = [_halved(values, grid[k], grid[k + 1]) for k in crossed]
    exact = [] if not values.any() else grid[worth == 0].tolist()
    return RateOfReturn(tuple(sorted({*found, *exact})))


def _halved(values: Array, low: float, high: float) -> float:
    rising = float(npv(low, values)) < 0
    while high - low > _RATE_STEP * (1.0 + abs(low)):
        middle = 0.5 * (low + high)
        if (float(npv(middle, values)) < 0) == rising:
            low = middle
        else:
            high = middle
    return float(0.5 * (low + high))


def rates_of_return(flows: ArrayLike) -> Array:
    """(case,) the same for many series (case, period) that spend first and earn then; NaN where
    none lies between -99 % and 10,000 %.
    """
    values = np.asarray(flows, dtype=float)
    low = np.full(values.shape[:-1], RATE_LEAST)
    high = np.full(values.shape[:-1], RATE_MOST)
    none = (npv(low, values) < 0) | (npv(high, values) > 0)
    for _ in range(50):
        middle = np.sqrt((1.0 + low) * (1.0 + high)) - 1.0
        worth = npv(middle, values)
        low = np.where(worth >= 0, middle, low)
        high = np.where(worth >= 0, high, middle)
    return np.where(none, np.nan, 0.5 * (low + high))


def payback(flows: ArrayLike, rate: ArrayLike = 0.0) -> Array:
    """(...,) periods until the discounted flows have paid back what was spent, in between by a
    straight line; inf where they never do. Flows that owe nothing at first are paid back at once.
    """
    values = np.asarray(flows, dtype=float)
    discount = (1.0 + np.asarray(rate, dtype=float))[..., None] ** np.arange(values.shape[-1])
    sums = np.cumsum(values / discount, axis=-1)
    paid = sums >= -_ROUNDING * np.abs(values).max(axis=-1, initial=0.0)[..., None]
    last_owing = sums.shape[-1] - 1 - np.argmax(~paid[..., ::-1], axis=-1)
    always = paid.all(axis=-1)
    never = ~paid[..., -1]
    before = np.minimum(last_owing, sums.shape[-1] - 2)
    owed = -np.take_along_axis(sums, before[..., None], -1)[..., 0]
    rise = owed + np.take_along_axis(sums, before[..., None] + 1, -1)[..., 0]
    at = before + owed / np.where(rise > 0, rise, 1.0)
    return np.where(always, 0.0, np.where(never, np.inf, at))


def break_even_utilisation(annual_usd: float, gpus: float, rent_usd_per_gpu_h: float) -> float:
    """Share of a year's GPU hours from which owning costs less than renting them; above 1 renting
    always wins.
    """
    return annual_usd / (gpus * 8760.0 * rent_usd_per_gpu_h)
