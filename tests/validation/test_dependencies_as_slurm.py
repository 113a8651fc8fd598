"""Claim: minutes, circles and planned parts of nodes go as they are written, to the second.

sbatch(1) of Slurm: minutes behind `after` count from the begin of a job or from its cancellation.
Every start is worked out by hand on eight nodes, or by `slow_dependencies.py`.
"""

from __future__ import annotations

from pathlib import Path
from random import Random
from typing import Any

import pytest

import twin
from tests.validation import test_dependencies_oracle as oracle
from tests.validation.test_job_dependencies import (
    ROUNDS,
    SEARCH,
    asked,
    job,
    lived,
    starts_min,
    table,
)
from tests.validation.test_lists_that_wait import PLAIN, jobs
from tests.validation.test_waiting_in_vain import found
from twin.errors import InputError, did_you_mean
from twin.workload.unmet import Unmet

KILLS = {"controls": {"scheduler": {"policy": "easy", "kill_invalid_depend": True}}}


@pytest.mark.parametrize(("after", "starts"), [("after:second", 10), ("after:second+7", 17)])
def test_minutes_count_from_a_cancellation_too(tmp_path: Path, after: str, starts: float) -> None:
    """The second is cancelled at 10 minutes, when the first has failed."""
    result = lived(
        tmp_path,
        job("first", 4, 10, ends="failed"),
        job("second", 4, 10, after="first"),
        job("third", 1, 5, after=after),
        job("fourth", 1, 5, after=[after, "afterany:third"]),
        **KILLS,
    )
    assert starts_min(result) == {"first": 0, "third": starts, "fourth": starts + 5}
    path = result.tables["critical_paths"].set_index("job")
    assert path["bounded_by"].to_dict() == {"third": "", "fourth": "third"}


def test_a_run_that_is_taken_up_keeps_the_minutes_since_a_cancellation(tmp_path: Path) -> None:
    path = asked(
        tmp_path,
        job("first", 4, 10, ends="failed"),
        job("second", 4, 10, after="first"),
        job("third", 1, 5, after="after:second+7"),
        **KILLS,
    )
    twin.start(twin.build(twin.load(path))).until(12 * 60).save(tmp_path / "stopped")
    again = twin.resume(tmp_path / "stopped").until().result()
    assert starts_min(again) == {"first": 0, "third": 17}


def test_a_rate_leaves_minutes_as_they_are_written(tmp_path: Path) -> None:
    """Twice as fast, submissions and think times halve; `g` still waits four minutes of `a`."""
    table = jobs(tmp_path, "log.csv", PLAIN, rate=2)
    assert table.loc["g", "eligible_s"] == pytest.approx(240, abs=1e-6)
    assert table.loc["i", "eligible_s"] == pytest.approx(650, abs=1e-6)


def test_a_circle_that_another_way_breaks_is_followed(tmp_path: Path) -> None:
    """`ask` comes by `look`, and `look` by the timer, though each would do for the other; `late`
    would come a minute after `look` begins.
    """
    result = lived(
        tmp_path,
        job("timer", 1, 20),
        job("look", 1, 10, after="afterok:timer?afterok:ask"),
        job("ask", 1, 10, after="look"),
        job("early", 1, 30, after="after:late?after:look"),
        job("late", 1, 40, after="after:early"),
    )
    assert starts_min(result) == {"timer": 0, "look": 20, "ask": 30, "early": 20, "late": 20}
    path = result.tables["critical_paths"].set_index("job")
    assert path["bounded_by"].to_dict() == {
        "timer": "", "look": "timer", "early": "look", "late": "early",
    }  # fmt: skip


def test_a_circle_whose_other_way_is_in_vain_is_told(tmp_path: Path) -> None:
    work = (
        job("timer", 1, 20, ends="failed"),
        job("look", 1, 10, after="afterok:timer?afterok:ask"),
        job("ask", 1, 10, after="look"),
        job("tell", 1, 10, after="ask"),
        job("free", 1, 10, after="afterany:timer?afterok:free_too"),
        job("free_too", 1, 10, after="free"),
    )
    told = found(asked(tmp_path, *work))
    assert told["look"] == "it can never come: waits in a circle behind ask"
    assert told.keys() == {"look", "ask", "tell"}
    result = lived(tmp_path, *work)
    assert starts_min(result) == {"timer": 0, "free": 20, "free_too": 30}


