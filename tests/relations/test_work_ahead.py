"""Work that moves ahead of power and heat shows in no byte of a run: against the same run from
event to event, whatever is at work, what fails meanwhile, and wherever the run is stopped, kept or
forked.
"""

from __future__ import annotations

from pathlib import Path
from random import Random
from typing import Any

import numpy as np
import pytest
from conftest import failing, small, small_layout, training
from mixed import SCHEDULERS, WORK

import twin
from tests.stepwise import assert_same, event_by_event
from twin.simulation.kernel.stretch import Stretch
from twin.simulation.loop.quiet import Quiet
from twin.simulation.loop.work_ahead import Course, WorkAhead

Plain = dict[str, Any]
AIR = {"begin": "22 °C", "end": "30 °C", "most": 1.4, "power": "8 %"}


def drawn(number: int) -> twin.Scenario:
    """Half a day of two or three kinds of work, with what fails in it."""
    draw = Random(f"work ahead {number}")
    layout: Plain = small_layout(4, 1)
    if draw.random() < 0.5:
        layout["halls"][0]["server_fans"] = AIR
    names = ["cdu", "panel_1", "liquid_r1/node_1", "liquid_r2", "liquid_r3/node_2/gpu_1"]
    faults = [
        {"at": f"{draw.randint(30, 600)} min", "component": draw.choice(names)}
        | {"repair_after": f"{draw.choice([1, 20, 90])} min"}
        for _ in range(draw.choice([0, 1, 2]))
    ]
    takes = draw.choice([{}, {"takes": "gpu", "swap": "in_place"}, {"takes": "drain"}])
    return small(
        layout,
        horizon="12 h",
        seed=number,
        workload=[kind(draw, 16) for kind in draw.sample(WORK, k=draw.choice([2, 3]))],
        faults={"timeline": faults, "gpu_failures": takes},
        controls={"scheduler": draw.choice(SCHEDULERS), "plant_period": "7 min"},
        outputs={"period": draw.choice(["5 min", "11 min"])},
    )


def served(**changes: Any) -> Plain:
    """A service whose requests come and go with the hours."""
    day = {"rate": "60 / s", "diurnal_amplitude": 0.6, "peak_hour": 6}
    chat = {"kind": "inference", "name": "chat", "model": "Llama-3.1-8B", "nodes": 16}
    return chat | {"tensor_parallel": 1, "requests": day} | changes


def jobs(**changes: Any) -> Plain:
    """Small jobs, one after another."""
    asked = {"kind": "batch", "name": "jobs", "count": 120, "span": "10 h", "nodes_max": 40}
    return asked | {"nodes_median": 6, "runtime_median": "20 min"} | changes


HOT = {"climate": {"dry_bulb": "44 °C", "wet_bulb": "30 °C"}, "grid": "virginia"}
PHOENIX: Plain = {"site": {"climate": "phoenix", "grid": "arizona"}, "horizon": "1 d"}
KEPT = training(nodes=36, checkpoint_interval="10 min")
DRAINED = {"kind": "isolate", "component": "liquid_r1", "at": "2 h"} | {
    "drain": "200 min",
    "duration": "20 min",
}
PARTS = {"gpus_per_node": [{"gpus": 0.5, "weight": 3}, {"gpus": 2}], "priority": 5}
LISTED = {"count": 200, "span": "4 h", "nodes_max": 8, "runtime_sigma": 1.0} | PARTS
WHEEL: Plain = {"kind": "flywheel", "name": "w0", "generations": 2, "parameters": 1e9}
WHEEL |= {"seed_tokens": 1e9, "good_tokens": 1e8, "served_per_s": 1e5}
WHEEL |= {"train_nodes": 8, "train_rate": 1e6}
CALL = {"tiers": {"w0": 2}, "events": [{"at": "86 min", "duration": "45 min", "depth": "20 %"}]}
COOL = {"order": ["crah"], "above": 0.3}


