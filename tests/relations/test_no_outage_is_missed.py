"""Claim: no fault is too short, too late or too lonely to be seen.

Adaptive solvers step over five minutes without cooling when all was steady before
(findings/outage_between_steps.sh). Here a fault is an instant that the run stops at.
"""

from __future__ import annotations

import pytest
from conftest import small_layout
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.planner import answer, faults, happened, job, number, per_rack, site

TWO_RACKS = small_layout(liquid=2, air=0)
DAY = {"horizon": "24 h", "outputs": {"period": "1 h"}, "site": site(25.0)}


@pytest.mark.parametrize("out_s", [1, 10, 60, 300])
def test_an_outage_of_any_length_in_a_steady_day_is_seen(out_s: float) -> None:
    run = answer(TWO_RACKS, workload=[job()], faults=faults((43_210, "liquid_r1", out_s)), **DAY)
    mine = [(at, what) for at, who, what in happened(run) if who == "liquid_r1"]
    assert (43_210.0, "failed") in mine
    assert (43_210.0 + out_s, "repaired") in mine
    assert number(run, "tokens_lost_by_fault") > 0


def test_a_cooler_that_stops_for_ten_minutes_warms_the_water_by_what_the_heat_says() -> None:
    """Within the recorded hour the peak is in junction_max even where its end shows nothing."""
    quiet = answer(TWO_RACKS, workload=[job()], **DAY)
    hurt = answer(TWO_RACKS, workload=[job()], faults=faults((43_500, "warm", 600)), **DAY)
    before = per_rack(quiet, "junction_max_degc").loc[46_800.0].max()
    during = per_rack(hurt, "junction_max_degc").loc[46_800.0].max()
    assert during > before + 1.0
    after = per_rack(hurt, "junction_max_degc").loc[57_600.0].max()
    assert after == pytest.approx(before, abs=0.2)


@settings(max_examples=12, suppress_health_check=list(HealthCheck))
@given(at=st.floats(1.0, 3500.0), out=st.floats(0.5, 90.0))
def test_a_fault_between_two_records_is_in_the_events_to_the_second(at: float, out: float) -> None:
    run = answer(TWO_RACKS, faults=faults((round(at, 3), "panel_1", round(out, 3))))
    mine = [(when, what) for when, who, what in happened(run) if who == "panel_1"]
    assert mine[0] == (pytest.approx(round(at, 3), abs=1e-6), "failed")
    assert mine[1] == (pytest.approx(round(at, 3) + round(out, 3), abs=1e-6), "repaired")


def test_two_faults_at_one_instant_are_both_seen() -> None:
    run = answer(faults=faults((900, "panel_1", 60), (900, "cdu_pump_1", 60), (900, "crah_1", 60)))
    failed = {who for at, who, what in happened(run) if what == "failed" and at == 900.0}
    assert failed == {"panel_1", "cdu_pump_1", "crah_1"}


def test_a_second_fault_of_a_failed_part_does_not_repair_it_early() -> None:
    """Out from 600 for 1,200 s; a fault of 60 s in between changes nothing of that."""
    once = answer(workload=[job()], faults=faults((600, "liquid_r1", 1200)))
    twice = answer(
        workload=[job()], faults=faults((600, "liquid_r1", 1200), (900, "liquid_r1", 60))
    )
    assert number(twice, "tokens_lost_by_fault") == pytest.approx(
        number(once, "tokens_lost_by_fault"), rel=1e-9
    )
    back = [at for at, who, what in happened(twice) if who == "liquid_r1" and what == "repaired"]
    assert max(back) == 1800.0
