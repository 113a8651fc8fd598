"""What a design search answers: the designs worth a look, and why the others are not."""

from __future__ import annotations

import math
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

import pandas as pd

from twin.cards import Shown
from twin.physics.reliability.gates import HOURS_PER_YEAR
from twin.results.disk import write_file
from twin.study.design_search.layout import as_text
from twin.study.design_search.power_layout import Data
from twin.study.design_search.reasons import page
from twin.study.design_search.scheme import Scheme
from twin.study.design_search.target import PowerPath

COLUMNS = (
    "name", "rack", "power", "feeds", "spare_cooling", "racks", "gpus", "halls", "tokens_per_s",
    "peak_power_w", "capex_usd", "usd_per_mtok", "availability", "down_h_per_year",
)  # fmt: skip


@dataclass(frozen=True)
class Design:
    """One design on the Pareto front: what it is, what it gives, and its files."""

    name: str
    rack: str
    power: PowerPath
    feeds: int
    spare_cooling: bool
    racks: int
    """Compute racks."""
    gpus: int
    halls: int
    tokens_per_s: float
    """Output tokens at the planned load."""
    peak_power_w: float
    """What the site draws with all racks at their rating, machines to spare standing still."""
    capex_usd: float
    usd_per_mtok: float | None
    """Everything in a year over the output tokens of the simulated day, scaled to the year."""
    availability: float
    """Share of the year in which the GPUs that the rate needs are served."""
    reasons: tuple[str, ...]
    """Why it is as it is, and which limit binds."""
    layout: Data
    scenario: Data

    @property
    def words(self) -> str:
        """The kind of building in one line."""
        return Scheme(self.rack, self.power, self.feeds, self.spare_cooling).words

    def called(self, name: str) -> Design:
        """The same under another name, in its files too."""
        layout = {**self.layout, "name": name}
        scenario = {**self.scenario, "name": name, "layout": f"{name}.layout.yaml"}
        scenario["description"] = f"A day of {name} at the load it was sized for."
        return replace(self, name=name, layout=layout, scenario=scenario)

    @property
    def down_h_per_year(self) -> float:
        """Hours of a year in which fewer GPUs than the rate needs are served."""
        return (1.0 - self.availability) * HOURS_PER_YEAR

    def row(self) -> dict[str, Any]:
        """The numbers of its line in the table."""
        return {column: getattr(self, column) for column in COLUMNS}


@dataclass(frozen=True)
class Rejected:
    """A kind of building that is not proposed, and why."""

    scheme: str
    why: str
    over: float = math.inf
    """What it needs over what is allowed; inf where no limit is a number of it."""


@dataclass(frozen=True, repr=False)
class DesignAnswer(Shown):
    """Designs of which none is better than another in everything, the cheapest first."""

    target: str
    designs: tuple[Design, ...]
    rejected: tuple[Rejected, ...]
    tried: int

    @property
    def frame(self) -> pd.DataFrame:
        """One row a design."""
        return pd.DataFrame([design.row() for design in self.designs], columns=list(COLUMNS))

    def as_dict(self) -> dict[str, Any]:
        """Plain values, without the files."""
        return {
            "target": self.target,
            "tried": self.tried,
            "designs": [
                {**design.row(), "reasons": list(design.reasons)} for design in self.designs
            ],
            "rejected": [asdict(one) for one in self.rejected],
        }

    def save(self, folder: str | Path) -> list[Path]:
        """A layout, a scenario and a page of reasons for each design, and a table of all; what was
        written.
        """
        place = Path(folder)
        place.mkdir(parents=True, exist_ok=True)
        written = []
        for design in self.designs:
            head = f"{design.name}: {design.gpus:,} GPUs for {self.target}"
            for end, text in (
                ("layout.yaml", as_text(design.layout, head)),
                ("yaml", as_text(design.scenario, head)),
                ("md", page(design.name, design.row(), design.reasons)),
            ):
                written.append(place / f"{design.name}.{end}")
                write_file(written[-1], text.encode())
        written.append(place / "designs.csv")
        write_file(written[-1], self.frame.to_csv(index=False).encode())
        return written
