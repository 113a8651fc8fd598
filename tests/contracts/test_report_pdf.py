"""The report on paper: written beside the page, the same each time, with the page's numbers."""

from __future__ import annotations

from io import BytesIO
from typing import Any

import pytest
from pypdf import PdfReader
from synthetic import synthetic

from twin.present import paper
from twin.present.blocks import Grid, Picture
from twin.present.report import chapters, pdf, tiles
from twin.present.report.verdict import banner
from twin.results import Result


@pytest.fixture(scope="module")
def told() -> tuple[Result, list[str], bytes, bytes]:
    """A result, every sentence and cell that was laid out, and the document made twice."""
    result = synthetic()
    said: list[str] = []
    kept = paper.escape

    def heard(words: str) -> str:
        said.append(words)
        return kept(words)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(paper, "escape", heard)
        first = pdf.pdf_bytes(result)
    return result, said, first, pdf.pdf_bytes(result)


def test_the_same_result_gives_the_same_document(told: tuple[Any, ...]) -> None:
    assert told[2][:5] == b"%PDF-"
    assert told[2] == told[3]


def test_page_one_says_what_the_page_says(told: tuple[Any, ...]) -> None:
    result, said = told[:2]
    front = said[: said.index("1 Timeline")]
    assert banner(result)[0] in front
    for tile in tiles.tiles(result):
        assert tile.value in front


def test_figures_are_in_the_document(told: tuple[Any, ...]) -> None:
    assert told[2].count(b"/Subtype /Image") >= 3


@pytest.fixture(scope="module")
def pages(told: tuple[Any, ...]) -> list[str]:
    """The words of every page, one space between them."""
    held = PdfReader(BytesIO(told[2])).pages
    return [" ".join(page.extract_text().split()) for page in held]


def test_words_of_a_table_stay_whole(told: tuple[Any, ...], pages: list[str]) -> None:
    """Headings read "Differenc" and "e", "Nomina" and "l"; states "assume" and "d"."""
    text = " ".join(pages)
    grids = [one for chapter in chapters(told[0], ()) for one in chapter.blocks]
    words = {
        word
        for one in grids
        if isinstance(one, Grid) and one.rows
        for cell in (*one.headings, *(row[0] for row in one.rows[:9]))
        for word in cell.split()
    }
    assert len(words) > 50
    assert [word for word in sorted(words) if word not in text] == []
    assert " assumed " in text


def test_numbers_stay_with_their_units(pages: list[str]) -> None:
    """Stood as "30.0" with "MW" below it."""
    grid = Grid("t", ("a" * 60, "b" * 30, "Rating"), (("x " * 90, "y " * 90, "30.0 MW"),),
                (False, False, True))  # fmt: skip
    held = PdfReader(BytesIO(paper.document_bytes("t", list(paper.block(grid))))).pages[0]
    assert "30.0 MW" in held.extract_text().replace("\u00a0", " ")


def test_each_chapter_begins_where_its_sentences_stand(
    told: tuple[Any, ...], pages: list[str]
) -> None:
    for n, chapter in enumerate(chapters(told[0], ()), start=1):
        begins = " ".join([f"{n} {chapter.title}", *chapter.says]).split()
        assert any(" ".join(begins) in page for page in pages), chapter.title


def test_a_picture_is_as_large_as_it_is_drawn_or_fits_the_rest_of_a_page() -> None:
    """Tall figures were made to fit half a page, with letters of 5 points."""
    picture = next(
        one for chapter in pdf._chapters(synthetic(), ()) for one in chapter.blocks
        if isinstance(one, Picture)
    )  # fmt: skip
    shown = paper.PrintedPicture(picture)
    whole = shown.wrap(paper.COLUMN, 1e6)[1]
    assert whole > paper.A4[1] / 2
    assert shown.wrap(paper.COLUMN, 0.9 * whole)[1] == pytest.approx(0.9 * whole)
    assert shown.wrap(paper.COLUMN, 0.5 * whole)[1] == pytest.approx(whole)  # on the next page
