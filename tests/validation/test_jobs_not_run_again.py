"""Claim: a job that is not to be run again ends where a fault or a preemption stops it, and those
that wait for it see a failure.

Slurm: sbatch(1), `--no-requeue`; the states NODE_FAIL and PREEMPTED of squeue(1), both of which
`afternotok` takes for a failure. Moments are worked out by hand on eight nodes, or by
`slow_dependencies.py`.
"""

from __future__ import annotations

from pathlib import Path
from random import Random

import pytest

import twin
from tests.validation import test_dependencies_oracle as oracle
from tests.validation.test_job_dependencies import asked, job, lived, starts_min, table
from tests.validation.test_lists_that_wait import asked as asked_list
from tests.validation.test_lists_that_wait import jobs
from twin.traces import read_jobs
from twin.traces.submit_line import requeues

PUT_OFF = {"controls": {"scheduler": "priority"}}


def broken(folder: Path, *, again: bool) -> twin.Result:
    """Rack 1 of four fails at 10 minutes, and is repaired at 30: the first job is on it."""
    work = (
        job("first", 8, 60, requeue=again, restart_delay="0 s"),
        job("next", 1, 5, after="first"),
        job("any", 1, 5, after="afterany:first"),
        job("rescue", 1, 5, after="afternotok:first"),
    )
    rack = twin.build(twin.load(asked(folder, *work))).racks.id[0]
    fault = {"at": "10 min", "component": rack, "repair_after": "20 min"}
    return lived(folder, *work, faults={"timeline": [fault]})


def test_a_fault_ends_it_and_its_followers_see_a_failure(tmp_path: Path) -> None:
    result = broken(tmp_path, again=False)
    assert starts_min(result) == {"first": 0, "any": 10, "rescue": 10}
    rows = table(result)
    first = rows.loc["first"]
    assert (first["state"], first["restarts"], first["finished_s"]) == ("node_fail", 0, 600)
    assert first["gpu_hours"] == pytest.approx(64 / 6, rel=1e-9)
    assert first["progress_frac"] == 0.0  # a checkpoint an hour
    assert rows.loc["next", "state"] == "never_eligible"
    told = result.tables["events"]
    stopped = told[(told["component"] == "first") & (told["what"] == "stopped")]["detail"].item()
    assert stopped.endswith("600 s of work lost; it is not run again")
    never = told[told["what"] == "never eligible"].set_index("component")["detail"]
    assert never.to_dict() == {"next": "afterok of first, which is node fail"}
    path = result.tables["critical_paths"].set_index("job")
    assert path["bounded_by"].to_dict() == {"first": "", "any": "first"}
    page = twin.report(result, tmp_path / "page").read_text(encoding="utf-8")
    assert "stopped and not run again: 1" in page
    assert "Job first was stopped and not run again" in page


def test_with_a_requeue_they_wait_on(tmp_path: Path) -> None:
    result = broken(tmp_path, again=True)
    rows = table(result)
    assert (rows.loc["first", "state"], rows.loc["first", "restarts"]) == ("completed", 1)
    assert rows.loc["next", "eligible_s"] == rows.loc["first", "finished_s"]
    assert rows.loc["rescue", "state"] == "never_eligible"


@pytest.mark.parametrize("again", [True, False])
def test_who_makes_way_ends_there(tmp_path: Path, again: bool) -> None:
    result = lived(
        tmp_path,
        job("low", 8, 60, requeue=again, restart_delay="0 s"),
        job("high", 8, 20, submit="10 min", priority=5),
        job("rescue", 1, 5, after="afternotok:low"),
        **PUT_OFF,
    )
    low = table(result).loc["low"]
    assert low["preemptions"] == 1
    assert (low["state"], low["finished_s"] / 60) == (
        ("completed", 80) if again else ("preempted", 10)
    )
    assert starts_min(result).get("rescue") == (None if again else 30)


