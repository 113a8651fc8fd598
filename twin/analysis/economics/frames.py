"""The economics of a run as its tables."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import asdict
from typing import Any

import numpy as np

from twin.analysis.economics.answer import CostAnswer, Figure, economics, figures_of
from twin.analysis.economics.blocks import AnnualBlock, CapitalBlock
from twin.analysis.economics.by_year import cash_by_year
from twin.analysis.economics.carbon import carbon_by_hour, embodied
from twin.analysis.economics.price_list import UsedPrice, interval
from twin.analysis.economics.yearly import RUN
from twin.arrays import Array
from twin.facility.model import Facility
from twin.physics.reliability.gates import HOURS_PER_YEAR
from twin.results import Columns
from twin.results.tables import CARBON, CASH_FLOW, COST_FIGURES, COSTS, PRICES

NOTHING = float("nan")
Row = dict[str, Any]


def cost_tables(
    facility: Facility, summary: Mapping[str, Any], tables: Mapping[str, Columns]
) -> dict[str, Columns]:
    """The tables `costs`, `cost_figures`, `cash_flow`, `prices` and `carbon` of a run."""
    found = economics(facility, summary, tables)
    made = embodied(facility, found.prices, found.money)
    a_year = float(made.per_year_kg[0])
    fuel_kg = float(summary["carbon_fuel_kg"])
    carbon = Columns.of(CARBON, carbon_by_hour(facility, tables["site"], fuel_kg, a_year))
    figures = [*figures_of(found), *_carbon_figures(found, carbon, made.it_kg + made.facility_kg)]
    drawn = (
        Columns.of_rows(COSTS, cost_rows(found)),
        Columns.of_rows(COST_FIGURES, [_figure_row(figure) for figure in figures]),
        Columns.of(CASH_FLOW, cash_by_year(found)),
        Columns.of_rows(PRICES, [asdict(price) for price in found.prices.used.values()]),
        carbon,
    )
    return {columns.table.name: columns for columns in drawn}


def cost_rows(found: CostAnswer) -> list[Row]:
    """One row a block, then interest."""
    used = found.prices.used
    rows = [_bought_row(found, block, used) for block in found.bought]
    rows += [_paid_row(block, "running", used) for block in found.paid]
    interest = AnnualBlock(
        "financing", float(found.money.wacc[0]), "a year", found.financing, "wacc", ""
    )
    return [*rows, _paid_row(interest, "financing", used)]


def _bought_row(found: CostAnswer, block: CapitalBlock, used: Mapping[str, UsedPrice]) -> Row:
    life = float(found.money.life(block.group)[0])
    known = block.capex is not None
    lost = found.money.depreciation(block) if known else None
    return {
        "block": block.name,
        "group": block.group,
        "quantity": block.quantity,
        "unit": block.unit,
        **_three("capex", block.capex),
        "life_years": life if np.isfinite(life) else NOTHING,
        **_three("annual", lost),
        **_stands_on(block.price, used),
    }


def _paid_row(block: AnnualBlock, group: str, used: Mapping[str, UsedPrice]) -> Row:
    return {
        "block": block.name,
        "group": group,
        "quantity": block.quantity,
        "unit": block.unit,
        **_three("capex", None),
        "life_years": NOTHING,
        **_three("annual", block.annual),
        **_stands_on(block.price, used),
    }


def _three(what: str, values: Array | None) -> Row:
    mid, low, high = (NOTHING,) * 3 if values is None else told(values)
    return {f"{what}_usd": mid, f"{what}_low_usd": low, f"{what}_high_usd": high}


def told(values: Array) -> tuple[float, float, float]:
    """Planning value, low and high; all the same where nothing was drawn."""
    if values.size == 1:
        return (float(values[0]),) * 3
    return interval(values)


def _stands_on(price: str, used: Mapping[str, UsedPrice]) -> Row:
    known = used.get(price)
    if known is not None:
        return {"price": price, "source": known.source, "status": known.status}
    own = "tables site and services of the run" if price == RUN else ""
    return {"price": price, "source": own, "status": ""}


def _figure_row(figure: Figure) -> Row:
    value, low, high = told(figure.values)
    return {
        "name": figure.name,
        "value": value,
        "low": low,
        "high": high,
        "unit": figure.unit,
        "how": figure.how,
    }


def _carbon_figures(found: CostAnswer, carbon: Columns, made_kg: Array) -> Iterator[Figure]:
    """Carbon of a year like the run: by location and by contract, each with what was built."""
    yield Figure("embodied_kg", made_kg, "kg", "carbon of making what stands there")
    if not len(carbon) or not found.run.year_factor:
        return
    asked = found.facility.scenario.economics
    for how, column in (("location", "location_kg"), ("market", "market_kg")):
        energy = float(carbon[column].sum()) * found.run.year_factor * asked.year_energy_factor
        fuel = float(carbon["fuel_kg"].sum()) * found.run.year_factor
        words = f"energy by {how} and fuel, the run over a year; nothing embodied"
        yield Figure(f"annual_{how}_kg", np.full(1, energy + fuel), "kg", words)
    a_year = float(carbon["embodied_kg"].sum()) / found.run.hours * HOURS_PER_YEAR
    yield Figure("annual_embodied_kg", np.full(1, a_year), "kg", "embodied carbon over its life")
