"""Voltages of what is joined, through layout files: stated, inherited, and at odds."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

import twin
from tests.planner import asked, loaded
from tests.power_layouts import load, part, power_only

LAYOUTS = sorted((Path(__file__).parents[2] / "layouts").glob("*.yaml"))
CODE = "voltage_step_without_transformer"


def checked(*parts: dict[str, Any], fed_by: str = "panel") -> dict[str, Any]:
    made = power_only(parts, [load("row", 30.0, fed_by)])
    return twin.check(loaded(asked(made)))


def steps(found: dict[str, Any]) -> list[tuple[str, str]]:
    return [(f["component"], f["says"]) for f in found["findings"] if f["code"] == CODE]


def volts(found: dict[str, Any]) -> dict[str, float]:
    return {row["node"]: row["nominal_v"] for row in found["electrical"]}


def site(*between: dict[str, Any], feeds: str) -> list[dict[str, Any]]:
    """A board with a transformer of 415 V, and generators on a bus of 13.8 kV."""
    return [
        part("grid", "utility_feed"),
        part("transformer", "transformer_2500", "grid"),
        part("sets", "genset_2000"),
        part("bus", "mv_switchgear_30mw", "sets"),
        *between,
        part("board", "switchboard_4000", "transformer", feeds, mode="priority"),
        part("panel", "rpp_500", "board"),
    ]


def test_a_board_on_a_generator_bus_of_another_voltage_is_found() -> None:
    found = checked(*site(feeds="bus"))
    ((component, says),) = steps(found)
    assert component == "board"
    assert says == "fed with 13.8 kV by bus, stands at 415 V, and no transformer is between"


def test_a_transformer_between_is_the_cure_and_sets_the_voltages() -> None:
    step = part("step", "transformer_2500", "bus")
    found = checked(*site(step, feeds="step"))
    assert steps(found) == []
    known = volts(found)
    assert [known[name] for name in ("grid", "sets", "bus")] == [13800.0] * 3
    assert [known[name] for name in ("step", "board", "panel", "row_r1")] == [415.0] * 4


def test_a_bus_that_is_stated_as_low_voltage_fits_too() -> None:
    low = site(feeds="bus")
    low[3] |= {"overrides": {"voltage": "415 V"}}
    found = checked(*low)
    assert steps(found) == []
    assert volts(found)["sets"] == 415.0


@pytest.mark.parametrize(("stated", "told"), [("400 V", False), ("456 V", False), ("480 V", True)])
def test_voltages_within_the_tolerance_of_supply_are_one(stated: str, told: bool) -> None:
    """A busway of 415 V behind a transformer of another."""
    found = checked(
        part("grid", "utility_feed"),
        part("transformer", "transformer_2500", "grid", overrides={"voltage": stated}),
        part("board", "switchboard_4000", "transformer"),
        part("panel", "busway_800a", "board", length="20 m"),
    )
    assert [component for component, _ in steps(found)] == ["panel"] * told
    stands_v = 415.0 if told else float(stated.split()[0])
    assert {volts(found)[name] for name in ("panel", "row_r1")} == {stands_v}
    (panel,) = [row for row in found["electrical"] if row["node"] == "panel"]
    assert (panel["voltage_status"] == "joined") is not told


def test_ohms_stay_where_the_voltage_is_another() -> None:
    """A busway of 415 V at 400 V: 7.6 % more loss for the same load, as of its current's square."""
    lost_w = []
    for stated in ("400 V", "415 V"):
        feed = part("transformer", "transformer_2500", "grid", overrides={"voltage": stated})
        panel = part("panel", "busway_800a", "transformer", length="20 m")
        found = checked(part("grid", "utility_feed"), feed, panel)
        lost_w += [row["loss_w"] for row in found["electrical"] if row["node"] == "panel"]
    assert lost_w[0] / lost_w[1] == pytest.approx((415 / 400) ** 2, rel=1e-3)


def test_racks_on_medium_voltage_are_found() -> None:
    feed = part("grid", "utility_feed")
    found = checked(feed, part("bus", "mv_switchgear_30mw", "grid"), fed_by="bus")
    ((component, says),) = steps(found)
    assert component == "row_r1"
    assert "fed with 13.8 kV by bus; a rack takes 1.00 kV at most" in says
    assert "1 more" in says


def test_a_pdu_that_states_a_voltage_holds_a_transformer() -> None:
    upper = part("transformer", "transformer_2500", "grid", overrides={"voltage": "480 V"})
    pdu = part("panel", "pdu_450", "transformer", overrides={"voltage": "208 V"})
    found = checked(part("grid", "utility_feed"), upper, pdu)
    assert steps(found) == []
    assert volts(found)["transformer"] == 480.0
    assert volts(found)["row_r1"] == 208.0


def test_without_any_statement_racks_are_low_voltage() -> None:
    found = checked(part("grid", "utility_feed"), part("panel", "rpp_500", "grid"))
    assert {volts(found)[name] for name in ("grid", "panel", "row_r1")} == {415.0}


@pytest.mark.parametrize("layout", LAYOUTS, ids=lambda path: path.stem)
def test_shipped_layouts_have_none(layout: Path) -> None:
    assert steps(twin.check(layout)) == []
