"""Claim: a row tells what was before the instant that ends it; what begins there is of the next.

A fault, a job or an order that comes exactly as a period ends is put off by a millisecond: no
number of any row up to there may move by it. Until 2026-12-01 chips, flows, highest powers and
loads, tokens lost and tokens rolled back stood in the row before, as they were after the event.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from conftest import small_layout

import twin
from tests.planner import asked, chat, faults, job, loaded, ran
from tests.stepwise import assert_same, event_by_event

END_S = 600.0
LATE_S = 600.001
TIMED = ("site", "racks", "power", "loops", "services")
LAYOUT = small_layout(2, 1)
TRAINS = [job(nodes=20, checkpoint_interval="7 min")]


def begins(at_s: float) -> dict[str, Any]:
    """A job that comes at a moment and takes both racks."""
    work = {"kind": "job", "name": "comes", "nodes": 36, "run": "1 h", "submit": f"{at_s} s"}
    return {"workload": [work | {"gpu_activity": 1.0}]}


def lost(at_s: float, component: str, *work: dict[str, Any]) -> dict[str, Any]:
    return {"workload": list(work) or TRAINS, "faults": faults((at_s, component, 120.0))}


def lowered(at_s: float) -> dict[str, Any]:
    down = {"kind": "clock_ceiling", "at": f"{at_s} s", "clock": 0.5}
    return {"workload": TRAINS, "controls": {"actions": [down]}}


CASES = {
    "job": begins,
    "node": lambda at_s: lost(at_s, "liquid_r1/node_1"),
    "rack": lambda at_s: lost(at_s, "liquid_r1"),
    "cdu": lambda at_s: lost(at_s, "cdu"),
    "crah": lambda at_s: lost(at_s, "crah_1"),
    "panel": lambda at_s: lost(at_s, "panel_1"),
    "utility": lambda at_s: lost(at_s, "utility"),
    "service": lambda at_s: lost(at_s, "liquid_r1/node_1", chat(nodes=2, rate=40.0)),
    "clock": lowered,
}


def scenario(which: str, at_s: float) -> dict[str, Any]:
    return asked(LAYOUT, horizon="30 min", **CASES[which](at_s))


def upto(result: twin.Result, name: str) -> pd.DataFrame:
    table = result.frame(name)
    return table[table["time_s"] <= END_S].reset_index(drop=True)


@pytest.mark.parametrize("which", CASES)
def test_what_comes_as_a_period_ends_moves_no_number_of_its_row(which: str) -> None:
    sharp = ran(scenario(which, END_S))
    late = ran(scenario(which, LATE_S))
    for name in TIMED:
        pd.testing.assert_frame_equal(upto(sharp, name), upto(late, name), check_exact=True)
    early = ran(scenario(which, END_S - 1.0))
    moved = [not upto(sharp, name).equals(upto(early, name)) for name in TIMED]
    assert any(moved), "a second before does move it"


def test_a_job_of_the_next_row_by_hand() -> None:
    """Idle until ten minutes: chips idle, and the highest power is that of an idle rack."""
    racks = ran(scenario("job", END_S)).frame("racks")
    one = racks[racks["rack"] == "liquid_r1"].set_index("time_s")
    assert one.loc[600.0, "power_max_w"] == one.loc[600.0, "power_w"]
    assert one.loc[900.0, "power_max_w"] > 4 * one.loc[600.0, "power_max_w"]
    assert one.loc[900.0, "power_w"] == pytest.approx(one.loc[900.0, "power_max_w"], rel=1e-3)
    assert one.loc[600.0, "junction_max_degc"] == pytest.approx(one.loc[300.0, "junction_degc"])
    assert one.loc[600.0, "junction_degc"] == pytest.approx(one.loc[300.0, "junction_degc"])


def test_a_roll_back_of_the_next_row_by_hand() -> None:
    """A checkpoint at seven minutes, a node lost at ten: three minutes are thrown away at ten."""
    site = ran(scenario("node", END_S)).frame("site").set_index("time_s")
    assert site.loc[600.0, ["tokens_lost", "tokens_rolled_back"]].tolist() == [0.0, 0.0]
    thrown = site.loc[900.0, "tokens_rolled_back"]
    rate = site.loc[300.0, "tokens_training"] / 300.0
    assert thrown == pytest.approx(rate * 180.0, rel=0.05)
    assert site.loc[900.0, "tokens_lost"] > thrown


def test_flow_is_told_as_it_was_before_its_pumps_stopped() -> None:
    loops = ran(scenario("cdu", END_S)).frame("loops")
    flow = loops[loops["kind"] == "liquid"].set_index("time_s")["flow_frac"]
    assert flow[[600.0, 900.0]].tolist() == [1.0, 1.0]
    early = ran(scenario("cdu", END_S - 1.0)).frame("loops")
    assert early[early["kind"] == "liquid"].set_index("time_s")["flow_frac"][600.0] == 0.0


@pytest.mark.parametrize("which", CASES)
def test_no_byte_hangs_on_how_the_run_is_lived_through(
    which: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked_for = loaded(scenario(which, END_S))
    whole = twin.simulate(twin.build(asked_for))
    assert_same(whole, event_by_event(asked_for, monkeypatch))
    for at_s in (599.0, 600.0, 601.0):
        run = twin.start(twin.build(asked_for)).until(at_s)
        run.save(tmp_path / "half")
        assert_same(whole, run.fork().until().result())
        assert_same(whole, twin.resume(tmp_path / "half").until().result())
