"""What a design costs: a run of it, its blocks and figures, and what failures cost a year."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict, dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from twin.analysis.economics.answer import CostAnswer, economics
from twin.analysis.economics.lived import HOUR_S
from twin.analysis.economics.outages import ExpectedOutages, expected_outages, lost_usd_per_year
from twin.analysis.economics.within_years import YearlyFlows
from twin.cards import Shown
from twin.facility import Facility, build
from twin.results import Result
from twin.results.provenance import is_result
from twin.scenario import Scenario, load
from twin.simulation import simulate
from twin.study.failure_report.job_consequence import restart_s
from twin.study.full_load import full_load

Asked = str | Path | Scenario | Facility | Result
Row = dict[str, Any]
Told = Callable[[float, float], None]
LAYOUT_S = 3600.0
"""How long a layout without work is run at full load."""
_PERIOD_S = 300.0
NO_CASH_FLOW = (
    "the result was written before twin had a cash flow: twin cost with its scenario.yaml has one"
)
NOTHING_EARNS = (
    "nothing earns, so worth and payback are those of costs alone: the run makes no priced tokens "
    "and economics.usd_per_gpu_hour is 0"
)
"""Told where the year of a design has no income."""


@dataclass(frozen=True, eq=False, repr=False)
class CostReport(Shown):
    """What a design costs, with where every number comes from."""

    name: str
    stands_on: str
    """What was run."""
    result: Result
    answer: CostAnswer
    outages: ExpectedOutages
    lost_usd_per_year: float
    """Earnings that failures of the design are expected to cost a year."""

    @property
    def figures(self) -> dict[str, Row]:
        """By name: value, low, high, unit, how."""
        rows = self.result.rows("cost_figures")
        return {row["name"]: {k: v for k, v in row.items() if k != "name"} for row in rows}

    @cached_property
    def expected_flows(self) -> YearlyFlows:
        """USD of the project, its expected failures taken off."""
        return self.answer.cash_without(self.lost_usd_per_year).timed

    @property
    def warnings(self) -> list[str]:
        """What to know before the numbers are used."""
        scenario = self.answer.facility.scenario
        scripted = self.scripted
        found = [_unpriced(one) for one in self.answer.unpriced]
        if "cash_flow" in self.result.meta.get("absent", ()):
            found.append(NO_CASH_FLOW)
        if self.answer.earned == 0.0:
            found.append(NOTHING_EARNS)
        if scripted:
            found.append(
                f"the {scripted} stated faults, drills and demand responses of the run are "
                f"repeated with it {self.answer.run.year_factor:,.6g} times a year"
            )
        if self.answer.run.hours < 8000 and scenario.economics.year_energy_factor == 1.0:
            found.append(
                f"a year is the run's {self.answer.run.hours:,.6g} h repeated, season included; "
                "economics.year_energy_factor corrects its energy"
            )
        return found

    @property
    def scripted(self) -> int:
        """Stated faults, drills and demand responses that began within the run."""
        scenario = self.answer.facility.scenario
        response = scenario.controls.demand_response
        events = response.events if response else ()
        begins_s = [one.at for one in (*scenario.faults.timeline, *scenario.drills, *events)]
        return sum(at_s < self.answer.run.hours * HOUR_S for at_s in begins_s)

    def as_dict(self) -> Row:
        """Plain values that JSON can hold."""
        return {
            "name": self.name,
            "stands_on": self.stands_on,
            "figures": self.figures,
            "cash_flow": self.result.rows("cash_flow"),
            "costs": self.result.rows("costs"),
            "failures": {"lost_usd_per_year": self.lost_usd_per_year, **asdict(self.outages)},
            "prices": self.result.rows("prices"),
            "warnings": self.warnings,
        }


def _unpriced(block: str) -> str:
    """Of a block, with its reason, that it has no price; said once."""
    return block if "no price" in block else f"no price: {block}"


def cost(asked: Asked, progress: Told | None = None) -> CostReport:
    """Costs of a design: of a saved result as it stands, of a scenario by a run of it, of a layout
    by an hour at full load.

    asked      a result or its folder, a scenario or layout file, a Scenario or a Facility
    progress   called with the share done and the simulated seconds
    Raises InputError for what cannot be read or built, RunError for a run that cannot go on.
    """
    facility, result, words = _lived(asked, progress)
    answer = economics(facility, result.summary, result.columns)
    outages = expected_outages(facility)
    lost = lost_usd_per_year(outages, answer.run, restart_s(facility))
    return CostReport(facility.scenario.name, words, result, answer, outages, lost)


def _lived(asked: Asked, progress: Told | None) -> tuple[Facility, Result, str]:
    if isinstance(asked, Result):
        return _of_result(asked)
    if isinstance(asked, str | Path) and is_result(Path(asked)):
        return build(load(Path(asked) / "scenario.yaml")), Result.load(asked), "a saved result"
    facility = _built(asked)
    if not facility.scenario.workload:
        busy, what = full_load(facility, LAYOUT_S, _PERIOD_S)
        return busy, simulate(busy, progress=progress), f"an hour at full load: {what}"
    plain = build(facility.scenario.with_(outputs__counterfactuals="never"))
    hours = facility.scenario.horizon / 3600.0
    return plain, simulate(plain, progress=progress), f"a run of {hours:,.6g} h"


def _of_result(result: Result) -> tuple[Facility, Result, str]:
    """A result in memory; its scenario is read from where a folder would have it."""
    from tempfile import TemporaryDirectory

    with TemporaryDirectory() as folder:
        place = result.save(Path(folder) / "result")
        return build(load(place / "scenario.yaml")), result, "a result"


def _built(asked: str | Path | Scenario | Facility) -> Facility:
    if isinstance(asked, Facility):
        return asked
    return build(asked if isinstance(asked, Scenario) else load(asked))
