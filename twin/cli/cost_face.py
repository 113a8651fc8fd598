"""What `twin cost` calls."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from twin.cli import face
from twin.errors import InputError, Problem

if TYPE_CHECKING:
    from twin.study.cost import CostReport

Told = Callable[[float, str], None]


def refuse_unclear(file: Path | None, against: Path | None, change: list[str] | None) -> None:
    """Raise InputError where nothing is asked, or two things are."""
    if file is None:
        raise InputError(
            [Problem("", "no design", "a scenario, a layout or a result", file="FILE")]
        )
    if against is not None and change:
        raise InputError([Problem("", "both", "--against or --change, not both", file="--against")])


def prices() -> list[dict[str, Any]]:
    """Every price that comes with the program."""
    from twin.catalogue.prices import price_rows

    keys = ("name", "unit", "low", "mid", "high", "as_of", "status", "source")
    return [{key: getattr(row, key) for key in keys} for row in price_rows().values()]


def asked(
    file: Path,
    overrides: Mapping[str, str],
    against: Path | None,
    change: Mapping[str, str],
    told: Told,
) -> dict[str, Any]:
    """The costs of a design, or of a change of it."""
    from twin.study.cost import cost_change

    base = _cost(file, overrides, told, "run")
    if against is None and not change:
        return base.as_dict()
    try:
        other = _cost(against or file, {**overrides, **change}, told, "the other's run")
    except InputError as error:
        raise InputError(_of_change(one, change) for one in error.problems) from error
    return cost_change(base, other).as_dict()


def _of_change(one: Problem, change: Mapping[str, str]) -> Problem:
    """A problem of what is changed, at the option that says it."""
    return replace(one, file="--change") if one.file == "--set" and one.where in change else one


def _cost(file: Path, overrides: Mapping[str, str], told: Told, word: str) -> CostReport:
    from twin.results.provenance import is_result
    from twin.study.cost import cost

    def progress(done_frac: float, _simulated_s: float) -> None:
        told(done_frac, word)

    if not is_result(file):
        return cost(face.load(file, overrides), progress)
    if overrides:
        where = "--set"
        raise InputError([Problem("", "a result", "a scenario or layout to change", file=where)])
    return cost(file)


def write(found: Mapping[str, Any], folder: Path) -> list[Path]:
    """Write all of it as JSON and its tables as CSV; their paths."""
    from twin.study.cost.files import write as written

    return written(found, folder)