def promised() -> twin.Scenario:
    """Backfill whose promises hang on when they were made, beside clocks that are asked down."""
    layout = small_layout()
    layout["cooling"]["air"][0]["supply_temperature"] = "24 °C"
    chat = served(name="w2", window="77 s", prefill={"nodes": 2})
    chat["requests"] |= {"peak_hour": 3}
    controls = {"scheduler": "conservative", "placement": "spread"}
    return small(
        layout,
        workload=[WHEEL, jobs(name="w1", **LISTED), chat],
        horizon="4 h",
        seed=89,
        site={"climate": {"dry_bulb": "40 °C", "wet_bulb": "27 °C"}, "grid": "arizona"},
        start="2026-07-15T11:00:00-07:00",
        drills=[DRAINED | {"at": "86 min", "drain": "56 min"}],
        faults={"gpu_failures": {"takes": "drain"}},
        outputs={"period": "7000 s"},
        controls=controls | {"load_shedding": COOL, "demand_response": CALL},
    )


CASES: dict[str, twin.Scenario] = {
    "a service and a day of weather": small(
        workload=[served()], start="2026-07-15T00:00:00-07:00", **PHOENIX
    ),
    "a service that scales": small(workload=[served(autoscale={})], horizon="12 h"),
    "prompts read elsewhere": small(workload=[served(prefill={"nodes": 2})], horizon="12 h"),
    "jobs alone": small(workload=[jobs()], horizon="12 h"),
    "jobs that fill the hall": small(
        workload=[jobs(nodes_median=30)], horizon="12 h", controls={"scheduler": "easy"}
    ),
    "checkpoints and a service": small(workload=[KEPT, served()], horizon="12 h"),
    "a lost pump": small(
        workload=[KEPT, jobs()], horizon="12 h", faults=failing((20_000.0, "cdu", 900.0))
    ),
    "racks that cool for long": small(
        workload=[KEPT, jobs()], horizon="12 h", faults=failing((20_000.0, "cdu", 7_200.0))
    ),
    "a lost panel": small(
        small_layout(ups=False),
        workload=[KEPT, jobs(), served()],
        horizon="12 h",
        faults=failing((15_000.0, "panel_1", 600.0), (30_000.0, "liquid_r2", 3_000.0)),
    ),
    "a rack that its jobs leave": small(workload=[jobs()], horizon="12 h", drills=[DRAINED]),
    "heat that slows": small(workload=[KEPT, jobs()], horizon="12 h", site=HOT),
    "slow promises of backfill": promised(),
    "a power cap": small(
        workload=[jobs()],
        horizon="12 h",
        controls={"scheduler": {"policy": "easy", "power_cap": "250 kW"}},
    ),
} | {f"drawn {number}": drawn(number) for number in range(12)}


