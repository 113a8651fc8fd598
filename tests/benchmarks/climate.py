"""What a year costs: `python -m tests.benchmarks.climate` prints one table.

The ten facilities of the study are asked in fresh years, whose humidity is worked out again; the
year of a layout is held against the same layout simulated event by event for a year at rest.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from statistics import median
from time import perf_counter

import twin
from tests.benchmarks.cases import ROOT
from twin.analysis.climate.inputs import settled
from twin.analysis.climate.study import study_hours
from twin.catalogue import rows as catalogue_rows
from twin.catalogue.facility_types import TYPES
from twin.catalogue.rows import Climate
from twin.scenario.series import year_of_climate

HEADS = ("what", "s")
PLANTS = (0, 1, 2, 6)
"""Four systems: air with sprays, water economiser, air economiser, air-cooled."""
YEARS = 19


def rows(repeats: int, days: int = 366) -> Iterator[tuple[object, ...]]:
    """One row a question."""
    yield (f"4 plants x {YEARS} climates x 8,760 h", median(study_s() for _ in range(repeats)))
    for layout in ("edge_200kw", "gb200_su", "campus_20mw"):
        yield (f"year of {layout}, built too", median(layout_s(layout) for _ in range(repeats)))
    yield (f"gb200_su at rest by events, {days} d", by_events_s("gb200_su", days))


def study_s() -> float:
    """Four plants in nineteen years."""
    known = [year_of_climate(row) for row in catalogue_rows(Climate).values()]
    years = [replace(year) for year in (known + known)[:YEARS]]
    asked = [(TYPES[i], settled(TYPES[i], {})[0]) for i in PLANTS]
    began = perf_counter()
    for facility, values in asked:
        for year in years:
            study_hours(facility, values, year).facility_w.sum()
    return perf_counter() - began


def layout_s(name: str) -> float:
    """A layout's year, from its file to its PUE."""
    began = perf_counter()
    found = twin.climate(ROOT / "layouts" / f"{name}.yaml", "phoenix")
    assert found.pue > 1
    return perf_counter() - began


def by_events_s(name: str, days: int) -> float:
    """The same layout idle, event by event."""
    scenario = twin.load(ROOT / "layouts" / f"{name}.yaml")
    asked = scenario.with_(site__climate="phoenix", horizon=f"{days} d", outputs__period="1 d")
    facility = twin.build(asked)
    began = perf_counter()
    twin.simulate(facility)
    return perf_counter() - began


if __name__ == "__main__":
    print("| " + " | ".join(HEADS) + " |\n|---|---|")
    for what, spent in rows(5):
        print(f"| {what} | {spent:.3f} |", flush=True)
