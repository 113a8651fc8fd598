"""The run report as PDF, for paper and for mail: the same page one and chapters as the page."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Iterator, Sequence
from functools import partial
from pathlib import Path
from typing import Any

from reportlab.lib.pagesizes import A4
from reportlab.platypus import CondPageBreak, Spacer

from twin.present.blocks import Grid, Lines, Picture, Section
from twin.present.figures import FIGURES, NamedFigure, png_bytes
from twin.present.figures.style import says_nothing
from twin.present.paper import block, document_bytes, style, table, text
from twin.present.paper_order import chapter
from twin.present.report import (
    chapters,
    hang,
    name_of,
    provenance,
    redundancy,
    review,
    story,
    summary,
    tiles,
    verdict,
)
from twin.present.report.behind import behind
from twin.present.report.review import Reviews, reviews_in
from twin.results import REPORT_PDF, Result, kept_in, refuse_beside_another
from twin.results.folder import write_whole, writing

_ROOM_FOR_CHAPTERS = A4[1] / 2
"""Less than this left under page one, and the chapters begin on the next page."""


def write(result: Result, folder: str | Path) -> Path:
    """Write `report.pdf` into the folder, whole or not at all, and return its path.

    Raises InputError where the folder holds another finished result or its review is wrong, and
    OutputError where the disk refuses.
    """
    place = Path(folder)
    data = pdf_bytes(result, reviews_in(result, place))
    fits = partial(refuse_beside_another, place, result.fingerprint)
    with writing("the report", place / REPORT_PDF, kept_in(place)):
        write_whole(place / REPORT_PDF, data, fits)
    return place / REPORT_PDF


def pdf_bytes(result: Result, reviews: Reviews = ()) -> bytes:
    """The document: the same result and reviews give the same bytes, without a date."""
    return document_bytes(f"{name_of(result)}: run report", _story(result, reviews))


def _story(result: Result, reviews: Reviews) -> Iterator[Any]:
    yield from _front(result, reviews)
    yield CondPageBreak(_ROOM_FOR_CHAPTERS)
    for n, section in enumerate(_chapters(result, reviews), start=1):
        yield from chapter(n, section)


def _front(result: Result, reviews: Reviews) -> Iterator[Any]:
    """Page one decides: the verdict, the numbers, what was asked, what happened."""
    meta = result.meta
    over = f"Run report · twin {meta.get('version', '')} · seed {meta.get('seed', '')}"
    yield text(over, style(8))
    yield text(name_of(result), style(20, bold=True, spaceAfter=8))
    for mark in summary.marks(result):
        yield text(mark, style(11, bold=True, spaceAfter=4))
    yield text(verdict.banner(result)[0], style(12, bold=True, spaceAfter=6))
    yield text(summary.headline(result)[0], style(10, spaceAfter=6))
    yield table(in_short(result))
    yield Spacer(1, 6)
    yield from block(verdict.table(result))
    if reviews:
        yield text(f"Review: {review.verdict(reviews)}", style(9, spaceAfter=3))
    for sentence in story.sentences(result):
        yield text(sentence, style(9, spaceAfter=3))
    for one in _lists(result):
        yield from block(one)


def in_short(result: Result) -> Grid:
    """The headline numbers of the page as a table."""
    rows = tuple((tile.label, tile.value, tile.below) for tile in tiles.tiles(result))
    return Grid("In short", ("What", "Value", ""), rows, (False, False, False))


def _lists(result: Result) -> list[Lines]:
    points = redundancy.points(result) or [redundancy.no_points(result)]
    findings = [*provenance.findings(result, 5), *provenance.warnings(result, 3)]
    named: list[tuple[str, Sequence[str]]] = [
        ("Top single points of failure", points),
        ("Assumptions that matter", provenance.assumptions(result)),
        ("Changed for this run", summary.changed(result)),
        ("Findings and warnings", findings),
    ]
    return [Lines(title, tuple(map(str, lines))) for title, lines in named if lines]


def _chapters(result: Result, reviews: Reviews) -> list[Section]:
    sections = chapters(result, reviews)
    for named in FIGURES:
        picture, says = _drawn(result, named)
        hang(sections, named, picture, says, behind(result, named.name))
    return sections


def _drawn(result: Result, named: NamedFigure) -> tuple[Picture, str]:
    """The figure as PNG, or the sentence that stands where there is nothing to see."""
    drawn = named.draw(result)
    why = says_nothing(drawn)
    data = "" if why else b64encode(png_bytes(drawn)).decode()
    return Picture(named.name, named.caption, f"data:image/png;base64,{data}"), why
