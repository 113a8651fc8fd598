"""Cash year by year: of the project, and of its owners where a part is borrowed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from twin.analysis.economics.blocks import (
    GROUPS,
    AnnualBlock,
    CapitalBlock,
    Money,
    added,
    total_usd,
)
from twin.analysis.economics.loans import Debt, cover, debt
from twin.analysis.economics.taxes import TaxYears, taxes
from twin.analysis.economics.within_years import YearlyFlows
from twin.arrays import Array
from twin.scenario.schema import Scenario

Sold = dict[int, dict[str, Array]]
"""By year and group (1 + draw,) what is got for things, nan for those that stay."""
Lines = Mapping[str, Array]
"""By column (1 + draw, year + 1) USD, the start first: what comes in is above zero, what is paid
below it."""
RUNNING = (
    "energy_usd", "demand_charge_usd", "grid_income_usd", "water_usd", "staff_usd",
    "maintenance_usd", "insurance_usd",
)  # fmt: skip
"""Columns of what is paid every year; grid_income_usd is what the utility pays."""


@dataclass(frozen=True)
class Owners:
    """Where a part is borrowed: what its owners put in and get, and what the bank counts on."""

    debt: Debt
    books: TaxYears
    """With interest taken off."""
    lines: Lines
    """Loan, interest and tax; all else is as of the project."""
    flows: Array
    """(1 + draw, year + 1)"""
    timed: YearlyFlows
    """The same, as they count for worth and rates."""
    cover: Array
    """(1 + draw, year) earnings less running costs and tax over what the bank gets."""


@dataclass(frozen=True)
class Cash:
    """Flows of a design: what is bought at once, then earnings less running costs and tax, things
    bought anew at the end of their life, and at last what everything is still worth.
    """

    lines: Lines
    """Whose sum is the flow of each year."""
    books: TaxYears
    owners: Owners | None
    """None where nothing is borrowed."""
    mid_year: bool = False
    """Whether what is earned, paid and taxed within a year counts at its middle."""

    @cached_property
    def timed(self) -> YearlyFlows:
        """The project's, as they count for worth and rates."""
        return _timed(self.flows, self.lines, self.mid_year)

    @cached_property
    def flows(self) -> Array:
        """(1 + draw, year + 1) USD of the project, whoever pays for it."""
        return added(self.lines.values())


def cash(
    scenario: Scenario,
    bought: Sequence[CapitalBlock],
    money: Money,
    paid: Sequence[AnnualBlock],
    earned: float,
) -> Cash:
    """Of a design, from what it buys, what a year costs by its blocks, and what one earns at full
    adoption.
    """
    asked = scenario.economics
    running = _earned_and_paid(scenario, money, paid, earned)
    gained = added(running.values())[:, 1:]
    sold = _sold(bought, money, asked.years)
    books = taxes(asked.tax, bought, gained, sold)
    before_tax = running | _traded(bought, gained, sold)
    lines = before_tax | {"tax_usd": _from_year_1(-books.tax)}
    mid_year = asked.discounting == "mid_year"
    if asked.loan is None:
        return Cash(lines, books, None, mid_year)
    held = debt(asked.loan, total_usd(bought) * np.ones(money.wacc.size), asked.years)
    own_books = taxes(asked.tax, bought, gained - held.interest, sold)
    own = {
        "loan_usd": _loan(held),
        "interest_usd": _from_year_1(-held.interest),
        "tax_usd": _from_year_1(-own_books.tax),
    }
    flows = added([*before_tax.values(), *own.values()])
    timed = _timed(flows, before_tax | own, mid_year)
    able = cover(gained - own_books.tax, held)
    return Cash(lines, books, Owners(held, own_books, own, flows, timed, able), mid_year)


def _timed(flows: Array, lines: Lines, mid_year: bool) -> YearlyFlows:
    """Flows with the part of them that comes evenly over a year, where that counts."""
    if not mid_year:
        return YearlyFlows(flows)
    return YearlyFlows(flows, added(lines[name] for name in ("revenue_usd", *RUNNING, "tax_usd")))


def _earned_and_paid(
    scenario: Scenario, money: Money, paid: Sequence[AnnualBlock], earned: float
) -> dict[str, Array]:
    """Lines of what is earned and of what running costs, the same every year."""
    asked = scenario.economics
    adopted = [*asked.adoption, *[asked.adoption[-1]] * asked.years][: asked.years]
    change = (1.0 + asked.price_change_per_year) ** np.arange(asked.years)
    whole = np.ones((money.wacc.size, asked.years))
    lines = {"revenue_usd": _from_year_1(earned * np.array(adopted) * change * whole)}
    for line in RUNNING:
        usd = added(block.usd for block in paid if block.line == line)
        lines[line] = _from_year_1(-usd[:, None] * whole)
    return lines


def _traded(bought: Sequence[CapitalBlock], gained: Array, sold: Sold) -> dict[str, Array]:
    """Lines of what is bought and what is got for it."""
    spent = np.zeros_like(_from_year_1(gained))
    got_usd = np.zeros_like(spent)
    spent[:, 0] -= total_usd(bought)
    last = gained.shape[1]
    for year, parts in sold.items():
        for group, got in parts.items():
            anew = total_usd(bought, group) if year < last else 0.0
            spent[:, year] -= np.where(np.isnan(got), 0.0, anew)
            got_usd[:, year] += np.where(np.isnan(got), 0.0, got)
    return {"bought_usd": spent, "sold_usd": got_usd}


def _loan(held: Debt) -> Array:
    """(1 + draw, year + 1) what the bank gives and gets back, interest apart."""
    flows = _from_year_1(-held.repaid)
    flows[:, 0] = held.borrowed
    flows[:, -1] -= held.settled
    return flows


def _from_year_1(values: Array) -> Array:
    """(1 + draw, year) with the start before, at which there is nothing; no zero is negative."""
    return np.asarray(np.pad(values, ((0, 0), (1, 0))) + 0.0)


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
