"""The failure report as one HTML page that reads offline."""

from __future__ import annotations

from base64 import b64encode
from hashlib import sha256
from importlib.resources import files

from markupsafe import Markup

from twin.analysis.failure_parts.report import FailureReport
from twin.present.failure_report import front
from twin.present.failure_report.design_sections import MOST_CUT_SETS
from twin.present.failure_report.one_line import diagram
from twin.present.failure_report.sections import sections
from twin.present.failure_report.svg import rules, svg
from twin.present.report import environment, stylesheet

_ACROSS = """@page across { size: A4 landscape; margin: 14mm 14mm 16mm; }
@media print { #one-line-diagram { page: across; } #one-line-diagram h2 { margin-top: 0; } }"""
"""The diagram's chapter on a sheet of its own that lies across."""


def render(report: FailureReport) -> str:
    """The page as text: the same report gives the same bytes; nothing in it is loaded from
    elsewhere, and no script runs.
    """
    drawn = diagram(report.parts["one_line"])
    cut_sets = front.cut_set_names(report, MOST_CUT_SETS)
    own = files("twin.present.failure_report").joinpath("one_line.css").read_text(encoding="utf-8")
    sheet = _ACROSS if drawn.is_across else ""
    style = "\n".join((stylesheet(), own, sheet, rules(drawn, cut_sets)))
    verdict, mood = front.headline(report)
    return (
        environment()
        .get_template("failure_report.html.j2")
        .render(
            name=report.name,
            version=report.version,
            seed=report.seed,
            style=Markup(style),
            style_hash=b64encode(sha256(style.encode()).digest()).decode(),
            verdict=verdict,
            mood=mood,
            tiles=front.tiles(report),
            sentences=front.sentences(report),
            sections=sections(report),
            diagram=svg(drawn),
            cut_sets=[" + ".join(names) for names in cut_sets],
        )
    )
