"""Killed at every single step on the disk, a name stands for the old result or for the new one.

Every moment is tried: saving, reporting and drawing a scene over an older result, with a file
system that swaps two names and with one that cannot.
"""

from __future__ import annotations

import re
import shutil
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

sys.path.insert(0, str(Path(__file__).parents[1]))
from contracts.kill_points import Steps, killed_at
from synthetic import synthetic

import twin.present.report as report
from twin import InputError, Result
from twin.present.usd import export_result
from twin.results import folder

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="needs fork and SIGKILL")
FIRST = replace(synthetic(), meta={**synthetic().meta, "seed": 1})
SECOND = replace(FIRST, meta={**FIRST.meta, "seed": 2})
PAGE = '<meta name="twin-result" content="{}">'


@pytest.fixture
def light(monkeypatch: pytest.MonkeyPatch) -> None:
    """A report without its figures: what is tried is the writing of it."""

    def page(result: Result, *_: object) -> str:
        return f"<html><head>{PAGE.format(result.fingerprint)}</head></html>"

    monkeypatch.setattr(report, "render", page)


@pytest.fixture
def steps(tmp_path: Path) -> Steps:
    return Steps(str(tmp_path))


def shown(result: Result, out: Path) -> None:
    """What `twin run` leaves: the result, its report and its scene, with a reviewer's notes."""
    result.save(out)
    report.write(result, out)
    export_result(result, out / "scene")
    (out / "notes").mkdir(exist_ok=True)
    (out / "notes" / "mine.md").write_text("seen")


def every_moment(
    steps: Steps, work: Callable[[], Any], again: Callable[[], Any], most: int, stride: int = 1
) -> int:
    """Kill at each step in turn, or at one in `stride`, after `again` has made the start; how many
    steps there were.
    """
    for last in range(1, most, stride):
        again()
        if not killed_at(steps, last, work):
            return last - stride
    raise AssertionError(f"more than {most} steps")


def standing(out: Path) -> int:
    """The seed of the whole result under the name; nothing beside it is of another, nothing
    hidden loads.
    """
    result = Result.load(out)
    if (page := out / "report.html").exists():
        assert PAGE.format(result.fingerprint) in page.read_text()
    if (scene := out / "scene" / "facility.usda").exists():
        assert f'twin:result = "{result.fingerprint}"' in scene.read_text()
        named = re.findall(r"@\./([^@]+)@", scene.read_text())
        assert all((out / "scene" / name).exists() for name in named)
    assert (out / "notes" / "mine.md").read_text() == "seen"
    for hidden in out.parent.glob(".out*"):
        with pytest.raises(InputError):
            Result.load(hidden)
    return int(result.meta["seed"])


@pytest.mark.usefixtures("light")
@pytest.mark.parametrize("swaps", [True, False])
def test_killed_at_every_step_over_an_older_result(
    tmp_path: Path, steps: Steps, monkeypatch: pytest.MonkeyPatch, swaps: bool
) -> None:
    if not swaps:
        monkeypatch.setattr(folder, "exchange", lambda *_: False)
    out = tmp_path / "out"
    before = tmp_path / "before"
    shown(FIRST, before)
    seen = set()

    def again() -> None:
        if out.exists() or list(tmp_path.glob(".out*")):
            seen.add(standing(out))
            shutil.rmtree(out)
            shutil.copytree(before, out)
        else:
            shutil.copytree(before, out)

    killed = every_moment(steps, lambda: SECOND.save(out), again, 500)
    assert killed > 60
    assert seen == {1, 2}
    assert not list(tmp_path.glob(".out*")), "the next run cleans up"


@pytest.mark.usefixtures("light")
def test_killed_while_report_and_scene_follow(tmp_path: Path, steps: Steps) -> None:
    """An older report and scene are gone by then, but for what a person wrote over the scene;
    left-overs go when the two are next written.
    """
    out = tmp_path / "out"
    shown(FIRST, out)
    SECOND.save(out)
    assert not (out / "report.html").exists()
    assert [path.name for path in (out / "scene").iterdir()] == ["overrides.usda"]

    def follow() -> None:
        report.write(SECOND, out)
        export_result(SECOND, out / "scene")

    killed = every_moment(steps, follow, lambda: standing(out), 500, stride=4)
    assert killed > 40
    assert standing(out) == 2
    assert sorted(path.name for path in out.iterdir() if path.name.startswith(".")) == []
    assert [path.name for path in tmp_path.iterdir()] == ["out"]


def test_killed_at_every_step_of_a_first_run(tmp_path: Path, steps: Steps) -> None:
    out = tmp_path / "out"

    def again() -> None:
        if out.exists():
            assert Result.load(out).meta["seed"] == 1
            shutil.rmtree(out)
        for hidden in tmp_path.glob(".out*"):
            with pytest.raises(InputError):
                Result.load(hidden)

    assert every_moment(steps, lambda: FIRST.save(out), again, 500) > 40
    FIRST.save(out)
    assert [path.name for path in tmp_path.iterdir()] == ["out"]


def test_a_report_of_another_result_is_refused(tmp_path: Path) -> None:
    SECOND.save(tmp_path / "out")
    for late in (
        lambda: report.write(FIRST, tmp_path / "out"),
        lambda: export_result(FIRST, tmp_path / "out" / "scene"),
    ):
        with pytest.raises(InputError, match="another result than"):
            late()
    assert not (tmp_path / "out" / "report.html").exists()
    assert not (tmp_path / "out" / "scene").exists()


def test_a_folder_that_is_being_written_is_left_alone(tmp_path: Path) -> None:
    with folder.replaced(tmp_path / "out", ()) as writing:
        FIRST.save(tmp_path / "out")
        assert writing.exists()
