"""The year of a facility in a climate, in one call: a layout's own, or one of the study's ten."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

from twin import catalogue
from twin.analysis.climate.answer import ClimateYear
from twin.analysis.climate.inputs import facility_type, settled
from twin.analysis.climate.study import study_hours
from twin.catalogue.rows import Climate
from twin.errors import InputError, Problem, did_you_mean
from twin.facility import Facility, build
from twin.physics.moist_air import elevation_m
from twin.scenario import Scenario, load
from twin.scenario.series import YearOfAir, design_air, year_of_climate, year_of_file
from twin.study.year_of_layout import year_of_layout

Inputs = Mapping[str, str | float]
_STEADY = {"dry_bulb": "20 °C", "wet_bulb": "15 °C"}
"""What a layout is built in; its year is the weather that is named."""
LAYOUT_ENDS = (".yaml", ".yml")
FILE_ENDS = (".epw", ".csv")


def climate(
    design: str | Path | Scenario | Facility,
    weather: str | Path | YearOfAir,
    inputs: Inputs | None = None,
    *,
    size: str = "",
    load_frac: float | None = 1.0,
) -> ClimateYear:
    """PUE, WUE, energy, water and peaks of a year, hour by hour.

    design      a layout or scenario (file, model or built), or a system of the study by name
    weather     a climate of the catalogue, an EPW file, or a CSV of a year
    inputs      of a system: numbers by key; of a file: overrides as `twin.load` takes them
    size        large, midsize or small, where a name does not say
    load_frac   of rated power that a layout's racks draw all year; None for idle racks
    Raises InputError with every problem of names, files and inputs.
    """
    if is_layout(design):
        return _of_layout(design, weather, inputs or {}, load_frac)
    year = year_of(weather)
    facility, assumed = facility_type(str(design), size)
    values, notes = settled(facility, inputs or {})
    hours = study_hours(facility, values, year)
    worst = design_air(year)
    days = None if worst is None else study_hours(facility, values, worst)
    told = (*assumed, *notes, *year.notes)
    return ClimateYear(facility.name, year, hours, values, told, design=days)


def is_layout(design: object) -> bool:
    """Whether something is a layout or scenario, and no name of a system."""
    if isinstance(design, Scenario | Facility | Path):
        return True
    return str(design).lower().endswith(LAYOUT_ENDS)


def year_of(weather: str | Path | YearOfAir) -> YearOfAir:
    """The year that a name or a file stands for; InputError where neither is known."""
    if isinstance(weather, YearOfAir):
        return weather
    known = catalogue.rows(Climate)
    if str(weather) in known:
        return year_of_climate(known[str(weather)])
    if isinstance(weather, Path) or str(weather).lower().endswith(FILE_ENDS):
        return year_of_file(Path(weather))
    allowed = "an EPW or CSV file of a year, or a climate of the catalogue: "
    allowed += ", ".join(sorted(known))
    hint = did_you_mean(str(weather), known)
    raise InputError([Problem("WEATHER", repr(str(weather)), allowed, hint)])


def _of_layout(
    design: str | Path | Scenario | Facility,
    weather: str | Path | YearOfAir,
    inputs: Inputs,
    load_frac: float | None,
) -> ClimateYear:
    """The year of a layout, built at the pressure of the weather."""
    if load_frac is not None and not 0.0 <= load_frac <= 1.0:
        raise InputError([Problem("load", f"{load_frac:g}", "0 to 1, or idle")])
    year = year_of(weather)
    facility = design if isinstance(design, Facility) else _built(design, year, inputs)
    found = year_of_layout(facility, year, load_frac)
    worst = design_air(year)
    days = None if worst is None else year_of_layout(facility, worst, load_frac).hours
    return replace(found, notes=(*found.notes, *year.notes), design=days)


def _built(design: str | Path | Scenario, year: YearOfAir, inputs: Inputs) -> Facility:
    """A layout built in air of the year's mean pressure, unless its site states an elevation."""
    changes = {key: str(value) for key, value in inputs.items()}
    scenario = design if isinstance(design, Scenario) else load(design, changes)
    asked: dict[str, object] = {"site__climate": _STEADY}
    if scenario.site.elevation is None:
        asked["site__elevation"] = f"{elevation_m(float(year.pressure_pa.mean())):.2f} m"
    return build(scenario.with_(**asked))
