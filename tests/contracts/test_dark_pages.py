"""Pages of a reader who asks for dark ones: dark on the screen with words of contrast, figures and
the 3-D view legible, and light on paper whatever the reader asks.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest
from chromium import Page, browser
from synthetic import synthetic
from test_failure_report import of_small_hall

from twin.present.failure_report.page import render as failure_page
from twin.present.figures.style import contrast
from twin.present.report import render

AA = 4.5
LIGHT = (255, 255, 255)
DARK = (20, 25, 30)
WORDS = """
(() => {
  const paper = (e) => {
    for (; e; e = e.parentElement) {
      const c = getComputedStyle(e).backgroundColor;
      if (c !== "rgba(0, 0, 0, 0)") return c;
    }
    return "rgb(255, 255, 255)";
  };
  const found = new Set();
  for (const e of document.querySelectorAll("main *:not(svg *):not(option)")) {
    const own = [...e.childNodes].some((n) => n.nodeType === 3 && n.textContent.trim());
    if (own) found.add(getComputedStyle(e).color + "|" + paper(e));
  }
  return [...found];
})()
"""
"""Every pair of ink and paper that words of the page have."""


@cache
def _pages() -> dict[str, str]:
    return {"report": render(synthetic()), "failure": failure_page(of_small_hall())}


@pytest.fixture(scope="module")
def page(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Page, Path]]:
    folder: Path = tmp_path_factory.mktemp("dark")
    for name, text in _pages().items():
        (folder / f"{name}.html").write_text(text, encoding="utf-8")
    with browser() as held:
        yield held.page(), folder


NAMES = ("report", "failure")


def seen(shown: tuple[Page, Path], name: str, scheme: str, media: str = "screen") -> Page:
    """The page as a reader has it who asks for that scheme."""
    page, folder = shown
    asked = [{"name": "prefers-color-scheme", "value": scheme}]
    page.ask("Emulation.setEmulatedMedia", media=media, features=asked)
    page.open(folder / f"{name}.html")
    return page


def shade(text: str) -> tuple[int, ...]:
    """Of the words of a browser: rgb(1, 2, 3)."""
    return tuple(map(int, text[text.index("(") + 1 : -1].split(",")[:3]))


def behind(page: Page) -> tuple[int, ...]:
    return shade(page.eval("getComputedStyle(document.body).backgroundColor"))


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize(("scheme", "paper"), [("light", LIGHT), ("dark", DARK)])
def test_words_have_contrast(
    page: tuple[Page, Path], name: str, scheme: str, paper: object
) -> None:
    shown = seen(page, name, scheme)
    assert behind(shown) == paper
    found = shown.eval(WORDS)
    assert len(found) >= 4
    pairs = [[[part / 255 for part in shade(one)] for one in pair.split("|")] for pair in found]
    poor = {tuple(map(str, pair)) for pair in pairs if contrast(*pair) < AA}
    assert poor == set()


@pytest.mark.parametrize("name", NAMES)
def test_paper_is_light_whatever_the_reader_asks(page: tuple[Page, Path], name: str) -> None:
    shown = seen(page, name, "dark", "print")
    assert behind(shown) == LIGHT
    ink = shade(shown.eval("getComputedStyle(document.querySelector('h1')).color"))
    assert contrast([part / 255 for part in ink], (1, 1, 1)) >= 7.0


@pytest.mark.parametrize(("name", "drawn"), [("report", "figure img"), ("failure", ".oneline")])
def test_figures_stand_on_white(page: tuple[Page, Path], name: str, drawn: str) -> None:
    """Their letters and colours are those that the captions name, chosen for white."""
    shown = seen(page, name, "dark")
    papers = shown.eval(
        f"[...document.querySelectorAll('{drawn}')].map((e) => getComputedStyle(e).backgroundColor)"
    )
    assert {shade(one) for one in papers} == {LIGHT}


def test_the_view_follows_the_reader_while_it_is_open(page: tuple[Page, Path]) -> None:
    """Ground of the 3-D view, its legend and its curve are of the page's colours."""
    shown = seen(page, "report", "light")
    shown.wait("Boolean(document.getElementById('v-state').dataset.ready)")
    shown.eval("document.querySelector('#v-canvas').scrollIntoView({block: 'center'})")
    corner = "(() => { const r = document.querySelector('#v-canvas canvas')"
    corner += ".getBoundingClientRect(); return [r.left + 3, r.top + 3]; })()"
    at = shown.eval(corner)
    assert shown.pixel(*at) == (244, 246, 248)
    asked = [{"name": "prefers-color-scheme", "value": "dark"}]
    shown.ask("Emulation.setEmulatedMedia", media="screen", features=asked)
    shown.wait("matchMedia('(prefers-color-scheme: dark)').matches")
    shown.eval("new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))")
    assert shown.pixel(*at) == (31, 38, 45)
    letters = shown.eval(
        "(() => { const c = document.getElementById('v-legend'), g = c.getContext('2d');"
        "const d = g.getImageData(0, 18, c.width, 16).data; let most = 0;"
        "for (let n = 0; n < d.length; n += 4) if (d[n + 3] > 200) most = Math.max(most, d[n]);"
        "return most; })()"
    )
    assert letters >= 200
    assert shown.errors == []
