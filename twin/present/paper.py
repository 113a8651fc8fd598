"""Pages of paper: how blocks of a report are laid out in a PDF, the same for every report."""

from __future__ import annotations

from base64 import b64decode
from collections.abc import Iterable, Iterator
from importlib.resources import files
from io import BytesIO
from typing import Any
from xml.sax.saxutils import escape

from reportlab.lib import colors
from reportlab.lib.pagesizes import A4
from reportlab.lib.styles import ParagraphStyle
from reportlab.lib.units import mm
from reportlab.lib.utils import ImageReader
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont
from reportlab.platypus import (
    CondPageBreak,
    Image,
    LongTable,
    Paragraph,
    SimpleDocTemplate,
    TableStyle,
)

from twin.present.blocks import Block, Grid, Lines, Picture

FONT = "DejaVuSans"
BOLD = "DejaVuSans-Bold"
MARGIN = 15 * mm
COLUMN = A4[0] - 2 * MARGIN
ROOM = 28 * mm
"""Less than this at the foot of a page, and a title begins the next one."""
_HIGHEST = A4[1] / 2.2
"""A picture leaves room for its words on the same page."""


def document_bytes(title: str, story: Iterable[Any]) -> bytes:
    """The document of these flowables: the same story gives the same bytes, without a date."""
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
        title=title,
        author="twin",
    )
    document.build(list(story), onFirstPage=_foot, onLaterPages=_foot)
    return sink.getvalue()


def _fonts() -> None:
    """The typeface of every figure of ours; it has all the signs that we write."""
    folder = files("matplotlib").joinpath("mpl-data", "fonts", "ttf")
    for name in (FONT, BOLD):
        if name not in pdfmetrics.getRegisteredFontNames():
            pdfmetrics.registerFont(TTFont(name, str(folder.joinpath(f"{name}.ttf"))))


def style(size: float, bold: bool = False, **more: Any) -> ParagraphStyle:
    """Type of this size in points."""
    font = BOLD if bold else FONT
    return ParagraphStyle(
        f"{font}{size}{more}", fontName=font, fontSize=size, leading=size * 1.35, **more
    )


def _foot(canvas: Any, document: Any) -> None:
    canvas.setFont(FONT, 7)
    canvas.setFillColor(colors.HexColor("#5b6773"))
    canvas.drawString(MARGIN, MARGIN / 2, document.title)
    canvas.drawRightString(A4[0] - MARGIN, MARGIN / 2, f"page {document.page}")


def block(shown: Block) -> Iterator[Any]:
    """A table, a list or a picture (PNG) with its words."""
    yield CondPageBreak(ROOM)
    if isinstance(shown, Grid):
        yield text(shown.title, style(10, bold=True, spaceBefore=8, spaceAfter=3))
        if shown.rows:
            yield table(shown)
        if shown.note:
            yield text(shown.note, style(8, spaceAfter=4))
    elif isinstance(shown, Lines):
        yield text(shown.title, style(10, bold=True, spaceBefore=8, spaceAfter=3))
        for line in shown.lines:
            yield text(f"• {line}", style(9, spaceAfter=2, leftIndent=8))
    elif isinstance(shown, Picture):
        yield _picture(shown)
        yield text(shown.caption, style(8, spaceAfter=4))


def _picture(block: Picture) -> Image:
    """A PNG as wide as the page, unless it were too high."""
    data = b64decode(block.address.partition(",")[2])
    wide, high = ImageReader(BytesIO(data)).getSize()
    scale = min(COLUMN / wide, _HIGHEST / high)
    return Image(BytesIO(data), wide * scale, high * scale)


def text(said: str, look: ParagraphStyle) -> Paragraph:
    """Words as they are: nothing in them is markup."""
    return Paragraph(escape(said), look)


def table(block: Grid) -> LongTable:
    """Columns as wide as their longest words ask for, in shares of the page."""
    size = 7.5 if len(block.headings) < 7 else 6.2
    left = style(size)
    right = style(size, alignment=2)
    head = [
        text(word, style(size, bold=True, alignment=2 if block.right[k] else 0))
        for k, word in enumerate(block.headings)
    ]
    body = [
        [text(cell, right if block.right[k] else left) for k, cell in enumerate(row)]
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
