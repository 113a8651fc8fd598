"""Year chapter: PUE, water, peaks and hours of cooling of a year in the site's own weather, as
`twin climate` works them out; any part may be missing.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

import pandas as pd

from twin.catalogue.equipment_kinds import plural
from twin.present.blocks import Block, Columns, Lines, Section, grid, words
from twin.present.study import Study, part
from twin.present.year_words import MODES, MONTHS, year_of
from twin.quantities import count, degrees, energy, figures, number, percent, power
from twin.results import Result

KWH_J = 3.6e6


def section(result: Result) -> Section:
    """Sentences, the year at both loads, its months, hours of each way to cool, what it stands
    on.
    """
    year = year_of(result)
    rated = part(year, "rated")
    if not rated:
        return Section("Year", [str(year.get("none") or "No year was worked out for this run.")])
    blocks: list[Block] = [
        grid("The year at two loads", _both(year), _BOTH, most=60),
        grid("By month, at rated load", _months(rated), _MONTHS),
        grid("Hours of each way to cool, at rated load", _modes(rated), _MODES, most=60),
        *_moisture(rated),
        grid("What the year stands on", pd.DataFrame(_held(year), columns=list(_KEYS)), _WITNESSES),
    ]
    notes = tuple(str(note) for note in rated.get("notes") or ())
    told = [Lines("Notes on the year", notes)] if notes else []
    return Section("Year", _says(year), [*blocks, *told])


def _place(weather: str) -> str:
    """A city of the catalogue as people write it; any other name as it is."""
    city = weather.isidentifier() and weather.islower()
    return weather.replace("_", " ").title() if city else words(weather)


def _says(year: Study) -> list[str]:
    rated, as_run = part(year, "rated"), part(year, "as_run")
    peak = part(rated, "peak")
    place = _place(str(rated.get("weather")))
    return [
        f"In the year of {place} every rack at its rating makes a PUE of "
        f"{decimals(rated.get('pue'))} and a WUE of {figures(rated.get('wue_l_per_kwh'))} L/kWh; "
        f"at the mean load of this run, {percent(part(as_run, 'inputs').get('load_frac'))} of it, "
        f"{decimals(as_run.get('pue'))} and {figures(as_run.get('wue_l_per_kwh'))} L/kWh.",
        f"It draws most, {power(peak.get('power_w'))}, {_moment(peak.get('hour'))}, at "
        f"{degrees(peak.get('dry_bulb_degc'))} outdoors. Compressors rest in "
        f"{count(8760 - number(rated.get('compressor_hours')))} of 8,760 hours.",
    ]


def decimals(value: Any) -> str:
    """A ratio with three decimals."""
    return f"{number(value):.3f}"


def _moment(hour: Any) -> str:
    """The end of an hour of a year of 365 days, as people say it."""
    held = number(hour)
    if not 1 <= held <= 8760:
        return "in no hour that is known"
    day = datetime(2026, 1, 1) + timedelta(hours=held - 1)
    return f"on {day.day} {MONTHS[day.month - 1]} at {day.hour + 1:02d}:00"


def _both(year: Study) -> pd.DataFrame:
    """Rows of quantities with a column for each load."""
    told = [dict(_quantities(part(year, load))) for load in ("rated", "as_run")]
    rows = [(what, told[0][what], told[1].get(what, "")) for what in told[0]]
    return pd.DataFrame(rows, columns=["what", "rated", "as_run"])


def _quantities(document: Study) -> Iterator[tuple[str, str]]:
    yield "Share of rated load", percent(part(document, "inputs").get("load_frac"))
    yield "PUE", decimals(document.get("pue"))
    yield "WUE, L/kWh", figures(document.get("wue_l_per_kwh"))
    yield "Highest power", power(part(document, "peak").get("power_w"))
    if "design_power_w" in part(document, "peak"):
        yield "Highest power, design days", power(part(document, "peak").get("design_power_w"))
    yield "Highest power over IT", decimals(part(document, "peak").get("power_over_it"))
    for use, kwh in part(document, "energy_kwh").items():
        yield _use(words(use)), energy(number(kwh) * KWH_J)
    for use, litres in part(document, "water_l").items():
        yield f"Water, {words(use)}", f"{count(number(litres) / 1000)} m³"
    for name, value in part(document, "ashrae_90_4").items():
        yield _COMPONENTS.get(words(name), words(name)), decimals(value)


def _use(name: str) -> str:
    """What energy went into, in words."""
    if name == "it":
        return "Energy of racks"
    if name.startswith("loss_"):
        return f"Losses of {plural(name.removeprefix('loss_'))}"
    return f"Energy of {plural(name.removesuffix('s'))}"


_COMPONENTS = {
    "elc_annual": "ASHRAE 90.4 electrical losses, year",
    "elc_design": "ASHRAE 90.4 electrical losses, worst hour or design day",
    "mlc_annual": "ASHRAE 90.4 mechanical load, year",
    "mlc_design": "ASHRAE 90.4 mechanical load, worst hour or design day",
}


def _months(rated: Study) -> pd.DataFrame:
    frame = pd.DataFrame(rated.get("months") or [])
    return frame.assign(
        name=[MONTHS[int(month) - 1] for month in frame["month"]],
        when=[_moment(hour) for hour in frame["peak_hour"]],
    )


def _modes(rated: Study) -> pd.DataFrame:
    """One row a plant and way to cool that its year knows."""
    rows = [
        (plant, MODES.get(mode, mode), sum(hours), *hours)
        for plant, held in part(rated, "modes").items()
        for mode, hours in held.items()
    ]
    return pd.DataFrame(rows, columns=["plant", "mode", "year", *MONTHS])


def _moisture(rated: Study) -> list[Block]:
    """The moisture of halls that state it."""
    rows = [{"hall": hall, **told} for hall, told in part(rated, "halls").items()]
    if not rows:
        return []
    return [grid("Moisture of the halls, at rated load", pd.DataFrame(rows), _MOISTURE)]


def _held(year: Study) -> list[tuple[str, ...]]:
    rows = year.get("witnesses") or []
    return [tuple(str(row.get(key, "")) for key in _KEYS) for row in rows]


_KEYS = ("what", "value", "status", "source")
_BOTH: Columns = {
    "What": ("what", words), "Rated": ("rated", str), "As this run": ("as_run", str),
}  # fmt: skip
_MONTHS: Columns = {
    "Month": ("name", words), "Outdoors, mean": ("dry_bulb_degc", degrees),
    "PUE": ("pue", decimals), "WUE, L/kWh": ("wue_l_per_kwh", figures),
    "Highest power": ("peak_w", power), "then outdoors": ("peak_dry_bulb_degc", degrees),
    "when": ("when", words),
}  # fmt: skip
_MODES: Columns = {
    "Plant": ("plant", words), "What cools": ("mode", words), "Year": ("year", count),
    **{month: (month, count) for month in MONTHS},
}  # fmt: skip
_MOISTURE: Columns = {
    "Hall": ("hall", words), "Driest dew point": ("dew_point_min_degc", degrees),
    "Wettest": ("dew_point_max_degc", degrees),
    "Hours above coil water": ("condensing_hours", count),
    "above 17 °C": ("above_allowed_hours", count), "below -12 °C": ("below_allowed_hours", count),
    "Hours above 60 % relative humidity": ("humid_hours", count),
    "above 80 %": ("too_humid_hours", count), "below 8 %": ("too_dry_hours", count),
    "Condensate, L": ("condensate_l", count), "Humidifiers, L": ("humidifier_l", count),
}  # fmt: skip
_WITNESSES: Columns = {
    "What": ("what", words), "Value": ("value", words), "Status": ("status", words),
    "Source": ("source", words),
}  # fmt: skip
