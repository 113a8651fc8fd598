"""Claim: what racks notice although another supply takes over is told, and a run shows the same."""

from __future__ import annotations

from typing import Any

import pytest
from conftest import small_layout

import twin
from tests.planner import answer, asked, faults, happened, loaded
from twin.analysis.continuity import continuity, interruptions
from twin.analysis.review import review

AT_S = 900.0
OUT_S = 1800.0
KINDS = {"utility": "utility_feed", "second": "utility_feed", "genset": "genset_2000"}


def layout(*sources: str, switch: str = "ats_4000", ups: bool = False) -> dict[str, Any]:
    """Racks with two cords behind a switch between these sources, with or without a UPS."""
    made = small_layout(2, 0)
    over = "ups" if ups else "board"
    made["power"] = [
        *({"name": name, "type": KINDS[name]} for name in sources),
        {"name": "board", "type": switch, "mode": "priority", "fed_by": list(sources)},
        *([{"name": "ups", "type": "ups_500", "count": 2, "fed_by": "board"}] if ups else []),
        {"name": "panel", "type": "rpp_500", "count": 2, "fed_by": over},
    ]
    return made


def known(made: dict[str, Any]) -> dict[str, Any]:
    return continuity(twin.build(loaded(asked(made))))


def test_without_a_ups_each_loss_of_the_utility_restarts_every_rack_twice() -> None:
    found = known(layout("utility", "genset"))
    (point,) = found["single_points"]
    assert point["component"] == "utility"
    assert point["losses_per_year"] == pytest.approx(8760 / (4478.53 + 1.32))
    assert point["interruptions_per_year"] == pytest.approx(2 * point["losses_per_year"])
    assert (point["racks_at_loss"], point["racks_at_return"]) == (2, 2)
    assert point["gap_s"] == pytest.approx(10.1)
    assert found["verdict"] is False


def test_fault_tolerance_is_not_met_where_racks_notice_and_check_says_how_often() -> None:
    facility = twin.build(loaded(asked(layout("utility", "genset", switch="ats_4000"))))
    found = twin.redundancy(facility).as_dict()
    assert found["continuity"]["single_points"][0]["component"] == "utility"
    assert found["fault_tolerant"]["verdict"] is False
    assert "transfer gaps" not in found["fault_tolerant"]["not_judged"]
    findings = review(facility)
    (warning,) = [f for f in findings if f.code == "racks_without_ups"]
    assert "restarts of each in a year" in warning.says


@pytest.mark.parametrize(
    ("made", "lost"),
    [
        (layout("utility", "genset"), "utility"),
        (layout("utility", "second"), "utility"),
        (layout("utility", "second"), "second"),
        (layout("utility", "second", switch="sts_1000"), "utility"),
        (layout("utility", "genset", switch="sts_1000"), "utility"),
        (layout("utility", "genset", switch="switchboard_4000"), "utility"),
        (layout("utility", "genset", ups=True), "utility"),
        (layout("utility", "second", ups=True), "utility"),
        (layout("utility", "genset"), "panel_1"),
        (layout("utility", "genset"), "board"),
    ],
)
def test_a_run_shows_the_interruptions_that_the_layout_tells(
    made: dict[str, Any], lost: str
) -> None:
    facility = twin.build(loaded(asked(made)))
    found = interruptions(facility)
    p = facility.power.id.index(lost)
    run = answer(made, horizon="2 h", faults=faults((AT_S, lost, OUT_S)))
    for r, rack in enumerate(facility.racks.id):
        off = [at for at, who, what in happened(run) if (who, what) == (rack, "off")]
        at_once = bool(found.at_loss[p, r] or found.for_good[p, r])
        back_s = AT_S + OUT_S + 300.0 * (lost == "utility" and "genset" in facility.power.id)
        expected = [AT_S + 0.02] * at_once + [back_s + 0.02] * bool(found.at_return[p, r])
        assert off == pytest.approx(expected)
