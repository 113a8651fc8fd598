"""The report on paper: written beside the page, the same each time, with the page's numbers."""

from __future__ import annotations

from typing import Any

import pytest
from synthetic import synthetic

from twin.present import paper
from twin.present.report import pdf, tiles
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
