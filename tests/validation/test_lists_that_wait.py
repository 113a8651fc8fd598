"""Claim: what lists of jobs say of who waits for whom is followed, to the second.

A plain table and `sacct` in Slurm's words, the Standard Workload Format by its fields 17 and 18
(https://www.cs.huji.ac.il/labs/parallel/workload/swf.html): a job can only start after the
termination of its preceding job, and think time lies between that termination and the submittal of
the next, so that the submittal of the log gives way. Starts are worked out by hand on eight nodes.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

import twin
from tests.sources import DATA
from twin.cli import main
from twin.errors import InputError

MINI = DATA / "cases" / "job_power" / "mini.yaml"


def asked(folder: Path, name: str, text: str, **keys: Any) -> Path:
    (folder / "mini.yaml").write_text(MINI.read_text())
    (folder / name).write_text(text)
    scenario = {
        "version": 1, "name": "log", "layout": "mini.yaml", "horizon": "6 h",
        "site": {"climate": {"dry_bulb": "20 °C", "wet_bulb": "15 °C"}, "grid": "ireland"},
        "workload": [{"kind": "jobs", "name": "log", "file": name, **keys}],
        "outputs": {"period": "1 h"},
    }  # fmt: skip
    (folder / "log.yaml").write_text(json.dumps(scenario))
    return folder / "log.yaml"


def jobs(folder: Path, name: str, text: str, **keys: Any) -> pd.DataFrame:
    result = twin.simulate(twin.build(twin.load(asked(folder, name, text, **keys))))
    table = result.tables["jobs"]
    table["job"] = table["job"].str.removeprefix("log_")
    return table.set_index("job")


PLAIN = """name,submit,run,nodes,user,state,after,think
a,0,600,4,kim,,,
b,0,300,4,kim,failed,,
c,60,300,2,lee,,a,
d,60,300,2,lee,,afterok:a:b,
e,60,300,2,lee,,afternotok:b,
f,60,300,2,lee,,"afterok:b?afterany:a",
g,60,300,2,lee,,after:a+4,
h,2000,300,2,lee,,a,
i,60,300,2,lee,,a,100
twice,0,300,1,kim,,,
twice,10,300,1,kim,,singleton,
twice,20,300,1,lee,,singleton,
"""


def test_a_plain_table_waits_as_slurm_does(tmp_path: Path) -> None:
    """Ends: `b` at 300, `a` at 600. `twice` of another user is another series."""
    table = jobs(tmp_path, "log.csv", PLAIN)
    eligible = table["eligible_s"].dropna().to_dict()
    end = table.loc["twice", "finished_s"]
    assert eligible == pytest.approx({
        "a": 0, "b": 0, "c": 600, "e": 300, "f": 600, "g": 240, "h": 2000, "i": 700,
        "twice": 0, "twice#2": end, "twice#3": 20,
    }, abs=1e-6)  # fmt: skip
    assert table.loc["d", "state"] == "never_eligible"
    assert table.loc[["c", "h", "i"], "submitted_s"].tolist() == pytest.approx([60, 2000, 700])


def swf(*rows: tuple[int, int, int, int, int, int]) -> str:
    """Number, submission, run, processors, preceding job, think time of each."""
    lines = [
        f"{n} {submit} -1 {run} {size} -1 -1 {size} -1 -1 1 1 1 1 1 1 {before} {think}"
        for n, submit, run, size, before, think in rows
    ]
    return "\n".join(["; MaxNodes: 8", "; MaxProcs: 8", *lines, ""])


def test_think_time_takes_the_place_of_the_submittal(tmp_path: Path) -> None:
    """Four nodes are busy to 1,000 s, so the first of a chain ends at 1,600 and not at 600: the
    second comes 120 s later whatever the log says; without a think time its own submittal counts.
    """
    text = swf(
        (1, 0, 1000, 6, -1, -1), (2, 0, 600, 4, -1, -1), (3, 720, 300, 4, 2, 120),
        (4, 800, 300, 2, 2, -1), (5, 9000, 300, 2, 2, -1), (6, 9000, 300, 2, 3, 0),
    )  # fmt: skip
    table = jobs(tmp_path, "log.swf", text)
    assert table["eligible_s"].to_dict() == pytest.approx(
        {"1": 0, "2": 0, "3": 1720, "4": 1600, "5": 9000, "6": 2020}, abs=1e-6
    )
    assert table["submitted_s"].to_dict() == pytest.approx(
        {"1": 0, "2": 0, "3": 1720, "4": 800, "5": 9000, "6": 2020}, abs=1e-6
    )
    faster = jobs(tmp_path, "log.swf", text, rate=2)
    assert faster.loc["3", "eligible_s"] == pytest.approx(1660, abs=1e-6)


def test_the_termination_of_a_preceding_job_is_any_end(tmp_path: Path) -> None:
    failed = swf((1, 0, 600, 4, -1, -1)).replace(" -1 -1 1 1 1", " -1 -1 0 1 1")
    text = failed + swf((2, 10, 300, 4, 1, 60)).split("\n")[2] + "\n"
    table = jobs(tmp_path, "log.swf", text)
    assert table.loc["1", "state"] == "failed"
    assert table.loc["2", "started_s"] == pytest.approx(660, abs=1e-6)


SACCT = """JobID|JobName|User|Submit|State|Elapsed|NNodes|SubmitLine
7|prep|kim|2026-01-01T00:00:00|COMPLETED|00:10:00|2|sbatch prep.sh
8_1|fit|kim|2026-01-01T00:00:10|COMPLETED|00:05:00|1|sbatch --array=1-2 -d afterok:7 fit.sh
8_2|fit|kim|2026-01-01T00:00:10|FAILED|00:15:00|1|sbatch --array=1-2 -d afterok:7 fit.sh
9_1|test|kim|2026-01-01T00:00:20|COMPLETED|00:01:00|1|sbatch -a 1-2 --dependency aftercorr:8 test.sh
9_2|test|kim|2026-01-01T00:00:20|COMPLETED|00:01:00|1|sbatch -a 1-2 --dependency aftercorr:8 test.sh
10|tidy|kim|2026-01-01T00:00:30|COMPLETED|00:01:00|1|sbatch --depend=8 tidy.sh
11|late|kim|2026-01-01T00:00:40|COMPLETED|00:01:00|1|sbatch --dependency=afterok:3 late.sh
12|odd|kim|2026-01-01T00:00:50|COMPLETED|00:01:00|1|sbatch --dependency=expand:7 odd.sh
13|prep|kim|2026-01-01T00:01:00|COMPLETED|00:01:00|1|sbatch -dsingleton prep.sh
14|both|kim|2026-01-01T00:01:10|COMPLETED|00:01:00|1|sbatch -d afterok:3:7 both.sh
"""


def test_the_command_lines_of_sacct(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """`prep` ends at 600, the tasks of `fit` at 900 and 1,500. A job that ended before the list
    begins keeps nobody waiting, and what is not followed is told.
    """
    table = jobs(tmp_path, "log.txt", SACCT)
    assert table["eligible_s"].dropna().to_dict() == pytest.approx({
        "7": 0, "8_1": 600, "8_2": 600, "9_1": 900, "10": 1500, "11": 40, "12": 50, "13": 600,
        "14": 600,
    }, abs=1e-6)  # fmt: skip
    assert table.loc["9_2", "state"] == "never_eligible"
    assert main(["trace", "describe", str(tmp_path / "log.txt"), "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert told["jobs_that_wait_for_others"] == 7
    assert told["jobs_of_the_longest_chain"] == 3
    assert told["not_read"] == [
        "a `--dependency` that is not followed (1 rows)",
        "waits for jobs that are not among those that ran, and comes as if they had ended (2 rows)",
    ]


@pytest.mark.parametrize(
    ("line", "eligible_s"),
    [
        ("sbatch late.sh -d 7", 40),
        ("sbatch --parsable late.sh --dependency latest", 40),
        ("srun -n 4 ./late -d 7", 40),
        ("sbatch -n 4 -- late.sh -d7", 40),
        ("sbatch -n 4 -Hd 7 late.sh -d 8", 600),
        ("sbatch -W --dep afterok:8_1 late.sh", 900),
        ("sbatch -J x --exclusive -d 8_1 --dependency=afterany:7 late.sh", 600),
        ("srun --wait 60 -K -d 7 ./late", 600),
    ],
)
def test_what_stands_behind_a_script_is_its_own(
    tmp_path: Path, line: str, eligible_s: float
) -> None:
    """Options end with the first word that is none, and of several the last counts (Slurm
    26.11.0rc1, src/common/slurm_opt.c: a `+` before the letters of getopt).
    """
    text = SACCT.replace("sbatch --dependency=afterok:3 late.sh", line)
    table = jobs(tmp_path, "log.txt", text)
    assert table.loc["11", "eligible_s"] == pytest.approx(eligible_s, abs=1e-6)


def test_minutes_hold_for_the_numbers_behind_them(tmp_path: Path) -> None:
    """As Slurm's parser has it: 60 s of 8 are asked for too, and 120 of 9 (by hand: 7 begins at 0,
    8 at 30 s, 9 at 50).
    """
    rows = "".join(
        f"{job}|j|kim|2026-01-01T00:00:{at:02}|COMPLETED|00:10:00|1|sbatch {asks} j.sh\n"
        for job, at, asks in (
            (7, 0, ""), (8, 30, ""), (9, 50, ""), (10, 55, "-d after:7+1:8"),
            (11, 56, "-d after:7+1:9+2"), (12, 57, "-d after:7:8+1"),
        )
    )  # fmt: skip
    table = jobs(tmp_path, "log.txt", SACCT.split("\n")[0] + "\n" + rows)
    come = table["eligible_s"].loc[["10", "11", "12"]].to_list()
    assert come == pytest.approx([90, 170, 90], abs=1e-6)


HEAD = "name,submit,run,nodes,after\n"


@pytest.mark.parametrize(
    ("rows", "line", "says"),
    [
        ("first,0,60,1,\nb,0,60,1,frist\n", 3, "did you mean 'first'"),
        ("a,0,60,1,a\n", 2, "a job that waits for itself: a after a"),
        ("a,0,60,1,c\nb,0,60,1,a\nc,0,60,1,b\n", 2, "a after c after b after a"),
        ("a,0,60,1,\nb,0,60,1,afterok\n", 3, "afterany:NAME"),
        ("a,0,60,1,\nb,0,60,1,expand:a\n", 3, "afterany:NAME"),
        ('a,0,60,1,\nb,0,60,1,"a,a?a"\n', 3, "not both"),
    ],
)
def test_what_nobody_can_follow_is_refused_at_its_line(
    tmp_path: Path, rows: str, line: int, says: str
) -> None:
    path = asked(tmp_path, "log.csv", HEAD + rows)
    with pytest.raises(InputError) as refused:
        twin.simulate(twin.build(twin.load(path)))
    assert says in str(refused.value)
    assert f"log.csv:{line}:" in str(refused.value)
