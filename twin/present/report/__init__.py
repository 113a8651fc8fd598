"""Report: one self-contained HTML file, readable offline and on paper, written from a Result.

Chapters are files; a new one is a `section(result)` and one line in CHAPTERS.
"""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Callable, Mapping
from functools import partial
from hashlib import sha256
from importlib.resources import files
from pathlib import Path
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined, Template
from markupsafe import Markup

from twin.present.alt_text import alt_text
from twin.present.blocks import Block, Grid, Picture, Section, drawn_picture
from twin.present.figures import FIGURES, Drawing, NamedFigure, drawing
from twin.present.report import (
    cooling,
    cost,
    failures,
    network,
    power,
    provenance,
    redundancy,
    review,
    story,
    summary,
    tiles,
    timeline,
    verdict,
    workload,
    year,
)
from twin.present.report.behind import OPENS, behind
from twin.present.report.review import Reviews, reviews_in
from twin.present.viewer3d import script_hashes, style, view
from twin.results import REPORT, Result, kept_in, refuse_beside_another
from twin.results.folder import write_whole, writing

__all__ = ["CHAPTERS", "render", "write"]

Progress = Callable[[float, str], None]
"""Called with the share done and what is being done."""

Drawings = Mapping[str, Drawing]
"""Figures by name."""

CHAPTERS: tuple[Callable[[Result], Section], ...] = (
    timeline.section,
    failures.section,
    redundancy.section,
    power.section,
    cooling.section,
    year.section,
    workload.section,
    network.section,
    cost.section,
    provenance.section,
)
"""After page one, in order; where something was said of the design, before the last."""


def write(
    result: Result,
    folder: str | Path,
    progress: Progress | None = None,
    drawings: Drawings | None = None,
    kept: str | Path | None = None,
) -> Path:
    """Write `report.html` into the folder, whole or not at all, and return its path.

    kept   the folder whose `review.yaml` is shown, the page's own where not given
    The page carries the result's fingerprint. Raises InputError where the folder holds another
    finished result or the review is wrong, and OutputError where the disk refuses.
    """
    place = Path(folder)
    reviews = reviews_in(result, place if kept is None else Path(kept))
    page = render(result, progress, drawings, reviews)
    fits = partial(refuse_beside_another, place, result.fingerprint)
    with writing("the report", place / REPORT, kept_in(place)):
        write_whole(place / REPORT, page.encode(), fits)
    return place / REPORT


def render(
    result: Result,
    progress: Progress | None = None,
    drawings: Drawings | None = None,
    reviews: Reviews = (),
) -> str:
    """The page as text: the same result and reviews give the same bytes; nothing in it is loaded
    from elsewhere.

    drawings   figures that are drawn elsewhere, by name, asked for once all else is there; the
               others are drawn here
    reviews    notes and decisions on its components
    """
    tell = progress or (lambda _done, _what: None)
    known = {} if drawings is None else drawings  # whose length draws them all
    sections = chapters(result, reviews)
    around = _around(result, reviews)
    told = {named.name: alt_text(result, named.name) for named in FIGURES}
    tables = {named.name: behind(result, named.name) for named in FIGURES}
    for n, named in enumerate(FIGURES):
        tell(n / len(FIGURES), named.name)
        drawn = known.get(named.name) or drawing(result, named)
        picture = drawn_picture(named.name, named.caption, drawn.svg, told[named.name])
        hang(sections, named, picture, drawn.says, tables[named.name])
    page = _template().render(sections=sections, **around)
    tell(1.0, "report.html")
    return page


def chapters(result: Result, reviews: Reviews) -> list[Section]:
    """The chapters in order, without their figures."""
    made = [chapter(result) for chapter in CHAPTERS]
    return [*made[:-1], *([review.section(reviews)] if reviews else []), made[-1]]


def hang(
    sections: list[Section], named: NamedFigure, picture: Picture, says: str, table: Grid | None
) -> None:
    """Pictures come before a chapter's tables, in the order of FIGURES, each with the numbers
    behind it; an empty one says so in the text.
    """
    chapter = next(section for section in sections if section.title == named.section)
    if says:
        chapter.says.append(says)
        return
    place = sum(_is_of_figures(block) for block in chapter.blocks)
    chapter.blocks.insert(place, picture)
    if table is not None:
        chapter.blocks.insert(place + 1, table)


def _is_of_figures(block: Block) -> bool:
    """Whether it is a picture, or the table behind one."""
    return isinstance(block, Picture) or (isinstance(block, Grid) and block.closed == OPENS)


def stylesheet() -> str:
    """How pages look, on a screen and on paper."""
    return files("twin.present.report").joinpath("report.css").read_text(encoding="utf-8")


def environment() -> Environment:
    """Templates of pages; whatever a template prints is escaped."""
    return Environment(
        loader=PackageLoader("twin.present", "report"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )


def _template() -> Template:
    return environment().get_template("report.html.j2")


def _around(result: Result, reviews: Reviews) -> dict[str, Any]:
    """What the page's template asks for besides chapters."""
    shown = view(result, reviews)
    css = stylesheet() + (style() if shown else "")
    told, mood = verdict.banner(result)
    return {
        "name": name_of(result),
        "version": str(result.meta.get("version", "")),
        "seed": str(result.meta.get("seed", "")),
        "style": Markup(css),
        "style_hash": b64encode(sha256(css.encode()).digest()).decode(),
        "view": shown,
        "script_hashes": script_hashes() if shown else [],
        "title": str(result.meta.get("title", ""))[:400],
        "start": str(result.meta.get("start", ""))[:16].replace("T", " "),
        "fingerprint": result.fingerprint,
        "marks": summary.marks(result),
        "verdict": told,
        "lede": summary.headline(result)[0],
        "mood": "plain" if result.invalid else mood,
        "tiles": tiles.tiles(result),
        "judged": verdict.table(result),
        "changed": summary.changed(result),
        "changed_outside": len(result.meta.get("changed") or {}),
        "signed": review.verdict(reviews) if reviews else "",
        "sentences": story.sentences(result),
        "points": redundancy.points(result),
        "no_points": redundancy.no_points(result),
        "assumptions": provenance.assumptions(result),
        "findings": [*provenance.findings(result, 5), *provenance.warnings(result, 3)],
    }


def name_of(result: Result) -> str:
    """The scenario's own name, from the first `name:` at the start of a line."""
    for line in result.scenario_yaml.splitlines():
        if line.startswith("name:"):
            return line.removeprefix("name:").strip().strip("'\"")[:120]
    return "AI factory"
