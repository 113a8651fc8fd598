"""Single-phase racks on three phases, through a layout file."""

from __future__ import annotations

from typing import Any

import pytest

import twin
from tests.planner import asked, loaded
from tests.power_layouts import load, part, power_only

PHASE_V = 415.0 / 3.0**0.5


def checked(racks: int, phases: int, kw: float = 10.0) -> dict[str, Any]:
    """A panel of 120 kW with so many racks."""
    feed = part("grid", "utility_feed")
    transformer = part("transformer", "transformer_2500", "grid")
    panel = part("panel", "rpp_500", "transformer", kw=120.0)
    row = load("row", kw * racks, "panel") | {"racks": f"{racks} x support_rack"}
    row |= {"power_rated": f"{kw} kW", "power_idle": f"{kw} kW", "cord_phases": phases}
    return twin.check(loaded(asked(power_only([feed, transformer, panel], [row]))))


def test_seven_racks_of_one_phase_make_three_two_two() -> None:
    found = checked(7, 1)
    (row,) = found["phases"]
    each_a = 10e3 / 0.98 / PHASE_V
    assert [row[f"l{n}_a"] / each_a for n in (1, 2, 3)] == pytest.approx([3, 2, 2])
    assert row["neutral_a"] == pytest.approx(each_a)
    assert row["imbalance_frac"] == pytest.approx(3 / (7 / 3) - 1)
    assert row["worst_phase_frac"] == pytest.approx(30 / 0.98 / 40)
    (said,) = [f for f in found["findings"] if f["code"] == "phase_imbalance"]
    assert said["component"] == "panel"


def test_multiples_of_three_are_even() -> None:
    found = checked(6, 1)
    (row,) = found["phases"]
    assert row["imbalance_frac"] == pytest.approx(0.0)
    assert row["neutral_a"] == pytest.approx(0.0, abs=1e-6)
    assert not [f for f in found["findings"] if f["code"] == "phase_imbalance"]


def test_three_phase_cords_are_not_dealt() -> None:
    assert checked(7, 3)["phases"] == []


def test_a_phase_above_its_third_is_told_though_the_panel_holds() -> None:
    """Ten racks of 11 kW on 120 kW: four on L1, 44 kW and more on 40."""
    found = checked(10, 1, kw=11.0)
    (said,) = [f for f in found["findings"] if f["code"] == "phase_imbalance"]
    assert "its heaviest phase stands at 112 % of its third" in said["says"]
