"""A design as it is built: placed, reviewed, its draw, its availability and its price."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from twin.analysis import check, redundancy
from twin.analysis.design_loading import loading_rows
from twin.analysis.economics.capital import capital
from twin.analysis.economics.named import figures
from twin.analysis.economics.price_list import PriceList
from twin.analysis.exact_availability import exact_availability
from twin.errors import InputError
from twin.facility import Facility, build
from twin.results import Columns
from twin.results.tables import LOADING
from twin.scenario import load
from twin.simulation import simulate
from twin.study.design_search.blocks import SizedHall
from twin.study.design_search.layout import as_text, layout_of
from twin.study.design_search.power_layout import Data
from twin.study.design_search.scheme import Scheme

GROWTHS_M = (0.0, 2.0, 4.0, 7.0, 11.0, 16.0)
"""How much larger than its lines a hall is made until its gear finds room."""
_CROWDED = ("overlap", "narrow_cold_aisle", "narrow_aisle")
"""Findings that a larger hall cures."""
_TOLD = 5
"""Warnings that are told of one design."""


@dataclass(frozen=True)
class Built:
    """A layout that stands: what it is, what it draws, what a review says."""

    layout: Data
    facility: Facility
    checked: dict[str, Any]

    @property
    def warnings(self) -> list[str]:
        """What a review warns of, each once."""
        found = [row for row in self.checked["findings"] if row["severity"] != "note"]
        return list(dict.fromkeys(f"{row['component']}: {row['says']}" for row in found))[:_TOLD]


def built(name: str, scheme: Scheme, halls: list[SizedHall]) -> Built:
    """The design in halls as large as its gear needs; InputError where it cannot be built."""
    found: Built | None = None
    refused: InputError | None = None
    for growth_m in GROWTHS_M:
        layout = layout_of(name, scheme, halls, growth_m)
        try:
            facility = _facility(layout)
        except InputError as error:
            refused = error
            continue
        found = Built(layout, facility, check.check(facility))
        if not any(row["code"] in _CROWDED for row in found.checked["findings"]):
            break
    if found is None:
        raise refused or InputError([])
    return found


def _facility(layout: Data) -> Facility:
    """Built from the text that a planner will get, so that both are one."""
    with TemporaryDirectory() as folder:
        path = Path(folder) / "layout.yaml"
        path.write_text(as_text(layout, ""), encoding="utf-8")
        return build(load(path))


def availability(facility: Facility, needed_gpus: int) -> float:
    """Share of the year in which at least so many GPUs are served, after failures and repairs."""
    most = facility.racks.gpu_count
    top = "load" if needed_gpus >= most else f"gpus:{needed_gpus / most:.6f}"
    found = exact_availability(facility, top)
    if found is not None:
        return found
    return 1.0 - float(redundancy.redundancy(facility, top=top).availability_bounds["upper"])


def capex_usd(facility: Facility) -> float:
    """What building it costs, GPUs, network, power, cooling and the building."""
    loading = Columns.of_rows(LOADING, loading_rows(facility))
    bought = capital(facility, loading, PriceList(facility.scenario))
    return float(sum(block.usd[0] for block in bought))


@dataclass(frozen=True)
class LivedDay:
    """What a simulated day of a design says of it."""

    capex_usd: float
    """What building it costs, with the plant laid out for the site's air."""
    usd_per_mtok: float | None
    """Everything in a year over the million output tokens of the day, scaled to the year."""
    served_frac: float
    """Output tokens served over those asked for."""


def lived(layout: Data, scenario: Data) -> LivedDay:
    """A day of the design under the load it was sized for."""
    with TemporaryDirectory() as folder:
        (Path(folder) / scenario["layout"]).write_text(as_text(layout, ""), encoding="utf-8")
        path = Path(folder) / "scenario.yaml"
        path.write_text(as_text(scenario, ""), encoding="utf-8")
        result = simulate(build(load(path)))
    services = result.tables["services"]
    asked = float(services["tokens_asked"].sum())
    served = float(services["tokens_served"].sum())
    costs = figures(result)
    return LivedDay(
        costs["capex_usd"], costs.get("usd_per_mtok_served"), served / asked if asked else 0.0
    )
