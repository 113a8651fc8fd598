"""The chapters of a plain study's report: the answer with its figures, what moves it, the table."""

from __future__ import annotations

import math
from collections.abc import Iterator

import pandas as pd

from twin.analysis.statistics.study_page import (
    BarFigure,
    Chart,
    CourseFigure,
    CourseLine,
    IntervalFigure,
    IntervalRow,
    PageSection,
    PageTable,
    SwingBar,
)
from twin.study.experiments.constraints import MEETS
from twin.study.experiments.outcome_words import between, less, less_between, precise
from twin.study.experiments.plain_answers import (
    ArmDifference,
    DrawSpread,
    differences,
    is_number,
    mean_course,
    ranked,
    spread,
    swings,
)
from twin.study.experiments.plain_words import best_first, kind
from twin.study.experiments.reading import RUNS, Reading, way
from twin.study.experiments.study_chapters import page_table

LINES_MAX = 6
ROWS_MAX = 30
_NOT_SHOWN = ("by_point", "made", "first_made")
Tile = tuple[str, str, str]


def plain_tiles(read: Reading) -> list[Tile]:
    """What stands first."""
    if not read.found.done or not read.leads:
        return []
    make = {"arms": _arm_tiles, "chance": _chance_tiles, "points": _point_tiles}[kind(read)]
    return make(read)


def _arm_tiles(read: Reading) -> list[Tile]:
    found = differences(read, read.leads[0])
    if not found:
        return []
    one = best_first(found)[0]
    ends = "–" if math.isnan(one.low) else less_between(one.low, one.high, one.outcome)
    below = f"{one.draws:,} pairs" if one.draws > 1 else "one seed says nothing of chance"
    return [
        (f"{one.arm} less {read.arms[0]}", less(one.difference, one.outcome), one.outcome),
        ("95 % interval", ends, below),
    ]


def _point_tiles(read: Reading) -> list[Tile]:
    outcome = read.leads[0]
    rows = ranked(read, outcome)
    words = {"more": ("Highest", "Lowest")}.get(way(outcome), ("Lowest", "Highest"))
    ends = (rows.iloc[0], rows.iloc[-1])
    return [
        (
            f"{word} {outcome}",
            precise(float(row[outcome]), outcome),
            read.at({str(name): value for name, value in row.items()}),
        )
        for word, row in zip(words, ends, strict=True)
    ]


def _chance_tiles(read: Reading) -> list[Tile]:
    found = spread(read, read.leads[0])
    if found is None:
        return []
    tiles = [
        (f"Mean {found.outcome}", precise(found.mean, found.outcome), f"over {found.draws:,} draws")
    ]
    if found.draws > 1:
        around = between(found.low, found.high, found.outcome)
        tiles.append(("95 % interval", around, "of the mean"))
        tiles.append(("Nine in ten", between(found.p5, found.p95, found.outcome), "of draws"))
    return tiles


def plain_chapters(read: Reading) -> list[PageSection]:
    """The answer, and where several things vary which of them moves it."""
    if not read.found.done or not read.leads:
        return []
    make = {"arms": _arms, "chance": _chance, "points": _points}[kind(read)]
    sections = [make(read)]
    if len(read.moved) + bool(read.arms) > 1 or (read.sampled and read.moved):
        sections.append(_moved(read))
    return sections


def _arms(read: Reading) -> PageSection:
    found = [one for outcome in read.leads for one in differences(read, outcome)]
    says = (
        "Every arm met the same points and seeds, so that what they share is not in the "
        "difference. Several arms share the 5 % of error evenly: all intervals hold together."
    )
    drawn = tuple(_difference_figure(read, outcome) for outcome in read.leads if found)
    shown = pd.DataFrame([_shown(one) for one in found])
    tables = [page_table("Differences", shown)] if found else []
    if read.moved:
        tables.append(_ranked_table(read))
    return PageSection("Which arm", (says,), drawn, tuple(tables))


def _shown(one: ArmDifference) -> dict[str, object]:
    held = {name: value for name, value in vars(one).items() if name not in _NOT_SHOWN}
    return {**held, "change_frac": one.change_frac}


