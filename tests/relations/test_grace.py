"""Relation: who makes way for a higher priority goes on for its grace and no longer, and keeps what
a checkpoint that fits into it holds.

Slurm: `GraceTime` of slurm.conf(5), with `PreemptMode=REQUEUE`; Kubernetes:
`terminationGracePeriodSeconds` of a pod.
"""

from __future__ import annotations

from typing import Any

import pytest
from conftest import small_layout

from tests.planner import answer, asked, job, loaded
from tests.stepwise import assert_same, event_by_event
from twin import Result, build, simulate
from twin.errors import InputError

LAYOUT = small_layout(liquid=2, air=0)
"""Two racks of 18 nodes."""
HIGH = {"kind": "job", "name": "high", "nodes": 36, "submit": "20 min", "run": "30 min"}
LOW = {"kind": "job", "name": "low", "nodes": 36, "run": "2 h", "restart_delay": "5 min"}
NOTHING_KEPT = LOW | {"checkpoint_interval": "0 s"}


def changes(low: list[dict[str, Any]], grace: str | None) -> dict[str, Any]:
    rule = {"policy": "priority"} | ({} if grace is None else {"grace": grace})
    work = [*low, HIGH | {"priority": 5}]
    return {"workload": work, "controls": {"scheduler": rule}, "horizon": "6 h"}


def lived(grace: str | None, *low: dict[str, Any]) -> Result:
    return answer(LAYOUT, **changes(list(low), grace))


def minutes(run: Result, column: str) -> dict[str, float]:
    table = run.frame("jobs").set_index("job")[column] / 60
    return {str(name): round(at, 6) for name, at in table.items()}


def write_min() -> float:
    """How long the last checkpoint of the training takes, told by who waits for it."""
    return minutes(lived(None, job("low")), "started_s")["high"] - 20.0


@pytest.mark.parametrize(("grace", "goes"), [(None, 20), ("0 s", 20), ("10 min", 30)])
def test_who_writes_no_checkpoint_works_on_and_begins_anew(grace: str | None, goes: int) -> None:
    """By hand: stopped at the end of its grace, again from nothing when the other has had its 30
    minutes, 5 minutes of restart and two hours of work.
    """
    run = lived(grace, NOTHING_KEPT)
    assert minutes(run, "started_s")["high"] == goes
    assert minutes(run, "finished_s")["low"] == goes + 30 + 5 + 120
    assert run.frame("jobs").preemptions.tolist() == [1, 0]


def test_who_is_done_within_its_grace_is_not_stopped() -> None:
    """By hand: 4 of 24 minutes are left, and the grace is 10; without, all is done again."""
    short = NOTHING_KEPT | {"run": "24 min"}
    run = lived("10 min", short)
    assert minutes(run, "started_s")["high"] == 24.0
    assert run.frame("jobs").preemptions.tolist() == [0, 0]
    assert minutes(lived("0 s", short), "finished_s")["low"] == 20 + 30 + 5 + 24


def test_who_keeps_its_work_without_writing_goes_at_once() -> None:
    """A job of a plan that states an interval alone: 100 minutes are left when it makes way."""
    run = lived("10 min", LOW)
    assert minutes(run, "started_s")["high"] == 20.0
    assert minutes(run, "finished_s")["low"] == 20 + 30 + 5 + 100


def test_a_checkpoint_that_fits_is_written_and_the_nodes_are_free_then() -> None:
    run = lived("30 min", job("low"))
    assert minutes(run, "started_s")["high"] == pytest.approx(20 + write_min(), abs=1e-5)
    free = lived(None, job("low"))
    for name in ("jobs", "racks", "events"):
        assert run.tables[name].equals(free.tables[name])


def test_a_checkpoint_that_does_not_fit_is_not_written() -> None:
    """It works on for half the time that the write would take, and what it did since it came is
    lost: 20 minutes and that.
    """
    half_s = round(write_min() * 30, 3)
    run = lived(f"{half_s} s", job("low"))
    assert minutes(run, "started_s")["high"] == pytest.approx(20 + half_s / 60, abs=1e-5)
    events = run.frame("events")
    told = events[(events.component == "low") & (events.what == "stopped")].detail.item()
    assert f"{1200 + half_s:,.0f} s of work lost" in told
    assert run.frame("jobs").set_index("job").checkpoints["low"] == 0
    assert abs(float(run.summary["token_balance_residual_frac"])) < 1e-9


