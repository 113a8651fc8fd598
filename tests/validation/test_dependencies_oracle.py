"""Claim: jobs that wait for one another start when a second, slow program says, whatever they are.

Jobs are drawn with every kind of dependency, ends, time limits, priorities and think times, written
as a plain table, and run on eight nodes under every rule; the oracle is `slow_dependencies.py`.
The same runs keep their bytes when they are stopped, stored and taken up.
"""

from __future__ import annotations

import json
from pathlib import Path
from random import Random

import pytest
from slow_dependencies import Condition, SlowJob, SlowMachine

import twin
from tests.sources import DATA

MINI = DATA / "cases" / "job_power" / "mini.yaml"
NODES = 8
KINDS = ("afterok", "afterany", "afternotok", "after")
HEAD = "name,submit,run,nodes,walltime,priority,user,state,after,think,requeue"
RESTART_S = 120.0
HALF_LIFE_S = 1800.0
SHARES = {"a": 3.0, "b": 0.5}


def drawn(draw: Random, count: int) -> list[SlowJob]:
    """Moments with odd parts of a second, so that no two come together by chance."""
    times = sorted(round(draw.uniform(0, 4000), 3) for _ in range(count))
    return [_job(draw, n, submit_s) for n, submit_s in enumerate(times)]


def _job(draw: Random, n: int, submit_s: float) -> SlowJob:
    run_s = round(draw.uniform(60, 900), 3)
    asked = [[_condition(draw, n)] for _ in range(draw.choice([0, 1, 1, 2]))] if n else []
    if len(asked) == 2 and draw.random() < 0.5:
        asked = [[one for clause in asked for one in clause]]
    return SlowJob(
        name=f"j{n}",
        submit_s=submit_s,
        run_s=run_s,
        limit_s=round(run_s * draw.choice([0.5, 1.1, 1.5, 3.0]), 3),
        nodes=draw.choice([1, 1, 2, 3, 5, 8]),
        priority=draw.choice([0, 0, 0, 1, 2]),
        ends=draw.choice(["completed"] * 4 + ["failed", "cancelled"]),
        clauses=asked,
        think_s=round(draw.uniform(1, 400), 3) if asked and draw.random() < 0.3 else None,
        user="abc"[n % 3],
    )


def _condition(draw: Random, n: int) -> Condition:
    kind = draw.choice(KINDS)
    delay_s = draw.choice([0.0, 60.0, 300.0]) if kind == "after" else 0.0
    return kind, f"j{draw.randrange(n)}", delay_s


def _told(condition: Condition) -> str:
    kind, name, delay_s = condition
    return f"{kind}:{name}" + (f"+{delay_s / 60:.0f}" if delay_s else "")


def _row(job: SlowJob) -> str:
    texts = ["?".join(map(_told, clause)) for clause in job.clauses]
    think = "" if job.think_s is None else job.think_s
    numbers = f"{job.submit_s},{job.run_s},{job.nodes},{job.limit_s},{job.priority},{job.user}"
    return f'{job.name},{numbers},{job.ends},"{",".join(texts)}",{think},{job.requeue}'


def asked(folder: Path, jobs: list[SlowJob], rule: str, kill: bool) -> Path:
    (folder / "mini.yaml").write_text(MINI.read_text())
    (folder / "log.csv").write_text("\n".join([HEAD, *map(_row, jobs), ""]))
    scenario = {
        "version": 1, "name": "log", "layout": "mini.yaml", "horizon": "24 h",
        "site": {"climate": {"dry_bulb": "20 °C", "wet_bulb": "15 °C"}, "grid": "ireland"},
        "workload": [
            {"kind": "jobs", "name": "log", "file": "log.csv", "restart_delay": f"{RESTART_S} s"}
        ],
        "controls": {
            "scheduler": {
                "policy": rule, "kill_invalid_depend": kill,
                "half_life": f"{HALF_LIFE_S} s", "shares": SHARES,
            }
        },
        "outputs": {"period": "2 h"},
    }  # fmt: skip
    (folder / "log.yaml").write_text(json.dumps(scenario))
    return folder / "log.yaml"


def machine(jobs: list[SlowJob], rule: str, kill: bool) -> SlowMachine:
    return SlowMachine(jobs, NODES, rule, kill, RESTART_S, HALF_LIFE_S, SHARES)


DRAWS = [(rule, seed) for rule in ("fifo", "easy") for seed in range(10)]
DRAWS += [(rule, seed) for rule in ("conservative", "priority", "fair_share") for seed in range(6)]


@pytest.mark.parametrize(("rule", "seed"), DRAWS)
def test_jobs_start_when_the_oracle_says(rule: str, seed: int, tmp_path: Path) -> None:
    draw = Random(f"dependencies {seed}")
    jobs = drawn(draw, draw.choice([8, 20, 40]) if rule in ("fifo", "easy") else 40)
    kill = seed % 2 == 1
    slow = machine(jobs, rule, kill)
    slow.live()
    facility = twin.build(twin.load(asked(tmp_path, jobs, rule, kill)))
    whole = twin.simulate(facility)
    table = whole.tables["jobs"].set_index(whole.tables["jobs"]["job"].str.removeprefix("log_"))
    assert table["eligible_s"].dropna().to_dict() == pytest.approx(slow.eligible, abs=1e-4)
    assert table["started_s"].dropna().to_dict() == pytest.approx(slow.started, abs=1e-4)
    assert table["state"].to_dict() == slow.state
    ended = {name: at for name, at in slow.ended.items() if name in slow.started}
    ran = table["started_s"].notna()
    assert table.loc[ran, "finished_s"].to_dict() == pytest.approx(ended, abs=1e-4)
    assert table["preemptions"].sum() == slow.put_off
    add_up(whole)

    twin.start(facility).until(draw.uniform(100, 8000)).save(tmp_path / "stopped")
    again = twin.resume(tmp_path / "stopped").until().result()
    assert all(frame.equals(again.tables[name]) for name, frame in whole.tables.items())


def add_up(result: twin.Result) -> None:
    """Times of each path to the end of its last job, and nobody comes before whom they wait for."""
    paths = result.tables["critical_paths"]
    for _, way in paths.groupby("path"):
        spent_s = way[["after_s", "wait_s", "held_s"]].to_numpy().sum()
        whole_s = way["finished_s"].iloc[-1] - way["eligible_s"].iloc[0]
        assert spent_s == pytest.approx(whole_s, abs=1e-6)
        assert way["bounded_by"].tolist() == ["", *way["job"].iloc[:-1]]
    assert (paths[["after_s", "wait_s", "held_s"]] >= -1e-6).all(axis=None)
