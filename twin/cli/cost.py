"""`twin cost`: what a design costs, and what a change of it buys."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

from typer import Argument, Option

from twin.cli import cost_face, place, say
from twin.cli.complete import designs
from twin.cli.options import Json, Overrides, read_overrides
from twin.cli.quantity import readable

Asked = Annotated[
    Path | None,
    Argument(
        metavar="FILE",
        help="A scenario, a layout, or the folder of a result.",
        autocompletion=designs,
    ),
]
Against = Annotated[
    Path | None,
    Option("--against", metavar="OTHER", help="Another design: what it buys over this one."),
]
Change = Annotated[
    list[str] | None,
    Option("--change", metavar="KEY.PATH=VALUE", help="This design changed: what that buys."),
]
Out = Annotated[
    Path | None,
    Option("--out", metavar="DIR", help="Also write everything as JSON and CSV tables there."),
]
Prices = Annotated[bool, Option("--prices", help="List every price that may be stated.")]


def cost(
    file: Asked = None,
    against: Against = None,
    change: Change = None,
    changes: Overrides = None,
    prices: Prices = False,
    out: Out = None,
    json: Json = False,
) -> None:
    """Tell what a design costs, and what a change buys."""
    if prices:
        _print_prices(json)
        return
    cost_face.refuse_unclear(file, against, change)
    assert file is not None
    if out is not None:
        place.writable(out)
    with say.progress(file.name) as told:
        found = cost_face.asked(
            file, read_overrides(changes or ()), against, read_overrides(change or ()), told
        )
    if json:
        say.document(found)
    elif "verdict" in found:
        _print_change(file.name, found)
    else:
        _print_cost(file.name, found)
    for path in cost_face.write(found, out) if out is not None else ():
        say.note(f"written: {path}")


def _print_prices(json: bool) -> None:
    rows = cost_face.prices()
    if json:
        say.document(rows)
    else:
        say.findings("prices", {"prices": rows})


def _print_cost(title: str, found: dict[str, Any]) -> None:
    bought = ("block", "capex_usd", "annual_usd", "price", "status")
    failures = {k: v for k, v in found["failures"].items() if k != "worst"}
    shown = {
        "stands_on": found["stands_on"],
        "figures": _figures(found["figures"]),
        "cash flow": [_year(row) for row in found["cash_flow"]],
        "costs": [
            {"block": row["block"], "quantity": _quantity(row), **{key: row[key] for key in bought}}
            for row in found["costs"]
        ],
        "expected failures": failures,
        "dearest failures": found["failures"]["worst"],
        "warnings": found["warnings"],
    }
    say.findings(title, shown)


def _quantity(row: dict[str, Any]) -> str:
    """How much of a block there is, with its unit: `1.65 MW`, `8 racks`."""
    value = float(row["quantity"])
    ends = {"W": "_w", "USD": "_usd", "a year": "_frac"}
    if row["unit"] in ends:
        told = readable(ends[row["unit"]], value)
        return f"{told} a year" if row["unit"] == "a year" else told
    count = readable("", int(value) if value.is_integer() else value)
    return f"{count} {row['unit'].replace('of ', '× ')}"


def _figures(figures: dict[str, dict[str, Any]]) -> list[dict[str, Any]]:
    """Figures by name, whose end is their unit."""
    return [
        {"name": name, **{key: value for key, value in row.items() if key != "unit"}}
        for name, row in figures.items()
    ]


def _year(row: dict[str, Any]) -> dict[str, Any]:
    """A year of the cash flow, running costs together."""
    traded = ("bought_usd", "sold_usd", "tax_usd", "net_usd")
    running = row["net_usd"] - row["revenue_usd"] - sum(row[key] for key in traded[:3])
    worth = ("cumulative_usd", "cumulative_discounted_usd")
    owners = ("owners_net_usd",) if row["owners_net_usd"] == row["owners_net_usd"] else ()
    told = {"year": row["year"], "revenue_usd": row["revenue_usd"], "running_usd": running}
    return told | {key: row[key] for key in (*traded, *worth, *owners)}


def _print_change(title: str, found: dict[str, Any]) -> None:
    shown = {
        "verdict": found["verdict"],
        "figures": _figures(found["figures"]),
        "cash flow": found["cash_flow"],
        "compared": found["compared"],
        "changed": found["inputs"],
        "warnings": found["warnings"],
    }
    say.findings(title, shown)
