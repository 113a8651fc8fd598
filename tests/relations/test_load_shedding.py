"""Claim: loads are opened in order before what feeds them trips, and picked up in steps, in the
opposite order; a dead site starts onto a dead bus.
"""

from __future__ import annotations

from typing import Any

import pytest
from conftest import small_layout

from tests.planner import answer, busy, happened, number
from twin import InputError, Result

FAIL_S = 600.0
BLOCKS = "abcd"
PAIRS = ("ab", "ac", "ad", "bc", "bd", "cd")
SURE = {
    "start_failure_probability": 0,
    "run_failure_first_hour_probability": 0,
    "run_failure_rate_per_h": 0,
}
LOSSLESS = {f"loss_{part}_frac": 0 for part in ("idle", "linear", "square")}


def row(name: str, count: int, each_kw: float, fed_by: Any, y: int) -> dict[str, Any]:
    """Racks that draw the same at rest and at work."""
    return {
        "name": name,
        "racks": f"{count} x support_rack",
        "at": ["0 m", f"{y} m"],
        "fed_by": fed_by,
        "power_rated": f"{each_kw} kW",
        "power_idle": f"{each_kw} kW",
    }


def layout(rows: list[dict[str, Any]], power: list[dict[str, Any]], air_fed_by: str) -> Any:
    made: dict[str, Any] = small_layout(0, 1)
    made["halls"][0] |= {"rows": rows, "size": ["60 m", "40 m", "6 m"]}
    made["power"] = power
    for part in ("air", "plant"):
        for unit in made["cooling"][part]:
            unit["fed_by"] = air_fed_by
            unit["count"] = 40 if part == "air" else 10
    return made


def four_blocks() -> Any:
    """Four blocks of 1 MW make three: six loads of 500 kW, each on a pair of them."""
    power: list[dict[str, Any]] = [{"name": "site_feed", "type": "utility_feed"}]
    for block in BLOCKS:
        power += [
            {"name": f"feed_{block}", "type": "utility_feed"},
            {
                "name": f"block_{block}",
                "type": "switchboard_4000",
                "rating": "1 MW",
                "fed_by": f"feed_{block}",
                "overrides": LOSSLESS,
            },
        ]
    rows = [
        row(f"load_{a}{b}", 4, 125.0, [f"block_{a}", f"block_{b}"], 3 + 4 * n)
        for n, (a, b) in enumerate(PAIRS)
    ]
    return layout(rows, power, "site_feed")


def lose_two(**controls: Any) -> Result:
    """Blocks A and B fail for good."""
    timeline = [
        {"at": f"{FAIL_S} s", "component": f"block_{b}", "repair_after": "20 h"} for b in "ab"
    ]
    return answer(
        four_blocks(),
        horizon="1 h",
        faults={"timeline": timeline},
        outputs={"period": "10 s"},
        controls=controls,
    )


def times(run: Result, who: str, what: str) -> list[float]:
    return [t for t, name, kind in happened(run) if (name, kind) == (who, what)]


def lit(run: Result, at_s: float) -> set[str]:
    racks = run.frame("racks").query("time_s == @at_s")
    return set(racks.rack[racks.power_w > 0])


def out_w(run: Result, component: str, at_s: float) -> float:
    power = run.frame("power").query("component == @component and time_s == @at_s")
    return float(power.power_out_w.iloc[0])


def test_two_of_four_blocks_lost_cascade_to_the_end() -> None:
    run = lose_two()
    for block in "cd":
        assert out_w(run, f"block_{block}", FAIL_S + 10) == pytest.approx(1_250_000.0, rel=1e-12)
        assert len(times(run, f"block_{block}", "tripped")) == 1
    assert lit(run, 3600.0) == set()


def test_250_kw_shed_on_each_block_prevents_the_cascade() -> None:
    run = lose_two(load_shedding={"order": ["load_cd"]})
    for block in "cd":
        assert out_w(run, f"block_{block}", 3600.0) == pytest.approx(1_000_000.0, rel=1e-12)
        assert times(run, f"block_{block}", "tripped") == []
    left = {f"load_{p}_r{n}" for p in ("ac", "ad", "bc", "bd") for n in range(1, 5)}
    assert lit(run, 3600.0) == left
    events = run.frame("events")
    shed = events[events.what == "loads shed"]
    assert "load_cd_r1, load_cd_r2, load_cd_r3, load_cd_r4; block_c carries 1,250 kW" in " ".join(
        shed.detail
    )


def test_it_is_shed_in_order_and_no_more_than_needed() -> None:
    """At 1.15 of the rating 100 kW have to go from each block: one rack of 125 kW on C alone, and
    one on D.
    """
    run = lose_two(load_shedding={"order": ["load_ac", "load_ad"], "above": 1.15})
    assert {f"load_{p}_r{n}" for p in ("ac", "ad") for n in (2, 3, 4)} <= lit(run, FAIL_S + 20)
    assert not {"load_ac_r1", "load_ad_r1"} & lit(run, FAIL_S + 20)


def test_shedding_that_comes_too_late_prevents_nothing() -> None:
    """The curve trips 1.25 of the rating after 427 s."""
    trip_s = 240.0 / (1.25**2 - 1)
    for act_s, tripped in ((trip_s - 5, 0), (trip_s + 5, 1)):
        run = lose_two(load_shedding={"order": ["load_cd"], "act_after": f"{act_s} s"})
        assert len(times(run, "block_c", "tripped")) == tripped