def test_wait_and_slowdown_end_and_begin_at_the_first_start(tmp_path: Path) -> None:
    """Twenty minutes put off stand in neither; the time to its end over that on its nodes has it:
    80 of 60 minutes by hand, and 1.0 of the other. Jain over one user of both jobs is 1.
    """
    low = job("low", 8, 60, restart_delay="0 s")
    run = lived(tmp_path, low, job("high", 8, 20, submit="10 min", priority=5), **PUT_OFF)
    told = table(run).loc["low"]
    assert (told["wait_s"], told["slowdown"]) == (0.0, 1.0)
    held_s = 3600 * told["gpu_hours"] / told["gpus"]
    turnaround_s = told["finished_s"] - told["eligible_s"]
    assert turnaround_s / held_s == pytest.approx(80 / 60, rel=1e-9)
    assert told["holding_s"] == pytest.approx(3600, rel=1e-9)
    assert told["slowdown_by_holding"] == pytest.approx(80 / 60, rel=1e-9)
    assert run.summary["job_slowdown_mean"] == pytest.approx(1.0, rel=1e-9)
    assert run.summary["job_slowdown_by_holding_mean"] == pytest.approx(7 / 6, rel=1e-9)
    page = twin.report(run, tmp_path / "page").read_text(encoding="utf-8")
    assert "Jobs made way 1 time: their mean slowdown over the time on nodes is 1.17" in page


def test_fairness_sees_who_is_put_off(tmp_path: Path) -> None:
    """By hand: slowdowns of 80/60 and 1 of two users: (7/3)^2 / (2 (16/9 + 1)) = 0.98; from the
    first start all are alike.
    """
    low = job("low", 8, 60, restart_delay="0 s", user="a")
    high = job("high", 8, 20, submit="10 min", priority=5, user="b")
    told = lived(tmp_path, low, high, **PUT_OFF).summary
    assert told["job_fairness_jain"] == pytest.approx(1.0, rel=1e-9)
    assert told["job_fairness_by_holding_jain"] == pytest.approx(0.98, rel=1e-9)


def test_a_gang_that_loses_its_leaf_ends_there(tmp_path: Path) -> None:
    keys = {"faults": {"timeline": [{"at": "10 min", "component": "leaf_su1_rail1"}]}}
    work = (job("first", 8, 60, requeue=False), job("rescue", 1, 5, after="afternotok:first"))
    result = lived(tmp_path, *work, **keys)
    assert table(result).loc["first", "state"] == "node_fail"
    assert starts_min(result) == {"first": 0, "rescue": 10}
    again = lived(tmp_path, job("first", 8, 60), work[1], **keys)
    assert table(again)["state"].to_dict() == {"first": "completed", "rescue": "never_eligible"}


PLAIN = """name,submit,run,nodes,requeue,after
a,0,3600,2,no,
b,0,3600,2,yes,
c,0,3600,2,,
d,0,3600,2,false,
e,0,60,1,,afternotok:a
"""


@pytest.mark.parametrize("default", [True, False])
def test_a_list_says_so_row_by_row(tmp_path: Path, default: bool) -> None:
    """All four racks fail at 10 minutes, and are back at 20."""
    path = asked_list(tmp_path, "log.csv", PLAIN, requeue=default)
    racks = [name for name in twin.build(twin.load(path)).racks.id if "pod" in name]
    fault = {"at": "10 min", "repair_after": "10 min"}
    faults = {"timeline": [fault | {"component": rack} for rack in racks]}
    rows = twin.simulate(twin.build(twin.load(path).with_(faults=faults))).tables["jobs"]
    states = rows.set_index("job")["state"].to_dict()
    assert states == {
        "log_a": "node_fail",
        "log_b": "completed",
        "log_c": "completed" if default else "node_fail",
        "log_d": "node_fail",
        "log_e": "completed",
    }


def test_a_word_that_says_neither_is_refused(tmp_path: Path) -> None:
    with pytest.raises(twin.TwinError, match="'maybe' under requeue; allowed: true or false"):
        jobs(tmp_path, "log.csv", PLAIN.replace("yes", "maybe"))


