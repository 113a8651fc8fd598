"""A chapter on paper: its picture first where that fits, else the tables that fill the page."""

from __future__ import annotations

from base64 import b64encode
from io import BytesIO
from itertools import chain

import pytest

from twin.present.blocks import Grid, Picture, Section

pytest.importorskip("reportlab", reason="reportlab is not installed")

from matplotlib.figure import Figure
from pypdf import PdfReader

from twin.present.paper import document_bytes, style, text
from twin.present.paper_order import chapter

HIGH_IN = 8.0


def picture(high_in: float) -> Picture:
    sink = BytesIO()
    Figure(figsize=(6.0, high_in)).savefig(sink, format="png", dpi=200)
    data = b64encode(sink.getvalue()).decode()
    return Picture("drawn", "what is drawn", f"data:image/png;base64,{data}")


def pages(lines_before: int, rows: int = 3, high_in: float = HIGH_IN) -> list[str]:
    """Text of the pages of a chapter of a picture and a table, below so many lines."""
    grid = Grid("numbers", ("a",), tuple((f"row {n}",) for n in range(rows)), (False,))
    section = Section("Chapter", ["said"], [picture(high_in), grid])
    before = (text("line", style(10)) for _ in range(lines_before))
    made = document_bytes("title", chain(before, chapter(1, section)))
    return [page.extract_text() for page in PdfReader(BytesIO(made)).pages]


def test_a_picture_that_fits_stands_first() -> None:
    (whole,) = pages(0, high_in=5.0)
    assert whole.index("what is drawn") < whole.index("numbers")


def test_tables_fill_a_page_that_a_picture_does_not_fit() -> None:
    first, second = pages(25)
    assert "1 Chapter" in first
    assert "numbers" in first
    assert "what is drawn" in second


def test_long_tables_stay_behind_their_picture() -> None:
    """Of which a page would be full before anybody sees what they are about."""
    told = pages(25, rows=60)
    assert "1 Chapter" not in told[0]
    assert told[1].index("what is drawn") < len(told[1])
    assert "numbers" not in told[0]
