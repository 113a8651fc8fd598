"""Pages of paper: how blocks of a report are laid out in a PDF, the same for every report."""

from __future__ import annotations

from base64 import b64decode
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
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
from reportlab.pdfbase.pdfmetrics import stringWidth
from reportlab.pdfbase.ttfonts import TTFont
from reportlab.platypus import (
    CondPageBreak,
    Flowable,
    LongTable,
    Paragraph,
    SimpleDocTemplate,
    TableStyle,
)

from twin.present.blocks import Block, Grid, Lines, Picture, Section
from twin.present.figures.style import PAPER_DPI

FONT = "DejaVuSans"
BOLD = "DejaVuSans-Bold"
MARGIN = 15 * mm
COLUMN = A4[0] - 2 * MARGIN
_NUMBER = 16
"""Letters of a number with its unit."""
_PADDING = 7.0
"""Left and right of the words of a cell, and a little more, in points."""
ROOM = 28 * mm
"""Less than this at the foot of a page, and a title begins the next one."""
_DRAWN = 72 / PAPER_DPI
"""Points a dot: a figure is printed as large as it is drawn, so that its letters have 9 points."""
_LEAST = 0.6
"""Of that size, where a picture then fits what is left of a page."""
_HIGHEST = A4[1] - 2 * MARGIN - 40 * mm
"""A picture leaves room for a heading and for its own words."""


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
        yield PrintedPicture(shown)


class PrintedPicture(Flowable):
    """A PNG with its words below, never apart; a little smaller where it then fits the page."""

    def __init__(self, picture: Picture) -> None:
        super().__init__()
        self.spaceAfter = 4
        self._image = ImageReader(BytesIO(b64decode(picture.address.partition(",")[2])))
        self._words = text(picture.caption, style(8))
        wide, high = self._image.getSize()
        scale = min(_DRAWN, COLUMN / wide, _HIGHEST / high)
        self._full = (wide * scale, high * scale)
        self._scale = 1.0

    def wrap(self, wide: float, high: float) -> tuple[float, float]:
        """Width and height in points of what is drawn within so much room."""
        words = self._words.wrap(wide, high)[1]
        room = (high - words) / self._full[1]
        self._scale = room if _LEAST <= room < 1 else 1.0
        return wide, self._full[1] * self._scale + words

    def draw(self) -> None:
        """Draw the picture above its words."""
        wide, high = (side * self._scale for side in self._full)
        words = self._words.height
        self.canv.drawImage(self._image, 0, words, wide, high)
        self._words.drawOn(self.canv, 0, 0)


def opening(number: int, section: Section) -> Iterator[Any]:
    """A chapter's heading and sentences, with what follows on the same page."""
    said = [text(f"{number} {section.title}", style(14, bold=True, spaceBefore=14, spaceAfter=4))]
    said += [text(sentence, style(9, spaceAfter=3)) for sentence in section.says]
    high = sum(one.wrap(COLUMN, A4[1])[1] + one.getSpaceAfter() for one in said)
    first = section.blocks[0] if section.blocks else None
    if isinstance(first, Picture):
        high += _LEAST * PrintedPicture(first).wrap(COLUMN, 1e6)[1]
    else:
        high += ROOM
    yield CondPageBreak(high)
    yield from said


def text(said: str, look: ParagraphStyle) -> Paragraph:
    """Words as they are: nothing in them is markup."""
    return Paragraph(escape(said), look)


def table(block: Grid) -> LongTable:
    """Columns in which no word is broken, unless the page is too narrow for it."""
    size = 7.5 if len(block.headings) < 7 else 6.2
    left = style(size)
    right = style(size, alignment=2)
    head = [
        text(word, style(size, bold=True, alignment=2 if block.right[k] else 0))
        for k, word in enumerate(block.headings)
    ]
    block = replace(block, rows=tuple(_unbroken(row, block.right) for row in block.rows))
    body = [
        [text(cell, right if block.right[k] else left) for k, cell in enumerate(row)]
        for row in block.rows
    ]
    made = LongTable([head, *body], colWidths=_widths(block, size), repeatRows=1, hAlign="LEFT")
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


def _unbroken(row: Sequence[str], right: Sequence[bool]) -> tuple[str, ...]:
    """Numbers with their units on one line, unless they are sentences."""
    return tuple(
        cell.replace(" ", "\u00a0") if right[k] and len(cell) <= _NUMBER else cell
        for k, cell in enumerate(row)
    )


def _widths(block: Grid, size: float) -> list[float]:
    """Each as wide as its longest word; what is left goes to cells that are longer than that, and
    what no cell needs to all alike.
    """
    columns = list(zip(*block.rows, strict=True)) or [() for _ in block.headings]
    held = [_lengths(cells, FONT, size) for cells in columns]
    heads = [_lengths([word], BOLD, size) for word in block.headings]
    least = [max(a[0], b[0]) + _PADDING for a, b in zip(held, heads, strict=True)]
    wanted = [max(a[1], b[1]) + _PADDING for a, b in zip(held, heads, strict=True)]
    least = _narrowed(least)
    left = COLUMN - sum(least)
    more = [max(w - m, 0.0) for w, m in zip(wanted, least, strict=True)]
    share = min(1.0, left / (sum(more) or 1.0))
    spare = (left - share * sum(more)) / len(least)
    return [width + share * extra + spare for width, extra in zip(least, more, strict=True)]


def _narrowed(widths: list[float]) -> list[float]:
    """The widest columns cut to one width, so that all of them have room on the page."""
    held = sorted(widths)
    for n, width in enumerate(held):
        most = (COLUMN - sum(held[:n])) / (len(held) - n)
        if width > most:
            return [min(one, most) for one in widths]
    return widths


def _lengths(cells: Iterable[str], font: str, size: float) -> tuple[float, float]:
    """Of the longest word and of the longest cell, in points."""
    told = [cell for cell in cells if cell]
    words = {word for cell in told for word in cell.split(" ")}
    return (
        max((stringWidth(word, font, size) for word in words), default=0.0),
        max((stringWidth(cell, font, size) for cell in set(told)), default=0.0),
    )
