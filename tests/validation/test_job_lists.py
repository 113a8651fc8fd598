"""Claim: job lists are read as their makers write them; what never ran is counted, and what is
wrong is told at its line.

Formats: the Standard Workload Format 2.2, Slurm's sacct, AcmeTrace, Helios, Philly, Alibaba
cluster-trace-gpu-v2023, and a plain table.
"""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from twin.errors import InputError
from twin.traces import JobEnd, JobList, read_jobs

SWF_ROW = "{n} {submit} -1 {run} {procs} -1 -1 {asked} {limit} -1 {status} 4 1 -1 1 1 -1 -1"
SACCT_HEADER = "JobID|User|Submit|Start|End|Elapsed|State|NNodes|AllocTRES|Timelimit"
DAY = "2026-07-15T"
SACCT_ROWS = (
    "101|ann|@08:00:00|@08:01:00|@09:01:00|01:00:00|COMPLETED|2|gres/gpu=16,node=2|02:00:00",
    "101.batch||@08:01:00|@08:01:00|@09:01:00|01:00:00|COMPLETED|1||",
    "101.0||@08:01:00|@08:01:00|@09:01:00|01:00:00|COMPLETED|2||",
    "102_1|bob|@08:00:30|@08:02:00|@08:32:00|00:30:00|CANCELLED by 1001|1|gres/gpu=4|1-0:0:0",
    "102_2|bob|@08:00:30|@08:02:00|@08:03:00|00:01:00|FAILED|1|cpu=8|1-00:00:00",
    "102_[3-9%2]|bob|@08:00:30|Unknown|Unknown|00:00:00|CANCELLED by 1001|1||1-00:00:00",
    "103|ann|@08:05:00|@08:06:00|2026-07-16T08:06:00|1-00:00:00|TIMEOUT|1.5K|node=1500|UNLIMITED",
    "104|ann|@08:07:00|Unknown|Unknown|00:00:00|PENDING|1||00:10:00",
    "105|ann|@08:08:00|@08:09:00|@08:10:30|01:30|NODE_FAIL|1||30:00",
    "106|ann|@08:09:00|None|@08:10:00|00:00:00|CANCELLED by 0|1||00:10:00",
    "107+0|eve|@08:10:00|@08:11:00|@08:21:00|00:10:00|COMPLETED|2|gres/gpu=8|",
    "107+1|eve|@08:10:00|@08:11:00|@08:21:00|00:10:00|COMPLETED|3|gres/gpu=0|",
)
"""Rows as sacct prints them; @ stands for the day."""
SACCT = "\n".join([SACCT_HEADER, *SACCT_ROWS]).replace("@", DAY)


def read(folder: Path, text: str) -> JobList:
    path = folder / "list"
    path.write_text(text, encoding="utf-8")
    return read_jobs(path)


def told(folder: Path, text: str) -> list[str]:
    with pytest.raises(InputError) as caught:
        read(folder, text)
    return [f"{one.line}: {one.found}" for one in caught.value.problems]


def swf(**values: int) -> str:
    base = {"n": 1, "submit": 0, "run": 60, "procs": 4, "asked": 4, "limit": 90, "status": 1}
    return SWF_ROW.format(**(base | values))


@pytest.mark.parametrize(
    "header",
    [
        "; Version: 2.2\n; MaxNodes: 8\n; MaxProcs: 16\n",
        ";Version:2\n;MaxProcs:16 (of 20)\n;MaxNodes:8\n",
        ";;; MaxNodes:   8   \n; Note: MaxProcs is below\n;\tMaxProcs: 16\n;\n",
    ],
)
def test_processors_of_a_node_follow_from_the_header(tmp_path: Path, header: str) -> None:
    listed = read(tmp_path, header + swf())
    assert (listed.counts, listed.per_node) == ("processors", 2.0)


def test_a_list_without_a_header_counts_processors(tmp_path: Path) -> None:
    listed = read(tmp_path, "\n" + swf(procs=-1, asked=6) + "\n\n   \n" + swf(n=2, submit=5))
    assert listed.nodes.tolist() == [6, 4]
    assert np.isnan(listed.per_node)
    assert listed.users == ("user_4", "user_4")


