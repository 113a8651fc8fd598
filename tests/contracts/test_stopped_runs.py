"""Runs that are stopped from the keyboard, killed or broken: what stays, what is said, how to go
on.
"""

from __future__ import annotations

import os
import random
import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from conftest import ROOT, small
from planner import asked, faults, job, written

import twin
from twin.cli import face, main
from twin.errors import InputError, RunError
from twin.simulation.loop.run import Loop
from twin.study.checkpoints import checkpoint_of

sys.path.insert(0, str(ROOT / "tests"))
from proof.cases import scenario_file
from proof.continued import hashes

OUTPUTS = {"period": "5 min", "counterfactuals": "never"}
TWO_H = {
    "horizon": "2 h",
    "outputs": OUTPUTS,
    "workload": [job(nodes=18, checkpoint_interval="7 min")],
}


@pytest.fixture
def scenario(tmp_path: Path) -> Path:
    """Two hours with a job, a fault, and one that comes too late."""
    late = faults((1800.0, "liquid_r1", 600.0), (9000.0, "cdu", 60.0))
    return written(asked(**TWO_H, faults=late), tmp_path)


@pytest.fixture
def whole(scenario: Path) -> dict[str, str]:
    """What comes of it where nobody stops it, without the redundancy that `run` adds."""
    return hashes(twin.simulate(twin.build(twin.load(scenario))))


def tables(folder: Path) -> dict[str, str]:
    """Hashes of a saved result's tables."""
    return {
        k: sha for k, sha in hashes(twin.Result.load(folder)).items() if k.startswith("tables/")
    }


def same_tables(folder: Path, whole: dict[str, str]) -> bool:
    return tables(folder) == {k: sha for k, sha in whole.items() if k.startswith("tables/")}


class Broken(Exception):
    """Stands for a process that ends."""


def ended_at(monkeypatch: pytest.MonkeyPatch, moment_s: float, error: BaseException) -> None:
    """Let every run end with an error inside the first event after a moment."""
    step = Loop.step

    def breaking(loop: Loop, until_s: float) -> bool:
        if loop.world.now_s > moment_s:
            raise error
        return step(loop, until_s)

    monkeypatch.setattr(Loop, "step", breaking)


