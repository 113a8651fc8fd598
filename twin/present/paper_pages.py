"""Sheets of a PDF: A4 upright, and across for what is wide."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, BinaryIO

from reportlab.lib import colors
from reportlab.lib.pagesizes import A4, landscape
from reportlab.lib.units import mm
from reportlab.platypus import BaseDocTemplate, Frame, NextPageTemplate, PageBreak, PageTemplate

FONT = "DejaVuSans"
MARGIN = 15 * mm
COLUMN = A4[0] - 2 * MARGIN
ACROSS = "across"
_UPRIGHT = "upright"
_NO_PADDING = (0, 0, 0, 0)
"""What is laid out to the width of a column has all of it."""


def document(sink: BinaryIO, title: str) -> BaseDocTemplate:
    """An empty document that begins upright; without a date."""
    made = BaseDocTemplate(sink, pagesize=A4, invariant=1, title=title, author="twin")
    made.addPageTemplates([_sheet(_UPRIGHT, A4), _sheet(ACROSS, landscape(A4))])
    return made


def next_sheet(across: bool) -> Iterator[Any]:
    """What follows begins a sheet, upright or across, and so does all that follows it."""
    yield NextPageTemplate(ACROSS if across else _UPRIGHT)
    yield PageBreak()


def _sheet(name: str, size: tuple[float, float]) -> PageTemplate:
    wide, high = size
    frame = Frame(MARGIN, MARGIN, wide - 2 * MARGIN, high - 2 * MARGIN, *_NO_PADDING, id=name)
    return PageTemplate(name, [frame], onPage=_foot, pagesize=size)


def _foot(canvas: Any, held: BaseDocTemplate) -> None:
    wide = held.pageTemplate.pagesize[0]
    canvas.setFont(FONT, 7)
    canvas.setFillColor(colors.HexColor("#5b6773"))
    canvas.drawString(MARGIN, MARGIN / 2, held.title)
    canvas.drawRightString(wide - MARGIN, MARGIN / 2, f"page {held.page}")