def test_who_never_ran_is_counted_and_who_was_cancelled_or_failed_while_running_ran(
    tmp_path: Path,
) -> None:
    rows = [
        swf(n=1, status=5, run=-1, procs=-1),
        swf(n=2, status=5),
        swf(n=3, status=0),
        swf(n=4, status=1, run=0),
        swf(n=5, status=2),
        swf(n=6, status=-1, limit=-1),
        swf(n=7, procs=0, asked=-1),
    ]
    listed = read(tmp_path, "\n".join(rows))
    assert listed.names == ("2", "3", "6")
    assert listed.ends == (JobEnd.CANCELLED, JobEnd.FAILED, JobEnd.COMPLETED)
    assert listed.limit_s.tolist() == [90.0, 90.0, np.inf]
    assert {skip.why: skip.count for skip in listed.skipped} == {
        "cancelled before it ran": 1,
        "no run time": 1,
        "part of a job whose own line has the whole": 1,
        "no size": 1,
    }


def test_faults_of_a_swf_file_are_all_told(tmp_path: Path) -> None:
    rows = [swf(submit=10), swf(submit=5), "3 9 -1", swf(submit=-3), swf().replace("60", "x")]
    found = told(tmp_path, "\n".join(rows))
    assert [one.split(":")[0] for one in found] == ["2", "3", "4", "5"]
    assert "5 s before" in found[0]
    assert "3 numbers" in found[1]
    nothing = told(tmp_path, swf(status=5, run=-1))
    assert nothing == ["0: no job that ran (1 cancelled before it ran)"]


def test_sacct_folds_steps_arrays_and_heterogeneous_jobs(tmp_path: Path) -> None:
    listed = read(tmp_path, SACCT)
    assert listed.names == ("101", "102_1", "102_2", "103", "105", "107")
    assert listed.submit_s.tolist() == [0.0, 30.0, 30.0, 300.0, 480.0, 600.0]
    assert listed.run_s.tolist() == [3600.0, 1800.0, 60.0, 86_400.0, 90.0, 600.0]
    assert listed.nodes.tolist() == [2, 1, 1, 1500, 1, 5]
    assert listed.limit_s.tolist() == [7200.0, 86_400.0, 86_400.0, np.inf, 1800.0, np.inf]
    assert [str(end) for end in listed.ends] == [
        "completed", "cancelled", "failed", "timed_out", "failed", "completed",
    ]  # fmt: skip
    assert listed.gpus[:3].tolist() == [16.0, 4.0, 0.0]
    assert {skip.why: skip.count for skip in listed.skipped} == {
        "step, folded into its job": 2,
        "tasks of an array that never ran": 1,
        "had not run when the list was made": 1,
        "cancelled before it ran": 1,
    }


@pytest.mark.parametrize(
    ("at", "seconds"),
    [
        ("2026-07-15T08:00:30", 30.0),
        ("2026-07-15 08:00:30", 30.0),
        ("2026-07-15T10:00:30+02:00", 30.0),
        (str(1_784_102_400 + 30), 30.0),
        ("Wed Jul 15 08:00:30 2026", 30.0),
    ],
)
def test_sacct_writes_times_in_several_forms(tmp_path: Path, at: str, seconds: float) -> None:
    """SLURM_TIME_FORMAT: standard, with an offset, %s, and strftime's own."""
    first = "1|1784102400|COMPLETED|1|60"
    listed = read(tmp_path, f"JobID|Submit|State|NNodes|ElapsedRaw\n{first}\n2|{at}|CD|1|60\n")
    assert listed.submit_s.tolist() == [0.0, seconds]


def test_parsable_with_a_last_bar_and_limits_in_minutes_are_read(tmp_path: Path) -> None:
    text = "JobID|Submit|State|NNodes|ElapsedRaw|TimelimitRaw|\n"
    text += "7|2026-07-15T08:00:00|TO|1|3600|60|\n7|2026-07-15T09:30:00|CD|1|10|60|\n"
    listed = read(tmp_path, text)
    assert listed.limit_s.tolist() == [3600.0, 3600.0]
    assert listed.names == ("7", "7#2")


def test_faults_of_a_sacct_list_are_all_told(tmp_path: Path) -> None:
    rows = SACCT.splitlines()
    rows[1] = rows[1].replace("01:00:00|COMPLETED", "1h|DONE")
    rows[4] = rows[4].replace("2026-07-15T08:00:30", "yesterday")
    rows[5] = "102_2|bob"
    assert [one.split(":")[0] for one in told(tmp_path, "\n".join(rows))] == ["2", "5", "6"]


