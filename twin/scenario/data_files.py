"""Problems of the tables and profiles that a scenario names, found even where the scenario itself
has others, so that all are listed at once.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import datetime
from functools import partial
from pathlib import Path

from twin.calibration import load_profile
from twin.calibration.profile_files import NO_PROFILE, measured_file, measured_names
from twin.errors import InputError, Problem
from twin.scenario.schema import Scenario
from twin.scenario.series import read_content, read_grid, read_weather
from twin.scenario.yaml.document import Document
from twin.scenario.yaml.positions import value_at
from twin.traces import read_jobs, read_requests

Location = tuple[str | int, ...]
_START: datetime = Scenario.model_fields["start"].default
_DAY_S = 86_400.0


def problems_of_data_files(document: Document, scenario: Scenario | None) -> Iterator[Problem]:
    """Everything wrong in the weather, grid and profile files that a scenario names."""
    start = _START if scenario is None else scenario.start
    horizon_s = _DAY_S if scenario is None else scenario.horizon
    for loc, read in _named(document, start, horizon_s):
        name = value_at(document.data, loc)
        if not isinstance(name, str):
            continue
        try:
            read(file_named(document, name, loc))
        except InputError as error:
            yield from error.problems


def file_named(document: Document, name: str, loc: Location) -> Path:
    """The file that a name at `loc` stands for; a measured profile that ships goes by its GPU's,
    unless a file of the planner's has that name. InputError as of `Document.resolve`.
    """
    if loc[:1] != ("profiles",):
        return document.resolve(name, loc)
    try:
        return document.resolve(name, loc)
    except InputError as error:
        if name in measured_names():
            return measured_file(name)
        ships = f", or a profile that ships: {', '.join(measured_names())}"
        raise InputError(replace(p, allowed=p.allowed + ships) for p in error.problems) from error


def _named(
    document: Document, start: datetime, horizon_s: float
) -> Iterator[tuple[Location, Callable[[Path], object]]]:
    """Where files are named, and who reads them."""
    yield ("site", "climate", "file"), partial(_weather, start, horizon_s)
    yield ("site", "grid", "file"), partial(_grid, start)
    for i, work in enumerate(_listed(document.data.get("workload"))):
        if work.get("kind") == "jobs":
            yield ("workload", i, "file"), read_jobs
        if work.get("kind") == "inference":
            yield ("workload", i, "requests", "trace"), read_requests
    profiles = document.data.get("profiles")
    for gpu, name in profiles.items() if isinstance(profiles, dict) else ():
        if name != NO_PROFILE:
            yield ("profiles", gpu), load_profile


def _listed(held: object) -> list[dict[str, object]]:
    """The mappings of a list; none where it is something else."""
    rows = held if isinstance(held, list) else []
    return [row if isinstance(row, dict) else {} for row in rows]


def _weather(start: datetime, horizon_s: float, path: Path) -> None:
    read_weather(read_content(path), path, start, horizon_s)


def _grid(start: datetime, path: Path) -> None:
    read_grid(read_content(path), path, start)
