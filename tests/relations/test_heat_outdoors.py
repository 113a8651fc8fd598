"""Claim: what outdoor heat does to a plant at full load is told before a run, as a run has it."""

from __future__ import annotations

import re
from typing import Any

import pytest
from conftest import small_layout

import twin
from tests.planner import answer, asked, loaded, site

CODES = {"coolant_warm_in_heat", "water_warm_in_heat", "chillers_short_in_heat"}
FULL = {
    "kind": "batch",
    "name": "busy",
    "count": 1,
    "span": "1 s",
    "nodes_median": 1e6,
    "nodes_max": 72,
    "runtime_median": "366 d",
    "gpu_activity": 1.0,
    "cpu_activity": 1.0,
}
"""Every GPU rack at its rating."""


def told(layout: dict[str, Any], dry: float, wet: float | None = None) -> dict[str, str]:
    """What the review says of heat, by code."""
    found = twin.check(loaded(asked(layout, site=site(dry, wet))))["findings"]
    return {row["code"]: row["says"] for row in found if row["code"] in CODES}


def liquid(supply: str = "30 °C", **plant: Any) -> dict[str, Any]:
    """Four GB200 racks on one dry cooler."""
    layout = small_layout(4, 0)
    layout["cooling"]["air"][0]["count"] = 1
    layout["cooling"]["plant"][0] |= {"supply_temperature": supply, **plant}
    return layout


def degc(says: str, what: str) -> float:
    return float(re.search(what + r" ([0-9.]+) °C", says)[1])


@pytest.mark.parametrize("dry", [36.0, 38.0])
def test_water_of_dry_coolers_in_heat_is_what_a_run_has(dry: float) -> None:
    says = told(liquid(), dry)["water_warm_in_heat"]
    run = answer(liquid(), workload=[FULL], site=site(dry), horizon="6 h")
    loops = run.frame("loops")
    last = loops[loops.time_s == loops.time_s.max()].set_index("loop").temperature_degc
    assert degc(says, "make water of") == pytest.approx(last["warm"], abs=0.2)


def test_coolant_above_its_limit_in_heat_is_a_warning() -> None:
    """45 °C is what GB200 racks take; the design point alone, set to 30 °C, is far from it."""
    says = told(liquid(), 42.0)["coolant_warm_in_heat"]
    assert degc(says, "coolant comes to") > 45.0
    run = answer(liquid(), workload=[FULL], site=site(42.0), horizon="6 h")
    loops = run.frame("loops")
    last = loops[loops.time_s == loops.time_s.max()].set_index("loop").temperature_degc
    assert degc(says, "coolant comes to") == pytest.approx(last["cdu_loop"], abs=0.3)


def test_valves_that_hold_the_coolant_open_in_heat() -> None:
    """Held at 43 °C, coolant leaves its valves room for warmer water: it stays where it is."""
    layout = liquid()
    layout["cooling"]["loops"][0]["supply_temperature"] = "43 °C"
    assert told(layout, 36.0).keys() == {"water_warm_in_heat"}
    run = answer(layout, workload=[FULL], site=site(36.0), horizon="6 h")
    loops = run.frame("loops")
    last = loops[loops.time_s == loops.time_s.max()].set_index("loop").temperature_degc
    assert 43.0 < last["cdu_loop"] < 45.0
    assert "coolant_warm_in_heat" in told(layout, 42.0)


def test_cool_weather_and_wetted_pads_are_not_told_of() -> None:
    assert told(liquid(), 20.0) == {}
    assert told(liquid(type="dry_cooler_adiabatic_1000"), 36.0, 12.0) == {}
    assert "water_warm_in_heat" in told(liquid(type="dry_cooler_adiabatic_1000"), 36.0, 34.0)


def test_chillers_that_heat_leaves_short_are_told_of() -> None:
    """Eight racks of 52 kW on one machine of 434 kW: it carries them at 25 °C and not at 46 °C."""
    layout = small_layout(0, 8)
    layout["halls"][0]["rows"][0]["power_rated"] = "52 kW"
    layout["cooling"]["plant"][1]["supply_temperature"] = "7 °C"
    layout["cooling"]["air"][0]["count"] = 6
    assert told(layout, 25.0) == {}
    says = told(layout, 46.0)["chillers_short_in_heat"]
    carried, of = (float(one.replace(",", "")) for one in re.findall(r"([0-9,]+) kW", says))
    assert carried == pytest.approx(409, abs=8)
    assert of == pytest.approx(8 * 52 + 8.6, abs=3)
