"""A disk that takes no more ends a command with one plain line, exit code 1, and what was kept."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from conftest import ROOT

from twin import Result

resource = pytest.importorskip("resource", reason="limits of file size are Unix's own")

SCENARIO = str(ROOT / "scenarios" / "utility_outage.yaml")
RUN = ["run", SCENARIO, "--set", "horizon=30 min", "--out"]


def twin(arguments: list[str], file_bytes: int = 0) -> tuple[int, list[str]]:
    """Exit code and lines on stderr of a command that may not write a file above `file_bytes`, nor
    modules that it compiled: cut off at that size, each later command would end by one.
    """

    def limited() -> None:
        if file_bytes:
            resource.setrlimit(resource.RLIMIT_FSIZE, (file_bytes, file_bytes))

    command = [sys.executable, "-m", "twin", *arguments]
    done = subprocess.run(
        command,
        cwd=ROOT,
        capture_output=True,
        text=True,
        preexec_fn=limited,
        env=os.environ | {"PYTHONDONTWRITEBYTECODE": "1"},
    )
    return done.returncode, done.stderr.splitlines()


def refusals(lines: list[str]) -> list[str]:
    return [line for line in lines if "could not be written" in line or "rror" in line]


@pytest.fixture(scope="module")
def saved(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A result with its report and scene."""
    out = tmp_path_factory.mktemp("whole") / "out"
    assert twin([*RUN, str(out)])[0] == 0
    return out


def test_no_room_for_the_result(tmp_path: Path) -> None:
    code, lines = twin([*RUN, str(tmp_path / "out")], file_bytes=8_000)
    assert code == 1
    place = re.escape(str(tmp_path / "out"))
    (line,) = refusals(lines)
    assert re.fullmatch(f"twin: the result could not be written to {place}: File too large", line)
    assert list(tmp_path.iterdir()) == []


def test_no_room_for_the_report(saved: Path, tmp_path: Path) -> None:
    out = shutil.copytree(saved, tmp_path / "out")
    before = (out / "report.html").read_bytes()
    code, lines = twin(["report", str(out)], file_bytes=50_000)
    assert code == 1
    (line,) = refusals(lines)
    assert line.startswith(f"twin: the report could not be written to {out / 'report.html'}: ")
    assert line.endswith(f"File too large; the result is kept in {out}")
    assert (out / "report.html").read_bytes() == before
    assert not [path for path in out.iterdir() if path.name.startswith(".")]


@pytest.mark.parametrize("part", ["payloads/results_run.usdc", "architecture.usdc"])
def test_no_room_for_the_scene(saved: Path, tmp_path: Path, part: str) -> None:
    """The USD library keeps its log to itself; the older scene stays whole."""
    pytest.importorskip("pxr", reason="usd-core is not installed")
    out = shutil.copytree(saved, tmp_path / "out")
    before = {path: path.read_bytes() for path in (out / "scene").rglob("*") if path.is_file()}
    size = (out / "scene" / part).stat().st_size
    code, lines = twin(["usd", "export", str(out), "--out", str(out / "scene")], size - 500)
    assert code == 1
    (line,) = refusals(lines)
    assert line.startswith(f"twin: the scene could not be written to {out / 'scene'}: ")
    assert line.endswith(f"File too large; the result is kept in {out}")
    after = {path: path.read_bytes() for path in (out / "scene").rglob("*") if path.is_file()}
    assert after == before


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A file system with room for the result and not for its report."""
    mount = ["mount", "-t", "tmpfs", "-o", "size=420k", "tmpfs", str(tmp_path)]
    if not shutil.which("mount") or subprocess.run(mount, capture_output=True).returncode:
        pytest.skip("this system does not let us mount a small disk")
    yield tmp_path
    subprocess.run(["umount", str(tmp_path)], check=True)


def test_a_disk_that_fills_up_after_the_result(small_disk: Path) -> None:
    code, lines = twin([*RUN, str(small_disk / "out")])
    assert code == 1
    (line,) = refusals(lines)
    assert "No space left on device; the result is kept in" in line
    assert Result.load(small_disk / "out").summary["simulated_s"] == 1800
