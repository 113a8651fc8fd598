"""`twin cost`: what a design costs, and what a change of it buys."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

from typer import Argument, Option

from twin.cli import cost_face, say
from twin.cli.complete import designs
from twin.cli.options import Json, Overrides, read_overrides

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
Prices = Annotated[bool, Option("--prices", help="List every price that may be stated.")]


def cost(
    file: Asked = None,
    against: Against = None,
    change: Change = None,
    changes: Overrides = None,
    prices: Prices = False,
    json: Json = False,
) -> None:
    """Tell what a design costs, and what a change buys."""
    if prices:
        _print_prices(json)
        return
    cost_face.refuse_unclear(file, against, change)
    assert file is not None
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


def _print_prices(json: bool) -> None:
    rows = cost_face.prices()
    if json:
        say.document(rows)
    else:
        say.findings("prices", {"prices": rows})


def _print_cost(title: str, found: dict[str, Any]) -> None:
    bought = ("block", "quantity", "unit", "capex_usd", "annual_usd", "price", "status")
    failures = {k: v for k, v in found["failures"].items() if k != "worst"}
    shown = {
        "stands_on": found["stands_on"],
        "figures": [{"name": name, **row} for name, row in found["figures"].items()],
        "costs": [{key: row[key] for key in bought} for row in found["costs"]],
        "expected failures": failures,
        "dearest failures": found["failures"]["worst"],
        "warnings": found["warnings"],
    }
    say.findings(title, shown)


def _print_change(title: str, found: dict[str, Any]) -> None:
    shown = {
        "verdict": found["verdict"],
        "figures": [{"name": name, **row} for name, row in found["figures"].items()],
        "compared": found["compared"],
        "changed": found["inputs"],
        "warnings": found["warnings"],
    }
    say.findings(title, shown)