def test_a_plain_table_has_times_limits_users_and_activities(tmp_path: Path) -> None:
    text = "submit,run,nodes,walltime,priority,user,activity,state\n"
    text += "60,01:00:00,4,2:00:00,3,ann,0.9,\n0,1800,2,,,,,failed\n"
    listed = read(tmp_path, text)
    assert listed.submit_s.tolist() == [0.0, 60.0]
    assert listed.run_s.tolist() == [1800.0, 3600.0]
    assert listed.limit_s.tolist() == [np.inf, 7200.0]
    assert listed.priority.tolist() == [0, 3]
    assert listed.ends == (JobEnd.FAILED, JobEnd.COMPLETED)
    assert listed.activity[1] == 0.9
    wrong = text + "0,-5,1,,,,,\n0,5,x,,,,2,\n1,2\n"
    assert [one.split(":")[0] for one in told(tmp_path, wrong)] == ["4", "5", "5", "6"]


def test_logs_of_gpu_clusters_keep_their_offsets_and_cpu_jobs(tmp_path: Path) -> None:
    text = "job_id,user,node_num,gpu_num,cpu_num,type,state,submit_time,start_time,end_time,"
    text += "duration,queue\n"
    text += "a,u1,2,16,40,Other,COMPLETED,2023-03-01 00:00:13+08:00,x,y,120,4\n"
    text += "b,u2,0,0,40,Other,CANCELLED,2023-03-01 00:01:13+08:00,x,y,60,4\n"
    text += "c,u2,1,1,4,Other,FAILED,2023-02-28 16:02:13+00:00,x,y,30.0,4\n"
    listed = read(tmp_path, text)
    assert listed.submit_s.tolist() == [0.0, 60.0, 120.0]
    assert listed.gpus.tolist() == [16.0, 0.0, 1.0]
    assert listed.nodes.tolist() == [2, 1, 1]


def test_pods_of_alibaba_have_shares_of_gpus_and_some_were_never_scheduled(tmp_path: Path) -> None:
    text = "name,cpu_milli,memory_mib,num_gpu,gpu_milli,gpu_spec,qos,pod_phase,creation_time,"
    text += "deletion_time,scheduled_time\n"
    text += "p0,1,1,1,460,,LS,Running,10,100,20\np1,1,1,1,1000,,BE,Failed,30,90,\n"
    text += "p2,1,1,4,1000,V100M16|V100M32,LS,Succeeded,40,90,50\np3,1,1,0,0,,LS,Pending,5,6,\n"
    listed = read(tmp_path, text)
    assert listed.gpus.tolist() == [0.46, 4.0]
    assert listed.run_s.tolist() == [80.0, 40.0]
    assert sum(skip.count for skip in listed.skipped) == 2


def test_attempts_of_philly_add_up_and_those_without_an_end_do_not_count(tmp_path: Path) -> None:
    def attempt(start: str | None, end: str | None) -> dict[str, object]:
        servers = [{"ip": "m1", "gpus": ["gpu0", "gpu1"]}, {"ip": "m2", "gpus": ["gpu0"]}]
        return {"start_time": start, "end_time": end, "detail": servers}

    day = "2017-10-09 "
    rows = [
        {
            "status": "Killed", "vc": "v", "jobid": "j1", "user": "u",
            "submitted_time": day + "07:00:00",
            "attempts": [
                attempt(day + "07:10:00", day + "07:20:00"),
                attempt(day + "07:30:00", None),
                attempt(day + "07:40:00", day + "07:45:00"),
            ],
        },
        {
            "status": "Pass", "vc": "v", "jobid": "j2", "user": "u",
            "submitted_time": day + "07:01:00", "attempts": [attempt(None, None)],
        },
    ]  # fmt: skip
    listed = read(tmp_path, json.dumps(rows))
    assert (listed.names, listed.run_s.tolist(), listed.gpus.tolist()) == (("j1",), [900.0], [3.0])
    assert listed.ends == (JobEnd.CANCELLED,)
    assert [skip.why for skip in listed.skipped] == ["no attempt with a start and an end"]
    broken = [rows[0] | {"submitted_time": "noon"}, rows[0] | {"attempts": 3}]
    assert [one.split(" ")[:3] for one in told(tmp_path, json.dumps(broken))] == [
        ["1:", "job", "1"], ["2:", "job", "2"],
    ]  # fmt: skip
