"""The prices of one scenario: its own, then the catalogue's, then the shipped rows, each as its
planning value and draws of what it may be.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from twin.arrays import Array
from twin.catalogue.prices import price_rows
from twin.catalogue.rows import CatalogueRow
from twin.scenario.schema import Scenario
from twin.scenario.schema.economics import PriceRange
from twin.seeds import stream

DRAWS = 400
"""How often every price is drawn."""
SPREAD = "catalogue_spread"
LOW_PERCENT = 5.0
HIGH_PERCENT = 95.0
"""Ends of the interval that is told: nine draws in ten lie within."""


@dataclass(frozen=True)
class UsedPrice:
    """A price as used."""

    name: str
    unit: str
    low: float
    mid: float
    high: float
    as_of: str
    status: str
    source: str


class PriceList:
    """Prices by name. A value is an array: the planning value first, then `DRAWS` draws from the
    triangle of low, mid and high. A price draws from a stream of its own name, so that two designs
    meet the same prices.
    """

    def __init__(self, scenario: Scenario) -> None:
        self._scenario = scenario
        self.used: dict[str, UsedPrice] = {}
        self._values: dict[str, Array] = {}

    def value(self, name: str) -> Array:
        """(1 + draw,) of a shipped row, or what the scenario says instead. KeyError for others."""
        row = price_rows()[name]
        stated = self._stated(name, row.unit)
        shipped = UsedPrice(
            name, row.unit, row.low, row.mid, row.high, row.as_of, row.status, row.source
        )
        return self._drawn(stated or shipped)

    def find(self, *names: str) -> Array | None:
        """(1 + draw,) of the first name that the scenario states or that is shipped."""
        for name in names:
            if stated := self._stated(name, "USD"):
                return self._drawn(stated)
        known = [name for name in names if name in price_rows()]
        return self.value(known[0]) if known else None

    def stated(self, name: str) -> Array | None:
        """(1 + draw,) where the scenario states that name itself."""
        found = self._stated(name, "USD")
        return None if found is None else self._drawn(found)

    def catalogue(self, kind: type[CatalogueRow], name: str) -> Array | None:
        """(1 + draw,) USD of one, by the scenario or by the catalogue; None where neither says."""
        if (stated := self.stated(name)) is not None:
            return stated
        found = self._scenario.catalogue
        row = found.rows(kind).get(name)
        usd = None if row is None else getattr(row, "price_usd", None)
        if row is None or usd is None:
            return None
        self.value(SPREAD)
        spread = self.used[SPREAD]
        told = found.provenance(kind, name, "price_usd")
        low = usd * spread.low
        high = usd * spread.high
        return self._drawn(
            UsedPrice(
                name, "USD/unit", low, usd, high, told["accessed"], told["status"], told["source"]
            )
        )

    def catalogue_row(self, kind: type[CatalogueRow], name: str) -> CatalogueRow | None:
        """The row of that name, shipped or the project's own."""
        return self._scenario.catalogue.rows(kind).get(name)

    def _stated(self, name: str, unit: str) -> UsedPrice | None:
        given = self._scenario.economics.prices.get(name)
        if given is None:
            return None
        row = price_rows().get(name)
        unit = unit if row is None else row.unit
        low, mid, high = (
            (given.low, given.mid, given.high) if isinstance(given, PriceRange) else (given,) * 3
        )
        as_of = self._scenario.start.date().isoformat()
        return UsedPrice(name, unit, low, mid, high, as_of, "assumed", "stated in the scenario")

    def _drawn(self, price: UsedPrice) -> Array:
        if price.name not in self._values:
            self.used[price.name] = price
            uniform = stream(self._scenario.seed, "economics", price.name).random(DRAWS)
            drawn = triangular(uniform, price.low, price.mid, price.high)
            self._values[price.name] = np.concatenate([[price.mid], drawn])
        return self._values[price.name]


def triangular(uniform: Array, low: float, mid: float, high: float) -> Array:
    """Quantiles of the triangle between low and high with its top at mid."""
    if high == low:
        return np.full(uniform.shape, mid)
    rising = (mid - low) / (high - low)
    up = low + np.sqrt(uniform * (high - low) * (mid - low))
    down = high - np.sqrt((1.0 - uniform) * (high - low) * (high - mid))
    return np.where(uniform < rising, up, down)


def interval(values: Array) -> tuple[float, float, float]:
    """Planning value, and the ends between which nine draws in ten lie; NaN without finite ones."""
    drawn = np.sort(values[1:][np.isfinite(values[1:])])
    if not drawn.size:
        return float(values[0]), float("nan"), float("nan")
    places = np.array([LOW_PERCENT, HIGH_PERCENT]) / 100.0 * (drawn.size - 1)
    low, high = np.interp(places, np.arange(drawn.size), drawn)
    return float(values[0]), float(low), float(high)
