"""The chapters of a study's report, by what was asked."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

import pandas as pd

from twin.analysis.statistics.study_page import (
    BarFigure,
    CourseFigure,
    CourseLine,
    FrontFigure,
    FrontPoint,
    IndexBar,
    IntervalFigure,
    IntervalRow,
    OutcomeNumber,
    PageSection,
    PageTable,
    Share,
    SharePoints,
    SwingBar,
)
from twin.quantities import counted, figures, short_number
from twin.study.experiments.compare_designs import DesignComparison
from twin.study.experiments.indices import DESIGNS
from twin.study.experiments.optimise import Optimisation
from twin.study.experiments.outcome_words import less, less_between, precise, unitless
from twin.study.experiments.sensitivity import SensitivityStudy

Row = dict[str, Any]


_OF_OUTCOME = frozenset(
    {"mean", "first_mean", "difference", "low", "high", "p5", "median", "p95", "least", "most"}
    | {"at_low", "at_high", "base", "span"}
)
"""Columns in the unit of a row's outcome."""


def page_table(
    title: str,
    frame: pd.DataFrame,
    note: str = "",
    outcome: str = "",
    units: Mapping[str, str] | None = None,
) -> PageTable:
    """A frame as a table of the page, with shares as such and outcomes with their units.

    outcome   what all rows are about, where no column of that name says it
    units     of columns that vary, by name: said in the heading
    """
    of = units or {}
    headings = tuple(_heading(str(name), of) for name in frame.columns)
    rows = tuple(
        tuple(
            row[name] if name in of else _cell(name, row, str(row.get("outcome", outcome)))
            for name in row
        )
        for row in _records(frame.astype(object))
    )
    return PageTable(title, headings, rows, note)


def _heading(name: str, units: Mapping[str, str]) -> str:
    """A column in words; a path of what varies as it is written, with its unit."""
    if units.get(name):
        return f"{name} ({units[name]})"
    if "." in name:
        return name
    about, _, end = name.partition(" ")
    return " ".join(filter(None, [unitless(about).replace("_", " "), end]))


def _cell(name: str, row: Row, outcome: str) -> object:
    """A value of a row; a share where its column, or what that is an end of, or the row's outcome
    is one; points where the row is of a difference.
    """
    value: object = row[name]
    about = outcome if name in _OF_OUTCOME else name.removesuffix(" low").removesuffix(" high")
    told = about.startswith("tokens") or unitless(about) != about
    if not told or not isinstance(value, float) or not math.isfinite(value):
        return value
    if not about.endswith("_frac"):
        return OutcomeNumber(value, precise(value, about))
    of_difference = "difference" in row and name in ("difference", "low", "high")
    return SharePoints(value) if of_difference else Share(value)


def _records(frame: pd.DataFrame) -> list[Row]:
    rows: Any = frame.to_dict("records")
    return list(rows)


def sensitivity_tiles(found: SensitivityStudy) -> list[tuple[str, str, str]]:
    """What stands first of a sensitivity study."""
    first = found.indices.iloc[0]
    strength = float(first[found.strength])
    return [
        ("Matters most", str(first["parameter"]), f"for {first['outcome']}"),
        ("How strongly", figures(strength), DESIGNS[found.index].words),
        ("Parameters", str(len(found.parameters)), f"in {counted(len(found.outcomes), 'outcome')}"),
    ]


def sensitivity_chapters(found: SensitivityStudy) -> list[PageSection]:
    """What matters, and how the indices settled."""
    says = {
        "sobol": "Total index: the share of the outcome's variance that would be left if all other "
        "parameters were known, interplay included; first order: the share that is gone once this "
        "one is known. Where the total is far above the first order, parameters act together.",
        "morris": "Mean absolute effect of going through the range from points all over the space; "
        "it ranks and does not share variance out.",
        "delta": "Delta: how much the whole distribution of the outcome shifts once the parameter "
        "is known; 0 for none, 1 at most.",
        "tornado": "Every parameter from its low (5 %) to its high (95 %) value, all others in the "
        "middle of their ranges; interplay is not seen.",
    }[found.index]
    drawn = tuple(_bars(found, outcome) for outcome in found.outcomes)
    sections = [
        PageSection("What matters", (says,), drawn, (page_table("Indices", found.indices),))
    ]
    if not found.convergence.empty:
        courses = tuple(_settling(found, outcome) for outcome in found.outcomes)
        why = "Indices from the first part of the sample alone; lines that are still moving at the "
        why += "right end ask for more samples."
        table = page_table("Indices by sample", found.convergence)
        sections.append(PageSection("Convergence", (why,), courses, (table,)))
    return sections


def _bars(found: SensitivityStudy, outcome: str) -> BarFigure:
    rows = _records(found.indices[found.indices["outcome"] == outcome])
    if found.index == "tornado":
        swings = tuple(SwingBar(_named(found, row), row["at_low"], row["at_high"]) for row in rows)
        return BarFigure(outcome, "one parameter at a time", swings=swings, base=rows[0]["base"])
    key = found.strength
    two = found.index in ("sobol", "delta")
    bars = tuple(
        IndexBar(
            _named(found, row),
            float(row[key]),
            float(row.get(f"{key}_reach", 0.0)),
            float(row["first_order"]) if two else None,
        )
        for row in rows
    )
    also = "first order" if two else ""
    return BarFigure(outcome, DESIGNS[found.index].words, bars, also=also)


def _named(found: SensitivityStudy, row: Row) -> str:
    unit = found.units.get(row["parameter"], "")
    return f"{row['parameter']} ({unit})" if unit else str(row["parameter"])


