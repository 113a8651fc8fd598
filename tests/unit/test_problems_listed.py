"""Problems are told all at once, and very many of one kind do not bury the others."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml
from conftest import ROOT

from twin.cli import main
from twin.errors import MOST_LISTED, InputError, Problem, listed


def of(count: int, where: str = "faults.timeline[{}].component") -> list[Problem]:
    return [Problem(where.format(n), "'x'", "a component", line=n + 1) for n in range(count)]


def test_a_hundred_are_told_one_by_one() -> None:
    assert listed(of(MOST_LISTED)) == [str(problem) for problem in of(MOST_LISTED)]


def test_of_more_it_is_told_how_many_of_which_kind() -> None:
    lines = listed([*of(MOST_LISTED + 5000), *of(3, "halls[{}].name")])
    assert (
        lines[MOST_LISTED] == "… and 5,000 more: faults.timeline[].component: allowed: a component"
    )
    assert lines[-1] == "… and 3 more: halls[].name: allowed: a component"


def test_every_problem_is_kept_for_who_asks() -> None:
    error = InputError(of(5000))
    assert len(error.problems) == 5000
    assert len(str(error).splitlines()) == MOST_LISTED + 1


def test_a_component_misspelled_a_thousand_times_fits_a_screen_or_two(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    asked = yaml.safe_load((ROOT / "scenarios" / "first_factory.yaml").read_text(encoding="utf-8"))
    asked["layout"] = yaml.safe_load((ROOT / "layouts" / "gb200_su.yaml").read_text("utf-8"))
    one = {"component": "cdu_1_pumps", "repair_after": "1 s"}
    asked["faults"]["timeline"] = [{"at": f"{60 * n} s"} | one for n in range(1, 1000)]
    path = tmp_path / "many.yaml"
    path.write_text(yaml.safe_dump(asked), encoding="utf-8")
    assert main(["check", str(path)]) == 2
    lines = capsys.readouterr().err.splitlines()
    assert len(lines) <= MOST_LISTED + 3
    assert any("899 more: faults.timeline[].component" in line for line in lines)
