"""A run killed at any moment leaves a complete result or none: nothing half-written that loads.

The moments are states of the folder, not delays: before anything is there, with so many tables
written, when the name appears, and while report and scene follow.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import pytest
from conftest import ROOT

from twin import InputError, Result

OUT = "out"


def started(folder: Path) -> subprocess.Popen[bytes]:
    command = [
        sys.executable,
        "-m",
        "twin",
        "run",
        str(ROOT / "scenarios" / "utility_outage.yaml"),
        "--set",
        "horizon=90 min",
        "--out",
        str(folder / OUT),
    ]
    return subprocess.Popen(
        command,
        cwd=ROOT,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )


def killed_when(folder: Path, ripe: Callable[[], bool]) -> int:
    """Kill the run as soon as `ripe` says so; its return code."""
    process = started(folder)
    patience = time.monotonic() + 60
    while process.poll() is None and not ripe() and time.monotonic() < patience:
        time.sleep(0.0005)
    if process.poll() is None:
        os.kill(process.pid, signal.SIGKILL)
    return process.wait()


def tables(folder: Path) -> int:
    """Tables written so far; the folder may be renamed while it is looked at."""
    with suppress(FileNotFoundError):
        return len(list(folder.glob(f".{OUT}.partial-*/tables/*.parquet")))
    return 0


def complete(folder: Path) -> bool:
    """True for a whole result, False for none; anything else fails."""
    try:
        result = Result.load(folder / OUT)
    except InputError:
        assert not (folder / OUT / "meta.json").exists()
        return False
    assert len(result.frame("site")) == 540
    assert result.summary["simulated_s"] == 5400
    return True


@pytest.mark.parametrize("delay_s", [0.3, 1.0])
def test_killed_while_it_starts_or_simulates(delay_s: float, tmp_path: Path) -> None:
    end = time.monotonic() + delay_s
    assert killed_when(tmp_path, lambda: time.monotonic() > end) == -signal.SIGKILL
    assert complete(tmp_path) is False


@pytest.mark.parametrize("written", [0, 1, 6, 11])
def test_killed_while_it_saves(written: int, tmp_path: Path) -> None:
    def ripe() -> bool:
        return bool(list(tmp_path.glob(f".{OUT}.partial-*"))) and tables(tmp_path) >= written

    assert killed_when(tmp_path, ripe) == -signal.SIGKILL
    assert complete(tmp_path) == (tmp_path / OUT).exists()


@pytest.mark.parametrize("name", ["meta.json", "report.html"])
def test_killed_when_the_name_is_there(name: str, tmp_path: Path) -> None:
    killed_when(tmp_path, (tmp_path / OUT / name).exists)
    assert complete(tmp_path) is True


@pytest.mark.parametrize("written", [3, 12])
def test_killed_over_an_older_result(written: int, tmp_path: Path) -> None:
    """The old complete result stays, or the new one has taken its place, or the name is free."""
    assert killed_when(tmp_path, (tmp_path / OUT / "meta.json").exists) in (0, -signal.SIGKILL)
    assert complete(tmp_path) is True
    killed_when(tmp_path, lambda: tables(tmp_path) >= written)
    assert complete(tmp_path) == (tmp_path / OUT).exists()


def test_a_folder_left_unfinished_is_refused(tmp_path: Path) -> None:
    assert killed_when(tmp_path, lambda: tables(tmp_path) >= 4) == -signal.SIGKILL
    for partial in tmp_path.glob(f".{OUT}.partial-*"):
        with pytest.raises(InputError, match="unfinished"):
            Result.load(partial)
