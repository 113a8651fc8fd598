"""Flows of whole years of which a part comes evenly over each: worth, rates of return, payback."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeVar

import numpy as np

from twin.analysis.economics.finance import (
    RateOfReturn,
    npv,
    payback,
    rate_of_return,
    rates_of_return,
)
from twin.arrays import Array

Rate = TypeVar("Rate", float, Array)


@dataclass(frozen=True)
class YearlyFlows:
    """Cash by year, the start first.

    total    (1 + draw, year + 1) USD
    within   (1 + draw, year + 1) that of it which counts at the middle of its year (mid-year
             convention); None where all counts at the end
    """

    total: Array
    within: Array | None = None

    def less(self, other: YearlyFlows) -> YearlyFlows:
        """These without others that are counted alike."""
        apart = None
        if self.within is not None and other.within is not None:
            apart = np.asarray(self.within - other.within)
        return YearlyFlows(np.asarray(self.total - other.total), apart)

    def at_ends(self, rate: Array) -> Array:
        """As they would be worth the same if all counted at the end of its year; rate (1 + draw,).

        What comes half a year sooner is worth (1 + rate)^0.5 of it then.
        """
        if self.within is None:
            return self.total
        sooner = np.sqrt(1.0 + rate)[..., None] - 1.0
        return np.asarray(self.total + self.within * sooner)

    def npv(self, rate: Array) -> Array:
        """(1 + draw,) present value."""
        return npv(rate, self.at_ends(rate))

    def payback(self, rate: Array) -> Array:
        """(1 + draw,) years until the discounted flows have paid back what was spent."""
        return payback(self.at_ends(rate), rate)

    def rate_of_return(self) -> RateOfReturn:
        """The rates at which the first case is worth nothing."""
        if self.within is None:
            return rate_of_return(self.total[0])
        found = rate_of_return(self._half_years()[0])
        return RateOfReturn(tuple(_of_a_year(rate) for rate in found.rates))

    def rates_of_return(self) -> Array:
        """(1 + draw,) the same of every case; NaN where there is none."""
        if self.within is None:
            return rates_of_return(self.total)
        return np.asarray(_of_a_year(rates_of_return(self._half_years())))

    def _half_years(self) -> Array:
        """(1 + draw, 2 year + 1) the same, a column each half a year."""
        assert self.within is not None
        halves = np.zeros((*self.total.shape[:-1], 2 * self.total.shape[-1] - 1))
        halves[..., ::2] = self.total - self.within
        halves[..., 1::2] = self.within[..., 1:]
        return halves


def _of_a_year(half: Rate) -> Rate:
    """A rate of half a year as that of a year."""
    return (1.0 + half) ** 2 - 1.0
