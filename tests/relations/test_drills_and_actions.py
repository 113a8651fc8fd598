"""Claim: drills are faults on purpose, and operators' actions do what they say from when they
say.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from conftest import small_layout

from tests.planner import (
    answer,
    assert_same,
    batch,
    busy,
    faults,
    happened,
    job,
    number,
    per_rack,
    site,
)  # fmt: skip
from twin import Result

TWO_RACKS = small_layout(liquid=2, air=0)


@pytest.mark.parametrize("component", ["panel_1", "ups_2", "cdu_pump_1", "liquid_r2", "warm"])
def test_an_isolation_is_the_same_fault_by_another_name(component: str) -> None:
    drill = {"kind": "isolate", "at": "10 min", "duration": "15 min", "component": component}
    drilled = answer(workload=[job()], drills=[drill])
    broken = answer(workload=[job()], faults=faults((600, component, 900)))
    assert_same(drilled, broken, tables=("site", "racks", "power", "loops", "jobs"))
    at = [(when, who) for when, who, _ in happened(drilled)]
    assert at == [(when, who) for when, who, _ in happened(broken)]


def test_an_outage_takes_every_feed() -> None:
    layout = small_layout(2, 0)
    layout["power"][0]["count"] = 2
    layout["power"][2]["fed_by"] = ["utility_1", "utility_2", "genset"]
    drill = {"kind": "utility_outage", "at": "10 min", "duration": "10 min"}
    site_ = answer(layout, drills=[drill]).frame("site").set_index("time_s")
    assert (site_.utility_power_w.loc[900:1200] == 0).all()
    assert (site_.generator_power_w.loc[900:1200] > 0).all()
    one = answer(layout, faults=faults((600, "utility_1", 600))).frame("site").set_index("time_s")
    assert (one.utility_power_w > 0).all()
    assert (one.generator_power_w == 0).all()


def capped(clock: float, at: str = "30 min", **changes: Any) -> Result:
    action = {"kind": "clock_ceiling", "at": at, "clock": clock}
    return answer(TWO_RACKS, controls={"actions": [action]}, **changes)


HELD = 0.818
"""Of the full clock, from which ceilings count: what boards hold in steps of this job."""


def test_a_ceiling_changes_nothing_before_it_comes() -> None:
    free = answer(TWO_RACKS, workload=[job()])
    held = capped(0.6, workload=[job()])
    for table in ("site", "racks", "loops"):
        one, other = (run.frame(table).query("time_s < 1800") for run in (free, held))
        assert one.select_dtypes("number").to_numpy() == pytest.approx(
            other.select_dtypes("number").to_numpy(), nan_ok=True
        )
    after = held.frame("racks").query("time_s > 2100")
    assert 0.58 < HELD * after.clock_frac.max() <= 0.6


def test_the_last_ceiling_holds() -> None:
    steps = [("10 min", 0.5), ("20 min", 0.8), ("30 min", 1.0)]
    actions = [{"kind": "clock_ceiling", "at": at, "clock": clock} for at, clock in steps]
    run = answer(TWO_RACKS, workload=[job()], controls={"actions": actions})
    clock = per_rack(run, "clock_frac").max(axis=1)
    assert clock.loc[300] == pytest.approx(1.0)
    assert HELD * clock.loc[900] == pytest.approx(0.5, abs=0.02)
    assert HELD * clock.loc[1500] == pytest.approx(0.8, abs=0.02)
    assert clock.loc[3600] == pytest.approx(1.0)


@pytest.mark.parametrize("sensitivity", [0.0, 0.5, 1.0])
def test_a_job_stretches_by_its_sensitivity_to_the_clock(sensitivity: float) -> None:
    """1 - s + s / clock, by its definition."""
    work = batch(count=1, span="1 s", runtime_median="10 min", runtime_sigma=1e-9, nodes_median=4.0,
                 nodes_sigma=1e-9, clock_sensitivity=sensitivity)  # fmt: skip
    free = answer(TWO_RACKS, workload=[work]).frame("jobs").iloc[0]
    held = capped(0.5, at="0 s", workload=[work]).frame("jobs").iloc[0]
    stretch = (held.finished_s - held.started_s) / (free.finished_s - free.started_s)
    assert stretch == pytest.approx(1 - sensitivity + sensitivity / 0.5, rel=0.03)


def test_warmer_water_on_purpose_warms_the_racks_by_as_much() -> None:
    action = {
        "kind": "facility_water_supply",
        "at": "20 min",
        "plant": "warm",
        "temperature": "44 °C",
    }
    run = answer(TWO_RACKS, workload=[job()], site=site(20.0), horizon="3 h",
                 controls={"actions": [action]})  # fmt: skip
    coolant = per_rack(run, "coolant_degc")["liquid_r1"]
    assert coolant.loc[1200] == pytest.approx(coolant.loc[900], abs=1e-3)
    assert coolant.iloc[-1] - coolant.loc[1200] == pytest.approx(44.0 - 41.8, abs=0.3)


def test_a_setback_saves_fans_from_then_on() -> None:
    action = {"kind": "facility_water_supply", "at": "1 h", "plant": "warm", "temperature": "45 °C"}
    changed = answer(TWO_RACKS, workload=[job()], horizon="4 h", controls={"actions": [action]})
    kept = answer(TWO_RACKS, workload=[job()], horizon="4 h")
    one, other = (run.frame("site").set_index("time_s").cooling_power_w for run in (changed, kept))
    assert np.allclose(one.loc[:3300], other.loc[:3300])
    assert one.iloc[-6:].mean() < other.iloc[-6:].mean()


def test_scans_more_often_change_little_in_still_air() -> None:
    """Weather and duty stand still, so that only the first minutes after a step differ."""
    runs = [answer(TWO_RACKS, workload=[job()], controls={"plant_period": period}, horizon="3 h")
            for period in ("1 min", "5 min", "15 min")]  # fmt: skip
    cooling = [number(run, "energy_cooling_j") for run in runs]
    assert cooling == pytest.approx([cooling[0]] * 3, rel=0.02)


def test_a_wide_band_holds_the_clock_longer_down_than_a_narrow_one() -> None:
    """The clock steps up only when the GPU is the hysteresis below its limit."""
    runs = [
        answer(TWO_RACKS, workload=[busy()], controls={"throttle_hysteresis_k": band},
               faults=faults((600, "warm", 1800)))
        for band in (2.0, 6.0)
    ]  # fmt: skip
    throttled = [number(run, "gpu_hours_throttled") for run in runs]
    assert throttled[0] > 0
    assert throttled[1] >= throttled[0] * 0.98
