"""Claim: a power meter that stands still leaves rules and demand response with the load of that
moment; physics and the bill go on: from a planner's file to what the site draws and pays.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from conftest import lived, training
from test_bess import asked, balanced, layout
from test_lying_meters import NEVER, USD_PER_KW, drawn_w, lying, responding, same, shaving

import twin
from twin import Result
from twin.errors import InputError
from twin.simulation.loop.quiet import Quiet

STILL = {"component": "utility", "mode": "spoofed", "frozen": True}
LATER = {"workload": [training("train", 72, submit="1 h")]}
"""A load that comes after the meter has come to stand still."""


def still(at: str, *rules: dict[str, Any], **changes: Any) -> Any:
    faults = {"timeline": [STILL | NEVER | {"at": at}]}
    return asked(*rules, **({"plan": layout("bess_1000_2h"), "faults": faults} | changes))


def store_w(result: Result) -> Any:
    rows = result.frame("bess").set_index("time_s")
    return rows.power_in_w - rows.power_out_w


@pytest.fixture(scope="module")
def peak_w() -> float:
    return float(lived(lying(None, **LATER)).summary["peak_demand_w"])


def test_a_shaver_that_saw_no_peak_shaves_none_and_the_whole_peak_is_paid(peak_w: float) -> None:
    rule = shaving(0.8 * peak_w)
    honest = balanced(lived(lying(None, rule, **LATER)))
    stuck = balanced(lived(still("30 min", rule, **LATER)))
    assert stuck.frame("bess").power_out_w.max() == 0.0 < honest.frame("bess").power_out_w.max()
    assert stuck.summary["peak_demand_w"] == pytest.approx(peak_w, rel=1e-9)
    more_kw = (stuck.summary["peak_demand_w"] - honest.summary["peak_demand_w"]) / 1e3
    more_usd = stuck.summary["cost_demand_usd"] - honest.summary["cost_demand_usd"]
    assert more_usd == pytest.approx(more_kw * USD_PER_KW, rel=1e-6)


def test_a_shaver_that_saw_a_peak_gives_on_when_it_is_over(peak_w: float) -> None:
    """Training begins at 1 h, the meter stands still at 2 h, both panels are lost at 3 h: the
    store gives what it gave at 2 h, as far as its board draws, and an honest one charges.
    """
    lost = {"at": "3 h", "repair_after": "50 min"}
    over = [lost | {"component": f"panel_{k}"} for k in (1, 2)]
    seen = STILL | NEVER | {"at": "2 h"}
    rule = shaving(0.8 * peak_w)
    runs = [
        balanced(lived(lying(None, rule, **LATER, faults={"timeline": faults})))
        for faults in (over, [*over, seen])
    ]
    before_s, after_s = (7140.0, 3 * 3600 + 1200.0)
    honest, stuck = runs
    assert store_w(stuck).loc[before_s] < -50e3
    assert drawn_w(stuck).loc[after_s] == pytest.approx(0.0, abs=1e-3)
    assert store_w(honest).loc[after_s] > 50e3


def test_once_it_is_put_right_the_limit_holds_and_events_tell_what_it_stood_at(
    peak_w: float,
) -> None:
    seen = STILL | {"at": "30 min", "detected_after": "80 min", "restore_time": "30 min"}
    rule = shaving(0.8 * peak_w)
    result = balanced(lived(lying(None, rule, **LATER, faults={"timeline": [seen]})))
    events = result.frame("events")
    told = events[events.component == "utility"].set_index("time_s")
    assert told.what.to_dict() == {
        1800.0: "sensor lies",
        6600.0: "intrusion detected",
        8400.0: "repaired",
    }
    assert told.detail.loc[1800.0] == "stands at 128 kW"
    power_w = drawn_w(result)
    assert power_w.loc[8340.0] > 0.99 * peak_w
    assert power_w[power_w.index > 8400.0].to_numpy() == pytest.approx(0.8 * peak_w, rel=1e-9)


def test_one_of_two_feeds_that_stands_still_leaves_the_other_to_be_read(peak_w: float) -> None:
    """The panels of two racks hang on a second feed, whose load is seen; the store's is not."""
    plan = layout("bess_1000_2h")
    plan["power"] += [
        {"name": "second", "type": "utility_feed"},
        {"name": "hall_board", "type": "switchboard_4000", "fed_by": "second"},
        {"name": "hall_panel", "type": "rpp_500", "count": 2, "fed_by": "hall_board"},
    ]
    plan["halls"][0]["rows"][0]["fed_by"] = "hall_panel"
    limit_w = 0.9 * peak_w
    result = balanced(lived(still("30 min", shaving(limit_w), plan=plan, **LATER)))
    links = result.frame("power").set_index(["time_s", "component"]).power_in_w
    mine_w, other_w = (links.xs(name, level="component") for name in ("utility", "second"))
    late = mine_w.index > 3 * 3600
    stood_w = mine_w.loc[1740.0]
    store = store_w(result)
    moved_w = (store - store.loc[1740.0])[late]
    read_w = stood_w + moved_w + other_w[late]
    assert read_w.to_numpy() == pytest.approx(limit_w, rel=0.01)
    assert mine_w[late].mean() > 1.05 * (stood_w + moved_w.mean())


def test_demand_response_gives_way_for_a_draw_that_nothing_lowers() -> None:
    """What it reads stays at the baseline, so all gives way that may: more than was asked."""
    honest, stuck = responding(), responding(STILL | NEVER | {"at": "30 min"})
    found, told = (one.frame("demand_response").iloc[0] for one in (stuck, honest))
    assert told.reduction_frac == pytest.approx(0.2, abs=0.02)
    assert found.reduction_frac > told.reduction_frac + 0.05
    assert found.tokens_lost_tier_3 > 1.2 * told.tokens_lost_tier_3
    assert found.payment_usd > told.payment_usd


def test_stopped_kept_and_step_by_step_runs_have_the_same_bytes(
    peak_w: float, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen = STILL | {"at": "30 min", "detected_after": "80 min", "restore_time": "30 min"}
    asked_for = lying(None, shaving(0.8 * peak_w), **LATER, faults={"timeline": [seen]})
    facility = twin.build(asked_for)
    whole = twin.simulate(facility)
    for at_s in (1800.0, 3000.0, 7000.0):
        twin.start(facility).until(at_s).save(tmp_path / f"{at_s:.0f}")
        same(whole, twin.resume(tmp_path / f"{at_s:.0f}").until().result())
    whole.save(tmp_path / "kept")
    same(whole, lived(twin.load(tmp_path / "kept" / "scenario.yaml")))
    monkeypatch.setattr(Quiet, "live_through", lambda *_: False)
    same(whole, twin.simulate(facility))


@pytest.mark.parametrize(
    ("fault", "says"),
    [
        (STILL | {"second_sensor_limit": "1 K"}, "no second meter beside one"),
        (STILL | {"component": "board"}, "a plant, air handler, coolant unit or utility of"),
        (STILL | {"component": "utilty"}, "did you mean 'utility'"),
        ({"component": "utility", "mode": "compromise"}, "what can be commanded"),
    ],
)
def test_what_no_meter_does_is_refused(fault: dict[str, Any], says: str) -> None:
    with pytest.raises(InputError, match=says):
        twin.build(asked(faults={"timeline": [{"at": "10 min"} | fault]}))
