"""Cost chapter: what is bought, what a year costs, and what a token comes to."""

from __future__ import annotations

from typing import Any

import pandas as pd

from twin.analysis.economics.named import figures
from twin.named_quantity import readable
from twin.present.blocks import Block, Columns, Section, grid, words
from twin.present.figure_names import called
from twin.quantities import count, money, percent, price
from twin.quantities import figures as figures_of
from twin.results import Result

MOST_BLOCKS = 60


def section(result: Result) -> Section:
    """Figures with their intervals, then the blocks that they are made of."""
    costs = result.frame("costs")
    told = result.frame("cost_figures")
    if costs.empty or told.empty:
        return Section("Cost", ["No cost was worked out for this run."])
    blocks: list[Block] = [
        grid("What it comes to", _figures(told), _FIGURES, MOST_BLOCKS, "cost_figures"),
        *_by_year(result.frame("cash_flow")),
        grid("What is bought and paid", costs, _BLOCKS, MOST_BLOCKS, "costs"),
    ]
    return Section("Cost", _says(result), blocks)


def _by_year(flow: pd.DataFrame) -> list[Block]:
    """Cash year by year; what the tax office counts and what the owners get where there is any.
    Nothing of a result that is older than the table.
    """
    if flow.empty:
        return []
    told = flow.assign(
        power_usd=flow[["energy_usd", "demand_charge_usd", "grid_income_usd"]].sum(axis=1),
        upkeep_usd=flow[["maintenance_usd", "insurance_usd"]].sum(axis=1),
    )
    parts = [("Cash by year", _YEARS)]
    if flow["tax_usd"].any():
        parts.append(("What is taxed", _TAXED))
    if flow["loan_usd"].notna().any():
        parts.append(("Cash of the owners", _OWNED))
    return [grid(title, told, columns, MOST_BLOCKS, "cash_flow") for title, columns in parts]


def each_token(result: Result) -> str:
    """What a million tokens cost with everything in, served and trained apart; else nothing."""
    held = figures(result)
    kinds = ("served", "trained")
    told = [
        f"{price(held[f'usd_per_mtok_{kind}'])} a million {kind}"
        for kind in kinds
        if f"usd_per_mtok_{kind}" in held
    ]
    return f"all in, {', '.join(told)}" if told else ""


def _says(result: Result) -> list[str]:
    held = figures(result)
    bought = money(held.get("capex_usd"))
    yearly = money(held.get("annual_usd"))
    share = percent(held.get("energy_cost_frac"))
    each = each_token(result)
    says = f"{bought} are bought, and a year costs {yearly}, of which energy is {share}."
    return [says, *([f"{each[0].upper()}{each[1:]} tokens."] if each else [])]


def _figures(told: pd.DataFrame) -> pd.DataFrame:
    """Each figure and its interval with their unit."""
    rows = [
        (_said(name), _shown(name, value), _between(name, low, high), how)
        for name, value, low, high, how in zip(
            told["name"], told["value"], told["low"], told["high"], told["how"], strict=True
        )
    ]
    return pd.DataFrame(rows, columns=["what", "value", "between", "how"])


def _said(name: str) -> str:
    return _BELOW.get(name) or called(name)


def _shown(name: str, value: float) -> str:
    return count(value) if name == "unpriced_blocks" else readable(name, value)


def _between(name: str, low: Any, high: Any) -> str:
    return "" if low == high else f"{readable(name, low)} to {readable(name, high)}"


_BELOW = {
    "capex_it_usd": "of which IT",
    "capex_plant_usd": "of which plant",
    "capex_building_usd": "of which building",
    "annual_capital_usd": "of which capital",
    "annual_operating_usd": "of which operation",
    "annual_energy_usd": "of which energy",
}
"""Figures that stand below what they are a part of."""
_FIGURES: Columns = {
    "Figure": ("what", words),
    "Value": ("value", words),
    "Nine draws of ten": ("between", words),
    "How": ("how", words),
}
_BLOCKS: Columns = {
    "Block": ("block", words),
    "Group": ("group", words),
    "Bought": ("capex_usd", money),
    "A year": ("annual_usd", money),
    "Price": ("price", words),
    "Status": ("status", words),
}
_YEARS: Columns = {
    "Year": ("year", str),
    "Earned": ("revenue_usd", money),
    "Energy": ("power_usd", money),
    "Water": ("water_usd", money),
    "Staff": ("staff_usd", money),
    "Upkeep": ("upkeep_usd", money),
    "Bought": ("bought_usd", money),
    "Sold": ("sold_usd", money),
    "Tax": ("tax_usd", money),
    "Cash": ("net_usd", money),
    "Today": ("discounted_usd", money),
    "Cash so far": ("cumulative_usd", money),
    "Today, so far": ("cumulative_discounted_usd", money),
}
"""Energy with demand charges and what the utility pays; upkeep with insurance; `Today` is what it
is worth at the start."""
_TAXED: Columns = {
    "Year": ("year", str),
    "Written off": ("depreciation_usd", money),
    "Gain of sales": ("sale_gain_usd", money),
    "Losses set off": ("loss_carried_usd", money),
    "Taxed": ("taxable_usd", money),
    "Tax": ("tax_usd", money),
}
_OWNED: Columns = {
    "Year": ("year", str),
    "Loan": ("loan_usd", money),
    "Interest": ("interest_usd", money),
    "Taxed": ("owners_taxable_usd", money),
    "Tax": ("owners_tax_usd", money),
    "Cash": ("owners_net_usd", money),
    "Today": ("owners_discounted_usd", money),
    "Cash so far": ("owners_cumulative_usd", money),
    "Debt cover": ("debt_cover", figures_of),
}
