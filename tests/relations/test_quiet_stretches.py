"""A quiet stretch is lived through at once, and no byte of a run shows it: against the same run
from event to event, stopped anywhere, with any period of record and controls, up to where something
happens after all.
"""

from __future__ import annotations

from typing import Any

import pytest
from conftest import ROOT, failing, small, small_layout, training

import twin
from tests.planner import asked, loaded
from tests.relations.test_load_steps import hall
from tests.stepwise import assert_same, event_by_event

IDLE = "gb200_su"


def idle(layout: str = IDLE, **asked: Any) -> twin.Scenario:
    """A shipped layout at rest."""
    return twin.load(ROOT / "layouts" / f"{layout}.yaml").with_(**asked)


def on_generators() -> twin.Scenario:
    """Half a day on a generator that never runs dry, loads ready to be shed."""
    layout: dict[str, Any] = small_layout(2, 0)
    endless = {
        "name": "endless",
        "source": "made up for this test",
        "status": "assumed",
        "kind": "generator",
        "rating": "2 MW",
        "loss_idle_frac": 0,
        "loss_linear_frac": 0,
        "loss_square_frac": 0,
        "start": "10 s",
        "start_failure_probability": 0,
        "transfer": "0 s",
        "retransfer": "300 s",
        "mtbf": "1500 h",
        "mttr": "30 h",
        "width": "2 m",
        "depth": "9 m",
        "height": "3 m",
    }
    layout["equipment"] = {"power": [endless]}
    layout["power"][1]["type"] = "endless"
    outage = {"kind": "utility_outage", "at": "1000 s", "duration": "40000 s"}
    control = {"order": ["crah"], "above": 0.9}
    return small(layout, horizon="14 h", drills=[outage], controls={"load_shedding": control})


def relieved(kind: str, free: dict[str, Any]) -> twin.Scenario:
    """Days of spring on chillers with free cooling."""
    layout: dict[str, Any] = small_layout(0, 3)
    plant = layout["cooling"]["plant"].pop()
    layout["cooling"]["plant"] = [
        plant
        | {
            "type": kind,
            "supply_temperature": "10 °C",
            "free_cooling": free,
            "weather_reset": {"cold": "0 °C", "hot": "12 °C", "by": "4 K"},
        }
    ]
    where = {"climate": "chicago", "grid": "virginia"}
    return small(layout, site=where, horizon="1 d", start="2026-04-02T00:00:00-06:00")


def held_air(set_point: str) -> twin.Scenario:
    """A day whose coils throttle, some of it open: the chilled water warms and cools with the day,
    and a handler is lost for an hour.
    """
    layout: dict[str, Any] = small_layout(0, 3)
    layout["cooling"]["air"][0]["supply_temperature"] = set_point
    where = {"climate": "phoenix", "grid": "arizona"}
    lost = failing((30_000.0, "crah_1", 3_600.0))
    return small(layout, site=where, horizon="1 d", start="2026-07-15T00:00:00-07:00", faults=lost)


def held_coolant(set_point: str, *faults: dict[str, Any], **loop: Any) -> twin.Scenario:
    """Two days whose coolant is held by valves, some of the time open or shut: the water warms and
    cools with the day.
    """
    layout: dict[str, Any] = small_layout(4, 0)
    layout["cooling"]["loops"][0] |= {"supply_temperature": set_point} | loop
    where = {"climate": "phoenix", "grid": "arizona"}
    timeline = {"timeline": list(faults)}
    begun = {"start": "2026-07-15T00:00:00-07:00", "horizon": "2 d"}
    return small(layout, site=where, faults=timeline, **begun)


