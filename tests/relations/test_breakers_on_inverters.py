"""Breakers below a UPS on battery: whether they open before it gives up, from a layout file."""

from __future__ import annotations

from typing import Any

import pytest

import twin
from tests.planner import asked, loaded
from tests.power_layouts import load, part, power_only


def told(panel_kw: float, panels: int = 3, count: int = 1, **ups: Any) -> list[dict[str, Any]]:
    """What is remarked of panels below one or more UPS of 500 kW."""
    parts = [
        part("grid", "utility_feed"),
        part("ups", "ups_500", "grid", count=count, **ups),
        part("bus", "switchboard_4000", "ups"),
        part("panel", "rpp_500", "bus", kw=panel_kw, count=panels),
    ]
    made = power_only(parts, [load("row", 120.0, "panel")])
    found: list[dict[str, Any]] = twin.check(loaded(asked(made)))["findings"]
    return [row for row in found if row["code"] == "inverter_gives_up_first"]


def test_a_large_panel_opens_after_the_inverter_has_given_up() -> None:
    """750 kW of fault on 450 kW: 240 s / (1.67² - 1) = 135 s, and the inverter bears 30 s."""
    (said,) = told(450.0)
    assert said["component"] == "panel_1"
    assert "give up after 30 s; it opens after 135 s: 2 other takers" in said["says"]
    assert "draws 1.04 kA from ups" in said["says"]


@pytest.mark.parametrize(
    "case", [{"panel_kw": 150.0}, {"panel_kw": 450.0, "panels": 1}, {"panel_kw": 450.0, "count": 4}]
)
def test_nothing_is_said_where_it_opens_in_time_or_hangs_there_alone(case: dict[str, Any]) -> None:
    """150 kW: x = 5 opens after 10 s. Four UPS: x = 6.7, 5.5 s. One panel: nobody else."""
    assert not told(**case)


def test_an_inverter_that_stops_at_once_is_told() -> None:
    """Above the last step of its curve: 2 of its rating, x = 2.2 on the panel."""
    (said,) = told(450.0, overrides={"inverter_fault_frac": 2.0})
    assert "give up after 0 s; it opens after 60.9 s" in said["says"]
