"""Drills stand in the time line, in the table below it and on the slider of the 3-D view."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from chromium import Page, browser
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.collections import PolyCollection
from matplotlib.figure import Figure
from synthetic import synthetic, with_tables

import twin
from twin.present.drill_spans import DrillSpan, drill_spans
from twin.present.figures import FIGURES, Drawing, figure_timeline
from twin.present.report import render
from twin.present.report.timeline import section
from twin.results import Result

DRILLS = [
    {"name": "open transition", "kind": "planned_transfer", "component": "", "at_s": 3600.0,
     "until_s": 5400.0},
    {"name": "cdu_1", "kind": "isolate", "component": "cdu_1", "at_s": 72000.0, "until_s": 75600.0},
]  # fmt: skip


def drilled(drills: list[dict[str, object]] = DRILLS) -> Result:
    day = synthetic()
    return replace(day, meta={**day.meta, "drills": drills})


@pytest.fixture(scope="module")
def run() -> Result:
    """The monthly exercise, stopped within its first drill's hour and a half."""
    scenario = twin.load("scenarios/monthly_exercise.yaml").with_(horizon="80 min")
    return twin.simulate(twin.build(scenario))


def test_a_run_keeps_its_drills_as_its_file_states_them(run: Result) -> None:
    """The second begins after the end; the first had ten minutes to go."""
    assert drill_spans(run) == [
        DrillSpan("open transition", "planned transfer", "", 3600.0, 4800.0)
    ]
    assert [held["until_s"] for held in run.meta["drills"]] == [5400.0, 10800.0]


def test_the_table_below_the_figure_tells_the_same(run: Result) -> None:
    (table,) = section(run).blocks
    assert table.rows == (("01:00:00", "01:20:00", "open transition", "planned transfer", "all"),)


def bars(figure: Figure) -> list[tuple[float, float]]:
    """First and last hour of each bar of the strip of drills, which stands second."""
    held = figure.axes[1].findobj(PolyCollection)
    spans = [path.vertices[:, 0] for one in held for path in one.get_paths()]
    return [(float(x.min()), float(x.max())) for x in spans]


def test_a_bar_lasts_as_long_as_its_drill() -> None:
    assert bars(figure_timeline(drilled())) == [(1.0, 1.5), (20.0, 21.0)]
    assert len(figure_timeline(drilled()).axes) == len(figure_timeline(synthetic()).axes) + 1


def test_names_of_drills_keep_apart_however_close_they_are() -> None:
    close = [{**DRILLS[0], "name": f"exercise {n}", "at_s": 80000.0 + 600 * n,
              "until_s": 80300.0 + 600 * n} for n in range(9)]  # fmt: skip
    figure = figure_timeline(drilled(close))
    FigureCanvasAgg(figure).draw()
    boxes = [one.get_window_extent() for one in figure.axes[1].texts]
    assert len(boxes) == 9
    assert not any(a.overlaps(b) for n, a in enumerate(boxes) for b in boxes[:n])


def test_a_year_of_exercises_is_one_row_of_bars() -> None:
    many = [{**DRILLS[0], "at_s": 900.0 * n, "until_s": 900.0 * n + 300} for n in range(90)]
    axes = figure_timeline(drilled(many)).axes[1]
    assert not axes.texts
    assert axes.get_ylim() == (0.5, -0.5)


@pytest.fixture(scope="module")
def page(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Page]:
    left_out = {named.name: Drawing(b"", "left out") for named in FIGURES}
    file: Path = tmp_path_factory.mktemp("page") / "report.html"
    file.write_text(render(drilled(), drawings=left_out), encoding="utf-8")
    with browser() as held:
        found = held.page()
        found.open(file)
        found.wait("!!document.getElementById('v-state').dataset.ready")
        yield found


def text(page: Page, of: str) -> str:
    return str(page.eval(f"document.getElementById('{of}').innerText"))


def test_the_slider_has_a_mark_where_the_thumb_will_stand(page: Page) -> None:
    """The bar of the drill of 20:00 begins below the thumb of the step that ends then."""
    page.eval("document.getElementById('v-slider').scrollIntoView({block: 'center'})")
    lefts = page.eval(
        "[...document.querySelectorAll('#v-marks .drill')]"
        ".map((m) => m.getBoundingClientRect().left)"
    )
    box = page.eval(
        "(() => { const r = document.getElementById('v-slider').getBoundingClientRect();"
        " return [r.left, r.width]; })()"
    )
    step = 20 * 4 - 1
    thumb = box[0] + 8 + step / 95 * (box[1] - 16)
    assert lefts[1] == pytest.approx(thumb, abs=1.0)
    assert page.eval("document.querySelectorAll('#v-marks .break').length") == 2


def test_going_to_a_drill_moves_the_slider_and_names_it(page: Page) -> None:
    words = page.eval("[...document.getElementById('v-go').options].map((o) => o.textContent)")
    assert words[1:3] == ["01:00:00 drill begins: open transition",
                          "01:30:00 drill ends: open transition"]  # fmt: skip
    assert any("rpp_2 failed" in one for one in words)
    go = (
        "(() => {{ const s = document.getElementById('v-go'); s.selectedIndex = {0};"
        " s.dispatchEvent(new Event('change')); }})()"
    )
    page.eval(go.format(1))
    assert text(page, "v-time") == "01:15:00, drill: open transition"
    assert page.eval("document.getElementById('v-slider').value") == "4"
    page.eval(go.format(2))
    assert text(page, "v-time") == "01:45:00"
    assert page.errors == []


def test_what_was_over_before_the_end_of_its_step_is_shown_as_out(
    page: Page, tmp_path: Path
) -> None:
    """A loss of a minute within a step of a quarter of an hour never was out of order."""
    day = synthetic()
    events = day.frame("events").iloc[:0]
    rows = [(7260.0, "cdu_1", "failed"), (7320.0, "cdu_1", "repaired")]
    for time_s, component, what in rows:
        row = dict.fromkeys(events.columns, "") | {
            "time_s": time_s, "component": component, "what": what}  # fmt: skip
        events.loc[len(events)] = row
    left_out = {named.name: Drawing(b"", "left out") for named in FIGURES}
    (tmp_path / "report.html").write_text(
        render(with_tables(day, events=events), drawings=left_out), encoding="utf-8"
    )
    page.open(tmp_path / "report.html")
    page.wait("!!document.getElementById('v-state').dataset.ready")
    page.eval("document.getElementById('v-canvas').scrollIntoView({block: 'center'})")
    colours = []
    for step in (7, 8, 9):
        page.eval(
            f"(() => {{ const s = document.getElementById('v-slider'); s.value = '{step}';"
            " s.dispatchEvent(new Event('input')); })()"
        )
        page.eval("new Promise((done) => setTimeout(done, 200))")
        colours.append(page.pixel(*page.eval("twinWhere('cdu_1')")))
    assert colours[0] == colours[2] != colours[1]