MEDDLED = {"at": "30000 s", "component": "cdu_1", "detected_after": "5 h"}
STILL = {"at": "70 min", "component": "warm", "mode": "spoofed", "frozen": True} | {
    "detected_after": "30 min",
    "restore_time": "10 min",
}
TWO = {"count": 2, "header": "common"}
CASES: dict[str, twin.Scenario] = {
    "coolant held at 42": held_coolant("42 °C"),
    "coolant held at 46": held_coolant("46 °C"),
    "coolant held at 50, a unit lost": held_coolant(
        "50 °C", *({"at": "40000 s", "component": "cdu_2", "repair_after": "2 h"},), **TWO
    ),
    "coolant of an intruder": held_coolant(
        "45 °C", MEDDLED | {"mode": "compromise", "set_point": "52 °C"}, **TWO
    ),
    "a coolant sensor that lies": held_coolant(
        "45 °C", MEDDLED | {"mode": "spoofed", "offset": "-3 K"}, **TWO
    ),
    "a coolant sensor that stands still": held_coolant(
        "45 °C", MEDDLED | {"mode": "spoofed", "frozen": True}, **TWO
    ),
    "a water sensor that stands still": small(
        site={"climate": "baltimore", "grid": "virginia"},
        start="2026-07-15T00:00:00-04:00",
        horizon="4 h",
        faults={"timeline": [STILL]},
    ),
    "air held at 20": held_air("20 °C"),
    "air held at 35": held_air("35 °C"),
    "five minutes": idle(horizon="2 d"),
    "other periods": idle(horizon="2 d", outputs__period="17 min", controls__plant_period="7 min"),
    "odd periods": idle(horizon="8 h", outputs__period="61.7 s", controls__plant_period="77.3 s"),
    "chillers in the heat": idle(horizon="4 d", start="2026-07-20T00:00:00-04:00"),
    "a fault between": idle(horizon="1 d", faults=failing((30_000.0, "cdu_1_pump_1", 4_000.0))),
    "a cold plant that starts": idle("superpod_b200", horizon="2 d"),
    "a large site": idle("campus_20mw", horizon="8 h"),
    "coolers beside chillers": relieved(
        "chiller_air_430", {"type": "dry_cooler_1000", "name": "free"}
    ),
    "towers that relieve chillers": relieved("chiller_water_471", {"type": "tower"}),
    "half a day on generators": on_generators(),
    "a job that ends": small(small_layout(), workload=[training("liquid", 70)], horizon="12 h"),
}


@pytest.mark.parametrize("case", CASES)
def test_a_stretch_has_the_bytes_of_its_events(case: str, monkeypatch: pytest.MonkeyPatch) -> None:
    scenario = CASES[case]
    assert_same(event_by_event(scenario, monkeypatch), twin.simulate(twin.build(scenario)))


@pytest.mark.parametrize("case", [case for case in CASES if "coolant" in case])
def test_held_coolant_rests(case: str) -> None:
    """What the test above compares: most looks around are lived through at once."""
    steps = 0

    def count(_: float, __: float) -> None:
        nonlocal steps
        steps += 1

    result = twin.simulate(twin.build(CASES[case]), progress=count)
    assert steps < 0.5 * result.summary["instants"]


def test_most_of_an_idle_run_is_lived_through_in_stretches() -> None:
    steps = 0

    def count(_: float, __: float) -> None:
        nonlocal steps
        steps += 1

    result = twin.simulate(twin.build(idle(horizon="10 d")), progress=count)
    assert result.summary["instants"] > 2800
    assert steps < 40


@pytest.mark.parametrize(
    "stops", [(1.0,), (300.0, 600.0, 12_345.6), (50_000.0, 50_001.0, 86_400.0)]
)
def test_stops_within_a_stretch_change_nothing(stops: tuple[float, ...]) -> None:
    facility = twin.build(idle(horizon="2 d"))
    run = twin.start(facility)
    for stop in stops:
        run.until(stop)
        assert run.now_s < stop
    assert_same(twin.simulate(facility), run.until().result())


def test_a_fork_within_a_stretch_meets_its_fault() -> None:
    run = twin.start(twin.build(idle(horizon="1 d")))
    run.until("9 h")
    fault = {"at": "12:00", "component": "cdu_1_pump_1", "repair_at": "14:00"}
    forked = run.fork(faults=[fault]).until().result()
    asked = idle(horizon="1 d", faults={"timeline": [fault]})
    whole = twin.simulate(twin.build(asked))
    for name in ("site", "racks", "power", "loops"):
        assert forked.tables[name].equals(whole.tables[name]), name


def test_steps_on_machines_are_seen_at_looks(monkeypatch: pytest.MonkeyPatch) -> None:
    """A hot day on four engines: fans that turn faster at a look are steps of load, were they so
    small noted.
    """
    monkeypatch.setattr("twin.simulation.power.island_steps.NOTED_FRAC", 0.0005)
    phoenix = {"climate": "phoenix", "grid": "virginia"}
    asked_day = asked(hall(), horizon="1 d", site=phoenix, start="2026-07-15T00:00:00-07:00")
    scenario = loaded(asked_day)
    quiet = twin.simulate(twin.build(scenario))
    assert len(quiet.rows("load_steps")) > 3
    assert_same(quiet, event_by_event(scenario, monkeypatch))
