"""A report printed by a browser: letters stay as large as they are drawn, headings stay with their
sentences, words stay whole, and nothing asks paper to be clicked.
"""

from __future__ import annotations

from base64 import b64decode
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path
from unicodedata import normalize

import pandas as pd
import pytest
from chromium import Page, browser
from pypdf import PdfReader
from synthetic import synthetic, with_tables

from twin.present.report import chapters, render
from twin.present.report.behind import behind
from twin.results import Result

TEXT_PX = 688
"""Width of the text on A4 with the margins of the style sheet, 182 mm."""


@pytest.fixture(scope="module")
def day() -> Result:
    return synthetic()


@pytest.fixture(scope="module")
def printed(day: Result, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Page]:
    file: Path = tmp_path_factory.mktemp("printed") / "report.html"
    file.write_text(render(day), encoding="utf-8")
    with browser() as held:
        page = held.page()
        page.open(file)
        page.wait("!!document.getElementById('v-state').dataset.ready")
        yield page


@pytest.fixture(scope="module")
def pages(printed: Page) -> list[str]:
    """The words of every page, one space between them, letters that a font joins (fi) apart."""
    made = printed.ask("Page.printToPDF", preferCSSPageSize=True, printBackground=True)["data"]
    held = PdfReader(BytesIO(b64decode(made))).pages
    return [spaced(page.extract_text()) for page in held]


def spaced(text: str) -> str:
    return " ".join(normalize("NFKC", text).split())


def test_each_chapter_begins_where_its_sentences_stand(day: Result, pages: list[str]) -> None:
    """A heading with one line of a paragraph was left at the end of a page."""
    for chapter in chapters(day, ()):
        told = spaced(" ".join([chapter.title, *chapter.says]))
        assert any(told in page for page in pages), chapter.title


def test_words_of_a_table_stay_whole(pages: list[str]) -> None:
    """The last chapter's column of states read "assume" and "d" below it."""
    text = " ".join(pages)
    assert " assumed " in text
    assert [one for one in (" assume d ", " publish ed ", " standar d ") if one in text] == []


def test_paper_is_not_asked_to_be_clicked(pages: list[str]) -> None:
    text = " ".join(pages)
    assert "3-D view" in text
    assert "Drag to turn" not in text


def test_figures_are_printed_as_large_as_they_are_drawn(printed: Page) -> None:
    """Letters are drawn at 9 points; a figure that is made smaller to fit takes them with it."""
    size = {"width": TEXT_PX, "height": 1009, "deviceScaleFactor": 1, "mobile": False}
    printed.ask("Emulation.setDeviceMetricsOverride", **size)
    printed.ask("Emulation.setScrollbarsHidden", hidden=True)
    printed.ask("Emulation.setEmulatedMedia", media="print")
    stated = "...['width', 'height'].map((key) => +i.attributes[key].value)"
    sizes = f"(i) => [i.clientWidth, i.clientHeight, {stated}]"
    found = printed.eval(f"[...document.images].map({sizes})")
    assert len(found) >= 8
    for wide_px, high_px, width_pt, height_pt in found:
        scale = min(wide_px / width_pt, high_px / height_pt) * 0.75
        assert scale >= 0.98, (width_pt, height_pt)


def test_a_long_list_of_components_does_not_stand_before_the_chapters() -> None:
    """The report of a campus printed eight pages of components after page one."""
    few = render(synthetic())
    assert '<section id="three-dimensions">' in few
    many = synthetic()
    rows = many.frame("components")
    more = [rows.assign(id=rows["id"] + f"_{n}", parent="") for n in range(5)]
    large = render(with_tables(many, components=pd.concat([rows, *more], ignore_index=True)))
    assert '<section id="three-dimensions" class="screen">' in large


def test_a_run_without_tokens_has_no_columns_of_zeros() -> None:
    site = synthetic().frame("site").assign(tokens_inference=0.0, tokens_lost=0.0)
    table = behind(with_tables(synthetic(), site=site), "timeline")
    assert table is not None
    assert {"Served", "Lost"}.isdisjoint(table.headings)
    assert "Trained" in table.headings
