"""Claim: what was shed is picked up once its work could go on, not while it would be shed again."""

from __future__ import annotations

from typing import Any

import pytest
from conftest import small_layout

from tests.planner import answer, busy, chat, happened, number, per_rack
from twin import Result

FAIL_S = 600.0
BACK_S = 4200.0
"""The utility is back after an hour; the board waits for 300 s before it goes back to it."""
RACK_W = 28_600.0
SURE = {
    "start_failure_probability": 0,
    "run_failure_first_hour_probability": 0,
    "run_failure_rate_per_h": 0,
}


def engine(rated_kw: float, ups: bool) -> dict[str, Any]:
    """Two rows of four racks on one engine; cooling has a feed of its own."""
    made = small_layout(0, 1, ups=False)
    feeder = "ups" if ups else "board"
    made["halls"][0] |= {"size": ["14 m", "12 m", "4 m"], "rows": [_row(n, feeder) for n in (1, 2)]}
    engine = {"name": "engine", "type": "genset_2000", "rating": f"{rated_kw} kW"}
    between = {"name": "ups", "type": "ups_500", "fed_by": "board"}
    made["power"] = [
        {"name": "utility", "type": "utility_feed"},
        {"name": "site_feed", "type": "utility_feed"},
        engine | {"overrides": SURE},
        {
            "name": "board",
            "type": "switchboard_4000",
            "mode": "priority",
            "fed_by": ["utility", "engine"],
        },
        *([between] if ups else []),
    ]
    plant = [one for one in made["cooling"]["plant"] if one["name"] == "chilled"]
    made["cooling"] |= {"plant": plant, "loops": []}
    made["cooling"]["air"][0]["count"] = 3
    for unit in (*made["cooling"]["air"], *plant):
        unit["fed_by"] = "site_feed"
    return made


def _row(n: int, feeder: str) -> dict[str, Any]:
    at = ["2 m", f"{1 + 3 * n} m"]
    return {"name": f"rack_{n}", "racks": "4 x dgx_b200_x2", "at": at, "fed_by": feeder}


def on_the_engine(rated_kw: float, ups: bool, *work: Any, horizon: str = "3 h") -> Result:
    fault = {"at": f"{FAIL_S} s", "component": "utility", "repair_after": f"{BACK_S - FAIL_S} s"}
    return answer(
        engine(rated_kw, ups),
        horizon=horizon,
        workload=list(work),
        faults={"timeline": [fault]},
        outputs={"period": "10 s"},
        controls={"load_shedding": {"order": ["rack_2"]}},
    )


def times(run: Result, what: str) -> list[float]:
    return [at for at, who, seen in happened(run) if (who, seen) == ("load shedding", what)]


@pytest.mark.parametrize("ups", [False, True])
def test_a_gang_is_shed_once_and_picked_up_once_the_utility_is_back(ups: bool) -> None:
    """Eight racks at work are 229 kW; on 150 kW one of the row of four may stay or come back, and
    the gang of all eight waits for the rest.
    """
    run = on_the_engine(150.0, ups, busy("gang", 16))
    assert len(times(run, "loads shed")) == 1
    with_utility = [at for at in times(run, "loads picked up") if at > BACK_S]
    assert len(with_utility) == 1
    assert with_utility[0] == pytest.approx(BACK_S + 300.0, abs=31.0)
    racks_w = per_rack(run, "power_w")
    waiting = racks_w.loc[FAIL_S + 1_000.0 : BACK_S]
    assert (waiting[["rack_2_r1", "rack_2_r2", "rack_2_r3"]] == 0.0).all(axis=None)
    assert racks_w.iloc[-1].to_numpy() == pytest.approx(RACK_W, rel=1e-9)
    assert abs(number(run, "energy_balance_residual_frac")) < 1e-9


def test_what_fits_at_work_is_picked_up_on_the_engine() -> None:
    """240 kW carry all eight racks at work, so nothing waits for the utility."""
    run = on_the_engine(240.0, False, busy("gang", 16))
    assert len(times(run, "loads shed")) == 1
    assert max(times(run, "loads picked up")) < FAIL_S + 100.0
    working = per_rack(run, "power_w").loc[BACK_S]
    assert working.to_numpy() == pytest.approx(RACK_W, rel=1e-9)


def test_racks_come_back_to_rest_where_no_work_waits() -> None:
    """A gang that is not run again asks for nothing: four racks at rest leave room for all."""
    run = on_the_engine(150.0, True, busy("gang", 16) | {"requeue": False})
    assert len(times(run, "loads shed")) == 1
    assert max(times(run, "loads picked up")) < FAIL_S + 200.0
    assert (per_rack(run, "power_w").loc[BACK_S] > 0.0).all()


def test_a_service_that_grew_on_the_racks_left_is_shed_once_more_and_no_oftener() -> None:
    run = on_the_engine(80.0, False, chat("chat", 16, 1_000.0))
    assert len(times(run, "loads shed")) == 2
    assert len(times(run, "loads picked up")) == 2
    assert times(run, "loads picked up")[1] > BACK_S
