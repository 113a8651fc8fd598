"""Tax on what a factory earns, as a standalone company pays it.

Earnings less running costs less what the tax office lets write off; a loss is carried forward to
the next years and never paid out. What is sold for more or less than its book is a gain or a loss
of that year, so that half a year of depreciation more or less in the year of a sale changes
nothing.
Interest is deductible where it is paid: of the owners' cash, and not of the project's.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from twin.analysis.economics.blocks import BUILDING, GROUPS, IT, PLANT, CapitalBlock, total_usd
from twin.analysis.economics.write_offs import written_off_frac
from twin.arrays import Array, Mask
from twin.scenario.schema.economics import Tax


class Books:
    """What stands in the tax books, group by group; arrays are (1 + draw,)."""

    def __init__(self, asked: Tax, bought: Sequence[CapitalBlock], draws: int) -> None:
        self.asked = asked
        years = {IT: asked.it_years, PLANT: asked.plant_years, BUILDING: asked.building_years}
        self.years = {group: float(years.get(group, np.inf)) for group in GROUPS}
        self.paid = {group: total_usd(bought, group) * np.ones(draws) for group in GROUPS}
        self.since = {group: np.zeros(draws) for group in GROUPS}

    def written_off(self, year: int) -> Array:
        """Depreciation of a year, the first counted as 1."""
        parts = [self._of(group, year) - self._of(group, year - 1) for group in GROUPS]
        return np.asarray(sum(parts))

    def _of(self, group: str, year: int) -> Array:
        """What has been written off of what stands there now."""
        age = np.maximum(year - self.since[group], 0.0)
        return np.asarray(self.paid[group] * written_off_frac(self.asked, self.years[group], age))

    def book(self, group: str, year: int) -> Array:
        """What is left of it in the books at the end of a year."""
        return np.asarray(self.paid[group] - self._of(group, year))

    def replaced(self, group: str, year: int, due: Mask) -> None:
        """Some are bought anew at the end of a year."""
        self.since[group] = np.where(due, float(year), self.since[group])


@dataclass(frozen=True)
class TaxYears:
    """What the tax office counts. Arrays are (1 + draw, year), USD."""

    written_off: Array
    """Depreciation."""
    sale_gain: Array
    """What is got for things above their book, or below it."""
    carried: Array
    """Losses of earlier years that are set off."""
    taxable: Array
    """Earnings less all of these; below zero a loss that is carried on."""
    tax: Array


def taxes(
    asked: Tax, bought: Sequence[CapitalBlock], earned: Array, sold: dict[int, dict[str, Array]]
) -> TaxYears:
    """Tax year by year.

    earned   (1 + draw, year) earnings less running costs, and interest where it is paid
    sold     by year and group (1 + draw,) what is got for what was there; nan where it stays
    """
    draws, years = earned.shape
    books = Books(asked, bought, draws)
    carried = np.zeros(draws)
    told = []
    for year in range(1, years + 1):
        off = books.written_off(year)
        gain = _gain(books, year, sold.get(year, {}))
        taxable = earned[:, year - 1] - off + gain - carried
        told.append((off, gain, carried, taxable, asked.rate * np.maximum(taxable, 0.0)))
        carried = np.maximum(-taxable, 0.0)
    return TaxYears(*(np.stack(of_year, axis=1) for of_year in zip(*told, strict=True)))


def _gain(books: Books, year: int, sold: dict[str, Array]) -> Array:
    """What is sold above its book in a year; what is bought in its place begins anew."""
    gain = np.zeros_like(books.since[IT])
    for group, got in sold.items():
        due = ~np.isnan(got)
        gain = gain + np.where(due, got - books.book(group, year), 0.0)
        books.replaced(group, year, due)
    return np.asarray(gain)
