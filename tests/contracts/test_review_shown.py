"""Notes and decisions on components: in the report, on paper and in the 3-D view, with clicks."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from html import escape
from pathlib import Path

import pytest
from chromium import Browser, Page, browser
from synthetic import synthetic

from twin.analysis.sign_off import JudgedEntry, component_hashes, judge, layout_of, new_entry
from twin.cli import main
from twin.present.figures import FIGURES, Drawing
from twin.present.report import render

LAYOUT = Path("layouts/gb200_su.yaml")
SCENARIO = Path("scenarios/first_factory.yaml")
NASTY = "door: <img src=x onerror=alert(1)> & </script><script>alert(2)</script>"
NO_FIGURES = {named.name: Drawing(b"", "left out") for named in FIGURES}


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A run of an hour whose layout has four entries beside it, one of which is stale."""
    root = tmp_path_factory.mktemp("project")
    layout = root / "pod.yaml"
    shutil.copy(LAYOUT, layout)
    text = SCENARIO.read_text().replace("../layouts/gb200_su.yaml", "pod.yaml")
    (root / "day.yaml").write_text(text)
    say(layout, "ups_1", "approved", "")
    say(layout, "compute_r1", "comment", NASTY)
    say(layout, "design", "approved", "as drawn on sheet 12")
    assert main(["run", str(root / "day.yaml"), "--out", str(root / "out"), *HOUR]) == 0
    return root


HOUR = ("--set", "horizon=1 h", "--no-counterfactuals")


def say(layout: Path, component: str, decision: str, note: str, who: str = "A. Meyer") -> None:
    asked = ["--component", component, "--decision", decision, "--note", note]
    assert main(["review", str(layout), *asked, "--reviewer", who, "--date", "2026-11-29"]) == 0


def page_of(folder: Path) -> str:
    return (folder / "report.html").read_text(encoding="utf-8")


def test_a_run_shows_what_was_said_beside_its_layout(project: Path) -> None:
    page = page_of(project / "out")
    assert (project / "out/review.yaml").read_bytes() == (project / "review.yaml").read_bytes()
    assert '<section id="review">' in page
    assert page.count("Signed off as a whole by A. Meyer.") == 2
    cells = "<td>A. Meyer</td><td>2026-11-29</td><td>comment</td><td>stands</td>"
    assert f'<th scope="row">compute_r1</th>{cells}' in page
    assert escape(NASTY) in page
    assert "<img src=x" not in page
    assert "<script>alert(2)" not in page


def test_what_is_said_later_comes_in_without_another_run(project: Path) -> None:
    layout = project / "pod.yaml"
    kept = layout.read_text()
    say(project / "day.yaml", "rpp_1", "rejected", "no space to open its door", "B. Ito")
    layout.write_text(kept.replace("type: ups_500", "type: ups_1500"))
    say(layout, "ups_2", "approved", "larger", "B. Ito")
    out = str(project / "out")
    assert main(["report", out]) == 0
    assert "B. Ito" not in page_of(project / "out")
    assert main(["report", out, "--reviews", str(project / "day.yaml"), "--pdf"]) == 0
    page = page_of(project / "out")
    assert "Not signed off: 2 open points (rpp_1: rejected by B. Ito; ups_2: approved" in page
    assert '<td class="long">stale: the component has changed since</td><td>open point</td>' in page
    assert (project / "out/report.pdf").read_bytes().startswith(b"%PDF")
    assert main(["run", str(project / "out/scenario.yaml"), "--out", str(project / "again")]) == 0
    assert "no space to open its door" in page_of(project / "again")
    layout.write_text(kept)


def test_a_review_that_cannot_be_read_stops_before_the_run(tmp_path: Path, capfd) -> None:
    shutil.copy(LAYOUT, tmp_path / "pod.yaml")
    (tmp_path / "review.yaml").write_text("version: 1\nreviews:\n  - {component: ups_1}\n")
    asked = ["run", str(tmp_path / "pod.yaml"), "--out", str(tmp_path / "out"), *HOUR]
    assert main(asked) == 2
    assert "review.yaml:3:" in capfd.readouterr().err
    assert not (tmp_path / "out").exists()


