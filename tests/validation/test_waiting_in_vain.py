"""Claim: what a scenario or a list says can never come is told before a run, at its line.

Each finding of `twin check` stands beside the run of the same file: whoever is told of never joins
the queue there. https://slurm.schedmd.com/squeue.html (`DependencyNeverSatisfied`).
"""

from __future__ import annotations

from pathlib import Path
from random import Random
from typing import Any

import pytest
from typer.testing import CliRunner

import twin
from tests.validation import test_dependencies_oracle as oracle
from tests.validation.test_job_dependencies import asked, job, lived, table
from twin.analysis.review import review
from twin.cli.app import app
from twin.workload.unmet import Unmet

RULES = {"policy": "easy"}


def found(path: Path) -> dict[str, str]:
    facility = twin.build(twin.load(path))
    return {one.component: one.says for one in review(facility) if one.code == "never_comes"}


def test_who_waits_for_a_stated_failure_is_told_down_the_chain(tmp_path: Path) -> None:
    work = (
        job("train", 4, 30, ends="failed"),
        job("evaluate", 1, 10, after="train"),
        job("deploy", 1, 10, after="evaluate"),
        job("ask", 1, 10, after="afternotok:train"),
        job("either", 1, 10, after="afterok:train?afterany:train"),
        job("clean", 1, 10, after="afterany:evaluate"),
    )
    assert found(asked(tmp_path, *work)) == {
        "evaluate": "it can never come: afterok of train, which ends failed",
        "deploy": "it can never come: afterok of evaluate, which can never come",
        "clean": "it can never come: afterany of evaluate, which can never come",
    }
    states = table(lived(tmp_path, *work))["state"]
    assert states[states == "never_eligible"].index.tolist() == ["evaluate", "deploy", "clean"]


def test_slurms_option_lets_those_come_that_ask_for_any_end(tmp_path: Path) -> None:
    work = (
        job("train", 4, 30, ends="cancelled"),
        job("evaluate", 1, 10, after="train"),
        job("clean", 1, 10, after="afterany:evaluate"),
        job("deploy", 1, 10, after="evaluate"),
    )
    keys = {"controls": {"scheduler": {**RULES, "kill_invalid_depend": True}}}
    assert found(asked(tmp_path, *work, **keys)) == {
        "evaluate": "it can never come: afterok of train, which ends cancelled",
        "deploy": "it can never come: afterok of evaluate, which is cancelled",
    }
    assert table(lived(tmp_path, *work, **keys))["state"]["clean"] == "completed"


@pytest.mark.parametrize(
    ("first", "after", "says"),
    [
        ({"limit": "20 min"}, "first", "afterok of first, which is stopped at its time limit"),
        ({}, ["afterok:first", "afternotok:first"], "afterok and afternotok of first at once"),
        ({}, "first", ""),
        ({}, "afternotok:first", ""),
        ({"limit": "30 min"}, "first", ""),
    ],
    ids=["limit", "both ways", "completes", "fallback", "limit as long as the run"],
)
def test_what_is_in_vain_and_what_is_not(
    first: dict[str, Any], after: str | list[str], says: str, tmp_path: Path
) -> None:
    path = asked(tmp_path, job("first", 4, 30, **first), job("second", 1, 10, after=after))
    assert found(path) == ({"second": f"it can never come: {says}"} if says else {})


def test_who_waits_for_a_gang_that_is_too_large(tmp_path: Path) -> None:
    work = (job("huge", 9, 30), job("second", 1, 10, after="after:huge"))
    path = asked(tmp_path, *work, allow=["never_starts"])
    assert found(path) == {"second": "it can never come: after of huge, which never starts"}
    assert table(twin.run(path))["state"]["second"] == "never_eligible"


LIST = """name,submit,run,nodes,state,after
a,0,600,1,failed,
b,0,600,1,,a
c,0,600,1,,afterany:a
b,60,600,1,,singleton
d,70,600,1,,afternotok:a
"""


def listed(folder: Path) -> Path:
    (folder / "log.csv").write_text(LIST)
    return asked(folder, {"kind": "jobs", "name": "log", "file": "log.csv"})


def test_a_list_is_told_by_its_first_row_at_its_line(tmp_path: Path) -> None:
    path = listed(tmp_path)
    why = "afterok of log_a, which ends failed"
    says = "2 of its 5 jobs can never come; the first is log_b (log.csv, line 3)"
    assert found(path) == {"log": f"{says}: {why}"}
    states = table(twin.run(path))["state"]
    assert (states == "never_eligible").sum() == 2


def test_the_command_tells_file_line_and_cure(tmp_path: Path) -> None:
    path = listed(tmp_path)
    told = CliRunner().invoke(app, ["check", str(path), "--json"])
    assert told.exit_code == 0
    line = next(n for n, x in enumerate(path.read_text().splitlines(), 1) if "log.csv" in x)
    assert '"never_comes"' in told.stdout
    assert f'"line": {line}' in told.stdout
    shown = CliRunner().invoke(app, ["check", str(path)], env={"COLUMNS": "200"})
    assert "afterany" in shown.stdout


@pytest.mark.parametrize("seed", range(10))
def test_whoever_is_told_of_never_comes_in_the_oracle(seed: int, tmp_path: Path) -> None:
    """And of those who never come nobody is left out but who waits for a failure."""
    draw = Random(f"in vain {seed}")
    jobs = oracle.drawn(draw, 40)
    kill = seed % 2 == 1
    slow = oracle.machine(jobs, "easy", kill)
    slow.live()
    never = {name for name in slow.state if name not in slow.eligible}
    scenario = twin.load(oracle.asked(tmp_path, jobs, "easy", kill))
    unmet = Unmet(scenario.workload, scenario.seed, kills=kill)
    told = {name.removeprefix("log_") for name in unmet.why}
    assert told <= never
    by_failure = {
        job.name
        for job in jobs
        if any(kind == "afternotok" for clause in job.clauses for kind, _, _ in clause)
    }
    for one in jobs:
        named = {name for clause in one.clauses for _, name, _ in clause}
        if named & by_failure:
            by_failure.add(one.name)
    assert never - told <= by_failure
