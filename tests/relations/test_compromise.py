"""An intruder at the controls: from a planner's file to what racks and tokens feel."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml
from conftest import small, small_layout, training

import twin
from twin import Result
from twin.analysis.cause_chain import chain
from twin.errors import InputError
from twin.results.enums import EventKind
from twin.simulation import start

WATER = {"at": "5 min", "component": "warm", "mode": "compromise", "set_point": "60 °C"}
PANELS = [
    {"at": "5 min", "component": "panel_1", "mode": "compromise", "restore_time": "10 min"},
    {"at": "6 min", "component": "panel_2", "mode": "compromise", "detected_after": "3 min"},
]


def run(*faults: dict[str, Any], **changes: Any) -> Result:
    changes = {"workload": [training("train", 72)], "horizon": "90 min"} | changes
    return twin.run(small(faults={"timeline": list(faults)}, **changes))


def told(result: Result, name: str) -> list[tuple[float, str]]:
    events = result.frame("events")
    rows = events[(events.component == name) & ~events.what.isin(["stopped", "running"])]
    return list(zip(rows.time_s, rows.what, strict=True))


def refused(**fault: Any) -> str:
    with pytest.raises((InputError, ValueError)) as caught:
        twin.run(small(faults={"timeline": [{"at": "5 min", "mode": "compromise"} | fault]}))
    return str(caught.value)


@pytest.fixture(scope="module")
def warm() -> Result:
    return run(WATER)


def test_a_written_set_point_throttles_racks_until_a_crew_has_restored_it(warm: Result) -> None:
    by_hand = [(300.0, "set-point by an intruder"), (600.0, "intrusion detected")]
    assert told(warm, "warm") == [*by_hand, (600.0 + 1800.0, "repaired")]
    losses = warm.frame("losses")
    assert set(losses.cause) == {"throttled"}
    lost = run().summary["tokens_total"] - warm.summary["tokens_total"]
    assert lost == pytest.approx(losses.tokens.sum(), rel=1e-6)
    assert lost > 1e8
    assert warm.frame("counterfactuals").fault.tolist() == ["warm"]


def test_the_cause_chain_leads_from_throttled_racks_to_the_intruder(warm: Result) -> None:
    links = chain(warm)
    (throttled,) = [link for link in links if link.what == EventKind.THROTTLED]
    assert throttled.cause is not None
    assert links[throttled.cause].what == EventKind.SET_POINT_BY_INTRUDER
    assert links[throttled.cause].names == ("warm",)


def test_water_stands_at_what_was_written_over_operators_and_weather() -> None:
    layout = small_layout()
    layout["cooling"]["plant"][0]["count"] = 2
    order = {"kind": "facility_water_supply", "at": "6 min", "plant": "warm"}
    fault = WATER | {"set_point": "50 °C", "detected_after": "90 min"}
    actions = {"actions": [order | {"temperature": "30 °C"}]}
    work = [training("train", 72)]
    asked = small(layout, faults={"timeline": [fault]}, controls=actions, workload=work)
    water = start(twin.build(asked)).until(3500.0).readings().water_degc
    assert water[0] == pytest.approx(50.0, abs=1.0)


def test_seen_sooner_costs_less() -> None:
    late = run(WATER | {"detected_after": "30 min"}).summary["tokens_lost_by_fault"]
    soon = run(WATER | {"detected_after": "1 min"}).summary["tokens_lost_by_fault"]
    assert soon < late


def test_opened_panels_take_their_racks_down_for_detection_and_repair() -> None:
    result = run(*PANELS)
    opened = (300.0, "switched off by an intruder")
    assert told(result, "panel_1") == [opened, (360.0, "intrusion detected"), (960.0, "repaired")]
    assert told(result, "panel_2")[1] == (540.0, "intrusion detected")
    assert "power_lost" in set(result.frame("losses").cause)


def test_one_crew_restores_one_after_the_other() -> None:
    both = [fault | {"restore_time": "10 min"} for fault in PANELS]
    result = twin.run(small(faults={"timeline": both, "crews": 1}))
    assert told(result, "panel_2")[-1] == (360.0 + 600.0 + 600.0, "repaired")


def test_what_takes_no_such_command_is_refused_with_what_does() -> None:
    assert "a rack; allowed: what can be commanded: cdu, chiller" in refused(component="liquid_r1")
    assert "a utility" in refused(component="utility")
    assert "supply_temperature" in refused(component="crah_1", set_point="30 °C")
    assert "chilled, warm" in refused(component="liquid_r1", set_point="30 °C")
    assert "did you mean 'chilled'" in refused(component="chiled")
    end = refused(component="crah_1", repair_after="1 h")
    assert "detected_after and restore_time end a compromise" in end
    assert "for a compromise alone" in refused(component="crah_1", mode="out", set_point="30 °C")


def test_a_planners_file_runs(tmp_path: Path) -> None:
    path = tmp_path / "intruder.yaml"
    (tmp_path / "small.yaml").write_text(yaml.safe_dump(small_layout(), allow_unicode=True))
    scenario = {"name": "intruder", "layout": "small.yaml", "horizon": "1 h"}
    scenario |= {"faults": {"timeline": [WATER]}, "workload": [training("train", 72)]}
    scenario["site"] = {"climate": {"dry_bulb": "25 °C", "wet_bulb": "18 °C"}, "grid": "virginia"}
    path.write_text(yaml.safe_dump(scenario, allow_unicode=True))
    assert told(twin.run(path), "warm")[0] == (300.0, "set-point by an intruder")