@pytest.mark.parametrize(
    ("after", "refused"),
    [
        (("b", "c", "a"), {"a", "b", "c"}),
        (("b?afterok:c", "a", ""), set()),
        (("b?afterok:c", "a", "a"), {"a", "b", "c"}),
        (("singleton,afterok:b", "after:a+5", ""), {"a", "b"}),
    ],
)
def test_of_circles_only_those_that_nothing_breaks_are_refused(
    tmp_path: Path, after: tuple[str, ...], refused: set[str]
) -> None:
    rows = [f'{name},0,60,1,"{text}"' for name, text in zip("abc", after, strict=True)]
    text = "\n".join(["name,submit,run,nodes,after", *rows, ""])
    if not refused:
        assert set(jobs(tmp_path, "log.csv", text)["state"]) == {"completed"}
        return
    with pytest.raises(InputError) as told:
        jobs(tmp_path, "log.csv", text)
    at = {problem.line - 2 for problem in told.value.problems}
    assert {"abc"[n] for n in at} == refused


@pytest.mark.parametrize("seed", range(6))
def test_jobs_in_circles_start_when_the_oracle_says(seed: int, tmp_path: Path) -> None:
    """Every second job of several ways has one more that may lie ahead of it; who stays behind in a
    circle stands as awaited, and is told of beforehand.
    """
    draw = Random(f"circles {seed}")
    drawn = oracle.drawn(draw, 40)
    for one in drawn:
        if one.clauses and draw.random() < 0.5:
            one.clauses[:] = [[*(c for clause in one.clauses for c in clause)]]
            other = draw.choice([o.name for o in drawn if o is not one])
            one.clauses[0].append((draw.choice(oracle.KINDS), other, 0.0))
    slow = oracle.machine(drawn, "easy", kill=bool(seed % 2))
    slow.live()
    path = oracle.asked(tmp_path, drawn, "easy", kill=bool(seed % 2))
    result = twin.run(path)
    rows = result.tables["jobs"].assign(job=lambda t: t["job"].str.removeprefix("log_"))
    rows = rows.set_index("job")
    assert rows["started_s"].dropna().to_dict() == pytest.approx(slow.started, abs=1e-4)
    left = rows.index[rows["state"] == "awaited"]
    assert rows["state"].drop(left).to_dict() == slow.state
    oracle.add_up(result)
    scenario = twin.load(path)
    unmet = Unmet(scenario.workload, scenario.seed, kills=bool(seed % 2))
    told = {name.removeprefix("log_") for name in unmet.why}
    assert told <= {name for name in slow.jobs if name not in slow.eligible}


def test_gpus_of_each_node_that_stand_idle_are_held(tmp_path: Path) -> None:
    """Two of eight GPUs on each of eight nodes, idle: six stay for others, seven do not fit."""
    result = lived(
        tmp_path,
        job("load", 8, 30, gpus_per_node=2, gpu_activity=0),
        job("six", 8, 10, gpus_per_node=6),
        job("seven", 1, 10, gpus_per_node=7, submit="1 min"),
        job("whole", 1, 10, gpu_activity=0, submit="40 min"),
    )
    assert starts_min(result) == {"load": 0, "six": 0, "seven": 30, "whole": 40}
    assert table(result).loc["load", "nodes"] == 8


def test_more_gpus_of_a_node_than_any_has_are_refused(tmp_path: Path) -> None:
    """A plan says how many nodes; it is not spread over others, as a list of elsewhere is."""
    wide = job("wide", 1, 10, gpus_per_node=9)
    with pytest.raises(InputError, match="9 GPUs of each node, and no node has more than 8"):
        lived(tmp_path, wide)
    result = lived(tmp_path, wide, job("next", 1, 5), allow=["never_starts"])
    assert table(result)["state"].to_dict() == {"wide": "too_large", "next": "completed"}
    told = result.tables["events"].set_index("component").loc["wide", "detail"]
    assert told == "9 GPUs of each node; at most 8"


@pytest.mark.parametrize("after", [None, 3, {}])
def test_what_is_no_condition_is_told_what_would_be(tmp_path: Path, after: Any) -> None:
    with pytest.raises(InputError, match=r"allowed: a name, or afterok, .*or a list of these"):
        twin.load(asked(tmp_path, job("a", 1, 5), job("b", 1, 5, after=after)))


