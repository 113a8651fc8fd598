"""Pages of paper: how blocks of a report are laid out in a PDF, the same for every report."""

from __future__ import annotations

from base64 import b64decode
from collections.abc import Callable, Iterable, Iterator, Sequence
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
    BalancedColumns,
    CondPageBreak,
    Flowable,
    LongTable,
    Paragraph,
    TableStyle,
)

from twin.present.blocks import Block, Grid, Picture, Section
from twin.present.figures.style import PAPER_DPI
from twin.present.paper_pages import COLUMN, FONT, MARGIN, document

BOLD = "DejaVuSans-Bold"
MONO = "DejaVuSansMono"
_NUMBER = 16
"""Letters of a number with its unit."""
_PADDING = 7.0
"""Left and right of the words of a cell, and a little more, in points."""
ROOM = 28 * mm
"""Less than this at the foot of a page, and a title begins the next one."""
_WHOLE_ROWS = 16
"""A table of so many rows or fewer stands on one page where it is no higher than `_WHOLE`."""
_WHOLE = 90 * mm
_TOGETHER = 4
"""Rows at either end of a longer table that no page parts."""
_SIZES = (7.5, 7.0, 6.6, 6.2)
"""Of a table's letters in points: the largest in which no word is broken."""
_CODE_PT = 6.6
_DRAWN = 72 / PAPER_DPI
"""Points a dot: a figure is printed as large as it is drawn, so that its letters have 9 points."""
_LEAST = 0.8
"""Of that size, where a picture then fits what is left of a page: letters of seven points."""
_HIGHEST = A4[1] - 2 * MARGIN - 40 * mm
"""A picture leaves room for a heading and for its own words."""


def document_bytes(title: str, story: Iterable[Any]) -> bytes:
    """The document of these flowables: the same story gives the same bytes, without a date."""
    _fonts()
    sink = BytesIO()
    document(sink, title).build(list(story))
    return sink.getvalue()


def _fonts() -> None:
    """The typeface of every figure of ours; it has all the signs that we write."""
    folder = files("matplotlib").joinpath("mpl-data", "fonts", "ttf")
    for name in (FONT, BOLD, MONO):
        if name not in pdfmetrics.getRegisteredFontNames():
            pdfmetrics.registerFont(TTFont(name, str(folder.joinpath(f"{name}.ttf"))))


def style(size: float, bold: bool = False, **more: Any) -> ParagraphStyle:
    """Type of this size in points."""
    font = BOLD if bold else FONT
    return ParagraphStyle(
        f"{font}{size}{more}", fontName=font, fontSize=size, leading=size * 1.35, **more
    )


def block(shown: Block) -> Iterator[Any]:
    """A table, a list or a picture (PNG) with its words; a short table stays on one page, and one
    that says again what stands above is left out.
    """
    if isinstance(shown, Grid) and shown.again:
        return
    held = list(_laid(shown))
    yield CondPageBreak(_needed(shown, held))
    yield from held


def _laid(shown: Block) -> Iterator[Any]:
    if isinstance(shown, Picture):
        yield PrintedPicture(shown)
        return
    yield text(shown.title, style(10, bold=True, spaceBefore=8, spaceAfter=3))
    if isinstance(shown, Grid):
        if shown.rows:
            yield table(shown)
        elif shown.note:
            yield text(shown.note, style(8, spaceAfter=4))
    elif shown.closed:
        yield _as_written(shown.lines)
    else:
        for line in shown.lines:
            yield text(f"• {line}", style(9, spaceAfter=2, leftIndent=8))


def _needed(shown: Block, held: Sequence[Any]) -> float:
    """Room in points without which it begins the next page: all of a short table, the first rows
    of a longer one.
    """
    if not isinstance(shown, Grid):
        return ROOM
    if len(shown.rows) <= _WHOLE_ROWS and (high := _high(held)) <= _WHOLE:
        return high
    begins = replace(shown, rows=shown.rows[:_TOGETHER], note="")
    return max(ROOM, _high(list(_laid(begins))))


def height(shown: Block) -> float:
    """Of a block on paper, in points."""
    return _high(list(_laid(shown)))


def _high(held: Sequence[Any]) -> float:
    """Of flowables one below the other, in points."""
    high: float = sum(
        one.wrap(COLUMN, A4[1])[1] + one.getSpaceBefore() + one.getSpaceAfter() for one in held
    )
    return high


def _as_written(lines: Sequence[str]) -> BalancedColumns:
    """Lines of a file in three columns, each as far in as it is, what is too long further in."""
    letter = stringWidth(" ", MONO, _CODE_PT)
    told: list[Flowable] = []
    for line in lines:
        deep = len(line) - len(line.lstrip())
        look = style(_CODE_PT, leftIndent=(deep + 4) * letter, firstLineIndent=-4 * letter)
        look.fontName = MONO
        told.append(text(line, look))
    return BalancedColumns(told, nCols=3, leftPadding=0, rightPadding=0, innerPadding=4 * mm)


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


