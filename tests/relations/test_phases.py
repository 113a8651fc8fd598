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


def by_name(found: dict[str, Any]) -> dict[str, Any]:
    return {row["component"]: row for row in found["phases"]}


def test_seven_racks_of_one_phase_make_three_two_two() -> None:
    found = checked(7, 1)
    row, above = by_name(found)["panel"], by_name(found)["transformer"]
    assert above["imbalance_frac"] == pytest.approx(row["imbalance_frac"])
    each_a = 10e3 / 0.98 / PHASE_V
    assert [row[f"l{n}_a"] / each_a for n in (1, 2, 3)] == pytest.approx([3, 2, 2])
    assert row["neutral_a"] == pytest.approx(each_a)
    assert row["imbalance_frac"] == pytest.approx(3 / (7 / 3) - 1)
    assert row["worst_phase_frac"] == pytest.approx(30 / 0.98 / 40)
    said = [f["component"] for f in found["findings"] if f["code"] == "phase_imbalance"]
    assert said == ["transformer", "panel"]


def test_multiples_of_three_are_even() -> None:
    found = checked(6, 1)
    row = by_name(found)["panel"]
    assert row["imbalance_frac"] == pytest.approx(0.0)
    assert row["neutral_a"] == pytest.approx(0.0, abs=1e-6)
    assert not [f for f in found["findings"] if f["code"] == "phase_imbalance"]


def test_three_phase_cords_are_not_dealt() -> None:
    assert checked(7, 3)["phases"] == []


def test_a_phase_above_its_third_is_told_though_the_panel_holds() -> None:
    """Ten racks of 11 kW on 120 kW: four on L1, 44 kW and more on 40."""
    found = checked(10, 1, kw=11.0)
    told = [f for f in found["findings"] if f["code"] == "phase_imbalance"]
    (said,) = [f for f in told if f["component"] == "panel"]
    assert "its heaviest phase stands at 112 % of its third" in said["says"]


def above_three_panels(between: list[dict[str, Any]], *over: str) -> dict[str, Any]:
    """Three panels, each with a rack of 100 kW alone on L1, and 300 kW of three-phase racks beside
    them at the board of a transformer of 1 MVA.
    """
    chain = [part("grid", "utility_feed"), part("transformer", "transformer_2500", "grid", kw=1e3)]
    chain += between
    chain += [part("board", "switchboard_4000", *over)]
    panels = [part(f"panel_{k}", "rpp_500", "board") for k in range(3)]
    rows = [row("thirds", 3, "board", 3)] + [row(f"row_{k}", 1, f"panel_{k}", 1) for k in range(3)]
    return twin.check(loaded(asked(power_only([*chain, *panels], rows))))


def row(name: str, racks: int, panel: str, phases: int) -> dict[str, Any]:
    drawn = {"power_rated": "100.0 kW", "power_idle": "100.0 kW", "cord_phases": phases}
    return load(name, 100.0 * racks, panel) | {"racks": f"{racks} x support_rack"} | drawn


def test_racks_on_l1_of_three_panels_fill_one_winding_of_the_transformer() -> None:
    """600 kW of 1 MVA in sum, and on L1 300 kW and a third of 300: 400 of 333."""
    found = above_three_panels([], "transformer")
    rows = by_name(found)
    assert list(rows) == ["transformer", "board", "panel_0", "panel_1", "panel_2"]
    whole_va = 1e5 / 0.98
    for name in ("transformer", "board"):
        l1_a = rows[name]["l1_a"]
        assert [rows[name][f"l{n}_a"] / l1_a for n in (1, 2, 3)] == pytest.approx([1, 0.25, 0.25])
        assert l1_a * PHASE_V == pytest.approx(4 * whole_va)
    assert rows["transformer"]["worst_phase_frac"] == pytest.approx(4 * whole_va * 3 / 1e6)
    told = [f for f in found["findings"] if f["code"] == "phase_imbalance"]
    (said,) = [f["says"] for f in told if f["component"] == "transformer"]
    assert "its heaviest phase stands at 122 % of its third" in said


def test_above_a_ups_the_phases_are_even_again() -> None:
    """It rectifies: what it draws is by thirds, and nothing is told of the transformer."""
    found = above_three_panels([part("ups", "ups_1500", "transformer")], "ups")
    rows = by_name(found)
    assert list(rows) == ["ups", "board", "panel_0", "panel_1", "panel_2"]
    assert rows["ups"]["l1_a"] == pytest.approx(rows["board"]["l1_a"], rel=1e-9)
