"""The failure report as PDF, for paper and for mail: the same sections as the page."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from reportlab.graphics.shapes import Drawing, PolyLine, Rect, String
from reportlab.lib import colors
from reportlab.platypus import Spacer

from twin.analysis.failure_parts.report import FailureReport
from twin.present.failure_report import front
from twin.present.failure_report.one_line import (
    BOX_HEIGHT,
    DROP,
    SPARE,
    TITLE_PT,
    DiagramBox,
    OneLine,
    diagram,
)
from twin.present.failure_report.sections import sections
from twin.present.failure_report.svg import look
from twin.present.paper import BOLD, document_bytes, opening, style, table, text
from twin.present.paper_order import body
from twin.present.paper_pages import FONT, next_sheet

_STROKE = {"plain": "#7b8794", "fair": "#0072b2", "high": "#e69f00", "over": "#d55e00"}
_FILL = {"plain": "#f4f6f8", "fair": "#eaf3f9", "high": "#eaf3f9", "over": "#fbe3d6"}


def pdf_bytes(report: FailureReport) -> bytes:
    """The document: the same report gives the same bytes, without a date."""
    return document_bytes(f"{report.name}: failure report", _story(report))


def _story(report: FailureReport) -> Iterator[Any]:
    verdict, _ = front.headline(report)
    over = f"Failure report · twin {report.version} · seed {report.seed}"
    yield text(over, style(8))
    yield text(report.name, style(20, bold=True, spaceAfter=8))
    yield text(verdict, style(12, bold=True, spaceAfter=10))
    yield table(front.in_short(report))
    yield Spacer(1, 8)
    for sentence in front.sentences(report):
        yield text(sentence, style(10, spaceAfter=4))
    drawn = diagram(report.parts["one_line"])
    yield from next_sheet(drawn.is_across)
    for n, section in enumerate(sections(report), start=1):
        yield from opening(n, section, section.blocks[0] if section.blocks else None)
        if n == 1:
            yield _drawing(drawn)
        yield from body(section)
        if n == 1 and drawn.is_across:
            yield from next_sheet(across=False)


def _drawing(drawn: OneLine) -> Drawing:
    """The one-line diagram as large as it fits its sheet."""
    scale = drawn.scale
    made = Drawing(drawn.width * scale, drawn.height * scale + 6)
    made.scale(scale, scale)
    for wire in drawn.wires:
        flat = [value for x, y in wire.points for value in (x, drawn.height - y)]
        made.add(PolyLine(flat, strokeColor=colors.HexColor("#7b8794"), strokeWidth=1.1))
    for box in drawn.boxes:
        for shape in _box(box, drawn.height):
            made.add(shape)
    return made


def _box(box: DiagramBox, height: float) -> Iterator[Any]:
    kind = look(box)
    frame = Rect(box.x, height - box.y - BOX_HEIGHT, box.width, BOX_HEIGHT, rx=4, ry=4)
    frame.fillColor = colors.HexColor(_FILL[kind])
    frame.strokeColor = colors.HexColor(_STROKE[kind])
    frame.strokeWidth = 1.2 if kind in ("plain", "fair") else 2.6
    yield frame
    step = BOX_HEIGHT / (len(box.lines) + SPARE)
    for k, line in enumerate(box.lines):
        yield String(
            box.x + box.width / 2,
            height - box.y - (k + 1) * step - DROP,
            line,
            textAnchor="middle",
            fontName=FONT if k else BOLD,
            fontSize=10.5 if k else TITLE_PT,
            fillColor=colors.HexColor("#1f2933"),
        )