def opening(number: int, section: Section, first: Block | None) -> Iterator[Any]:
    """A chapter's heading and sentences, with what follows first on the same page."""
    said = [text(f"{number} {section.title}", style(14, bold=True, spaceBefore=14, spaceAfter=4))]
    said += [text(sentence, style(9, spaceAfter=3)) for sentence in section.says]
    high = _high(said)
    if isinstance(first, Picture):
        high += _LEAST * PrintedPicture(first).wrap(COLUMN, 1e6)[1]
    else:
        high += _needed(first, list(_laid(first))) if first else ROOM
    yield CondPageBreak(high)
    yield from said


def text(said: str, look: ParagraphStyle) -> Paragraph:
    """Words as they are: nothing in them is markup."""
    return Paragraph(escape(said), look)


def table(block: Grid) -> LongTable:
    """Columns in which no word is broken, unless the page is too narrow for it; a note stands
    below its last row.
    """
    block = replace(block, rows=tuple(_unbroken(row, block.right) for row in block.rows))
    size = next((one for one in _SIZES if sum(_least(block, one)) <= COLUMN), _SIZES[-1])
    aligned = [2 if right else 0 for right in block.right]
    looks = [style(size, alignment=one) for one in aligned]
    heads = [style(size, bold=True, alignment=one) for one in aligned]
    body = [list(map(text, row, looks)) for row in block.rows]
    foot = [[text(block.note, style(8)), *[""] * (len(aligned) - 1)]] if block.note else []
    cells: list[list[Any]] = [list(map(text, block.headings, heads)), *body, *foot]
    made = LongTable(cells, colWidths=_widths(block, size), repeatRows=1, hAlign="LEFT")
    made.setStyle(TableStyle([*_RULES, *_unparted(len(cells)), *[_FOOT] * len(foot)]))
    return made


_RULES = (
    ("LINEBELOW", (0, 0), (-1, 0), 1.0, colors.HexColor("#9aa5b1")),
    ("LINEBELOW", (0, 1), (-1, -1), 0.3, colors.HexColor("#d8dee4")),
    ("VALIGN", (0, 0), (-1, -1), "TOP"),
    ("LEFTPADDING", (0, 0), (-1, -1), 2),
    ("RIGHTPADDING", (0, 0), (-1, -1), 4),
    ("TOPPADDING", (0, 0), (-1, -1), 1.5),
    ("BOTTOMPADDING", (0, 0), (-1, -1), 2),
)
_FOOT = ("SPAN", (0, -1), (-1, -1))
"""A note below a table goes all the way across it."""


def _unparted(rows: int) -> list[tuple[Any, ...]]:
    """The first and the last rows stand on one page each; a heading and one row are no table."""
    ends = min(_TOGETHER, rows) - 1
    return [("NOSPLIT", (0, 0), (-1, ends)), ("NOSPLIT", (0, rows - 1 - ends), (-1, -1))]


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
    least = _narrowed(_least(block, size))
    wanted = [one + _PADDING for one in _lengths(block, size, _longest_cell)]
    left = COLUMN - sum(least)
    more = [max(w - m, 0.0) for w, m in zip(wanted, least, strict=True)]
    share = min(1.0, left / (sum(more) or 1.0))
    spare = (left - share * sum(more)) / len(least)
    return [width + share * extra + spare for width, extra in zip(least, more, strict=True)]


def _least(block: Grid, size: float) -> list[float]:
    """Widths in which no word is broken."""
    return [one + _PADDING for one in _lengths(block, size, _longest_word)]


def _narrowed(widths: list[float]) -> list[float]:
    """The widest columns cut to one width, so that all of them have room on the page."""
    held = sorted(widths)
    for n, width in enumerate(held):
        most = (COLUMN - sum(held[:n])) / (len(held) - n)
        if width > most:
            return [min(one, most) for one in widths]
    return widths


def _lengths(
    block: Grid, size: float, of: Callable[[Iterable[str], str, float], float]
) -> list[float]:
    """Of the headings and cells of each column, in points."""
    columns = list(zip(*block.rows, strict=True)) or [() for _ in block.headings]
    pairs = zip(columns, block.headings, strict=True)
    return [max(of(cells, FONT, size), of([head], BOLD, size)) for cells, head in pairs]


def _longest_word(cells: Iterable[str], font: str, size: float) -> float:
    words = {word for cell in cells for word in cell.split(" ")}
    return max((stringWidth(word, font, size) for word in words), default=0.0)


def _longest_cell(cells: Iterable[str], font: str, size: float) -> float:
    return max((stringWidth(cell, font, size) for cell in set(cells)), default=0.0)
