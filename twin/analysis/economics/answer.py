"""The economics of one run: blocks, yearly costs, cash flows, carbon, and figures with their
intervals.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np

from twin.analysis.economics.blocks import (
    BUILDING,
    IT,
    LAND,
    PLANT,
    AnnualBlock,
    CapitalBlock,
    Money,
    added,
    money,
    total_usd,
)
from twin.analysis.economics.capital import capital
from twin.analysis.economics.cash import Cash, Owners, cash
from twin.analysis.economics.finance import RateOfReturn
from twin.analysis.economics.lived import Lived, lived
from twin.analysis.economics.price_list import PriceList
from twin.analysis.economics.within_years import YearlyFlows
from twin.analysis.economics.yearly import earned_usd, running, upkeep
from twin.arrays import Array
from twin.facility.model import Facility
from twin.physics.reliability.gates import HOURS_PER_YEAR
from twin.quantities import percent
from twin.results import Columns


@dataclass(frozen=True, eq=False)
class CostAnswer:
    """Everything that the economics of one run know. Arrays are (1 + draw,)."""

    facility: Facility
    run: Lived
    prices: PriceList
    bought: tuple[CapitalBlock, ...]
    paid: tuple[AnnualBlock, ...]
    money: Money
    earned: float
    """USD a year at full adoption."""

    @cached_property
    def operating(self) -> Array:
        """USD a year, without capital."""
        return added(block.usd for block in self.paid)

    @cached_property
    def depreciation(self) -> Array:
        """USD a year that what was bought loses."""
        return added(self.money.depreciation(block) for block in self.bought)

    @cached_property
    def capital_year(self) -> Array:
        """USD a year that repays what was bought, with interest."""
        return added(self.money.annual(block) for block in self.bought)

    @cached_property
    def financing(self) -> Array:
        """USD a year of interest: what capital costs beyond what things lose."""
        return np.asarray(self.capital_year - self.depreciation)

    @cached_property
    def annual(self) -> Array:
        """USD a year, all in."""
        return np.asarray(self.capital_year + self.operating)

    @cached_property
    def cash(self) -> Cash:
        """Cash year by year, of the project and of its owners."""
        return self.cash_without(0.0)

    def cash_without(self, lost_usd: float) -> Cash:
        """The same where a year at full adoption earns so much less, USD."""
        asked = self.facility.scenario
        return cash(asked, self.bought, self.money, self.paid, self.earned - lost_usd)

    @property
    def flows(self) -> Array:
        """(1 + draw, year + 1) cash flows of the project."""
        return self.cash.flows

    @cached_property
    def unpriced(self) -> tuple[str, ...]:
        """Blocks of which nobody knows a price, with the reason."""
        bought = [f"{block.name}: {block.price}" for block in self.bought if block.capex is None]
        paid = [f"{block.name}: {block.price}" for block in self.paid if block.annual is None]
        return (*bought, *paid)


def economics(
    facility: Facility, summary: Mapping[str, Any], tables: Mapping[str, Columns]
) -> CostAnswer:
    """Of a run, from its facility, headline numbers and tables."""
    prices = PriceList(facility.scenario)
    run = lived(facility, summary, tables)
    bought = capital(facility, tables["loading"], prices)
    paid = [*running(facility.scenario, run, prices), *upkeep(bought, prices)]
    held = money(prices)
    earned = earned_usd(facility.scenario, run)
    return CostAnswer(facility, run, prices, tuple(bought), tuple(paid), held, earned)


@dataclass(frozen=True)
class Figure:
    """One figure: (1 + draw,) values, its unit, and how it is made."""

    name: str
    values: Array
    unit: str
    how: str


def figures_of(found: CostAnswer) -> Iterator[Figure]:
    """Every figure; a rate of return or a payback that there is not is NaN, and says why."""
    yield from _capital(found)
    yield from _yearly(found)
    yield from _specific(found)
    yield from _worth(found)
    if found.cash.owners is not None:
        yield from _owners(found, found.cash.owners)


def _capital(found: CostAnswer) -> Iterator[Figure]:
    bought = found.bought
    plant = total_usd(bought, PLANT, BUILDING)
    it_w = float(found.facility.racks.rated_w.sum())
    yield Figure("capex_usd", total_usd(bought), "USD", "everything bought at the start")
    yield Figure("capex_it_usd", total_usd(bought, IT), "USD", "racks, network, storage")
    yield Figure("capex_plant_usd", total_usd(bought, PLANT), "USD", "power and cooling, installed")
    yield Figure("capex_building_usd", total_usd(bought, BUILDING, LAND), "USD", "with its land")
    if it_w:
        how = "plant and building over the racks' rated power; markets lie at 9.3 to 15.2"
        yield Figure("construction_usd_per_w", plant / it_w, "USD/W", how)
    lacking = np.full(1, float(len(found.unpriced)))
    yield Figure(
        "unpriced_blocks", lacking, "", "; ".join(found.unpriced) or "everything is priced"
    )


def _yearly(found: CostAnswer) -> Iterator[Figure]:
    run = found.run
    energy = np.full(1, _paid(found.paid, "energy"))
    how = f"{HOURS_PER_YEAR:,.0f} h over the {run.hours:,.6g} h of the run, which is repeated"
    yield Figure("year_factor", np.full(1, run.year_factor), "", how)
    yield Figure("annual_usd", found.annual, "USD", "capital and running costs of a year")
    how = "even payments over each life at the cost of capital, less what is left"
    yield Figure("annual_capital_usd", found.capital_year, "USD", how)
    yield Figure("annual_operating_usd", found.operating, "USD", "running costs of a year")
    yield Figure("annual_energy_usd", energy, "USD", "energy of the run over a year")
    yield Figure("energy_cost_frac", energy / found.annual, "", "energy over all costs of a year")
    how = "tokens at their prices and priced GPU hours, a year at full adoption"
    yield Figure("annual_revenue_usd", np.full(1, found.earned), "USD", how)


def _paid(paid: Sequence[AnnualBlock], name: str) -> float:
    return next(float(block.usd[0]) for block in paid if block.name == name)


def _specific(found: CostAnswer) -> Iterator[Figure]:
    run = found.run
    factor = run.year_factor
    busy = run.gpu_hours_busy * factor
    if run.gpus:
        how = "costs of a year over all its GPU hours"
        each = found.annual / (run.gpus * HOURS_PER_YEAR)
        yield Figure("usd_per_gpu_h_installed", each, "USD/h", how)
    if busy > 0:
        how = "costs of a year over the GPU hours with work"
        yield Figure("usd_per_gpu_h", found.annual / busy, "USD/h", how)
    served = (run.gpu_hours_served, run.energy_served_j, run.tokens_served)
    trained = (run.gpu_hours_trained, run.energy_trained_j, run.tokens_trained)
    yield from _per_mtok(found, "served", *served)
    yield from _per_mtok(found, "trained", *trained)


def _per_mtok(
    found: CostAnswer, what: str, gpu_hours: float, energy_j: float, tokens: float
) -> Iterator[Figure]:
    """Cost a million tokens of one sort: its part of the costs by GPU hours held, and its part of
    the energy's by energy.
    """
    run = found.run
    held = run.gpu_hours_served + run.gpu_hours_trained + run.gpu_hours_other
    used_j = run.energy_served_j + run.energy_trained_j + run.energy_other_j
    million = tokens * run.year_factor / 1e6
    if million <= 0 or held <= 0:
        return
    how = f"costs of a year by GPU hours held, over million tokens {what}"
    usd = found.annual * (gpu_hours / held) / million
    yield Figure(f"usd_per_mtok_{what}", usd, "USD/Mtok", how)
    if used_j > 0:
        bill = np.full(1, _paid(found.paid, "energy") * energy_j / used_j / million)
        how = "the energy's part of that, by energy at the racks; plant included"
        yield Figure(f"usd_energy_per_mtok_{what}", bill, "USD/Mtok", how)


def _worth(found: CostAnswer) -> Iterator[Figure]:
    flows = found.cash.timed
    asked = found.facility.scenario.economics
    years = asked.years
    wacc = found.money.wacc
    after = f", after {percent(asked.tax.rate)} of tax" if asked.tax.rate else ""
    middle = ", what comes within a year at its middle" if found.cash.mid_year else ""
    how = f"{years} years at the cost of capital, with what is left at the end{after}{middle}"
    worth = flows.npv(wacc)
    yield Figure("npv_usd", worth, "USD", how)
    yield _rate("irr_frac", flows, f"rate at which {years} years are worth nothing{middle}")
    late = flows.payback(np.zeros(wacc.size))
    how = "until earnings have paid what was spent"
    yield _paid_back("payback_years", late, how, years)
    how = f"the same, discounted at the cost of capital{middle}"
    yield _paid_back("discounted_payback_years", flows.payback(wacc), how, years)
    chance = np.full(1, float(np.mean(worth[1:] > 0)))
    yield Figure("npv_positive_frac", chance, "", "share of the draws with a worth above zero")


def _owners(found: CostAnswer, owners: Owners) -> Iterator[Figure]:
    """What the owners' own money comes to beside a loan, and whether earnings carry that."""
    asked = found.facility.scenario.economics
    years = asked.years
    held = owners.debt
    yield Figure("loan_usd", held.borrowed, "USD", "borrowed at the start")
    how = "interest and repayment at the end of the first year"
    yield Figure("loan_first_year_usd", held.service[:, 0], "USD", how)
    yield Figure("loan_interest_usd", held.interest.sum(axis=1), "USD", f"all of {years} years")
    how = "least of all years: earnings less running costs and tax over what the bank gets"
    least = owners.cover.min(axis=1)
    least = np.where(np.isfinite(least), least, np.nan)
    yield Figure("dscr_least", least, "", f"{how}; things bought anew are not taken off")
    short = np.full(1, float(np.mean(least[1:] < 1.0)))
    yield Figure("loan_short_frac", short, "", "share of the draws in which that is below 1")
    yield Figure("equity_usd", -owners.flows[:, 0], "USD", "the owners' own money at the start")
    how = f"{years} years after bank and tax, at what owners ask of their money"
    rate = found.prices.value("cost_of_equity")
    yield Figure("equity_npv_usd", owners.timed.npv(rate), "USD", how)
    how = "rate at which the owners' flows are worth nothing"
    yield _rate("equity_irr_frac", owners.timed, how)
    late = owners.timed.payback(np.zeros(rate.size))
    yield _paid_back("equity_payback_years", late, "until the owners have it back", years)


def _rate(name: str, flows: YearlyFlows, how: str) -> Figure:
    """A rate of return, or why there is none."""
    one = flows.rate_of_return()
    told = _no_rate(one) if one.value is None else how
    return Figure(name, _rates(one, flows), "1/year", told)


def _rates(one: RateOfReturn, flows: YearlyFlows) -> Array:
    """The rate of return, and those of the draws; none where there is none to stand them beside."""
    rates = flows.rates_of_return()
    if one.value is None:
        return np.full_like(rates, np.nan)
    rates[0] = one.value
    return rates


def _no_rate(found: RateOfReturn) -> str:
    """Why there is no one rate of return."""
    if found.rates:
        rates = ", ".join(f"{100 * rate:.3g} %" for rate in found.rates)
        return f"several rates: {rates}; the worth tells more"
    return "none: no rate makes these flows worth nothing"


def _paid_back(name: str, late: Array, how: str, years: int) -> Figure:
    """A payback; NaN where earnings never pay what was spent."""
    ever = np.where(np.isfinite(late), late, np.nan)
    return Figure(name, ever, "year", how if np.isfinite(late[0]) else f"never in {years} years")