def test_notes_of_a_layout_without_any_are_refused(project: Path, capfd) -> None:
    out = str(project / "out")
    assert main(["report", out, "--reviews", str(SCENARIO)]) == 2
    assert "twin review LAYOUT" in capfd.readouterr().err


def said(*entries: tuple[str, str, str, str]) -> tuple[JudgedEntry, ...]:
    """Component, reviewer, decision and note, on the synthetic day as it stands."""
    day = synthetic()
    hashes = component_hashes(
        day.frame("components"), day.frame("edges"), layout_of(day.scenario_yaml)
    )
    made = [
        new_entry(what, who, decision, note, "2026-11-29", hashes)
        for what, who, decision, note in entries
    ]
    return judge(made, hashes)


REVIEWS = (
    ("rack_6", "A. Meyer", "comment", NASTY),
    ("rack_6", "B. Ito", "approved", ""),
    ("cdu_2", "B. Ito", "rejected", "too near the wall"),
    ("design", "A. Meyer", "approved", "as a whole"),
)


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    with browser() as held:
        yield held


@pytest.fixture(scope="module")
def page(chromium: Browser, tmp_path_factory: pytest.TempPathFactory) -> Page:
    file = tmp_path_factory.mktemp("page") / "report.html"
    text = render(synthetic(), drawings=NO_FIGURES, reviews=said(*REVIEWS))
    file.write_text(text, encoding="utf-8")
    made = chromium.page()
    made.open(file)
    made.wait("!!document.getElementById('v-state').dataset.ready")
    return made


def text_of(page: Page, name: str) -> str:
    return str(page.eval(f"document.getElementById('{name}').innerText"))


def pin_of(page: Page, name: str) -> list[float]:
    page.eval("document.getElementById('v-canvas').scrollIntoView({block: 'center'})")
    return page.eval(f"twinWhere('{name}', 'pin')")


def test_pins_stand_on_components_with_notes_and_a_click_tells_them(page: Page) -> None:
    red, green, blue = page.pixel(*pin_of(page, "cdu_2"))
    assert red > 2 * max(green, blue)
    red, green, blue = page.pixel(*pin_of(page, "rack_6"))
    assert blue > 1.3 * green > 2 * red
    page.click(*pin_of(page, "cdu_2"))
    assert text_of(page, "v-name") == "cdu_2"
    assert "B. Ito, 2026-11-29, rejected: too near the wall" in text_of(page, "v-facts")
    page.click(*pin_of(page, "rack_6"))
    facts = text_of(page, "v-facts")
    assert f"A. Meyer, 2026-11-29, comment: {NASTY}" in facts
    assert "B. Ito, 2026-11-29, approved" in facts
    assert page.eval("document.querySelectorAll('#v-facts img, #v-facts script').length") == 0


def choose(page: Page, value: str) -> int:
    """Take an option by keys, as a user does, and say how many components are left."""
    page.eval("document.getElementById('v-notes').focus()")
    options = page.eval("[...document.getElementById('v-notes').options].map((o) => o.value)")
    page.key("Home")
    for _ in range(options.index(value)):
        page.key("ArrowDown")
    assert page.eval("document.getElementById('v-notes').value") == value
    return int(text_of(page, "v-shown").split()[0])


def test_the_filter_leaves_what_was_asked_for_and_next_goes_through(page: Page) -> None:
    everything = choose(page, "all")
    assert choose(page, "noted") == 2
    assert choose(page, "open") == 1
    assert choose(page, "by A. Meyer") == 1
    assert choose(page, "by B. Ito") == 2
    page.click_on("#v-next")
    first = text_of(page, "v-name")
    page.click_on("#v-next")
    assert {first, text_of(page, "v-name")} == {"rack_6", "cdu_2"}
    page.click_on("input[data-system=compute]")
    assert int(text_of(page, "v-shown").split()[0]) == 1
    page.click_on("input[data-system=compute]")
    assert choose(page, "all") == everything
    assert page.errors == []


def test_without_notes_nothing_asks_for_them() -> None:
    text = render(synthetic(), drawings=NO_FIGURES)
    assert 'id="v-notes"' not in text
    assert 'id="review"' not in text
    assert json.dumps("Next note")[1:-1] not in text
