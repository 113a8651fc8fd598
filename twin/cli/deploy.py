"""`twin deploy`: where to run, owning, renting or both."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

from typer import Argument, Option

from twin.cli import deploy_face, say
from twin.cli.options import Json, Overrides, read_overrides
from twin.quantities import percent

Asked = Annotated[Path | None, Argument(metavar="FILE", help="A deployment file.")]
Prices = Annotated[bool, Option("--prices", help="List the offers that come with twin.")]
_SHOWN = (
    "name",
    "annual_usd",
    "annual_low_usd",
    "annual_high_usd",
    "usd_per_gpu_h",
    "gpus_held",
    "rented_gpu_h",
    "unused_gpu_h",
    "latency_ms",
    "break_even_utilisation",
    "price_as_of",
)


def deploy(
    file: Asked = None, changes: Overrides = None, prices: Prices = False, json: Json = False
) -> None:
    """Compare owning, colocation, cloud and bursting."""
    if prices:
        rows = deploy_face.prices()
        say.document(rows) if json else say.findings("offers", {"offers": rows})
        return
    found = deploy_face.answer(file, read_overrides(changes or ()))
    if json:
        say.document(found)
    else:
        _print(found)


def _print(found: dict[str, Any]) -> None:
    able = [one for one in found["options"] if one["feasible"]]
    unable = [one for one in found["options"] if not one["feasible"]]
    kept = {key: value for key, value in found.items() if key not in ("options", "name")}
    shown = {
        **{key: value for key, value in kept.items() if not isinstance(value, list)},
        "options": [_option(one) for one in able],
        "infeasible": [{"name": one["name"], "why": one["why"]} for one in unable],
        "jobs": [{**one, "share": percent(one["share"])} for one in found["jobs"]],
        "warnings": found["warnings"],
    }
    say.findings(found["name"], shown)


def _option(one: dict[str, Any]) -> dict[str, Any]:
    """An option as a row; above 100 % of utilisation, renting always wins."""
    row = {key: one[key] for key in _SHOWN}
    return {**row, "break_even_utilisation": percent(row["break_even_utilisation"])}
