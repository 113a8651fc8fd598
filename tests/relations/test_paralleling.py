"""Claim: sets of one bus join it one after another, the bus takes load as capacity arrives, and
boards go back to the utility after the retransfer delay.
"""

from __future__ import annotations

from typing import Any

import pytest
from conftest import small_layout

from tests.planner import answer, happened, number
from twin import Result

OUT_S = 600.0
SURE = {
    "start_failure_probability": 0,
    "run_failure_first_hour_probability": 0,
    "run_failure_rate_per_h": 0,
}


def layout(sets: int, rating_kw: float, ups: bool = False, **overrides: Any) -> dict[str, Any]:
    """Eight racks of 50 kW at rest and at work; sets of a stated rating on one board."""
    made: dict[str, Any] = small_layout(0, 1, ups=ups)
    made["halls"][0]["rows"] = [
        {
            "name": "load",
            "racks": "8 x support_rack",
            "at": ["0 m", "2 m"],
            "fed_by": "panel",
            "power_rated": "50 kW",
            "power_idle": "50 kW",
        }
    ]
    made["cooling"]["air"][0]["count"] = 8
    made["cooling"]["plant"][1]["count"] = 2
    made["power"][2]["mode"] = "share"
    made["power"][1] |= {"count": sets, "rating": f"{rating_kw} kW", "overrides": SURE | overrides}
    return made


def lost(made: dict[str, Any], duration_s: float = 900.0, **more: Any) -> Result:
    drill = {"kind": "utility_outage", "at": f"{OUT_S} s", "duration": f"{duration_s} s"}
    return answer(made, horizon="1 h", drills=[drill], outputs={"period": "1 s"}, **more)


def times(run: Result, who: str, what: str) -> list[float]:
    return [t for t, name, kind in happened(run) if (name, kind) == (who, what)]


def board_back_s(run: Result) -> float:
    """When the board has voltage again."""
    power = run.frame("power").query("component == 'board'").set_index("time_s").energised_frac
    dark = power[power < 1.0]
    return float(dark.loc[: OUT_S + 60].index.max())


def test_sets_join_their_bus_one_after_another() -> None:
    run = lost(layout(3, 2000.0, synchronise="4 s"))
    joined = [times(run, f"genset_{n}", "started")[0] for n in (1, 2, 3)]
    assert joined == [OUT_S + 10.0, OUT_S + 14.0, OUT_S + 18.0]


@pytest.mark.parametrize(("rating_kw", "needed"), [(2000.0, 1), (300.0, 2), (200.0, 3)])
def test_the_board_takes_load_when_enough_sets_have_joined(rating_kw: float, needed: int) -> None:
    run = lost(layout(4, rating_kw, synchronise="4 s"))
    assert board_back_s(run) == OUT_S + 10.0 + 4.0 * (needed - 1)
    assert not [who for _, who, what in happened(run) if what == "tripped"]


def test_where_no_more_sets_come_it_takes_what_there_is() -> None:
    """Of three sets of 200 kW one is given up after 30 s; two under the load trip."""
    made = layout(3, 200.0, synchronise="4 s")
    made["overrides"] = {"genset_3": {"start_failure_probability": 1}}
    run = lost(made)
    assert board_back_s(run) == OUT_S + 30.0
    assert "genset_1" in [who for _, who, what in happened(run) if what == "tripped"]


def test_the_board_stays_on_its_sets_for_the_retransfer_delay() -> None:
    for delay_s in (0.0, 120.0):
        run = lost(layout(1, 2000.0, retransfer=f"{delay_s} s", cool_down="60 s"))
        site = run.frame("site").set_index("time_s")
        back_s = OUT_S + 900.0 + delay_s
        assert (site.generator_power_w.loc[OUT_S + 12 : back_s] > 0).all()
        assert (site.generator_power_w.loc[back_s + 1 :] == 0).all()
        assert times(run, "genset", "stopped") == [back_s + 60.0]


def test_a_set_that_fails_meanwhile_hands_over_at_once() -> None:
    fault = {"at": f"{OUT_S + 1000} s", "component": "genset", "repair_after": "1 h"}
    run = lost(layout(1, 2000.0, ups=True), faults={"timeline": [fault]})
    site = run.frame("site").set_index("time_s")
    assert (site.generator_power_w.loc[OUT_S + 1001 :] == 0).all()
    assert (site.utility_power_w.loc[OUT_S + 1002 :] > 0).all()


def test_a_utility_that_goes_again_starts_the_delay_anew() -> None:
    drills = [
        {"kind": "utility_outage", "at": f"{at} s", "duration": "200 s"}
        for at in (OUT_S, OUT_S + 300)
    ]
    run = answer(layout(1, 2000.0), horizon="1 h", drills=drills, outputs={"period": "10 s"})
    site = run.frame("site").set_index("time_s")
    assert (site.generator_power_w.loc[OUT_S + 20 : OUT_S + 800] > 0).all()
    assert (site.generator_power_w.loc[OUT_S + 810 :] == 0).all()
    assert abs(number(run, "energy_balance_residual_frac")) < 1e-9
