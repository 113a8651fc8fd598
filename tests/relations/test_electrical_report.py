"""Voltage, load, fault current and selectivity of every board, from a layout to the page."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

import twin
from tests.planner import answer, asked, loaded, site
from tests.power_layouts import load, part, power_only
from twin.present.report import render
from twin.present.report.electrical import table
from twin.results import Frames
from twin.results.tables import ELECTRICAL
from twin.simulation.outcome.design_tables import electrical_table

LAYOUTS = Path(__file__).parents[2] / "layouts"
GRID = site(limits={"short_circuit_power": "350 MVA"})


def layout(rated: str = "50 kA") -> dict[str, Any]:
    """One board of 50 kA behind two transformers; a panel whose breaker is slower than it."""
    slow = {"trip_pickup_frac": 1.25, "trip_constant_s": 1e6, "instantaneous_trip_frac": 100}
    first = part("first", "transformer_2500", "grid", overrides={"impedance_frac": 0.05})
    second = part("second", "transformer_2500", "grid")
    board = part("board", "switchboard_4000", "first", "second", kw=700.0)
    board["overrides"] = {"short_circuit_rating": rated}
    panels = [part("panel", "rpp_500", "board", overrides=slow), part("other", "rpp_500", "board")]
    rows = [load("row", 300.0, "panel"), load("aside", 150.0, "other")]
    return power_only([part("grid", "utility_feed"), first, second, board, *panels], rows)


@pytest.fixture(scope="module")
def result() -> twin.Result:
    return answer(layout(), site=GRID)


def test_the_table_is_what_check_says(result: twin.Result) -> None:
    frame = result.frame("electrical")
    assert list(frame) == list(ELECTRICAL.names)
    told = {
        row["node"]: row for row in twin.check(loaded(asked(layout(), site=GRID)))["electrical"]
    }
    assert set(frame["component"]) < set(told)
    for row in frame.to_dict("records"):
        said = told[row.pop("component")]
        for name, value in row.items():
            assert value == said[name] or (said[name] is None and value != value), name


def test_every_number_says_where_it_comes_from(result: twin.Result) -> None:
    rows = result.frame("electrical").set_index("component")
    assert rows.loc["first", "impedance_status"] == "stated"
    assert rows.loc["second", "impedance_status"] == "standard"
    assert rows.loc["grid", "impedance_status"] == "stated"
    assert rows.loc["board", "impedance_status"] == ""
    assert rows.loc["board", "fault_rating_status"] == "stated"
    assert rows.loc["panel", "fault_rating_status"] == ""
    assert rows.loc["board", "voltage_status"] == "joined"
    assert rows.loc["first", "voltage_status"] == "assumed"
    silent = answer(layout()).frame("electrical").set_index("component")
    assert silent.loc["grid", "impedance_status"] == "assumed"


def test_a_slow_breaker_is_not_selective_and_a_quick_one_is(result: twin.Result) -> None:
    rows = result.frame("electrical").set_index("component")
    assert rows.loc["panel", ["selective", "opens_first"]].tolist() == ["no", "board"]
    assert rows.loc["panel", "opens_first_from_w"] >= 1.05 * 700e3
    assert rows.loc["other", "selective"] == "yes"
    assert rows.loc["grid", "selective"] == ""


def test_the_page_says_it(result: twin.Result) -> None:
    page = render(result)
    rows = result.frame("electrical").set_index("component")
    fault_ka = rows.loc["board", "fault_current_a"] / 1e3
    assert fault_ka > 50.0
    assert "Fault currents pass the rating of board." in page
    for text in (f"{fault_ka:.0f} kA", "50.0 kA", "no, from", "impedance stated", "415 V"):
        assert text in page
    strong = answer(layout("150 kA"), site=GRID)
    assert "Fault currents pass the rating" not in render(strong)


def test_a_campus_fits_a_table_of_a_page() -> None:
    """146 components of ten kinds: those alike share a row."""
    campus = electrical_table(twin.build(twin.load(LAYOUTS / "campus_20mw.yaml")))
    found = table(Frames({"electrical": campus})["electrical"])
    assert len(found.rows) == 10
    assert found.note == "Selective: opens before what stands above it."
    assert "on generators" in found.headings
    assert "rated for" not in found.headings, "nobody states one"
