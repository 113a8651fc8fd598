"""Cash year by year: of the project, and of its owners where a part is borrowed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from twin.analysis.economics.blocks import GROUPS, CapitalBlock, Money, total_usd
from twin.analysis.economics.loans import Debt, cover, debt
from twin.analysis.economics.taxes import taxes
from twin.arrays import Array
from twin.scenario.schema import Scenario

Sold = dict[int, dict[str, Array]]
"""By year and group (1 + draw,) what is got for things, nan for those that stay."""


@dataclass(frozen=True)
class Owners:
    """Where a part is borrowed: what its owners put in and get, and what the bank counts on.
    Arrays are (1 + draw, year), flows with the start before.
    """

    debt: Debt
    flows: Array
    cover: Array
    """Earnings less running costs and tax over what the bank gets."""


@dataclass(frozen=True)
class Cash:
    """Flows of a design: what is bought at once, then earnings less running costs and tax, things
    bought anew at the end of their life, and at last what everything is still worth.
    """

    flows: Array
    """(1 + draw, year + 1) USD of the project, whoever pays for it."""
    owners: Owners | None
    """None where nothing is borrowed."""


def cash(
    scenario: Scenario,
    bought: Sequence[CapitalBlock],
    money: Money,
    operating: Array,
    earned: float,
) -> Cash:
    """Of a design, from what it buys and what a year costs and earns."""
    asked = scenario.economics
    gained = _gained(scenario, money, operating, earned)
    sold = _sold(bought, money, asked.years)
    untaxed = _untaxed(bought, gained, sold)
    tax = taxes(asked.tax, bought, gained, sold)
    flows = untaxed - _from_year_1(tax)
    if asked.loan is None:
        return Cash(flows, None)
    held = debt(asked.loan, total_usd(bought) * np.ones(money.wacc.size), asked.years)
    tax = taxes(asked.tax, bought, gained - held.interest, sold)
    own = untaxed - _from_year_1(tax + held.service)
    own[:, 0] += held.borrowed
    own[:, -1] -= held.settled
    return Cash(flows, Owners(held, own, cover(gained - tax, held)))


def _gained(scenario: Scenario, money: Money, operating: Array, earned: float) -> Array:
    """(1 + draw, year) earnings less running costs."""
    asked = scenario.economics
    adopted = [*asked.adoption, *[asked.adoption[-1]] * asked.years][: asked.years]
    change = (1.0 + asked.price_change_per_year) ** np.arange(asked.years)
    gained = earned * np.array(adopted) * change - np.atleast_1d(operating)[:, None]
    return np.asarray(gained * np.ones((money.wacc.size, 1)))


def _untaxed(bought: Sequence[CapitalBlock], gained: Array, sold: Sold) -> Array:
    """(1 + draw, year + 1) flows before tax."""
    flows = _from_year_1(gained)
    flows[:, 0] -= total_usd(bought)
    last = gained.shape[1]
    for year, parts in sold.items():
        for group, got in parts.items():
            anew = total_usd(bought, group) if year < last else 0.0
            flows[:, year] -= np.where(np.isnan(got), 0.0, anew - got)
    return flows


def _from_year_1(values: Array) -> Array:
    """(1 + draw, year) with the start before, at which there is nothing."""
    return np.pad(values, ((0, 0), (1, 0)))


def _sold(bought: Sequence[CapitalBlock], money: Money, years: int) -> Sold:
    """By year and group (1 + draw,) what is got for things at the end of their life, nan for those
    that stay, and at last for all.
    """
    sold: Sold = {year: {} for year in range(1, years + 1)}
    for group in GROUPS:
        life = money.life(group)
        whole = total_usd(bought, group)
        bought_at = np.zeros(life.size)
        for year in range(1, years):
            due = np.floor(year / life) > np.floor((year - 1) / life)
            if due.any():
                got = whole * money.left_frac(group, life)
                sold[year][group] = np.where(due, got, np.nan)
                bought_at = np.where(due, float(year), bought_at)
        sold[years][group] = whole * money.left_frac(group, years - bought_at)
    return sold