@pytest.mark.parametrize(
    ("line", "again"),
    [
        ("sbatch --no-requeue fit.sh", False),
        ("sbatch -N 2 --requeue fit.sh", True),
        ("sbatch --requeue --no-requeue fit.sh", False),
        ("sbatch fit.sh --no-requeue", None),
        ("sbatch -n 4 fit.sh", None),
        ("", None),
    ],
)
def test_command_lines_say_so(line: str, again: bool | None) -> None:
    """The last of both counts, and behind the script it is the script's own."""
    assert requeues(line) is again


SACCT = """JobID|JobName|User|Submit|State|Elapsed|NNodes|Restarts|SubmitLine
7|fit|kim|2026-01-01T00:00:00|NODE_FAIL|00:10:00|2|0|sbatch fit.sh
7|fit|kim|2026-01-01T00:10:00|COMPLETED|00:30:00|2|1|sbatch fit.sh
8|try|kim|2026-01-01T00:00:00|NODE_FAIL|00:20:00|1|0|sbatch --no-requeue try.sh
9|test|kim|2026-01-01T00:00:10|COMPLETED|00:01:00|1|0|sbatch -d afterok:7 test.sh
10|ask|kim|2026-01-01T00:00:10|COMPLETED|00:01:00|1|0|sbatch -d afternotok:8 ask.sh
11|late|kim|2026-01-01T00:00:10|COMPLETED|00:01:00|1|2|sbatch late.sh
"""


def test_rows_of_jobs_that_nodes_failed_under(tmp_path: Path) -> None:
    """With `sacct --duplicates` every run has a row, and a dependency means the last; of a job of
    several runs and one row, that is said.
    """
    rows = jobs(tmp_path, "log.txt", SACCT)
    assert rows["state"].to_dict() == {
        "7": "failed", "8": "failed", "9": "completed", "10": "completed", "11": "completed",
        "7#2": "completed",
    }  # fmt: skip
    assert rows.loc["9", "eligible_s"] == rows.loc["7#2", "finished_s"] == 2400
    assert rows.loc["10", "eligible_s"] == rows.loc["8", "finished_s"] == 1200
    unread = read_jobs(tmp_path / "log.txt").unread
    assert unread == ("earlier runs of requeued jobs have no rows (sacct --duplicates) (1 rows)",)


@pytest.mark.parametrize("seed", range(6))
def test_jobs_of_which_some_are_put_off_for_good(seed: int, tmp_path: Path) -> None:
    """Forty jobs in half an hour, half of them without dependencies, so that many make
    way.
    """
    draw = Random(f"not again {seed}")
    drawn = oracle.drawn(draw, 40)
    for one in drawn:
        one.requeue = draw.random() < 0.5
        one.submit_s = round(one.submit_s / 2, 3)
        one.limit_s = 2 * one.run_s
        one.priority = draw.randrange(5)
        if draw.random() < 0.5:
            one.clauses.clear()
            one.think_s = None
    slow = oracle.machine(drawn, "priority", kill=bool(seed % 2))
    slow.live()
    path = oracle.asked(tmp_path, drawn, "priority", kill=bool(seed % 2))
    facility = twin.build(twin.load(path))
    result = twin.simulate(facility)
    rows = result.tables["jobs"].assign(job=lambda t: t["job"].str.removeprefix("log_"))
    rows = rows.set_index("job")
    assert rows["state"].to_dict() == slow.state
    assert rows["started_s"].dropna().to_dict() == pytest.approx(slow.started, abs=1e-4)
    assert (rows["state"] == "preempted").any()
    oracle.add_up(result)
    twin.start(facility).until(draw.uniform(100, 8000)).save(tmp_path / "stopped")
    again = twin.resume(tmp_path / "stopped").until().result()
    assert all(frame.equals(again.tables[name]) for name, frame in result.tables.items())