def killed_by(scenario: Path, out: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Run with a checkpoint every quarter of an hour until an hour and a half."""
    with monkeypatch.context() as patched:
        ended_at(patched, 5400.0, Broken())
        with pytest.raises(Broken):
            twin.run(scenario, out, checkpoint_every_s=900.0)
    assert checkpoint_of(out).exists()


@pytest.mark.parametrize("key", ["checkpoint_every_s", "resume"])
def test_checkpoints_without_a_place_are_refused(key: str, scenario: Path) -> None:
    with pytest.raises(InputError, match=f"{key}: found no out"):
        twin.run(scenario, **{key: True if key == "resume" else 60.0})  # type: ignore[arg-type]


@pytest.mark.parametrize("every_s", [0.0, -1.0, float("nan"), float("inf")])
def test_an_interval_that_is_none_is_refused(
    every_s: float, scenario: Path, tmp_path: Path
) -> None:
    with pytest.raises(InputError, match="seconds above zero"):
        twin.run(scenario, tmp_path / "out", checkpoint_every_s=every_s)


def test_resume_keeps_the_interval_and_says_so(
    scenario: Path,
    whole: dict[str, str],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    out = tmp_path / "out"
    killed_by(scenario, out, monkeypatch)
    with monkeypatch.context() as patched:
        ended_at(patched, 6500.0, KeyboardInterrupt())
        assert main(["run", str(scenario), "--out", str(out), "--resume"]) == 130
    said = capsys.readouterr().err
    assert re.search(r"goes on from 1\.4\d h, with a checkpoint every 15 min", said)
    assert re.search(r"not kept: .* its last checkpoint, of 1\.[67]\d h, stays in", said)
    assert main(["run", str(scenario), "--out", str(out), "--resume"]) == 0
    assert same_tables(out, whole)
    assert not checkpoint_of(out).exists()


def test_a_run_that_wrote_no_checkpoints_says_that_it_will_write_none(
    scenario: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "out"
    twin.start(twin.build(twin.load(scenario))).until("1 h").save(checkpoint_of(out))
    assert main(["run", str(scenario), "--out", str(out), "--resume"]) == 0
    assert "no further checkpoints (--checkpoint-every asks for them)" in capsys.readouterr().err


def test_a_run_begun_anew_says_that_it_could_go_on(
    scenario: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "out"
    twin.start(twin.build(twin.load(scenario))).until("1 h").save(checkpoint_of(out))
    assert main(["run", str(scenario), "--out", str(out)]) == 0
    assert "with --resume it goes on from there" in capsys.readouterr().err
    assert not checkpoint_of(out).exists()


def test_the_checkpoint_of_another_run_is_not_lost(
    scenario: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "out"
    other = twin.load(scenario, {"seed": "9"})
    kept = twin.start(twin.build(other)).until("1 h").save(checkpoint_of(out))
    assert main(["run", str(scenario), "--out", str(out)]) == 2
    said = capsys.readouterr().err
    assert re.search(r"the checkpoint of another run, which stands at (0\.9\d|1\.00) h", said)
    assert "--overwrite" in said
    assert twin.resume(kept).facility.scenario.seed == 9
    twin.run(scenario, out)
    assert kept.exists(), "a finished run removes its own checkpoint only"
    assert main(["run", str(scenario), "--out", str(out), "--overwrite"]) == 0


def test_a_run_that_cannot_go_on_leaves_its_result_and_its_checkpoint(
    scenario: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    out = tmp_path / "out"
    with monkeypatch.context() as patched:
        ended_at(patched, 5400.0, FloatingPointError("overflow"))
        command = ["run", str(scenario), "--out", str(out), "--checkpoint-every", "15min"]
        assert main(command) == 1
    said = capsys.readouterr().err
    assert "overflow; its last checkpoint, of 1.4" in said
    assert "stopped after" in twin.Result.load(out).meta["stopped"]
    assert twin.resume(checkpoint_of(out)).now_s <= 5400.0
    broken = twin.start(twin.build(twin.load(scenario)))
    with monkeypatch.context() as patched:
        ended_at(patched, 600.0, FloatingPointError("overflow"))
        with pytest.raises(RunError, match="overflow"):
            broken.until()
    with pytest.raises(RunError, match="inside an event"):
        broken.save(tmp_path / "torn")


def pressing(moment_s: float) -> Callable[[float, float], None]:
    """Progress that presses Ctrl-C once, at a moment."""
    pressed: list[float] = []

    def progress(_: float, now_s: float) -> None:
        if now_s >= moment_s and not pressed:
            pressed.append(now_s)
            os.kill(os.getpid(), signal.SIGINT)

    return progress


def test_ctrl_c_stops_between_two_events_and_the_run_goes_on(
    scenario: Path, whole: dict[str, str]
) -> None:
    run = twin.start(twin.build(twin.load(scenario)))
    for moment_s in (700.0, 1800.0, 4000.0):
        with pytest.raises(KeyboardInterrupt):
            run.until(progress=pressing(moment_s))
        assert moment_s <= run.now_s < run.facility.scenario.horizon  # after a stretch of events
    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler
    assert hashes(run.until().result()) == whole


def test_ctrl_c_pressed_twice_stops_at_once_and_the_run_is_no_longer_used(
    scenario: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    run = twin.start(twin.build(twin.load(scenario))).until("1 h")

    def endless(loop: Loop, until_s: float) -> bool:
        while True:
            os.kill(os.getpid(), signal.SIGINT)

    with monkeypatch.context() as patched:
        patched.setattr(Loop, "step", endless)
        with pytest.raises(KeyboardInterrupt):
            run.until()
    for use in (run.until, run.fork, run.result, lambda: run.save(tmp_path / "torn")):
        with pytest.raises(RunError, match="inside an event"):
            use()  # type: ignore[operator]
    assert not (tmp_path / "torn").exists()


def test_another_threads_keyboard_is_left_alone(scenario: Path) -> None:
    before = signal.signal(signal.SIGINT, lambda *_: None)
    try:
        mine = signal.getsignal(signal.SIGINT)
        twin.start(twin.build(twin.load(scenario))).until("30 min")
        assert signal.getsignal(signal.SIGINT) is mine
    finally:
        signal.signal(signal.SIGINT, before)


def test_ctrl_c_while_the_report_is_drawn_names_the_result(
    scenario: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    def stopped(*_: Any) -> None:
        raise KeyboardInterrupt

    out = tmp_path / "out"
    monkeypatch.setattr(face, "scene", stopped)
    monkeypatch.setattr(face, "report", stopped)
    assert main(["run", str(scenario), "--out", str(out)]) == 130
    assert (
        f"the result is kept in {out}, and `twin report {out}` draws it" in capsys.readouterr().err
    )
    assert twin.Result.load(out).summary["simulated_s"] == 7200.0


def process(scenario: Path, out: Path, *more: str) -> subprocess.Popen[str]:
    command = [sys.executable, "-m", "twin", "run", str(scenario), "--out", str(out), *more]
    return subprocess.Popen(
        command, cwd=ROOT, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True,
        env=os.environ | {"PYTHONPATH": str(ROOT)}, start_new_session=True,
    )  # fmt: skip


LONG = ROOT / "scenarios" / "utility_outage.yaml"
"""About a second of computing."""


@pytest.fixture(scope="module")
def long_run() -> dict[str, str]:
    """What comes of it where nobody stops it, the run without its drill included."""
    result = twin.run(LONG)
    assert len(result.frame("counterfactuals")) > 0
    return hashes(result)


def test_ctrl_c_says_where_the_run_stands_and_how_to_go_on(
    tmp_path: Path, long_run: dict[str, str]
) -> None:
    """The keyboard is pressed once the run has begun, which its first checkpoint shows."""
    out = tmp_path / "out"
    running = process(LONG, out, "--checkpoint-every", "2min")
    while not checkpoint_of(out).exists() and running.poll() is None:
        time.sleep(0.002)
    running.send_signal(signal.SIGINT)
    _, said = running.communicate(timeout=60)
    assert running.returncode == 130
    assert re.search(r"stopped after \d\.\d\d h of 4 h; kept in .*\.out\.checkpoint", said)
    assert "--resume goes on from there" in said
    assert "Traceback" not in said
    twin.run(LONG, out, resume=True)
    assert same_tables(out, long_run)


def killed(running: subprocess.Popen[str], file: Path, delay_s: float) -> None:
    """Kill a run some time after its next checkpoint."""
    before = file.stat().st_mtime_ns if file.exists() else 0
    while running.poll() is None and not (file.exists() and file.stat().st_mtime_ns > before):
        time.sleep(0.002)
    time.sleep(delay_s)
    if running.poll() is None:
        os.kill(running.pid, signal.SIGKILL)
    running.communicate()


def test_a_run_killed_again_and_again_gives_the_bytes_of_one_that_was_not(
    tmp_path: Path, long_run: dict[str, str]
) -> None:
    out = tmp_path / "out"
    draw = random.Random(3)
    more = ["--checkpoint-every", "2min"]
    for _ in range(2):
        killed(process(LONG, out, *more), checkpoint_of(out), draw.uniform(0.0, 0.2))
        more = ["--resume"]
    if not out.exists():
        twin.run(LONG, out, resume=True)
    assert same_tables(out, long_run)


def test_a_resumed_run_tells_the_same_as_one_that_never_stopped(
    scenario: Path, whole: dict[str, str], tmp_path: Path
) -> None:
    """Findings name the line of the planner's file, and the run keeps no path of its own."""
    path = twin.start(twin.build(twin.load(scenario))).until("1 h").save(tmp_path / "run")
    scenario.rename(tmp_path / "gone.yaml")
    result = twin.resume(path).until().result()
    assert hashes(result) == whole
    assert any("scenario.yaml:" in text for text in result.meta["warnings"])


def test_a_resumed_run_needs_none_of_the_planners_files(tmp_path: Path) -> None:
    """Weather, prices, a profile and rows of their own, gone since; forks and builds still work."""
    project = tmp_path / "project"
    facility = twin.build(twin.load(scenario_file("own_csv", project), {"horizon": "70 min"}))
    run = twin.start(facility).until("45 min")
    path = run.save(tmp_path / "run")
    (project / "air.csv").write_text("changed since")
    forked = run.fork(faults=[]).until().result()
    project.rename(tmp_path / "gone")
    resumed = twin.resume(path)
    again = resumed.fork(faults=[]).until().result()
    assert beside_meta(again) == beside_meta(forked)
    assert without_lines(again) == without_lines(forked)
    assert twin.build(resumed.facility.scenario.with_(seed=5)).inputs == facility.inputs
    assert hashes(resumed.until().result()) == hashes(run.until().result())


def beside_meta(result: twin.Result) -> dict[str, str]:
    return {name: told for name, told in hashes(result).items() if name != "meta.json"}


def without_lines(result: twin.Result) -> list[str]:
    """What is remarked; a fork of a run read again tells lines of the file that the run keeps."""
    return [re.sub(r"scenario\.yaml:\d+", "", text) for text in result.meta["warnings"]]


def test_a_checkpoint_that_would_hold_nothing_new_is_not_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A second's interval over an idle hour writes as many as there are events, not 3,600."""
    stored: list[Any] = []
    from twin.study import checkpoints

    store = checkpoints.store
    monkeypatch.setattr(checkpoints, "store", lambda *given: stored.append(store(*given)))
    result = twin.run(small(), tmp_path / "out", checkpoint_every_s=1.0)
    assert 0 < len(stored) <= result.summary["instants"] + 60
