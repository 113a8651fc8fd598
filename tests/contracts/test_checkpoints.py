"""A run that is stopped, saved, forked or killed gives the bytes of one that never was."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from conftest import ROOT, failing, small, small_layout, training

import twin
from twin.errors import InputError


def assert_same_tables(one: twin.Result, other: twin.Result) -> None:
    for name, frame in one.tables.items():
        assert frame.equals(other.tables[name]), name


def eventful() -> twin.Scenario:
    """Random faults, few crews, jobs with checkpoints, throttling and a service."""
    rates = {"rates": {"scale": 3e4, "nodes": True}, "crews": 1}
    outage = [{"kind": "utility_outage", "at": "2 h", "duration": "20 min"}]
    jobs = {"kind": "batch", "name": "job", "count": 30, "span": "4 h", "nodes_max": 20}
    service = {
        "kind": "inference", "name": "chat", "model": "Llama-3.1-8B", "nodes": 10,
        "requests": {"rate": "50 / s"},
    }  # fmt: skip
    work = [training("train", nodes=18), service, jobs]
    return small(small_layout(), horizon="6 h", faults=rates, drills=outage, workload=work)


def test_failures_repairs_and_queues_survive_a_fork_at_any_moment() -> None:
    facility = twin.build(eventful())
    whole = twin.start(facility).until().result()
    assert len(whole.frame("events")) > 50
    run = twin.start(facility)
    for moment in np.linspace(0.0, facility.scenario.horizon, 13)[1:-1]:
        assert_same_tables(whole, run.until(float(moment)).fork().until().result())


def test_a_fork_without_the_fault_is_the_run_that_never_had_it() -> None:
    hurt = small(horizon="2 h", faults=failing((3600.0, "liquid_r1", 600.0)))
    spared = twin.start(twin.build(hurt)).until(3600.0).fork(faults=[]).until().result()
    assert_same_tables(spared, twin.simulate(twin.build(small(horizon="2 h"))))


def test_a_fork_with_a_fault_is_the_run_that_had_it_from_the_start() -> None:
    fault = {"at": "1 h", "component": "liquid_r1", "repair_after": "10 min"}
    run = twin.start(twin.build(small(horizon="2 h"))).until("1 h").fork(faults=[fault])
    hurt = small(horizon="2 h", faults={"timeline": [fault]})
    assert_same_tables(run.until().result(), twin.simulate(twin.build(hurt)))


OUTAGE = {"kind": "utility_outage", "at": "1 h", "duration": "10 min"}
ISOLATE = {"kind": "isolate", "at": "1 h", "component": "liquid_r1", "duration": "10 min"}


@pytest.mark.parametrize("drill", [OUTAGE, ISOLATE], ids=["outage", "isolate"])
def test_a_fork_without_a_drill_is_the_run_that_never_had_it(drill: dict[str, Any]) -> None:
    later = {"kind": "isolate", "at": "90 min", "component": "liquid_r2", "duration": "5 min"}
    failed = failing((3600.0, "liquid_r3", 600.0))
    drilled = small(horizon="2 h", drills=[drill, later], faults=failed)
    spared = twin.start(twin.build(drilled)).until(3600.0).fork(drills=[later])
    never = small(horizon="2 h", drills=[later], faults=failed)
    assert_same_tables(spared.until().result(), twin.simulate(twin.build(never)))


def test_a_fork_with_a_drill_is_the_run_that_had_it_from_the_start() -> None:
    failed = failing((3600.0, "liquid_r3", 600.0))
    plain = small(horizon="2 h", faults=failed)
    drilled = twin.start(twin.build(plain)).until("50 min").fork(drills=[ISOLATE])
    had = small(horizon="2 h", faults=failed, drills=[ISOLATE])
    assert_same_tables(drilled.until().result(), twin.simulate(twin.build(had)))


def test_what_happened_at_the_last_instant_before_a_fork_stays_in_its_scenario() -> None:
    """Nothing happens between the first fault and the moment of the fork, a second later."""
    hurt = small(horizon="1 h", faults=failing((1000.0, "liquid_r1", 600.0), (2000.0, "cdu", 60.0)))
    run = twin.start(twin.build(hurt)).until(1000.001)
    assert run.now_s == 1000.0
    fork = run.fork(faults=[])
    assert [fault.at for fault in fork.facility.scenario.faults.timeline] == [1000.0]
    alone = small(horizon="1 h", faults=failing((1000.0, "liquid_r1", 600.0)))
    assert_same_tables(fork.until().result(), twin.simulate(twin.build(alone)))


def test_a_fork_refuses_the_past_and_what_is_not_there() -> None:
    run = twin.start(twin.build(small(horizon="2 h"))).until("1 h")
    late = {"at": "10 min", "component": "liquid_r1", "repair_after": "10 min"}
    with pytest.raises(InputError, match="moments from"):
        run.fork(faults=[late])
    with pytest.raises(InputError, match="liquid_r99"):
        run.fork(faults=[late | {"at": "90 min", "component": "liquid_r99"}])


@pytest.mark.parametrize("harm", ["cut", "other", "flipped"])
def test_a_damaged_checkpoint_is_refused(harm: str, tmp_path: Path) -> None:
    path = twin.start(twin.build(small())).until(600.0).save(tmp_path / "run.npz")
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 0xFF
    harmed: dict[str, Any] = {"cut": data[: len(data) // 3], "other": b"no zip", "flipped": data}
    path.write_bytes(harmed[harm])
    with pytest.raises(InputError, match="checkpoint"):
        twin.resume(path)


def test_a_checkpoint_that_is_not_there_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="No such file"):
        twin.resume(tmp_path / "nothing.npz")


def command(tmp_path: Path, *more: str) -> list[str]:
    scenario = ROOT / "scenarios" / "utility_outage.yaml"
    out = ["--out", str(tmp_path / "hurt")]
    alone = "--no-counterfactuals"  # as `twin.simulate`, whose tables these are held against
    return [sys.executable, "-m", "twin", "run", str(scenario), *out, alone, *more]


def test_resume_without_a_checkpoint_or_with_another_question_says_what_to_do(
    tmp_path: Path,
) -> None:
    none = subprocess.run(command(tmp_path, "--resume"), cwd=ROOT, capture_output=True, text=True)
    assert none.returncode == 2
    assert "--checkpoint-every" in none.stderr
    twin.start(twin.build(small())).until(60.0).save(tmp_path / ".hurt.checkpoint")
    other = subprocess.run(command(tmp_path, "--resume"), cwd=ROOT, capture_output=True, text=True)
    assert other.returncode == 2
    assert "another scenario" in other.stderr
