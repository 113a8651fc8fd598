"""What is asked: site, layout, workload, controls, faults and drills on a time line."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal, Self

import yaml
from pydantic import Field, PositiveInt, PrivateAttr, model_validator

from twin.controls import Controls, Drill
from twin.errors import Problem
from twin.scenario.document import Document, dotted
from twin.scenario.layout import Layout
from twin.scenario.words import Name
from twin.stated import (
    CarbonIntensity,
    Duration,
    EnergyPrice,
    Moment,
    Stated,
    Temperature,
    WaterPrice,
)
from twin.workload import Workload


class SteadyWeather(Stated):
    """The same air all the time: for tests and for reading a design point."""

    dry_bulb: Temperature
    """Dry bulb."""
    wet_bulb: Temperature
    """Wet bulb."""


class WeatherFile(Stated):
    """Hourly weather from a CSV file beside the scenario."""

    file: Annotated[str, Field(max_length=300)]
    """CSV with columns time_s, dry_bulb_degc, wet_bulb_degc; time counts from the scenario's
    start."""


class Grid(Stated):
    """The electricity supply's price and carbon."""

    price: EnergyPrice
    """Energy price."""
    carbon: CarbonIntensity
    """Carbon intensity, location based."""


class Site(Stated):
    """Where it stands."""

    climate: str | SteadyWeather | WeatherFile
    """Catalogue climate, steady air, or a weather file."""
    grid: str | Grid
    """Catalogue grid region, or a price and a carbon intensity."""
    water_price: WaterPrice = 2.0
    """Price of make-up water, USD a cubic metre."""


class TimedFault(Stated):
    """One component fails at a moment and, perhaps, is back later."""

    at: Moment
    """When it fails."""
    component: Annotated[str, Field(max_length=100)]
    """Component name; `RACK/node_3` is one node of a rack."""
    repair_at: Moment | None = None
    """When it is back."""
    repair_after: Duration | None = None
    """Or how long it is out; without either a crew repairs it after the catalogue's repair time."""

    @model_validator(mode="after")
    def _one_end(self) -> Self:
        if self.repair_at is not None and self.repair_after is not None:
            raise ValueError("repair_at or repair_after, not both")
        if self.repair_at is not None and self.repair_at <= self.at:
            raise ValueError("repair_at after at")
        return self


class FaultRates(Stated):
    """Random faults by the catalogue's mean time between failures."""

    scale: float = Field(default=1.0, gt=0, le=1e6)
    """Multiplies every rate: above 1 to see in a day what takes years."""
    kinds: tuple[str, ...] = ()
    """Kinds of component that may fail; empty for all."""
    nodes: bool = True
    """Whether compute nodes fail too."""


class Faults(Stated):
    """What goes wrong."""

    timeline: tuple[TimedFault, ...] = Field(default=(), max_length=100_000)
    """Faults at known moments."""
    rates: FaultRates | None = None
    """Random faults."""
    crews: PositiveInt = 2
    """Repair crews; further repairs wait."""


class Outputs(Stated):
    """What is kept."""

    period: Duration = Field(default=300.0, ge=1.0)
    """Length of the periods in the time tables."""


class Scenario(Stated):
    """Everything a run depends on, together with the seed."""

    version: Literal[1] = 1
    """Version of the schema."""
    name: Name
    """Name of the scenario; results go to reports/<name>."""
    description: str = Field(default="", max_length=4000)
    """What it shows."""
    layout: Layout | Annotated[str, Field(max_length=300)]
    """A layout, or the path of its file from this one."""
    site: Site
    """Where it stands."""
    start: datetime = datetime.fromisoformat("2026-07-15T00:00:00-04:00")
    """First moment, with its offset from UTC."""
    horizon: Duration = Field(default=86_400.0, gt=0, le=366 * 86_400.0)
    """Length of the run."""
    seed: int = Field(default=1, ge=0, lt=2**63)
    """Seed of every random stream."""
    workload: tuple[Workload, ...] = Field(default=(), max_length=10_000)
    """What the factory is asked to do."""
    profiles: dict[str, str] = Field(default_factory=dict, max_length=100)
    """Calibration profile file by GPU type, where it was measured; otherwise the published one."""
    controls: Controls = Controls()
    """How it is operated."""
    faults: Faults = Faults()
    """What goes wrong."""
    drills: tuple[Drill, ...] = Field(default=(), max_length=10_000)
    """What is taken out on purpose."""
    outputs: Outputs = Outputs()
    """What is kept."""

    _documents: tuple[Document | None, Document | None] = PrivateAttr(default=(None, None))

    @model_validator(mode="after")
    def _consistent(self) -> Self:
        names = [w.name for w in self.workload]
        if len(set(names)) < len(names):
            raise ValueError("workload names that differ")
        if self.start.tzinfo is None:
            raise ValueError("a start with its offset from UTC, such as 2026-07-15T00:00:00-04:00")
        return self

    @property
    def plan(self) -> Layout:
        """The layout, as a model (paths are resolved when a scenario is loaded)."""
        if isinstance(self.layout, str):
            raise TypeError(f"layout {self.layout!r} was not loaded; use twin.load")
        return self.layout

    def with_(self, **changes: object) -> Scenario:
        """A changed copy: `scenario.with_(seed=2, site__climate="phoenix")`; `__` goes down a
        level.

        Raises pydantic.ValidationError where the changed scenario is not valid.
        """
        data = self.model_dump(mode="json")
        for path, value in changes.items():
            _assign(data, path.split("__"), value)
        return Scenario.model_validate(data)

    def as_yaml(self) -> str:
        """The scenario as resolved, layout included; reads back as the same scenario."""
        return yaml.safe_dump(
            self.model_dump(mode="json"), sort_keys=False, allow_unicode=True, width=100
        )

    def problem(
        self, loc: tuple[str | int, ...], found: str, allowed: str, hint: str = ""
    ) -> Problem:
        """A problem placed in the file that holds `loc`, a path such as ("layout", "halls", 0)."""
        in_layout = loc[:1] == ("layout",) and self._documents[1] is not None
        document = self._documents[1 if in_layout else 0]
        inner = loc[1:] if in_layout else loc
        if document is None:
            return Problem(dotted(inner), found, allowed, hint)
        return document.problem(inner, found, allowed, hint)


def _assign(data: object, path: list[str], value: object) -> None:
    for part in path[:-1]:
        data = data[int(part)] if isinstance(data, list | tuple) else data[part]  # type: ignore[index]
    last = path[-1]
    if isinstance(data, list):
        data[int(last)] = value
    else:
        data[last] = value  # type: ignore[index]