def test_what_was_shed_comes_back_with_the_block() -> None:
    timeline = [
        {"at": f"{FAIL_S} s", "component": f"block_{b}", "repair_after": "600 s"} for b in "ab"
    ]
    control = {"order": ["load_cd"], "pick_up_every": "20 s"}
    run = answer(
        four_blocks(),
        horizon="1 h",
        faults={"timeline": timeline},
        outputs={"period": "10 s"},
        controls={"load_shedding": control},
    )
    assert times(run, "load shedding", "loads picked up")[0] == pytest.approx(
        FAIL_S + 600.0, abs=40.0
    )
    assert len(lit(run, 3600.0)) == 24
    assert abs(number(run, "energy_balance_residual_frac")) < 1e-9


def dead_site(**genset: Any) -> Any:
    """Eight racks of 100 kW on one board with two sets of 600 kW, no battery."""
    power = [
        {"name": "site_feed", "type": "utility_feed"},
        {"name": "utility", "type": "utility_feed"},
        {
            "name": "genset",
            "type": "genset_2000",
            "count": 2,
            "rating": "600 kW",
            "overrides": SURE | {"synchronise": "60 s"} | genset,
        },
        {
            "name": "board",
            "type": "switchboard_4000",
            "rating": "2 MW",
            "fed_by": ["utility", "genset"],
            "overrides": LOSSLESS,
        },
    ]
    return layout([row("load", 8, 100.0, "board", 3)], power, "site_feed")


def black_start(made: Any, **control: Any) -> Result:
    order = [f"load_r{n}" for n in range(8, 0, -1)]
    shedding = {"order": order, "pick_up_every": "10 s"} | control
    fault = {"at": f"{FAIL_S} s", "component": "utility", "repair_after": "20 h"}
    return answer(
        made,
        horizon="1 h",
        faults={"timeline": [fault]},
        outputs={"period": "1 s"},
        controls={"load_shedding": shedding},
    )


def lit_from(run: Result, rack: str) -> float:
    """When a rack that went dark draws again."""
    power = run.frame("racks").query("rack == @rack").set_index("time_s").power_w
    dark = power[power == 0]
    return float(dark.index.max())


def test_a_dead_site_is_picked_up_in_order_as_capacity_arrives() -> None:
    """The first set alone carries six racks, those that are shed last; the second the rest."""
    run = black_start(dead_site())
    first = [lit_from(run, f"load_r{n}") for n in range(1, 7)]
    second = [lit_from(run, f"load_r{n}") for n in (7, 8)]
    assert set(first) == {FAIL_S + 10.0 + 10.0}
    assert set(second) == {FAIL_S + 10.0 + 60.0}
    assert not [who for _, who, what in happened(run) if what == "tripped"]


def test_a_set_that_takes_load_in_steps_gets_it_in_steps() -> None:
    """A third of 600 kW at once is two racks a step."""
    run = black_start(dead_site(load_step_frac=1 / 3))
    steps = [lit_from(run, f"load_r{n}") - FAIL_S - 10.0 for n in range(1, 7)]
    assert steps == [10.0, 10.0, 20.0, 20.0, 30.0, 30.0]
    first = run.frame("events").query("what == 'loads picked up'")["detail"].iloc[0]
    assert first.split("; ")[1] == (
        "6 more stay open: genset_1 would carry 300 kW, more than the 200 kW that it may now"
    )


def test_loads_are_shed_where_a_set_fails() -> None:
    made = dead_site()
    fault = [
        {"at": f"{FAIL_S} s", "component": "utility", "repair_after": "20 h"},
        {"at": "1500 s", "component": "genset_1", "repair_after": "20 h"},
    ]
    control = {"order": ["load"], "act_after": "0.1 s"}
    run = answer(
        made,
        horizon="1 h",
        faults={"timeline": fault},
        outputs={"period": "1 s"},
        controls={"load_shedding": control},
    )
    assert not [who for _, who, what in happened(run) if what == "tripped"]
    assert lit(run, 1510.0) == {f"load_r{n}" for n in (3, 4, 5, 6, 7, 8)}


def test_what_was_left_open_is_closed_after_loads_were_shed() -> None:
    """Nothing is opened in time; the crew sheds before it closes."""
    late = {"order": ["load_cd"], "act_after": "3000 s"}
    run = lose_two(load_shedding=late)
    assert len(times(run, "block_c", "tripped")) == 1
    assert len(times(run, "block_c", "closed again")) == 1
    assert times(run, "block_c", "left open") == []


def test_an_unknown_load_is_refused_with_the_nearest_name() -> None:
    with pytest.raises(InputError) as told:
        lose_two(load_shedding={"order": ["load_ef"]})
    assert "'load_ef'" in str(told.value)
    assert "load_" in str(told.value).replace("load_ef", "")


def test_the_racks_of_the_least_work_are_shed() -> None:
    """One of two panels is lost; of two jobs on four racks the second goes."""
    made = small_layout(4, 1)
    fault = {"at": f"{FAIL_S} s", "component": "panel_1", "repair_after": "20 h"}
    run = answer(
        made,
        horizon="1 h",
        faults={"timeline": [fault]},
        workload=[busy("main", 36), busy("extra", 36)],
        controls={"load_shedding": {"order": ["extra"], "above": 0.9}},
    )
    jobs = run.frame("jobs").set_index("job")
    assert jobs.state.to_dict() == {"main_1": "running", "extra_1": "queued"}
    assert jobs.restarts["main_1"] == 0
    assert not [who for _, who, what in happened(run) if what == "tripped"]
    assert {r for r in lit(run, 3600.0) if r.startswith("liquid")} >= {"liquid_r1", "liquid_r2"}
