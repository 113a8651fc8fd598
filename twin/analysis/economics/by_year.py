"""The cash flow as a table: one row a year at planning values."""

from __future__ import annotations

import numpy as np

from twin.analysis.economics.answer import CostAnswer
from twin.analysis.economics.cash import Cash, Owners
from twin.analysis.economics.within_years import YearlyFlows
from twin.arrays import Array

Columns = dict[str, Array]
OWNERS = (
    "loan_usd", "interest_usd", "owners_taxable_usd", "owners_tax_usd", "owners_net_usd",
    "owners_discounted_usd", "owners_cumulative_usd", "debt_cover",
)  # fmt: skip


def cash_by_year(found: CostAnswer) -> Columns:
    """The table `cash_flow`: lines, their sum, its worth by then, tax books, and the owners' cash
    where a part is borrowed.
    """
    held = found.cash
    flows = held.flows[0]
    columns = {line: usd[0] for line, usd in held.lines.items()}
    columns |= {"net_usd": flows, **worth_by_year(held.timed, found.money.wacc)}
    columns |= _books(held)
    if held.owners is None:
        columns |= {name: np.full(flows.size, np.nan) for name in OWNERS}
    else:
        columns |= _owners(held.owners, found.prices.value("cost_of_equity"))
    return {"year": np.arange(flows.size), **columns}


def worth_by_year(flows: YearlyFlows, rate: Array) -> Columns:
    """Discounted flows and both sums so far, at planning values; rate (1 + draw,)."""
    usd = flows.total[0]
    discounted = flows.at_ends(rate)[0] / (1.0 + float(rate[0])) ** np.arange(usd.size)
    return {
        "discounted_usd": discounted,
        "cumulative_usd": np.cumsum(usd),
        "cumulative_discounted_usd": np.cumsum(discounted),
    }


def _books(held: Cash) -> Columns:
    books = held.books
    return {
        "depreciation_usd": _from_year_1(books.written_off[0]),
        "sale_gain_usd": _from_year_1(books.sale_gain[0]),
        "loss_carried_usd": _from_year_1(books.carried[0]),
        "taxable_usd": _from_year_1(books.taxable[0]),
    }


def _owners(owners: Owners, cost_of_equity: Array) -> Columns:
    flows = owners.flows[0]
    cover = np.pad(owners.cover[0], (1, 0), constant_values=np.nan)
    worth = worth_by_year(owners.timed, cost_of_equity)
    return {
        "loan_usd": owners.lines["loan_usd"][0],
        "interest_usd": owners.lines["interest_usd"][0],
        "owners_taxable_usd": _from_year_1(owners.books.taxable[0]),
        "owners_tax_usd": owners.lines["tax_usd"][0],
        "owners_net_usd": flows,
        "owners_discounted_usd": worth["discounted_usd"],
        "owners_cumulative_usd": worth["cumulative_usd"],
        "debt_cover": np.where(np.isfinite(cover), cover, np.nan),
    }


def _from_year_1(values: Array) -> Array:
    """(year,) with the start before, at which nothing is counted."""
    return np.pad(values, (1, 0))
