"""Cost blocks: what is bought once, and what is paid each year. Values are (1 + draw,)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from twin.analysis.economics.finance import annuity
from twin.analysis.economics.price_list import PriceList
from twin.arrays import Array

IT = "it"
PLANT = "plant"
BUILDING = "building"
LAND = "land"
GROUPS = (IT, PLANT, BUILDING, LAND)
MONTHS_36 = 3.0
"""Years after which the residual value of racks is stated."""


def added(parts: Iterable[Array]) -> Array:
    """(1 + draw,) the sum of values of which some may be (1,); 0 of none."""
    return np.asarray(sum(parts, start=np.zeros(1)))


@dataclass(frozen=True)
class CapitalBlock:
    """Something that is bought."""

    name: str
    group: str
    """it, plant, building or land: what lives and is maintained alike."""
    quantity: float
    unit: str
    capex: Array | None
    """USD; None where nobody knows a price."""
    price: str
    """Name of the price that it stands on, or why there is none."""

    @property
    def usd(self) -> Array:
        """What it costs; 0 where no price is known, which is told apart."""
        return np.zeros(1) if self.capex is None else self.capex


def total_usd(bought: Sequence[CapitalBlock], *groups: str) -> Array:
    """(1 + draw,) what blocks of these groups cost together; of all groups where none is named."""
    return added(block.usd for block in bought if not groups or block.group in groups)


@dataclass(frozen=True)
class AnnualBlock:
    """Something that is paid every year."""

    name: str
    quantity: float
    unit: str
    annual: Array | None
    """USD a year; None where nobody knows."""
    price: str
    line: str
    """Column of the cash flow that it is paid in; empty for interest, which is no payment."""

    @property
    def usd(self) -> Array:
        """What a year costs; 0 where that is not known, which is told apart."""
        return np.zeros(1) if self.annual is None else self.annual


@dataclass(frozen=True)
class Money:
    """How capital lives and what it costs. Arrays are (1 + draw,)."""

    wacc: Array
    life_it: Array
    life_facility: Array
    residual_36: Array

    def life(self, group: str) -> Array:
        """Years; inf for land."""
        if group == LAND:
            return np.full_like(self.wacc, np.inf)
        return self.life_it if group == IT else self.life_facility

    def left_frac(self, group: str, age: Array) -> Array:
        """Share of the price that is left at an age: racks fall by the same share each year,
        plant and building evenly, land keeps its price.
        """
        if group == LAND:
            return np.ones_like(age)
        if group == IT:
            return np.asarray(self.residual_36 ** (age / MONTHS_36))
        return np.asarray(np.clip(1.0 - age / self.life_facility, 0.0, 1.0))

    def depreciation(self, block: CapitalBlock) -> Array:
        """What a block loses a year, evenly over its life."""
        life = self.life(block.group)
        if block.group == LAND:
            return np.zeros_like(self.wacc)
        return np.asarray(block.usd * (1.0 - self.left_frac(block.group, life)) / life)

    def annual(self, block: CapitalBlock) -> Array:
        """Even payment a year that repays a block with interest, less what is left of it."""
        if block.group == LAND:
            return np.asarray(block.usd * self.wacc)
        life = self.life(block.group)
        left = block.usd * self.left_frac(block.group, life)
        return annuity(block.usd, self.wacc, life, left)


def money(prices: PriceList) -> Money:
    """As the scenario's prices say."""
    return Money(
        prices.value("wacc"),
        prices.value("life_it"),
        prices.value("life_facility"),
        prices.value("residual_it_36_months"),
    )