def _settling(found: SensitivityStudy, outcome: str) -> CourseFigure:
    held = found.convergence
    rows = held[held["outcome"] == outcome]
    lines = tuple(
        CourseLine(name, tuple(part["samples"]), tuple(part[found.strength]))
        for name, part in ((n, rows[rows["parameter"] == n]) for n in found.parameters)
    )
    words = DESIGNS[found.index].words
    return CourseFigure(f"{outcome}: {words}", "samples", words, lines)


def comparison_tiles(found: DesignComparison) -> list[tuple[str, str, str]]:
    """What stands first of a comparison."""
    one = found.best_first[0]
    return [
        (f"{one.arm} less {found.baseline}", less(one.difference, found.outcome), found.outcome),
        ("95 % interval", less_between(one.low, one.high, found.outcome), f"{one.pairs} pairs"),
        (
            "Common seeds",
            f"{short_number(one.variance_ratio)} ×",
            "fewer runs than seeds of their own",
        ),
    ]


def comparison_chapters(found: DesignComparison) -> list[PageSection]:
    """Which arm, by how much, what it does to the rest, and how the looks went."""
    rows = tuple(
        IntervalRow(f"{one.arm} less {found.baseline}", one.difference, one.low, one.high)
        for one in found.answers
    )
    drawn = IntervalFigure(f"Difference in {found.outcome}", found.outcome, rows)
    told = pd.DataFrame([vars(one) for one in found.answers])
    answers = page_table("Arms", told, outcome=found.outcome)
    level = "Several arms share the 5 % of error out evenly, so that all intervals hold together."
    says = (level,) if len(found.answers) > 1 else ()
    sections = [PageSection("Which design", says, (drawn,), (answers,))]
    if not found.others.empty:
        sections.append(_beside(found))
    sections.append(_looks(found))
    return sections


def _beside(found: DesignComparison) -> PageSection:
    says = "Outcomes that did not decide, at the pairs that were run: plain 95 % t intervals."
    drawn = tuple(
        IntervalFigure(
            f"Difference in {outcome}",
            str(outcome),
            tuple(
                IntervalRow(str(row["arm"]), row["difference"], row["low"], row["high"])
                for row in _records(part)
            ),
        )
        for outcome, part in found.others.groupby("outcome", sort=False)
    )
    return PageSection("Other outcomes", (says,), drawn, (page_table("Others", found.others),))


def _looks(found: DesignComparison) -> PageSection:
    lines = tuple(
        CourseLine(str(arm), *(tuple(part[key]) for key in ("pairs", "difference", "low", "high")))
        for arm, part in found.looks.groupby("arm", sort=False)
    )
    title = f"Difference in {found.outcome}"
    drawn = CourseFigure(title, "pairs of runs", found.outcome, lines, 0.0)
    says = "What was known at each planned look; runs end once every arm is decided."
    return PageSection(
        "Convergence", (says,), (drawn,), (page_table("Looks", found.looks, outcome=found.outcome),)
    )


def optimisation_tiles(found: Optimisation) -> list[tuple[str, str, str]]:
    """What stands first of a search."""
    met = int(found.trials["meets"].sum())
    goals = " and ".join(f"{one.direction} {one.measure}" for one in found.goals)
    return [
        ("On the front", str(len(found.front)), "beaten by none"),
        ("Within limits", f"{met} of {len(found.trials)}", " and ".join(map(str, found.limits))),
        ("Goals", str(len(found.goals)), goals),
    ]


def optimisation_chapters(found: Optimisation) -> list[PageSection]:
    """The front on fresh seeds, the search, and how far it had come."""
    says = (
        "Numbers are those of seeds that the search never saw, with 95 % intervals where there are "
        "several; a point that breaks a limit on them says so."
    )
    drawn = (_front(found),) if len(found.goals) > 1 else ()
    front = page_table("Front", found.front)
    sections = [PageSection("Front", (says,), drawn, (front,))]
    trials = page_table("Points in the order of the search", found.trials)
    how = "Points as they were proposed, with the outcomes on the seeds of the search."
    progress = tuple(_progress(found, n) for n in range(len(found.goals)))
    sections.append(PageSection("Convergence", (how,), progress, (trials,)))
    return sections


def _front(found: Optimisation) -> FrontFigure:
    x_name, y_name = (str(goal.measure) for goal in found.goals[:2])
    done = found.trials[found.trials["status"] == "done"]
    points = tuple(
        FrontPoint(float(row[x_name]), float(row[y_name]), _standing(row), _point(found, row))
        for row in _records(done)
    )
    return FrontFigure(x_name, y_name, points, len(found.trials) - len(done))


def _standing(row: Row) -> str:
    if row["front"]:
        return "front"
    return "beaten" if row["meets"] else "misses"


def _point(found: Optimisation, row: Row) -> str:
    values = (row[name] for name in found.parameters[:3])
    return ", ".join(figures(v) if isinstance(v, float) else str(v) for v in values)


def _progress(found: Optimisation, number: int) -> CourseFigure:
    """The best so far within limits, point by point."""
    goal = found.goals[number]
    able = found.trials["meets"] & (found.trials["status"] == "done")
    costs = (goal.sign * found.trials[str(goal.measure)]).where(able)
    best = (goal.sign * costs.cummin().ffill()).dropna()
    line = CourseLine("best so far", tuple(float(n) + 1 for n in best.index), tuple(best))
    return CourseFigure(f"Best {goal.measure} so far", "points tried", str(goal.measure), (line,))
