"""A fault in what is worked out or drawn after a run does not lose the run."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any, NoReturn

import pytest
from planner import asked, busy, faults, written

import twin
from twin.cli import main
from twin.errors import RunError
from twin.study import single
from twin.study.counterfactuals import lived

Patch = pytest.MonkeyPatch
HIT = faults((600.0, "crah_1", 600.0))


class Singular(Exception):
    """A fault of the program, of a kind that nothing here knows."""


def failing(error: BaseException | None = None) -> Callable[..., NoReturn]:
    def fails(*_: Any, **__: Any) -> NoReturn:
        raise error or Singular("singular matrix")

    return fails


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """An hour of work in which an air handler is lost."""
    return written(asked(workload=[busy()], faults=HIT), tmp_path)


def ran(file: Path, *words: str) -> tuple[int, Path]:
    out = file.parent / "out"
    return main(["run", str(file), "--out", str(out), "--counterfactuals", *words]), out


PARTS = {
    "the redundancy of its design": (single, "redundancy"),
    "the year in its site's weather": (single, "year_of_run"),
    "what each fault cost": (lived, "tables"),
}


@pytest.mark.parametrize("what", PARTS)
def test_a_part_that_fails_leaves_the_result(
    what: str, file: Path, monkeypatch: Patch, capsys: pytest.CaptureFixture[str]
) -> None:
    """The folder is readable with all tables; what lacks is told, and the rest can be drawn."""
    monkeypatch.setattr(*PARTS[what], failing())
    code, out = ran(file)
    told = capsys.readouterr().err
    assert code == 1
    assert f"lacks {what} (Singular: singular matrix, at test_parts_that_fail.py:" in told
    assert f"`twin report {out}` draws it" in told
    kept = twin.Result.load(out)
    assert kept.summary["energy_it_j"] > 0
    assert list(kept.meta["lacking"]) == [what]
    assert not kept.frame("events").empty
    assert main(["report", str(out)]) == 0
    assert f"without {what}" in (out / "report.html").read_text().replace("&#39;", "'")


def test_all_parts_may_fail_and_numbers_are_the_same(file: Path, monkeypatch: Patch) -> None:
    """Nothing of the run hangs on them: tables and summary are those of a run that has them."""
    assert ran(file)[0] == 0
    whole = twin.Result.load(file.parent / "out")
    for place in PARTS.values():
        monkeypatch.setattr(*place, failing())
    code, out = ran(file, "--overwrite")
    kept = twin.Result.load(out)
    assert code == 1
    assert set(kept.meta["lacking"]) == set(PARTS)
    assert {**kept.summary, "wall_s": 0} == {**whole.summary, "wall_s": 0}
    assert kept.frame("racks").equals(whole.frame("racks"))


def test_a_fork_that_breaks_does_not_end_the_run(file: Path, monkeypatch: Patch) -> None:
    """The run without a fault broke while the run itself was under way."""
    monkeypatch.setattr(lived.Forks, "_without", failing())
    code, out = ran(file)
    assert code == 1
    assert list(twin.Result.load(out).meta["lacking"]) == ["what each fault cost"]


def test_without_a_folder_the_error_has_the_result(file: Path, monkeypatch: Patch) -> None:
    """Whoever runs in Python has it as `kept`."""
    monkeypatch.setattr(single, "year_of_run", failing())
    with pytest.raises(RunError, match="lacks the year") as caught:
        twin.run(file)
    assert isinstance(caught.value.kept, twin.Result)


def test_ctrl_c_while_parts_are_worked_out(
    file: Path, monkeypatch: Patch, capsys: pytest.CaptureFixture[str]
) -> None:
    """The run is over: what it gave is kept."""
    monkeypatch.setattr(single, "redundancy", failing(KeyboardInterrupt()))
    code, out = ran(file)
    assert code == 130
    assert f"`twin report {out}` draws it" in capsys.readouterr().err
    assert twin.Result.load(out).summary["energy_it_j"] > 0


@pytest.mark.parametrize("drawn", ["report", "scene"])
def test_a_page_or_scene_that_fails_says_where_the_result_is(
    drawn: str, file: Path, monkeypatch: Patch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Exit 1, with the command that draws it; the result is whole, with redundancy and year."""
    monkeypatch.setattr(f"twin.cli.face.{drawn}", failing())
    code, out = ran(file)
    told = capsys.readouterr().err
    assert code == 1
    assert "a fault in twin itself: Singular: singular matrix" in told
    assert f"`twin report {out}` draws it" in told
    assert {"redundancy", "year"} <= set(twin.Result.load(out).meta)
