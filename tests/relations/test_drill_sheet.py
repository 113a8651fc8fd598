"""Claim: a drill is passed exactly where what it cost is within what its scenario expects."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from conftest import small_layout

from tests.planner import answer, asked, job, written


def outage(minutes: float, at: str = "10 min", **expect: Any) -> dict[str, Any]:
    return {"kind": "utility_outage", "at": at, "duration": f"{minutes} min", "expect": expect}


def without_generator() -> dict[str, Any]:
    layout = small_layout(2, 0)
    layout["power"] = [group for group in layout["power"] if group["name"] != "genset"]
    layout["power"][1]["fed_by"] = ["utility"]
    return layout


def sheet(layout: dict[str, Any], *drills: dict[str, Any], **changes: Any) -> dict[str, Any]:
    """(found, verdict) by criterion, of all drills in order."""
    run = answer(layout, drills=list(drills), workload=[job()], **changes)
    rows = run.frame("drill_sheet").to_dict("records")
    return {f"{row['drill']} {row['criterion']}": (row["found"], row["verdict"]) for row in rows}


def test_a_drill_within_its_battery_passes_and_one_beyond_it_fails() -> None:
    short = sheet(without_generator(), outage(1, racks_off=0, restarts=0, recovery="0 s"))
    assert set(short.values()) == {(0.0, "pass")}
    long = sheet(
        without_generator(),
        outage(30, racks_off=0, restarts=0, battery_left=0.7, recovery="1 min"),
        horizon="2 h",
    )
    racks = len(answer(without_generator()).frame("racks")["rack"].unique())
    assert long["utility_outage racks_off"] == (racks, "fail")
    assert long["utility_outage restarts"] == (1.0, "fail")
    assert long["utility_outage battery_left"] == (
        pytest.approx(0.686, abs=0.01),
        "fail",
    )  # the racks are too hot before it is empty
    assert long["utility_outage recovery"][1] == "fail"


def test_the_least_left_is_seen_between_two_ends_of_periods() -> None:
    """A minute on battery and its recharge lie within one period of an hour."""
    drill = outage(1, battery_left="50 %")
    coarse = sheet(without_generator(), drill, outputs={"period": "1 h"}, horizon="1 h")
    fine = sheet(without_generator(), drill, outputs={"period": "10 s"}, horizon="1 h")
    (left, verdict) = coarse["utility_outage battery_left"]
    assert left == pytest.approx(fine["utility_outage battery_left"][0], abs=1e-9)
    assert 0.5 < left < 0.99
    assert verdict == "pass"


def test_a_drill_answers_only_until_the_next_one_begins() -> None:
    early = outage(1, racks_off=0) | {"name": "early"}
    late = outage(30, at="20 min", racks_off=0) | {"name": "late"}
    found = sheet(without_generator(), early, late, horizon="2 h")
    assert found["early racks_off"] == (0.0, "pass")
    assert found["late racks_off"][1] == "fail"


def test_what_is_not_over_in_time_never_recovers() -> None:
    """The outage outlasts the batteries, and the run ends before the racks are on again."""
    found = sheet(without_generator(), outage(49.9, recovery="1 h"))
    assert found["utility_outage recovery"] == (float("inf"), "fail")


def command(folder: Path, scenario: dict[str, Any], *more: str) -> subprocess.CompletedProcess[str]:
    file = str(written(scenario, folder))
    return subprocess.run(
        [sys.executable, "-m", "twin", "drill", file, *more], capture_output=True, text=True
    )


def test_the_command_prints_the_sheet_and_strict_fails(tmp_path: Path) -> None:
    failing = asked(without_generator(), drills=[outage(30, racks_off=0)], workload=[job()])
    done = command(tmp_path, failing, "--json")
    assert done.returncode == 0
    told = json.loads(done.stdout)
    assert not told["passed"]
    assert told["criteria"][0]["criterion"] == "racks_off"
    strict = command(tmp_path, failing, "--strict")
    assert strict.returncode == 1
    assert "0 of 1 drill passed" in strict.stdout
    assert "FAIL" in strict.stdout


def test_an_exercise_without_expectations_is_refused(tmp_path: Path) -> None:
    plain = {"kind": "utility_outage", "at": "10 min", "duration": "1 min"}
    done = command(tmp_path, asked(drills=[plain]))
    assert done.returncode == 2
    assert "found 1 drill, none with expect" in done.stderr
    assert "recovery: 30 min" in done.stderr
