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


OF_THE_RUN = {
    "the table loops": ("time_tables", "_loops"),
    "the table witnesses": ("tables", "witnesses"),
    "its headline numbers": ("result", "summary"),
    "its costs": ("result", "cost_tables"),
    "the review of its design": ("result", "review"),
    "its warnings": ("result", "warnings"),
}
"""What stands in the run's own result, and the function in its last steps that makes it."""


@pytest.mark.parametrize("what", OF_THE_RUN)
def test_a_fault_in_the_result_itself_leaves_the_rest(
    what: str, file: Path, monkeypatch: Patch, capsys: pytest.CaptureFixture[str]
) -> None:
    """A day of simulated time went with one table that could not be made."""
    assert ran(file)[0] == 0
    whole = twin.Result.load(file.parent / "out")
    place, name = OF_THE_RUN[what]
    monkeypatch.setattr(f"twin.simulation.outcome.{place}.{name}", failing())
    code, out = ran(file, "--overwrite")
    kept = twin.Result.load(out)
    assert code == 1
    assert f"lacks {what} (Singular: singular matrix" in " ".join(capsys.readouterr().err.split())
    assert what in kept.meta["lacking"]
    assert kept.frame("racks").equals(whole.frame("racks"))
    assert kept.frame("events").equals(whole.frame("events"))
    if what.startswith("the table"):
        assert kept.frame(what.removeprefix("the table ")).empty
        assert kept.summary["energy_it_j"] == whole.summary["energy_it_j"]


def test_in_python_too_the_error_has_what_a_run_left(file: Path, monkeypatch: Patch) -> None:
    """Of a run to its end, and of one that was stopped half-way."""
    monkeypatch.setattr("twin.simulation.outcome.time_tables._loops", failing())
    run = twin.start(twin.build(twin.load(file))).until("30 min")
    with pytest.raises(RunError, match="the run stands, and its result lacks the table loops"):
        run.result()
    with pytest.raises(RunError, match="the run is over, and its result lacks") as caught:
        run.until().result()
    assert isinstance(caught.value.kept, twin.Result)
    assert caught.value.kept.summary["energy_it_j"] > 0


def test_balances_that_cannot_be_worked_out_are_not_said_to_close(
    file: Path, monkeypatch: Patch
) -> None:
    """The result is marked, and says why."""
    monkeypatch.setattr("twin.simulation.run.unbalanced", failing())
    with pytest.raises(RunError, match="balances do not close: Singular") as caught:
        twin.run(file)
    assert isinstance(caught.value.kept, twin.Result)
    assert "Singular" in caught.value.kept.invalid


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
