"""The report of a study: one HTML file that reads offline, whose first page decides."""

from __future__ import annotations

from base64 import b64encode
from hashlib import sha256
from pathlib import Path

from jinja2 import ChoiceLoader, PackageLoader
from markupsafe import Markup

from twin.analysis.statistics.study_page import (
    OutcomeNumber,
    PageSection,
    PageTable,
    Share,
    SharePoints,
    StudyPage,
)
from twin.present.blocks import Grid, Section, drawn_picture
from twin.present.figures import svg_bytes
from twin.present.report import environment, stylesheet
from twin.present.study_report.charts import caption, chart
from twin.quantities import NONE, count, figures, short
from twin.results.folder import write_whole, writing

__all__ = ["HTML", "render", "write"]

HTML = "study.html"
MOST_ROWS = 60
MOST_FAILED = 10


def write(page: StudyPage, folder: str | Path) -> Path:
    """Write the report into a folder, whole or not at all, and return its path.

    Raises OutputError where the disk refuses.
    """
    place = Path(folder)
    data = render(page).encode()
    with writing("the study report", place / HTML, ""):
        place.mkdir(parents=True, exist_ok=True)
        write_whole(place / HTML, data)
    return place / HTML


def render(page: StudyPage) -> str:
    """The page as text: the same study gives the same bytes; nothing is loaded from elsewhere, and
    no script runs.
    """
    templates = environment()
    own = PackageLoader("twin.present", "study_report")
    templates.loader = ChoiceLoader([own, PackageLoader("twin.present", "report")])
    style = stylesheet()
    return templates.get_template("study.html.j2").render(
        page=page,
        style=Markup(style),
        style_hash=b64encode(sha256(style.encode()).digest()).decode(),
        failed=[short(one, 240) for one in page.failed[:MOST_FAILED]],
        more_failed=max(0, len(page.failed) - MOST_FAILED),
        sections=[_section(one) for one in page.sections],
    )


def _section(told: PageSection) -> Section:
    """A chapter with its figures drawn, and the tables behind them."""
    made = Section(told.title, list(told.says))
    for n, one in enumerate(told.figures):
        svg = svg_bytes(chart(one))
        made.blocks.append(drawn_picture(f"{told.title} {n + 1}", caption(one), svg))
    made.blocks += [_grid(table) for table in told.tables]
    return made


def _grid(table: PageTable) -> Grid:
    rows = tuple(tuple(_cell(value) for value in row) for row in table.rows[:MOST_ROWS])
    numeric = tuple(
        any(isinstance(row[n], int | float) for row in table.rows)
        for n in range(len(table.headings))
    )
    cut = len(table.rows) > MOST_ROWS
    left = f"The first {MOST_ROWS} of {len(table.rows):,} rows." if cut else ""
    note = " ".join(filter(None, [table.note, left]))
    return Grid(table.title, table.headings, rows, numeric, note)


def _cell(value: object) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, int):
        return f"{value:,}"
    if isinstance(value, Share):
        told = figures(100.0 * value, 4)
        unit = "points" if isinstance(value, SharePoints) else "%"
        return told if told == NONE else f"{told} {unit}"
    if isinstance(value, OutcomeNumber):
        return value.words
    if isinstance(value, float) and 1e6 <= abs(value) < 1e15:
        return count(value)
    return figures(value, 4) if isinstance(value, float) else short(value, 160)