@pytest.mark.parametrize(
    ("word", "name"), [("TRAIN", "train"), ("Tran", "train"), ("EVALUTE", "evaluate"), ("zzz", "")]
)
def test_a_name_in_other_capitals_is_found(word: str, name: str) -> None:
    assert did_you_mean(word, ["train", "evaluate"]) == (f"did you mean {name!r}?" if name else "")


@pytest.mark.parametrize(
    ("hunt", "starts"),
    [
        ({**SEARCH, "nodes": 1, "failed": 1.0}, 10),
        ({**SEARCH, "nodes": 1, "failed": 0.0}, None),
        ({**ROUNDS, "passes": 0.0}, 85),
        ({**ROUNDS, "passes": 1.0, "canary_passes": 1.0}, None),
    ],
)
def test_a_failure_of_a_search_or_a_retraining_is_its_first(
    tmp_path: Path, hunt: dict[str, Any], starts: float | None
) -> None:
    """A trial that crashed at 10 minutes, an evaluation not passed at 60 + 20 + 5."""
    result = lived(tmp_path, hunt, job("look", 1, 5, after="afternotok:hunt"))
    assert starts_min(result).get("look") == starts


ARRAY = """JobID|JobName|User|Submit|State|Elapsed|NNodes|SubmitLine
7|prep|kim|2026-01-01T00:00:00|COMPLETED|00:20:00|1|sbatch prep.sh
8_1|fit|kim|2026-01-01T00:00:00|COMPLETED|00:05:00|1|sbatch --array=1-3 fit.sh
8_2|fit|kim|2026-01-01T00:00:00|{state}|00:10:00|1|sbatch --array=1-3 fit.sh
8_3|fit|kim|2026-01-01T00:00:00|COMPLETED|00:15:00|1|sbatch --array=1-3 fit.sh
9|ask|kim|2026-01-01T00:00:20|COMPLETED|00:01:00|1|sbatch -d {after} ask.sh
"""


@pytest.mark.parametrize(
    ("state", "after", "comes_s"),
    [
        ("FAILED", "afternotok:8", 900),
        ("COMPLETED", "afternotok:8", None),
        ("FAILED", "afternotok:8_*", 900),
        ("FAILED", "afternotok:8_2", 600),
        ("FAILED", "afternotok:8_[1-2]", None),
        ("FAILED", "afternotok:8?afterok:7", 900),
        ("COMPLETED", "afternotok:8?afterok:7", 1200),
        ("FAILED", "afternotok:8,afterok:7", 1200),
        ("FAILED", "afterok:8_*", None),
        ("FAILED", "afterany:8_*", 900),
        ("FAILED", "afterany:8_[1,2]", 600),
        ("FAILED", "afterok:8_[1-3:2]", 900),
    ],
)
def test_arrays_are_meant_whole_or_by_tasks(
    tmp_path: Path, state: str, after: str, comes_s: float | None
) -> None:
    """A whole array has failed once all of its tasks have ended and one failed
    (test_job_array_completed and _complete of src/slurmctld/job_mgr.c); tasks in brackets stand for
    themselves, all of them.
    """
    table = jobs(tmp_path, "log.txt", ARRAY.format(state=state, after=after))
    comes = table["eligible_s"].dropna().to_dict().get("9")
    assert comes == (None if comes_s is None else pytest.approx(comes_s, abs=1e-6))
    assert (table.loc["9", "state"] == "never_eligible") is (comes_s is None)


@pytest.mark.parametrize("arrays", [3, 30])
def test_alternatives_of_many_whole_arrays_are_refused_and_not_multiplied_out(
    tmp_path: Path, arrays: int
) -> None:
    """Each has two parts, all ended and one failed: of thirty that is 2^30 conditions."""
    head, *_ = ARRAY.splitlines()
    at = "kim|2026-01-01T00:00:00|FAILED|00:05:00|1|sbatch"
    rows = [f"{n}_{task}|fit|{at} fit.sh" for n in range(1, arrays + 1) for task in (1, 2)]
    after = "?".join(f"afternotok:{n}" for n in range(1, arrays + 1))
    text = "\n".join([head, *rows, f"99|ask|{at} -d {after} ask.sh", ""])
    if arrays == 3:
        assert jobs(tmp_path, "log.txt", text).loc["99", "eligible_s"] == pytest.approx(300)
        return
    with pytest.raises(InputError, match="at most 10 whole arrays") as caught:
        jobs(tmp_path, "log.txt", text)
    assert caught.value.problems[0].line == 62
