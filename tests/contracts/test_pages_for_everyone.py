"""Pages for those who see little, who see no colours, who have a small window, or who listen:
headings without gaps, rows with heads, words with contrast, nothing wider than the window.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from chromium import Page, browser
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.colors import to_rgba
from matplotlib.figure import Figure
from matplotlib.patches import FancyBboxPatch, Patch
from matplotlib.text import Text
from synthetic import synthetic, with_tables

from twin.analysis.change_review import change_review
from twin.analysis.component_results import component_results
from twin.analysis.differences import Compared, differences
from twin.analysis.side_by_side import SideBySide, side_by_side
from twin.present.comparison import page as comparison_page
from twin.present.design_diff import ComparedPair
from twin.present.design_diff import page as differences_page
from twin.present.figures import FIGURES, NamedFigure
from twin.present.figures.labels import width_pt
from twin.present.figures.oneline import figure_oneline, words_of
from twin.present.figures.plan_changes import changed_plans, figure_changes
from twin.present.figures.power_boxes import Box
from twin.present.figures.style import contrast, readable_on
from twin.present.report import render
from twin.present.report.summary import beside_limit
from twin.present.report.tiles import tiles
from twin.present.study_report import render as study_render
from twin.results import Result
from twin.study.experiments.compare_designs import compare_designs
from twin.study.experiments.study_pages import study_page

AA = 4.5
"""Contrast of text that WCAG 2.2 AA asks for."""
NAMES = ("report", "comparison", "differences", "study")
WIDTHS_PX = (1280, 700, 390)
Shown = tuple[Page, Path]


def wait(mu: float, seed: int) -> dict[str, float]:
    return {"wait_s": 4 / mu + seed % 3 / 10, "other": mu}


def differing(a: Result, b: Result, compared: SideBySide) -> ComparedPair:
    """Two results of which the second has moved a rack."""
    components = b.frame("components")
    components.loc[components["id"] == "rack_1", "y_m"] += 0.3
    names = ("components", "edges", "halls")
    tables = [{name: side.frame(name) for name in names} for side in (a, b)]
    tables[1]["components"] = components
    sides = [
        Compared(**held, summary=side.summary, parts=component_results(side), name=name)
        for held, side, name in zip(tables, (a, b), ("one", "other"), strict=True)
    ]
    found = differences(*sides)
    return ComparedPair(*sides, found, change_review(*sides, []), compared)


def pages() -> dict[str, str]:
    """A report, a comparison and the differences of two results, and a study of two arms."""
    arms = {"now": {"mu": 1.0}, "faster": {"mu": 1.25}}
    study = study_page(compare_designs(wait, arms, "wait_s", others=["other"], most=20), "s", "?")
    changed = {"pue": 1.05, "carbon_kg": 9.0, "cost_usd": 3.0}
    other = replace(synthetic(), summary={**synthetic().summary, **changed})
    compared = side_by_side([synthetic(), other], ["one", "other"])
    return {
        "report": render(synthetic()),
        "comparison": comparison_page(compared),
        "differences": differences_page(differing(synthetic(), other, compared)),
        "study": study_render(study),
    }


@pytest.fixture(scope="module")
def made() -> dict[str, str]:
    return pages()


@pytest.mark.parametrize("name", NAMES)
def test_headings_leave_no_level_out(made: dict[str, str], name: str) -> None:
    """Page one went from its title to third-level headings, which is told as a gap."""
    levels = [int(found) for found in re.findall(r"<h([1-6])\b", made[name])]
    assert levels[0] == 1
    assert levels.count(1) == 1
    assert [(a, b) for a, b in pairwise(levels) if b > a + 1] == []


@pytest.mark.parametrize("name", NAMES)
def test_each_row_has_a_head_and_each_list_of_links_a_name(made: dict[str, str], name: str) -> None:
    text = made[name]
    bodies = re.findall(r"<tbody>(.*?)</tbody>", text, re.DOTALL)
    heads = [re.findall(r"<tr><(t[hd])", body) for body in bodies]
    assert sum(map(len, heads)) >= 3
    assert {one for held in heads for one in held} == {"th"}
    assert re.findall(r"<nav(?! aria-label)", text) == []
    assert 'class="skip"' in text
    assert 'lang="en"' in text


def test_links_within_sentences_are_not_told_by_colour_alone(made: dict[str, str]) -> None:
    css = re.search(r"<style>(.*?)</style>", made["report"], re.DOTALL)
    assert css is not None
    assert re.search(r"(^|\n)a \{[^}]*text-decoration: none", css[1]) is None


def test_a_number_that_is_bad_is_not_told_by_colour_alone(made: dict[str, str]) -> None:
    assert '<div class="tile bad">' in made["report"]
    assert ".tile.bad { border-top: 9px double" in made["report"]


@pytest.fixture(scope="module")
def shown(
    made: dict[str, str], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[Page, Path]]:
    folder: Path = tmp_path_factory.mktemp("pages")
    for name, text in made.items():
        (folder / f"{name}.html").write_text(text, encoding="utf-8")
    with browser() as held:
        page = held.page()
        yield page, folder


@pytest.mark.parametrize("name", NAMES)
def test_no_page_is_wider_than_its_window(shown: Shown, name: str) -> None:
    """Numbers of page one stood past the edge of a telephone; its tables and figures scroll."""
    page, folder = shown
    page.open(folder / f"{name}.html")
    for width in WIDTHS_PX:
        size = {"width": width, "height": 900, "deviceScaleFactor": 1, "mobile": False}
        page.ask("Emulation.setDeviceMetricsOverride", **size)
        assert page.eval("document.documentElement.scrollWidth") <= width
        chapters = "[...document.querySelectorAll('section:not(.first)')]"
        cut = f"{chapters}.filter((s) => s.scrollWidth > s.clientWidth).map((s) => s.id)"
        assert page.eval(cut) == [], "chapters cut what is wider than they are"
        least = page.eval("Math.min(600, ...[...document.images].map((i) => i.clientWidth))")
        assert least >= 590, "a figure whose letters are smaller than they can be read"


FOCUS = (
    "(() => { const e = document.activeElement, s = getComputedStyle(e);"
    " const r = e.getBoundingClientRect();"
    " return {tag: e.tagName, box: e.classList.contains('scroll'),"
    " wide: e.scrollWidth > e.clientWidth, ring: s.outlineStyle === 'solid' &&"
    " parseFloat(s.outlineWidth) >= 3, seen: r.bottom > 0 && r.top < innerHeight}; })()"
)


def stops(page: Page) -> list[dict[str, Any]]:
    """Where the key Tab stands still, from the top of the page to its end."""
    page.eval("document.activeElement.blur(); scrollTo(0, 0)")
    found: list[dict[str, Any]] = []
    for _ in range(200):
        page.key("Tab")
        now = page.eval(FOCUS)
        if now["tag"] == "BODY":
            break
        found.append(now)
    return found


@pytest.mark.parametrize("name", NAMES)
def test_the_key_tab_stops_where_there_is_something_to_do(shown: Shown, name: str) -> None:
    """Every table was a stop (40 of 63 of a report), also where it has nothing to scroll."""
    page, folder = shown
    for width in (1280, 390):
        size = {"width": width, "height": 900, "deviceScaleFactor": 1, "mobile": False}
        page.ask("Emulation.setDeviceMetricsOverride", **size)
        page.open(folder / f"{name}.html")
        if name == "report":
            page.wait("!!document.getElementById('v-state').dataset.ready")
        found = stops(page)
        assert found
        assert all(one["ring"] and one["seen"] for one in found)
        assert all(one["wide"] for one in found if one["box"])
    if name == "report":
        assert any(one["box"] for one in found)  # tables of a telephone are scrolled by keys


@pytest.mark.parametrize("name", NAMES)
def test_readers_of_a_screen_hear_a_name_of_everything_they_can_use(
    shown: Shown, name: str
) -> None:
    page, folder = shown
    page.open(folder / f"{name}.html")
    if name == "report":
        page.wait("!!document.getElementById('v-state').dataset.ready")
    page.eval("document.querySelectorAll('details').forEach((one) => { one.open = true; })")
    nodes = page.ask("Accessibility.getFullAXTree")["nodes"]
    used = {"link", "button", "checkbox", "combobox", "slider", "textbox", "image", "application",
            "navigation", "heading"}  # fmt: skip
    told = [
        (one["role"]["value"], one.get("name", {}).get("value", ""))
        for one in nodes
        if not one["ignored"]
    ]
    assert [role for role, words in told if role in used and not words.strip()] == []
    live = "[...document.querySelectorAll('[aria-live=polite], [role=status]')].map((e) => e.id)"
    if name == "report":
        assert {role for role, _ in told} > {"slider", "application", "combobox", "checkbox"}
        assert page.eval(live) == ["v-shown", "v-name", "v-effect"]
        off = "document.getElementById('v-time').getAttribute('aria-live')"
        assert page.eval(off) == "off"  # the slider says its own moment: playing told 8 a second


def test_black_or_white_is_readable_on_any_colour() -> None:
    shades = [(r / 8, g / 8, b / 8) for r in range(9) for g in range(9) for b in range(9)]
    assert min(contrast(to_rgba(readable_on(one)), one) for one in shades) >= AA


@pytest.mark.parametrize("named", FIGURES, ids=lambda named: named.name)
def test_words_of_a_figure_have_contrast(named: NamedFigure) -> None:
    """Names of coolers stood in a green of 3.4 to 1, idle boxes in a grey of 3.9 to 1."""
    figure = named.draw(synthetic())
    poor = {text: ratio for text, ratio in contrasts(figure) if ratio < AA}
    assert poor == {}


def test_words_of_a_plan_of_two_designs_have_contrast() -> None:
    pair = differing(synthetic(), synthetic(), side_by_side([synthetic()] * 2, ["a", "b"]))
    for plan in changed_plans(pair.a, pair.b, pair.found):
        assert {text: n for text, n in contrasts(figure_changes(plan)) if n < AA} == {}


def contrasts(figure: Figure) -> Iterator[tuple[str, float]]:
    """Each text with its contrast on what it stands on."""
    FigureCanvasAgg(figure).draw()
    for axes in figure.axes:
        patches = [one for one in axes.findobj(Patch) if one is not axes.patch]
        filled = sorted((one for one in patches if solid(one)), key=lambda one: one.get_zorder())
        for text in axes.findobj(Text):
            if text.get_text().strip() and text.get_visible():
                yield text.get_text(), contrast(to_rgba(text.get_color()), ground(text, filled))


def solid(patch: Patch) -> bool:
    return patch.get_visible() and patch.get_facecolor()[3] > 0.99


def ground(text: Text, filled: list[Patch]) -> tuple[float, ...]:
    box = text.get_window_extent()
    middle = ((box.x0 + box.x1) / 2, (box.y0 + box.y1) / 2)
    under = [one for one in filled if one.get_window_extent().contains(*middle)]
    return tuple(under[-1].get_facecolor()) if under else (1.0, 1.0, 1.0)


def test_words_of_a_box_keep_off_its_edge() -> None:
    """Three lines filled their box from edge to edge."""
    figure = figure_oneline(synthetic())
    FigureCanvasAgg(figure).draw()
    boxes = [one.get_window_extent() for one in figure.axes[0].findobj(FancyBboxPatch)]
    point = figure.dpi / 72
    for text in figure.axes[0].texts:
        own = text.get_window_extent()
        held = [one for one in boxes if one.contains((own.x0 + own.x1) / 2, (own.y0 + own.y1) / 2)]
        if held and text.get_text() not in ("A", "B", "AB"):
            assert own.y0 >= held[0].y0 + 1.5 * point, text.get_text()
            assert own.y1 <= held[0].y1 - 1.5 * point, text.get_text()


def test_ratings_of_many_fit_their_box() -> None:
    """The words "120×24.7 kW" touched both sides of a narrow box."""
    racks = tuple(f"support_r{n}" for n in range(120))
    box = Box(racks, "rack", "support_rack", "live", 2.15e6, 120 * 24.7e3, 0.72)
    for room_pt in (58.0, 60.0, 70.0, 90.0):
        assert max(map(width_pt, words_of(box, True, room_pt))) <= room_pt
    assert words_of(box, True, 90.0)[-1] == "120 × 24.7 kW"


@pytest.mark.parametrize(
    ("hottest_degc", "says"),
    [
        (71.0, "; 18.0 K below its slowdown limit"),
        (94.0, "; 5.0 K above its slowdown limit"),
        (89.0, "; its slowdown limit of 89 °C"),
        (float("nan"), ""),
    ],
)
def test_a_gpu_above_its_limit_is_told_so(hottest_degc: float, says: str) -> None:
    """A GPU at 105 °C with a limit of 100 °C stood as "0.0 K below its slowdown limit"."""
    assert beside_limit(hottest_degc, 89.0, "; ") == says


def test_a_run_without_tokens_has_no_worst_period_of_tokens() -> None:
    """The words "no tokens were lost" stood beside 2,369 lost GPU hours."""
    day = synthetic()
    site = day.frame("site").assign(tokens_lost=0.0)
    losses = day.frame("losses").assign(tokens=0.0, usd=0.0)
    summary = {**day.summary, "tokens_total": 0.0, "tokens_lost_by_fault": 0.0}
    held = replace(with_tables(day, site=site, losses=losses), summary=summary)
    assert "Worst period" not in [tile.label for tile in tiles(held)]
