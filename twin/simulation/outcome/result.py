"""A run as a Result."""

from __future__ import annotations

from importlib.metadata import version
from typing import Any

from twin.analysis.economics.frames import cost_tables
from twin.analysis.review import review
from twin.controls import Drill, drilled, ends_s
from twin.findings import Finding
from twin.results import Columns, Frames, Result
from twin.results.parts import ResultParts
from twin.simulation.disciplines import Disciplines
from twin.simulation.outcome.recorder import Recorder
from twin.simulation.outcome.summary import summary, warnings
from twin.simulation.outcome.tables import tables


def result(
    run: Disciplines, recorder: Recorder, wall_s: float, stopped: str = "", invalid: str = ""
) -> Result:
    """Everything that a run leaves; what cannot be worked out stands empty, and is told.

    stopped   why it ended before its horizon, if it did
    invalid   why its numbers are no answer, if they are none
    """
    facility = run.world.facility
    parts = ResultParts()
    no_numbers: dict[str, Any] = {}
    no_tables: dict[str, Columns] = {}
    headline = parts.of("its headline numbers", lambda: summary(run, wall_s), no_numbers)
    found = tables(run, recorder, parts)
    costs = parts.of("its costs", lambda: cost_tables(facility, headline, found), no_tables)
    kept = Result(
        tables=Frames(found | costs),
        summary=headline,
        scenario_yaml=facility.scenario_yaml,
        meta=_meta(run, wall_s, stopped, invalid, parts),
        inputs=facility.inputs,
    )
    return parts.told(kept)


def _meta(
    run: Disciplines, wall_s: float, stopped: str, invalid: str, parts: ResultParts
) -> dict[str, Any]:
    facility = run.world.facility
    scenario = facility.scenario
    no_findings: tuple[Finding, ...] = ()
    no_words: list[str] = []
    found = parts.of("the review of its design", lambda: review(facility), no_findings)
    return {
        "name": scenario.name,
        "title": scenario.description or scenario.name,
        "start": scenario.start.isoformat(),
        "version": version("ai-factory-twin"),
        "seed": scenario.seed,
        "catalogue_hash": scenario.catalogue.content_hash(),
        "own_rows": scenario.catalogue.own_rows(),
        "targets": scenario.targets.model_dump(exclude_none=True),
        "drills": [_drill(one) for one in sorted(scenario.drills, key=lambda one: one.at)],
        "wall_s": wall_s,
        "period_s": scenario.outputs.period,
        "stopped": stopped,
        "invalid": invalid,
        "findings": [finding.as_dict() for finding in found],
        "warnings": parts.of("its warnings", lambda: warnings(run), no_words),
    }


def _drill(drill: Drill) -> dict[str, Any]:
    """What it is called and about, and from when to when it lasts."""
    about = drilled(drill)
    whole = about == drill.kind
    boards = getattr(drill, "boards", ())
    return {
        "name": drill.name or (about.replace("_", " ") if whole else about),
        "kind": drill.kind,
        "component": ", ".join(boards) if whole else about,
        "at_s": drill.at,
        "until_s": ends_s(drill),
    }
