"""The failure report as PDF, for paper and for mail: the same sections as the page."""

from __future__ import annotations

from collections.abc import Iterator
from importlib.resources import files
from io import BytesIO
from typing import Any
from xml.sax.saxutils import escape

from reportlab.graphics.shapes import Drawing, PolyLine, Rect, String
from reportlab.lib import colors
from reportlab.lib.pagesizes import A4
from reportlab.lib.styles import ParagraphStyle
from reportlab.lib.units import mm
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont
from reportlab.platypus import (
    CondPageBreak,
    LongTable,
    PageBreak,
    Paragraph,
    SimpleDocTemplate,
    Spacer,
    TableStyle,
)

from twin.analysis.failure_parts.report import FailureReport
from twin.present.blocks import Block, Grid, Lines, Section
from twin.present.failure_report import front
from twin.present.failure_report.one_line import BOX_HEIGHT, DiagramBox, OneLine, diagram
from twin.present.failure_report.sections import sections
from twin.present.failure_report.svg import look

FONT = "DejaVuSans"
BOLD = "DejaVuSans-Bold"
MARGIN = 15 * mm
COLUMN = A4[0] - 2 * MARGIN
ROOM = 28 * mm
"""Less than this at the foot of a page, and a title begins the next one."""
_STROKE = {"plain": "#7b8794", "fair": "#0072b2", "high": "#e69f00", "over": "#d55e00"}
_FILL = {"plain": "#f4f6f8", "fair": "#eaf3f9", "high": "#eaf3f9", "over": "#fbe3d6"}


def pdf_bytes(report: FailureReport) -> bytes:
    """The document: the same report gives the same bytes, without a date."""
    _fonts()
    sink = BytesIO()
    document = SimpleDocTemplate(
        sink,
        pagesize=A4,
        leftMargin=MARGIN,
        rightMargin=MARGIN,
        topMargin=MARGIN,
        bottomMargin=MARGIN,
        invariant=1,
        title=f"{report.name}: failure report",
        author="twin",
    )
    document.build(list(_story(report)), onFirstPage=_foot, onLaterPages=_foot)
    return sink.getvalue()


def _fonts() -> None:
    """The typeface of every figure of ours; it has all the signs that we write."""
    folder = files("matplotlib").joinpath("mpl-data", "fonts", "ttf")
    for name in (FONT, BOLD):
        if name not in pdfmetrics.getRegisteredFontNames():
            pdfmetrics.registerFont(TTFont(name, str(folder.joinpath(f"{name}.ttf"))))


def _style(size: float, bold: bool = False, **more: Any) -> ParagraphStyle:
    font = BOLD if bold else FONT
    return ParagraphStyle(
        f"{font}{size}{more}", fontName=font, fontSize=size, leading=size * 1.35, **more
    )


def _foot(canvas: Any, document: Any) -> None:
    canvas.setFont(FONT, 7)
    canvas.setFillColor(colors.HexColor("#5b6773"))
    canvas.drawString(MARGIN, MARGIN / 2, document.title)
    canvas.drawRightString(A4[0] - MARGIN, MARGIN / 2, f"page {document.page}")


def _story(report: FailureReport) -> Iterator[Any]:
    verdict, _ = front.headline(report)
    over = f"Failure report · twin {report.version} · seed {report.seed}"
    yield _text(over, _style(8))
    yield _text(report.name, _style(20, bold=True, spaceAfter=8))
    yield _text(verdict, _style(12, bold=True, spaceAfter=10))
    yield _table(front.in_short(report))
    yield Spacer(1, 8)
    for sentence in front.sentences(report):
        yield _text(sentence, _style(10, spaceAfter=4))
    yield PageBreak()
    for n, section in enumerate(sections(report), start=1):
        yield from _section(n, section, report)


def _section(n: int, section: Section, report: FailureReport) -> Iterator[Any]:
    yield CondPageBreak(ROOM)
    yield _text(f"{n} {section.title}", _style(14, bold=True, spaceBefore=14, spaceAfter=4))
    for sentence in section.says:
        yield _text(sentence, _style(9, spaceAfter=3))
    if n == 1:
        yield _drawing(diagram(report.parts["one_line"]))
    for block in section.blocks:
        yield from _block(block)


def _block(block: Block) -> Iterator[Any]:
    yield CondPageBreak(ROOM)
    if isinstance(block, Grid):
        yield _text(block.title, _style(10, bold=True, spaceBefore=8, spaceAfter=3))
        if block.rows:
            yield _table(block)
        if block.note:
            yield _text(block.note, _style(8, spaceAfter=4))
    elif isinstance(block, Lines):
        yield _text(block.title, _style(10, bold=True, spaceBefore=8, spaceAfter=3))
        for line in block.lines:
            yield _text(f"• {line}", _style(9, spaceAfter=2, leftIndent=8))


def _text(text: str, style: ParagraphStyle) -> Paragraph:
    return Paragraph(escape(text), style)


def _table(block: Grid) -> LongTable:
    """Columns as wide as their longest words ask for, in shares of the page."""
    size = 7.5 if len(block.headings) < 7 else 6.2
    style = _style(size)
    right = _style(size, alignment=2)
    head = [
        _text(text, _style(size, bold=True, alignment=2 if block.right[k] else 0))
        for k, text in enumerate(block.headings)
    ]
    body = [
        [_text(cell, right if block.right[k] else style) for k, cell in enumerate(row)]
        for row in block.rows
    ]
    made = LongTable([head, *body], colWidths=_widths(block), repeatRows=1, hAlign="LEFT")
    made.setStyle(
        TableStyle(
            [
                ("LINEBELOW", (0, 0), (-1, 0), 1.0, colors.HexColor("#9aa5b1")),
                ("LINEBELOW", (0, 1), (-1, -1), 0.3, colors.HexColor("#d8dee4")),
                ("VALIGN", (0, 0), (-1, -1), "TOP"),
                ("LEFTPADDING", (0, 0), (-1, -1), 2),
                ("RIGHTPADDING", (0, 0), (-1, -1), 4),
                ("TOPPADDING", (0, 0), (-1, -1), 1.5),
                ("BOTTOMPADDING", (0, 0), (-1, -1), 2),
            ]
        )
    )
    return made


def _widths(block: Grid) -> list[float]:
    """Between the longest word and the longest cell, the widest columns giving way."""
    columns = list(zip(block.headings, *block.rows, strict=True))
    wanted = [min(max(len(cell) for cell in cells), 60) + 2.0 for cells in columns]
    least = [max(max(map(len, cell.split() or [""])) for cell in cells) for cells in columns]
    weights = [max(w**0.75 * 2.2, min(m, 24) + 2.0) for w, m in zip(wanted, least, strict=True)]
    return [COLUMN * weight / sum(weights) for weight in weights]


def _drawing(drawn: OneLine) -> Drawing:
    """The one-line diagram as wide as the page, as high as fits it."""
    scale = min(COLUMN / drawn.width, (A4[1] - 3 * MARGIN - 60) / drawn.height)
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
    step = BOX_HEIGHT / (len(box.lines) + 0.6)
    for k, text in enumerate(box.lines):
        yield String(
            box.x + box.width / 2,
            height - box.y - (k + 1) * step,
            text,
            textAnchor="middle",
            fontName=FONT if k else BOLD,
            fontSize=10.5,
            fillColor=colors.HexColor("#1f2933"),
        )
