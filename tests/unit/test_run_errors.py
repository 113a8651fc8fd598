"""A run that cannot go on says when and why, and keeps what it computed."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from conftest import small, small_layout, training

import twin
from twin import Result, RunError
from twin.results import TABLES
from twin.simulation.compute.throttling import Throttling
from twin.simulation.jobs.scheduler import Scheduler
from twin.simulation.loop import run
from twin.simulation.record.accounts import Accounts

BREAK_S = 1234.5
Broken = Callable[[pytest.MonkeyPatch], None]


def scenario() -> twin.Scenario:
    """An hour of work with an end at the moment at which something breaks."""
    faults = {"timeline": [{"at": f"{BREAK_S} s", "component": "crah_1", "repair_after": "60 s"}]}
    return small(small_layout(liquid=1, air=0), workload=[training(nodes=18)], faults=faults)


def quarrel(patch: pytest.MonkeyPatch) -> None:
    """Two disciplines that never agree from a moment on."""
    settle = Throttling.settle
    patch.setattr(Throttling, "settle", lambda self: settle(self) or self.world.now_s >= BREAK_S)


def standstill(patch: pytest.MonkeyPatch) -> None:
    """A discipline that always wants to act now."""
    soonest = Scheduler.next_s
    patch.setattr(run, "STILL_MAX", 50)
    patch.setattr(
        Scheduler, "next_s", lambda self: 0.0 if self.world.now_s >= BREAK_S else soonest(self)
    )


def arithmetic(patch: pytest.MonkeyPatch) -> None:
    """A number that cannot be computed."""
    hold = Accounts.hold

    def fails(self: Accounts) -> None:
        if self.world.now_s >= BREAK_S:
            raise ZeroDivisionError("division by zero")
        hold(self)

    patch.setattr(Accounts, "hold", fails)


def stopped(broken: Broken, patch: pytest.MonkeyPatch) -> RunError:
    broken(patch)
    with pytest.raises(RunError) as caught:
        twin.simulate(twin.build(scenario()))
    return caught.value


each = pytest.mark.parametrize("broken", [quarrel, standstill, arithmetic])


@each
def test_the_error_names_the_simulated_moment(
    broken: Broken, monkeypatch: pytest.MonkeyPatch
) -> None:
    error = stopped(broken, monkeypatch)
    assert "1,234.500 s of 3,600 s" in str(error)


@each
def test_what_was_computed_is_kept_in_readable_tables(
    broken: Broken, monkeypatch: pytest.MonkeyPatch
) -> None:
    kept = stopped(broken, monkeypatch).kept
    assert isinstance(kept, Result)
    assert set(kept.tables) == {table.name for table in TABLES}
    times = kept.tables["site"]["time_s"].tolist()
    assert times == [*(60.0 * n for n in range(1, 21)), BREAK_S]
    assert (kept.tables["racks"]["power_w"] > 0).all()
    assert kept.summary["simulated_s"] == BREAK_S
    assert kept.summary["energy_it_j"] > 0
    assert abs(kept.summary["energy_balance_residual_frac"]) < 1e-9


@each
def test_the_metadata_says_that_and_when_it_stopped(
    broken: Broken, monkeypatch: pytest.MonkeyPatch
) -> None:
    error = stopped(broken, monkeypatch)
    assert isinstance(error.kept, Result)
    assert error.kept.meta["stopped"] == str(error)


def test_a_run_that_ends_says_nothing_of_the_kind() -> None:
    assert twin.simulate(twin.build(scenario())).meta["stopped"] == ""


@each
def test_a_study_saves_what_was_kept_before_it_raises(
    broken: Broken, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    broken(monkeypatch)
    with pytest.raises(RunError):
        twin.run(scenario(), out=tmp_path / "kept")
    back = Result.load(tmp_path / "kept")
    assert "1,234.500 s" in back.meta["stopped"]
    assert back.tables["site"]["time_s"].iloc[-1] == BREAK_S
    assert back.scenario_yaml == scenario().as_yaml()


def test_what_was_kept_is_the_beginning_of_the_whole_run(monkeypatch: pytest.MonkeyPatch) -> None:
    whole = twin.simulate(twin.build(scenario())).tables["site"]
    kept = stopped(quarrel, monkeypatch).kept
    assert isinstance(kept, Result)
    assert kept.tables["site"].head(20).equals(whole.head(20))


def test_a_quarrel_names_itself(monkeypatch: pytest.MonkeyPatch) -> None:
    assert "do not agree" in str(stopped(quarrel, monkeypatch))


def test_a_standstill_names_itself(monkeypatch: pytest.MonkeyPatch) -> None:
    assert "no progress" in str(stopped(standstill, monkeypatch))


def test_a_run_that_cannot_begin_is_a_run_error_too(monkeypatch: pytest.MonkeyPatch) -> None:
    def fails(self: Accounts) -> None:
        raise ZeroDivisionError("division by zero")

    monkeypatch.setattr(Accounts, "hold", fails)
    with pytest.raises(RunError):
        twin.simulate(twin.build(scenario()))


def test_a_workload_that_cannot_run_is_refused_before_the_run_and_not_in_its_middle() -> None:
    late = training("late", 18, submit="1800 s", global_batch_sequences=7)
    calls: list[float] = []
    with pytest.raises(twin.InputError, match="late"):
        twin.simulate(
            twin.build(small(small_layout(liquid=1, air=0), workload=[late])),
            lambda done, now_s: calls.append(now_s),
        )
    assert calls == [], "the run had begun"
