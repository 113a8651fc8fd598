"""Copies of the command that work beside it: what they find is what the command would have found;
one that does not deliver costs time and nothing else; none outlives the command.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path
from typing import Any

import pytest
from conftest import ROOT
from planner import asked, chat, faults, job, written

import twin
from twin import beside
from twin.cli import main
from twin.physics.serving.tails import LOADS
from twin.simulation.serving import lived_pools
from twin.study.counterfactuals import lived

sys.path.insert(0, str(ROOT / "tests"))
from proof.continued import hashes

pytestmark = pytest.mark.skipif(
    not hasattr(os, "fork") or not Path("/proc/self/task").is_dir(), reason="nothing is copied here"
)
TWO = faults((1500.0, "cdu_pump_1", 1200.0), (3000.0, "liquid_r1", 300.0))


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """Two hours of a job, two faults and so three runs without them."""
    work = [job(nodes=54, checkpoint_interval="10 min")]
    return written(asked(horizon="2 h", workload=work, faults=TWO), tmp_path)


@pytest.fixture
def copied(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """Copies that are made while the process of the tests counts as the command."""
    made: list[int] = []
    fork = os.fork

    def counted() -> int:
        process = fork()
        made.append(process)
        return process

    monkeypatch.setattr(beside, "is_the_command", lambda: True)
    monkeypatch.setattr(beside, "has_one_thread", lambda: True)
    monkeypatch.setattr(beside, "cores", lambda: 2)
    monkeypatch.setattr(os, "fork", counted)
    return made


def tables(folder: Path) -> dict[str, str]:
    """Hashes of a saved result, but not of its report."""
    found = hashes(twin.Result.load(folder))
    return {name: sha for name, sha in found.items() if name.startswith("tables/")}


def test_what_a_copy_finds_comes_back(copied: list[int]) -> None:
    begun = beside.begun(lambda: (os.getpid(), "found"))
    assert begun is not None
    assert begun.outcome() == (copied[0], "found")
    with pytest.raises(ChildProcessError):
        os.waitpid(copied[0], os.WNOHANG)


@pytest.mark.parametrize("end", [lambda: 1 / 0, lambda: os.kill(os.getpid(), signal.SIGKILL), open])
def test_a_copy_that_does_not_deliver_says_nothing(
    end: Any, copied: list[int], capfd: pytest.CaptureFixture[str]
) -> None:
    begun = beside.begun(end)
    assert begun is not None
    assert begun.outcome() is None
    assert capfd.readouterr() == ("", "")


def test_a_process_of_two_threads_is_not_copied(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(beside, "may_copy", lambda: True)
    over = threading.Event()
    other = threading.Thread(target=over.wait)
    other.start()
    try:
        assert beside.begun(lambda: 1) is None
    finally:
        over.set()
        other.join()


@pytest.mark.parametrize("cores", [1, 2])
def test_nor_is_another_program_or_one_of_one_core(
    cores: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(beside, "cores", lambda: cores)
    monkeypatch.setattr(beside, "is_the_command", lambda: cores == 1)
    assert not beside.may_copy()


def test_pieces_are_done_once_by_the_command_or_its_copy(copied: list[int]) -> None:
    def piece(n: int) -> tuple[int, int]:
        time.sleep(0.01)
        return n, os.getpid()

    shared = beside.Shared(piece, 40)
    time.sleep(0.1)
    found = shared.outcome()
    assert {n: value for n, (value, _) in found.items()} == {n: n for n in range(40)}
    assert {process for _, process in found.values()} == {os.getpid(), copied[0]}


def test_pieces_of_a_copy_that_dies_are_missing_and_no_others(copied: list[int]) -> None:
    asking = os.getpid()

    def piece(n: int) -> int:
        if os.getpid() != asking:
            os.kill(os.getpid(), signal.SIGKILL)
        return n

    shared = beside.Shared(piece, 9)
    os.waitpid(copied[0], 0)
    assert shared.outcome() == {n: n for n in range(1, 9)}


def test_pieces_stay_with_the_process_that_shares_them(copied: list[int]) -> None:
    shared = beside.Shared(lambda n: n, 3)
    theirs = beside.begun(lambda: len(shared.outcome()))
    assert theirs is not None
    assert theirs.outcome() == 0
    assert shared.outcome() == {0: 0, 1: 1, 2: 2}


def test_without_a_copy_nothing_is_shared(monkeypatch: pytest.MonkeyPatch) -> None:
    """And nothing stays open: a study of a thousand runs would run out of files."""
    monkeypatch.setattr(beside, "may_copy", lambda: False)
    before = os.listdir("/proc/self/fd")
    assert beside.Shared(lambda n: n, 3).outcome() == {}
    assert len(os.listdir("/proc/self/fd")) == len(before)


def services(folder: Path) -> Path:
    """A day of services whose prompts are read here or there, and whose loads come and go."""
    day = {"rate": "60 / s", "diurnal_amplitude": 0.6, "peak_hour": 6}
    own = chat(nodes=12, requests=day, slo={"ttft": "200 ms"})
    split = chat("split", nodes=4, requests=day, prefill={"nodes": 2})
    alone = chat("alone", nodes=1, requests=day | {"rate": "150 / s"})
    return written(asked(horizon="12 h", workload=[own, split, alone]), folder)


@pytest.mark.parametrize("delivers", [True, False])
def test_tails_of_services_are_the_same_from_a_copy(
    delivers: bool, tmp_path: Path, copied: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    file = services(tmp_path)
    alone = hashes(twin.run(file))
    lived_pools._seen_at.cache_clear()
    here: list[float] = []
    lives = lived_pools._seen_at

    def counted(pool: lived_pools.AskedPool, load: float) -> Any:
        here.append(load)
        return lives(pool, load)

    monkeypatch.setattr(lived_pools, "_seen_at", counted)
    collects = beside.Shared.outcome
    done: list[int] = []

    def late(shared: beside.Shared[Any]) -> Any:
        time.sleep(0.3)
        found = collects(shared)
        done.extend([len(found), len(here)])
        return found

    monkeypatch.setattr(beside.Shared, "outcome", late)
    if not delivers:
        monkeypatch.setattr(beside.Copied, "outcome", lambda _: None)
    assert hashes(twin.run(file, tmp_path / "out")) == alone
    assert len(copied) == 2  # the tails and the redundancy
    pieces, lived_meanwhile = done
    if delivers:
        assert lived_meanwhile < pieces, "the copy did some"
        assert here[lived_meanwhile:] == [LOADS[0]], "all but the lone prompt that is sent"
    else:
        assert len(here) > lived_meanwhile


def test_runs_without_faults_are_the_same_in_copies(file: Path, copied: list[int]) -> None:
    alone = twin.run(file)
    assert copied == []
    together = twin.run(file, file.parent / "out")
    assert len(copied) == 3  # two runs without a fault, and the redundancy
    assert hashes(together) == hashes(alone)


def test_copies_that_do_not_deliver_leave_their_runs_to_the_command(
    file: Path, copied: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    alone = hashes(twin.run(file))
    monkeypatch.setattr(beside.Copied, "outcome", lambda _: None)
    assert hashes(twin.run(file, file.parent / "out")) == alone
    assert len(copied) == 3  # two runs without a fault, and the redundancy


def test_a_fault_in_a_copy_is_met_and_told_by_the_command(
    file: Path, copied: list[int], monkeypatch: pytest.MonkeyPatch, capsys: Any
) -> None:
    def breaks(*_: Any) -> None:
        raise ZeroDivisionError("of a copy")

    monkeypatch.setattr(lived.Forks, "_without", breaks)
    out = file.parent / "out"
    assert main(["run", str(file), "--out", str(out)]) == 1
    assert "lacks what each fault cost (ZeroDivisionError: of a copy" in capsys.readouterr().err
    assert not twin.Result.load(out).frame("events").empty


def test_stopped_while_copies_work_the_result_is_kept(
    file: Path, copied: list[int], monkeypatch: pytest.MonkeyPatch, capsys: Any
) -> None:
    def stopped(_: Any) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(beside.Copied, "outcome", stopped)
    out = file.parent / "out"
    assert main(["run", str(file), "--out", str(out)]) == 130
    assert f"all else is kept in {out}" in capsys.readouterr().err
    kept = twin.Result.load(out)
    assert kept.summary["simulated_s"] == 7200.0
    assert kept.frame("counterfactuals").empty


def session(process: int) -> list[int]:
    """Processes of a session that still run."""
    found = []
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            after = stat.read_text().rpartition(")")[2].split()
        except OSError:
            continue
        if int(after[3]) == process and after[0] != "Z":
            found.append(int(stat.parent.name))
    return found


@pytest.mark.skipif(beside.cores() < 2, reason="one core: nothing is copied")
@pytest.mark.parametrize("how", [signal.SIGKILL, signal.SIGINT])
def test_no_copy_outlives_the_command(how: signal.Signals, tmp_path: Path) -> None:
    """Three hundred days, so that copies have long to go when the command ends."""
    command = [
        sys.executable, "-m", "twin", "run", str(ROOT / "scenarios" / "first_factory.yaml"),
        "--set", "horizon=300 d", "--counterfactuals", "--out", str(tmp_path / "out"),
    ]  # fmt: skip
    running = subprocess.Popen(
        command,
        cwd=ROOT,
        env=os.environ | {"OPENBLAS_NUM_THREADS": "1"},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    patience = time.monotonic() + 120
    while len(session(running.pid)) < 3 and time.monotonic() < patience:
        assert running.poll() is None
        time.sleep(0.02)
    assert len(session(running.pid)) >= 3, "command, helper of the report, and a copy"
    running.send_signal(how)
    assert running.wait(timeout=60) == (-how if how == signal.SIGKILL else 130)
    while session(running.pid) and time.monotonic() < patience:
        time.sleep(0.05)
    assert session(running.pid) == []