def _difference_figure(read: Reading, outcome: str) -> IntervalFigure:
    rows = tuple(
        IntervalRow(f"{one.arm} less {read.arms[0]}", one.difference, one.low, one.high)
        for one in differences(read, outcome)
    )
    return IntervalFigure(f"Difference in {outcome}", outcome, rows)


def _points(read: Reading) -> PageSection:
    says = "Points by the first outcome; where replications are several, numbers are their means."
    drawn = tuple(figure for outcome in read.leads for figure in _over(read, outcome))
    return PageSection("Which point", (says,), drawn, (_ranked_table(read),))


def _ranked_table(read: Reading) -> PageTable:
    arm = ["arm"] if read.arms else []
    columns = [*arm, *read.moved, *read.leads, MEETS, RUNS]
    shown = ranked(read, read.leads[0])[columns]
    return page_table("Points", shown, units=read.found.units)


def _over(read: Reading, outcome: str) -> Iterator[Chart]:
    """The outcome over what varies: lines over a number, or points below one another."""
    numeric = [n for n in read.moved if is_number(read.done[n])]
    rest = [name for name in read.moved if name not in numeric[:1]]
    if numeric and len(rest) < 2 and all(read.done[n].nunique() <= LINES_MAX for n in rest):
        yield _course(read, outcome, numeric[0], rest[0] if rest else "")
    elif len(read.points) <= ROWS_MAX:
        yield _rows(read, outcome)


def _course(read: Reading, outcome: str, name: str, by: str) -> CourseFigure:
    lines = tuple(
        _line(f"{by} {line}" if by else line, held)
        for line, held in mean_course(read, outcome, name, by).items()
    )
    title = f"{outcome} over {name}"
    return CourseFigure(title, read.axis(name), outcome, lines, how="means of replications")


def _line(label: str, held: pd.DataFrame) -> CourseLine:
    sure = held["low"].notna().all()
    ends = (tuple(held["low"]), tuple(held["high"])) if sure else ((), ())
    return CourseLine(label, tuple(held["x"]), tuple(held["mean"]), *ends)


def _rows(read: Reading, outcome: str) -> IntervalFigure:
    points = ranked(read, outcome).to_dict("records")
    rows = tuple(
        IntervalRow(
            read.at({str(key): value for key, value in row.items()}),
            float(row[outcome]),
            math.nan,
            math.nan,
        )
        for row in points
    )
    return IntervalFigure(f"{outcome} by point", outcome, rows, None)


def _chance(read: Reading) -> PageSection:
    kept = [spread(read, outcome) for outcome in read.leads]
    found = [one for one in kept if one is not None]
    says = (
        "The curve is the share of draws at or below a value. An interval is of the mean; what a "
        "single run may bring lies as wide as the curve."
    )
    drawn = tuple(_shares(read, one) for one in found if one.draws > 1)
    table = page_table("Over draws", pd.DataFrame([vars(one) for one in found]))
    return PageSection("What is likely", (says,), drawn, (table,) if found else ())


def _shares(read: Reading, one: DrawSpread) -> CourseFigure:
    held = sorted(read.draws(one.outcome)[""])
    shares = tuple((n + 1) / len(held) for n in range(len(held)))
    line = CourseLine(one.outcome, tuple(held), shares)
    title = f"{one.outcome}: share of draws at or below"
    return CourseFigure(title, one.outcome, "share of draws", (line,), how="every draw a step")


def _moved(read: Reading) -> PageSection:
    says = (
        "The mean of the outcome in cases at the lowest and at the highest of each thing that "
        "varies (thirds, where it takes many values), whatever the others are. Where a sample is "
        "small, chance is in it; a study whose method is sensitivity says how sure a ranking is."
    )
    drawn = tuple(_bars(read, outcome) for outcome in read.leads)
    rows = [{"outcome": o, **vars(one)} for o in read.leads for one in swings(read, o)]
    table = page_table("Ends", pd.DataFrame(rows))
    return PageSection("What moves it", (says,), drawn, (table,))


def _bars(read: Reading, outcome: str) -> BarFigure:
    held = tuple(
        SwingBar(f"{one.name}\n{one.low} to {one.high}", one.at_low, one.at_high)
        for one in swings(read, outcome)
    )
    base = float(read.steady[outcome].mean())
    words = "means at the ends of what varies"
    return BarFigure(outcome, words, swings=held, base=base, title="means at the ends of each")