def test_two_who_write_at_once_may_be_too_slow_for_their_grace() -> None:
    """Each would be done in two thirds of the grace alone; sharing the storage neither is."""
    each = [job(f"low{k}", nodes=18) for k in range(2)]
    alone = minutes(lived(None, *each), "started_s")["high"] - 20
    run = lived(f"{alone * 60 * 0.75} s", *each)
    assert minutes(run, "started_s")["high"] == pytest.approx(20 + 0.75 * alone, abs=1e-5)
    assert run.frame("jobs").set_index("job").checkpoints.loc["low0":"low1"].tolist() == [0, 0]


@pytest.mark.parametrize("low", [NOTHING_KEPT, LOW, job("low")])
def test_event_by_event_and_in_stretches(
    low: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    scenario = loaded(asked(LAYOUT, **changes([low], "7 min")))
    assert_same(simulate(build(scenario)), event_by_event(scenario, monkeypatch))


def test_who_was_stopped_by_a_fault_meanwhile_is_not_stopped_again() -> None:
    """A rack is lost in the grace, and back at once: the job starts anew behind the other."""
    fault = {"at": "25 min", "component": "liquid_r1", "repair_after": "1 s"}
    asked_for = changes([NOTHING_KEPT], "10 min") | {"faults": {"timeline": [fault]}}
    table = answer(LAYOUT, **asked_for).frame("jobs").set_index("job")
    assert (table.restarts["low"], table.preemptions["low"]) == (1, 0)
    assert table.started_s["high"] > 25 * 60


def test_grace_without_preemption_is_refused() -> None:
    with pytest.raises(InputError, match="priority"):
        loaded(asked(LAYOUT, controls={"scheduler": {"policy": "easy", "grace": "1 min"}}))


def test_a_copy_aside_is_no_checkpoint_before_it_is_written() -> None:
    """Copied into host memory after 20 minutes and a second, written aside; the grace ends before a
    write that begins in it can: all is lost, no matter that it was time for a copy meanwhile.
    """
    half_s = round(write_min() * 30, 3)
    asked_for = job("low", checkpoint_interval=f"{1200 + half_s / 2} s")
    run = lived(f"{half_s} s", asked_for | {"asynchronous_checkpoints": True})
    assert lost_s(run) == pytest.approx(1200 + half_s, abs=1)
    assert minutes(run, "started_s")["high"] == pytest.approx(20 + half_s / 60, abs=1e-5)


@pytest.mark.parametrize("grace_s", [0.0, 0.5])
def test_a_write_aside_that_is_whole_is_kept(grace_s: float) -> None:
    """A copy after 11 minutes of work, long written when another comes at 20: 9 minutes are lost,
    and no work comes back later.
    """
    asked_for = job("low", checkpoint_interval="11 min", asynchronous_checkpoints=True)
    run = lived(f"{grace_s} s", asked_for)
    assert lost_s(run) == pytest.approx(540 + grace_s, abs=2)
    assert abs(float(run.summary["token_balance_residual_frac"])) < 1e-9


def lost_s(run: Result) -> float:
    """Work that the lower job lost when it made way."""
    events = run.frame("events")
    told = events[(events.component == "low") & (events.what == "stopped")].detail.item()
    return float(told.split("; ")[1].split(" s of")[0].replace(",", ""))


def test_who_copies_when_asked_writes_a_last_checkpoint() -> None:
    """The copy begins 10 ms before the other comes, and is none: the write is waited for."""
    asked_for = job("low", checkpoint_interval="1199.99 s", asynchronous_checkpoints=True)
    copied = lived(None, asked_for)
    plain = lived(None, job("low", asynchronous_checkpoints=True))
    assert minutes(copied, "started_s")["high"] == minutes(plain, "started_s")["high"]
    assert lost_s(copied) == 0.0
