"""Relays of islands: what a planner states opens loads and trips machines in the run, when a plain
integration with counters of its own has it, and what was opened comes back in steps.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import twin
from tests.planner import answer, asked, faults, loaded
from tests.power_layouts import island, load, part, power_only
from twin.errors import InputError
from twin.physics.island_frequency import AGAIN_S, LEAST_FRAC, Dip, Governed, Relay, dip
from twin.results import Result

LOST_S = 600.0
SITE = {"climate": {"dry_bulb": "25 °C", "wet_bulb": "18 °C"}, "grid": "ireland"}


def engines(kw_each: float = 620.0, count: int = 3) -> dict[str, Any]:
    """Engines of 500 kW on one board with two rows."""
    parts = [
        part("g", "gas_engine_2500", kw=500.0, count=count),
        part("b", "switchboard_4000", "g"),
    ]
    rows = [load("first", kw_each * 0.4, "b"), load("second", kw_each * 0.6, "b")]
    return island(parts, rows, "b")


def lose_one(horizon: str = "40 min", repaired_s: float = 3000.0, **controls: Any) -> Result:
    return answer(
        engines(),
        horizon=horizon,
        faults=faults((LOST_S, "g_1", repaired_s)),
        site=SITE,
        controls=controls,
        outputs={"period": "10 s"},
    )


def by_steps(machines: Governed, given_w: np.ndarray, step_w: float, relays: list[Relay]) -> Dip:
    """Second-order steps of half a millisecond, each relay a counter that begins anew."""
    w, powers, h = 0.0, given_w.copy(), 5e-4
    load_w, lowest = given_w.sum() + step_w, 0.0
    low_s = [0.0] * len(relays)
    acted_s = [np.inf] * len(relays)

    def rate(t: float, w: float, p: np.ndarray) -> tuple[float, np.ndarray]:
        most = np.minimum(machines.rating_w, given_w + machines.step_w * (1 + t / AGAIN_S))
        wanted = np.clip(given_w - w / machines.droop_frac * machines.rating_w, 0.0, most)
        kinetic_j = (machines.inertia_s * machines.rating_w).sum()
        return (p.sum() - load_w) / 2 / kinetic_j / (1 + w), (wanted - p) / machines.lag_s

    for n in range(120_000):
        a, b = rate(n * h, w, powers)
        c, d = rate((n + 1) * h, w + h * a, powers + h * b)
        w, powers = w + h * (a + c) / 2, powers + h * (b + d) / 2
        lowest = min(lowest, w)
        if w <= LEAST_FRAC:
            return Dip(LEAST_FRAC, np.inf, tuple(acted_s), (n + 1) * h)
        for k, relay in enumerate(relays):
            low_s[k] = low_s[k] + h if w < relay.below_frac else 0.0
            if low_s[k] >= relay.delay_s and acted_s[k] == np.inf:
                acted_s[k] = (n + 1) * h
                load_w -= relay.load_w
                if relay.load_w == np.inf:
                    return Dip(lowest, np.inf, tuple(acted_s), acted_s[k])
    return Dip(lowest, 0.0, tuple(acted_s))


@pytest.mark.parametrize("seed", range(6))
def test_relays_act_when_counters_of_a_plain_integration_do(seed: int) -> None:
    draw = np.random.default_rng([seed, 81])
    count = int(draw.integers(2, 4))
    rating_w = draw.uniform(0.5e6, 2e6, count)
    machines = Governed(
        rating_w,
        draw.uniform(0.6, 2.0, count),
        draw.uniform(0.03, 0.06, count),
        draw.uniform(0.2, 0.6, count),
        0.24 * rating_w,
    )
    given_w = 0.5 * rating_w
    step_w = float(draw.uniform(0.25, 0.4) * rating_w.sum())
    relays = [
        Relay(-level, float(draw.uniform(0.0, 0.4)), float(draw.uniform(0.03, 0.1)) * step_w)
        for level in (0.02, 0.04, 0.06)
    ]
    relays.append(Relay(-0.12, 0.3, np.inf))
    found = dip(machines, given_w, step_w, tuple(relays))
    other = by_steps(machines, given_w, step_w, relays)
    assert np.isfinite(found.opened_s).any()
    assert found.opened_s == pytest.approx(other.opened_s, abs=4e-3)
    assert found.trip_s == pytest.approx(other.trip_s, abs=4e-3)
    assert found.nadir_frac == pytest.approx(other.nadir_frac, abs=2e-4)


def test_without_relays_nobody_acts() -> None:
    result = lose_one()
    (row,) = result.rows("load_steps")
    assert row["shed_w"] == 0.0
    assert row["frequency_nadir_hz"] == pytest.approx(56.85, abs=0.01)
    assert not set(result.frame("events")["what"]) & {"tripped", "loads shed"}


def test_a_stage_opens_its_loads_in_the_run_and_they_come_back() -> None:
    """The first row opens within the second, machines live, and the row is picked up in steps after
    which no relay acts: all of it at once would have opened it again each time.
    """
    stage = {"below_hz": 58.5, "after": "100 ms", "open": ["first"]}
    result = lose_one(
        repaired_s=900.0,
        under_frequency={"stages": [stage], "machines": {"below_hz": 54.0}},
        load_shedding={"order": ["second", "first"], "pick_up_every": "30 s", "above": 1.5},
    )
    row = result.rows("load_steps")[0]
    assert row["shed_w"] == pytest.approx(248e3, rel=0.05)
    assert np.isnan(row["machines_trip_s"])
    events = result.frame("events")
    (shed,) = events[events["what"] == "loads shed"].to_dict("records")
    assert LOST_S + 0.1 < shed["time_s"] < LOST_S + 1.0
    assert shed["detail"].endswith("below 58.5 Hz for 0.1 s")
    assert not (events["what"] == "tripped").any()
    rows = result.rows("load_steps")
    assert [one["shed_w"] > 0.0 for one in rows] == [True, False, False]
    partly, whole = events[events["what"] == "loads picked up"]["detail"]
    assert "stay open: under-frequency relays would act once their work goes on" in partly
    assert "stay open" not in whole
    racks = result.frame("racks")
    assert (racks[racks["time_s"] == LOST_S + 300.0]["power_w"] > 0.0).all()
    assert abs(float(result.summary["energy_balance_residual_frac"])) < 1e-9


def test_machines_that_trip_leave_the_island_dark_until_a_crew_closes_them() -> None:
    result = lose_one(under_frequency={"machines": {"below_hz": 57.0, "after": "200 ms"}})
    row = result.rows("load_steps")[0]
    assert 0.2 < row["machines_trip_s"] < 3.0
    events = result.frame("events")
    tripped = events[events["what"] == "tripped"]
    assert sorted(tripped["component"])[:2] == ["g_2", "g_3"]
    assert tripped["time_s"].iloc[0] == pytest.approx(LOST_S + row["machines_trip_s"])
    racks = result.frame("racks")
    assert racks[racks["time_s"] == LOST_S + 60.0]["power_w"].sum() == 0.0
    assert abs(float(result.summary["energy_balance_residual_frac"])) < 1e-9


def test_a_dark_island_comes_back_in_steps_that_relays_let_pass() -> None:
    """Crews close the machines, and 620 kW return over minutes; cooling that starts by itself is
    counted with them.
    """
    result = lose_one(
        horizon="100 min",
        repaired_s=1800.0,
        under_frequency={"machines": {"below_hz": 57.0, "after": "200 ms"}},
        load_shedding={"order": ["second", "first"], "pick_up_every": "30 s"},
    )
    first, *others = result.rows("load_steps")
    assert np.isfinite(first["machines_trip_s"])
    assert len(others) >= 2
    assert np.isnan([one["machines_trip_s"] for one in others]).all()
    racks = result.frame("racks")
    assert (racks[racks["time_s"] == 5990.0]["power_w"] > 0.0).all()


def test_levels_loads_and_machines_are_asked_for_at_load() -> None:
    """All at once, each at its line."""
    stages = [{"below_hz": 60.0, "open": ["frst"]}, {"below_hz": 40.0, "open": ["second"]}]
    wrong = asked(engines(), site=SITE, controls={"under_frequency": {"stages": stages}})
    with pytest.raises(InputError) as found:
        twin.build(loaded(wrong))
    said = str(found.value)
    assert said.count("more than 45 and less than 60 Hz") == 2
    assert "did you mean 'first'" in said


def standby(**row: Any) -> dict[str, Any]:
    """Two sets of 600 kW behind a utility, and 800 kW of racks without a UPS."""
    stated = {
        "load_step_frac": 0.6,
        "inertia_s": 0.9,
        "governor_droop_frac": 0.04,
        "governor_lag_s": 0.2,
        "start_failure_probability": 0.0,
        "synchronise": "0 s",
    }
    parts = [
        part("grid", "utility_feed"),
        part("set", "genset_2000", kw=600.0, count=2, overrides=stated | row),
        part("b", "switchboard_4000", "grid", "set"),
    ]
    return power_only(parts, [load("row", 800.0, "b")])


def outage(layout: dict[str, Any], **controls: Any) -> Result:
    return answer(
        layout,
        horizon="30 min",
        faults=faults((LOST_S, "grid", 3000)),
        site=SITE,
        controls=controls,
    )


def test_standby_sets_take_the_first_block_of_their_board() -> None:
    """Both close on 800 kW from nothing: more than the 720 that their rows accept, and frequency
    falls as a plain integration has it.
    """
    (row,) = outage(standby()).rows("load_steps")
    governed = Governed(*(np.full(2, one) for one in (600e3, 0.9, 0.04, 0.2, 360e3)))
    other = by_steps(governed, np.zeros(2), row["step_w"], [])
    assert row["machines"] == 2
    assert row["accepted_w"] == pytest.approx(720e3)
    assert row["step_w"] == pytest.approx(800e3, rel=0.02)
    assert row["verdict"] == "fail"
    assert row["frequency_nadir_hz"] == pytest.approx(60 * (1 + other.nadir_frac), abs=0.01)


def test_in_steps_they_accept_each() -> None:
    """Shed with the voltage, picked up by what sets take at once."""
    shed = {"order": ["row"], "act_after": "200 ms", "pick_up_every": "10 s"}
    rows = outage(standby(), load_shedding=shed).rows("load_steps")
    assert len(rows) >= 2
    assert {row["verdict"] for row in rows} == {"pass"}
    assert sum(row["step_w"] for row in rows) == pytest.approx(800e3, rel=0.1)


def test_relays_on_machines_without_a_governor_are_refused() -> None:
    """Shipped sets state none: nothing would ever act, and nobody would be told."""
    none = dict.fromkeys(("inertia_s", "governor_droop_frac", "governor_lag_s", "load_step_frac"))
    with pytest.raises(InputError, match="none with a governor; allowed: generators whose rows"):
        outage(standby(**none), under_frequency={"machines": {"below_hz": 55.0}})


def test_sets_that_state_nothing_are_not_judged() -> None:
    none = dict.fromkeys(("inertia_s", "governor_droop_frac", "governor_lag_s", "load_step_frac"))
    assert outage(standby(**none)).rows("load_steps") == []
