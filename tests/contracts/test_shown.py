"""What a planner sees of an object: a screenful in a terminal, a table in a notebook, and the
figures of a result by name.
"""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path

import pytest
from conftest import ROOT
from matplotlib.figure import Figure

sys.path.insert(0, str(Path(__file__).parents[1]))
from synthetic import bare, synthetic

import twin

NASTY = "<script>alert('&')</script>\n\u202e" + "é" * 500
FILES = sorted([*(ROOT / "scenarios").glob("*.yaml"), *(ROOT / "layouts").glob("*.yaml")])


class Balance(HTMLParser):
    """Tags that are open, and every tag seen."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.seen: set[str] = set()
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.open.append(tag)
        self.seen.add(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag


def is_a_screenful(text: str) -> None:
    lines = text.splitlines()
    assert 5 <= len(lines) <= 25
    assert max(map(len, lines)) <= 96
    assert text.isprintable() or all(line.isprintable() for line in lines)


def is_a_table(html: str) -> None:
    page = Balance(html)
    assert page.open == []
    assert page.seen <= {"div", "strong", "table", "tr", "th", "td"}


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_scenarios_and_facilities_show_themselves_in_a_screenful(path: Path) -> None:
    scenario = twin.load(path)
    facility = twin.build(scenario)
    for shown in (scenario, facility):
        is_a_screenful(repr(shown))
        assert str(shown) == repr(shown)
        is_a_table(shown._repr_html_())
    gpus = int((facility.racks.nodes * facility.racks.gpus_per_node).sum())
    assert f"{gpus:,} GPUs" in repr(scenario)
    assert f"{gpus:,} GPUs" in repr(facility)


def test_a_result_shows_what_came_out() -> None:
    day = synthetic()
    is_a_screenful(repr(day))
    is_a_table(day._repr_html_())
    assert repr(day).startswith("Result")
    assert f"PUE {day.summary['pue']:.3f}" in repr(day)
    for cause in list(dict.fromkeys(day.frame("losses")["cause"]))[:1]:
        assert cause.replace("_", " ") in repr(day)


def test_a_result_of_nothing_shows_itself_too() -> None:
    assert 4 <= len(repr(bare()).splitlines()) <= 25
    is_a_table(bare()._repr_html_())


def test_a_run_that_stopped_or_does_not_hold_says_so_at_a_glance() -> None:
    day = synthetic()
    stopped = replace(day, meta={**day.meta, "stopped": "stopped after 12 s: no feed left"})
    assert "stopped after 12 s: no feed left" in repr(stopped)


def test_nothing_from_a_file_reaches_a_notebook_as_markup() -> None:
    day = synthetic()
    nasty = replace(day, meta={**day.meta, "name": NASTY, "warnings": [NASTY] * 50})
    is_a_screenful(repr(nasty))
    is_a_table(nasty._repr_html_())
    described = twin.load(ROOT / "scenarios/first_factory.yaml").with_(description=NASTY)
    is_a_screenful(repr(described))
    is_a_table(described._repr_html_())


def test_every_house_figure_is_a_method_that_completion_shows() -> None:
    day = synthetic()
    assert {"timeline", "oneline", "sankey", "floor", "coolant", "losses"} <= set(dir(day.plot))
    for name in dir(day.plot):
        draw = getattr(day.plot, name)
        assert draw.__doc__
        drawn = draw()
        assert isinstance(drawn, Figure)
        assert drawn.axes or drawn.texts
        assert name in repr(day.plot)
    is_a_table(day.plot._repr_html_())


def test_a_figure_shows_itself_in_a_notebook_without_a_backend() -> None:
    picture = synthetic().plot.timeline()._repr_png_()  # type: ignore[attr-defined]
    assert picture.startswith(b"\x89PNG")


def test_an_unknown_figure_is_told_with_the_nearest_name() -> None:
    with pytest.raises(AttributeError, match="did you mean 'timeline'"):
        synthetic().plot.timelin()


def test_a_result_loads_no_drawing_library_before_a_figure_is_asked_for() -> None:
    code = (
        "import sys; sys.path.insert(0, 'tests'); from synthetic import synthetic;"
        "day = synthetic(); repr(day); day._repr_html_(); day.plot;"
        "print('matplotlib' in sys.modules); dir(day.plot); print('matplotlib' in sys.modules)"
    )
    told = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=ROOT
    )
    assert told.stdout.split() == ["False", "True"]


SMALL = ROOT / "layouts" / "edge_200kw.yaml"
ANSWERS: dict[str, Callable[[], object]] = {
    "cost": lambda: twin.cost(SMALL),
    "redundancy": lambda: twin.redundancy(SMALL),
    "ride-through": lambda: twin.ride_through(SMALL, [twin.build(twin.load(SMALL)).racks.id[0]]),
    "inference": lambda: twin.predict_inference("Llama-3.1-8B", "H100", 1000, 100),
    "training": lambda: twin.predict_training("Llama-3.1-8B", "H100", gpus=64),
}


@pytest.mark.parametrize("name", ANSWERS)
def test_answers_show_themselves_in_a_screenful(name: str) -> None:
    """What `as_dict` has of a cost is 200,000 letters; a notebook shows what fits a screen."""
    shown = ANSWERS[name]()
    is_a_screenful(repr(shown))
    is_a_table(shown._repr_html_())  # type: ignore[attr-defined]