@pytest.fixture
def worked(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """Instants of every stretch in which work moved, as it is lived through."""
    found: list[int] = []
    enter = Quiet._enter

    def counted(quiet: Quiet, stretch: Stretch) -> None:
        if stretch.works:
            found.append(len(stretch.time_s))
        enter(quiet, stretch)

    monkeypatch.setattr(Quiet, "_enter", counted)
    return found


@pytest.mark.parametrize("case", CASES)
def test_work_ahead_has_the_bytes_of_its_events(
    case: str, worked: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    scenario = CASES[case]
    quiet = twin.simulate(twin.build(scenario))
    if not case.startswith(("drawn", "heat", "slow")):
        assert sum(worked) > 0.4 * quiet.summary["instants"]
    assert_same(event_by_event(scenario, monkeypatch), quiet)


def test_work_moves_while_racks_cool(monkeypatch: pytest.MonkeyPatch) -> None:
    """All racks shut down and wait for their coolant: jobs come meanwhile, hour after hour."""
    instants = {True: 0, False: 0}
    enter = Quiet._enter

    def counted(quiet: Quiet, stretch: Stretch) -> None:
        warm = bool(quiet.world.state.throttling.overheated.any())
        instants[warm] += len(stretch.time_s)
        enter(quiet, stretch)

    monkeypatch.setattr(Quiet, "_enter", counted)
    result = twin.simulate(twin.build(CASES["racks that cool for long"]))
    racks = result.tables["events"]
    cools_s = racks.time_s[racks.what == "on"].min() - racks.time_s[racks.what == "off"].min()
    assert instants[True] > 0.7 * result.summary["instants"] * cools_s / (12 * 3600)


@pytest.mark.parametrize("seed", range(3))
def test_stops_in_work_change_nothing(seed: int, tmp_path: Path) -> None:
    """Stopped anywhere, kept and read again."""
    draw = Random(seed)
    facility = twin.build(CASES["a lost panel"])
    whole = twin.simulate(facility)
    run = twin.start(facility)
    for stop_s in sorted(draw.uniform(0, 43_000) for _ in range(4)):
        run.until(stop_s)
        assert run.now_s < stop_s
        run.save(tmp_path / "kept")
        run = twin.resume(tmp_path / "kept")
    assert_same(whole, run.until().result())


def overtaking(policy: str) -> twin.Scenario:
    """A capped job whose end, as foreseen, comes to lie behind that of another meanwhile: asked
    anew, the rule would start a job that has to wait.
    """
    shapes = {"capped": (24, 100), "other": (26, 110), "first": (30, 60), "behind": (2, 300)}
    work: list[Plain] = [
        {"kind": "job", "name": name, "nodes": nodes, "run": f"{run_min} min"}
        | {"submit": f"{at_min} min", "checkpoint_interval": "20 h"}
        for at_min, (name, (nodes, run_min)) in enumerate(shapes.items())
    ]
    work[1]["gpu_activity"] = 0.0
    cap = {"kind": "gpu_power_cap", "share": "60 %", "at": "4 min", "duration": "5 h"}
    return small(
        small_layout(4, 0),
        workload=[*work, served(window="300 s")],
        horizon="9 h",
        controls={"scheduler": policy, "actions": [cap | {"of": ["capped"]}]},
    )


@pytest.mark.parametrize("policy", ["easy", "conservative"])
def test_a_run_read_again_asks_its_queue_no_sooner(policy: str, tmp_path: Path) -> None:
    """The rule answers by when jobs are expected to end, which moves where clocks are down."""
    facility = twin.build(overtaking(policy))
    whole = twin.simulate(facility)
    kept = twin.start(facility).until("95 min").save(tmp_path / "kept")
    assert_same(whole, twin.resume(kept).until().result())
    assert whole.tables["jobs"].started_s[3] > 95 * 60
    forked = twin.start(facility).until("95 min").fork().until().result()
    assert_same(whole, forked)


def test_a_fork_within_work_meets_its_fault(worked: list[int]) -> None:
    """Of a run that stopped where work moves ahead."""
    run = twin.start(twin.build(CASES["checkpoints and a service"])).until("5 h")
    assert worked
    fault = {"at": "06:00", "component": "cdu", "repair_at": "06:20"}
    forked = run.fork(faults=[fault]).until().result()
    asked = small(workload=[KEPT, served()], horizon="12 h", faults={"timeline": [fault]})
    whole = twin.simulate(twin.build(asked))
    for name in ("site", "racks", "power", "loops", "services", "jobs"):
        assert forked.tables[name].equals(whole.tables[name]), name


def test_work_is_moved_in_vain_for_a_share_of_a_run(monkeypatch: pytest.MonkeyPatch) -> None:
    """Wherever stretches are cut short, most instants are left to events, and bytes stay."""
    moved: list[float] = []
    follow = Quiet._follow
    step = WorkAhead._step

    def cut_short(quiet: Quiet, course: Course) -> Stretch:
        stretch = follow(quiet, course)
        stretch.cut(min(3, len(stretch.time_s)))
        return stretch

    def counted(work: WorkAhead, course: Course, end_s: float) -> bool:
        moved.append(end_s)
        return step(work, course, end_s)

    whole = twin.simulate(twin.build(CASES["jobs alone"]))
    monkeypatch.setattr(Quiet, "_follow", cut_short)
    monkeypatch.setattr(WorkAhead, "_step", counted)
    assert_same(whole, twin.simulate(twin.build(CASES["jobs alone"])))
    bounded = len(moved)
    monkeypatch.setattr("twin.simulation.loop.quiet.VAIN_MOST", np.inf)
    twin.simulate(twin.build(CASES["jobs alone"]))
    assert 0 < bounded < 0.5 * (len(moved) - bounded)
