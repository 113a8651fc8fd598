"""What `twin climate` calls of the face, imported when it is called."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import twin
from twin.errors import InputError, Problem

if TYPE_CHECKING:
    from twin.analysis.climate.answer import ClimateYear

IDLE = "idle"
PICTURES = (".png", ".svg", ".pdf")


def year(
    system: str, weather: str, changes: Mapping[str, str], size: str, share: float | None
) -> ClimateYear:
    """The year of a system or a layout."""
    return twin.climate(system, weather, changes, size=size, load_frac=share)


def load_frac(text: str) -> float | None:
    """A share such as `80 %` or 0.8; None for idle racks. InputError for anything else."""
    word = text.strip().lower()
    if word == IDLE:
        return None
    try:
        value = float(word.removesuffix("%")) / (100.0 if word.endswith("%") else 1.0)
    except ValueError:
        value = -1.0
    if not 0.0 <= value <= 1.0:
        raise InputError([Problem("--load", repr(text), "0 % to 100 %, or idle")])
    return value


def refuse_other_pictures(picture: Path | None) -> None:
    """Raise InputError where a figure is asked for in a form that is not drawn."""
    if picture is not None and picture.suffix.lower() not in PICTURES:
        allowed = "a file that ends in " + ", ".join(PICTURES)
        raise InputError([Problem("--figure", repr(str(picture)), allowed)])


def write(found: ClimateYear, hourly: Path | None, picture: Path | None) -> None:
    """Write every hour as CSV, and the figure, where they are asked for."""
    from twin.results.folder import write_named, writing

    if hourly is not None:
        text: str = found.frame().to_csv(index=False, float_format="%.8g")
        with writing("the hours", hourly):
            write_named(hourly, text.encode())
    if picture is not None:
        from twin.present.figures.year import write_year

        with writing("the figure", picture):
            write_year(found, picture)


def shown(found: ClimateYear) -> dict[str, Any]:
    """The same for people: ratios with their digits, energy over that of IT, lists as tables."""
    told = found.as_dict()
    told.pop("inputs")
    energy = told.pop("energy_kwh")
    it_kwh = energy["it"]
    told["peak"]["hour"] = _clock(told["peak"]["hour"])
    return {
        **told,
        "months": [{**row, "peak_hour": _clock(row["peak_hour"])} for row in told["months"]],
        "modes": {plant: _by_month(hours) for plant, hours in told["modes"].items()},
        "pue": f"{found.pue:.4f}",
        "wue_l_per_kwh": f"{found.wue_l_per_kwh:.4f}",
        "energy": [
            {"use": use, "energy_kwh": kwh, "over_it": f"{kwh / it_kwh:.4f}"}
            for use, kwh in energy.items()
        ],
        "design_days": [{"day": day, **air} for day, air in told["design_days"].items()],
        "notes": [{"note": note} for note in told["notes"]],
    }


def _clock(hour: int) -> str:
    """An hour of the year, counted from 1, as its day and the clock at its end, as EPW files do."""
    begins = datetime(2001, 1, 1) + timedelta(hours=hour - 1)
    return f"{begins.day} {begins:%b} {begins.hour + 1}:00"


def _by_month(hours: Mapping[str, list[int]]) -> list[dict[str, int]]:
    """A row a month: its hours in each mode that some month has."""
    held = {mode: months for mode, months in hours.items() if any(months)}
    return [{"month": n + 1} | {f"{m}_h": held[m][n] for m in held} for n in range(12)]
