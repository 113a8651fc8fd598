"""Claim: reservations, default limits, caps, preemption, shifting, retraining, traces and faults in
company answer as worked out by hand. Each file puts together what no other test has together.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from conftest import small_layout

import twin
from tests.planner import asked, chat, faults, job, written

RACKS = small_layout(2, 0)
"""Two racks of 18 nodes."""
CARBON = (300, 300, 500, 400, 100, 200, 350, 90, 200, 300, 300, 300)


def one(name: str, submit: int, run: int, nodes: int, **keys: Any) -> dict[str, Any]:
    """A job, times in minutes."""
    when = {"submit": f"{submit} min", "run": f"{run} min"}
    return {"kind": "job", "name": name, "nodes": nodes} | when | keys


def reserved(of: str, at: str, duration: str) -> dict[str, Any]:
    return {"reservations": [{"of": [of], "at": at, "duration": duration}]}


def lived(folder: Path, layout: Any = RACKS, rule: Any = "fifo", **keys: Any) -> twin.Result:
    path = written(asked(layout, **{"controls": {"scheduler": rule}} | keys), folder)
    return twin.simulate(twin.build(twin.load(path)))


def spans(run: twin.Result) -> dict[str, tuple[float, float, str]]:
    """Start, end and state of each job that began, in minutes."""
    table = run.frame("jobs").dropna(subset="started_s")
    minutes = (table[["started_s", "finished_s"]] / 60).round(1)
    rows = zip(minutes.started_s, minutes.finished_s, table.state, strict=True)
    return dict(zip(table.job, rows, strict=True))


@pytest.mark.parametrize(("cap", "starts"), [(None, [0, 1, 60, 80]), ("190 kW", [0, 60, 120, 140])])
def test_a_list_beside_a_reservation_under_a_cap(
    tmp_path: Path, cap: str | None, starts: list[float]
) -> None:
    """Racks idle at 44 kW, one at work at 143.7: under 190 kW jobs of a rack come one by one, and
    half a rack beside one (193.5) waits too. The last one, of no limit and 200 minutes, is stopped
    after 90. It needs a whole rack that is not reserved from 02:00: after the third one's half.
    """
    rows = [(0, 60, 18, 7200), (1, 60, 18, -1), (2, 20, 9, 1800), (3, 200, 18, -1)]
    lines = (
        f"{n} {60 * at} -1 {60 * run} {nodes} -1 -1 {nodes} {limit} -1 1 {n} 1 1 1 1 -1 -1"
        for n, (at, run, nodes, limit) in enumerate(rows, start=1)
    )
    (tmp_path / "list.swf").write_text("\n".join(lines) + "\n")
    work = {"kind": "jobs", "name": "l", "file": "list.swf", "processors_per_node": 1}
    rule = {"policy": "easy", "default_limit": "90 min"} | reserved("liquid_r2", "2 h", "1 h")
    rule |= {"power_cap": cap} if cap else {}
    found = spans(
        lived(tmp_path, rule=rule, workload=[work | {"gpu_activity": 1.0}], horizon="8 h")
    )
    assert [start for start, _, _ in found.values()] == starts
    assert found["l_4"] == (starts[3], starts[3] + 90, "timed_out")


def test_one_that_waits_for_its_hour_makes_way_and_is_held_back(tmp_path: Path) -> None:
    """Two hours in the hours from 04:00 and 07:00. At 04:30 it makes way for 20 minutes, restarts
    for five, works for five, is held back with 35 minutes done; from 07:00 five more of restart.
    """
    rows = "".join(f"{3600 * h},0.1,{g}\n" for h, g in enumerate(CARBON))
    (tmp_path / "grid.csv").write_text("time_s,price_usd_per_kwh,carbon_g_per_kwh\n" + rows)
    night = {
        "kind": "batch", "name": "night", "count": 1, "span": "1 s", "runtime_median": "2 h",
        "runtime_sigma": 0, "nodes_median": 18, "nodes_sigma": 0, "checkpoint_interval": "1 min",
        "restart_delay": "5 min", "shift": {"deadline": "8 h", "interruptible": True},
    }  # fmt: skip
    site = {"climate": {"dry_bulb": "25 °C", "wet_bulb": "18 °C"}, "grid": {"file": "grid.csv"}}
    rule = {"policy": "priority", "default_limit": "3 h"} | reserved("liquid_r1", "9 h", "1 h")
    work = [night, one("hot", 270, 20, 36, limit="30 min", priority=3)]
    found = spans(lived(tmp_path, rule=rule, workload=work, site=site, horizon="12 h"))
    assert found["hot"] == (270.0, 290.0, "completed")
    assert found["night_1"] == (240.0, 510.0, "completed")


def test_a_retraining_beside_a_service_of_a_trace_and_a_reservation(tmp_path: Path) -> None:
    """Trained from 20 to 60 minutes; an evaluation of a limit of 45 would run into the window from
    65 to 75, and comes after it; three steps of canaries of five minutes: deployed at 100. The
    service has 5 requests a second, of 500 tokens, in windows of 90 s.
    """
    rows = "".join(f"{k / 5:.1f},200,500\n" for k in range(36_000))
    (tmp_path / "trace.csv").write_text("arrival_s,input_tokens,output_tokens\n" + rows)
    scale = {"target_load": 0.5, "start_time": "1 min"}
    trace = {"requests": {"trace": "trace.csv"}, "autoscale": scale}
    serves = chat(nodes=4, window="90 s") | trace
    fresh = {
        "kind": "retraining", "name": "fresh", "service": "chat", "rounds": 2, "nodes": 4,
        "train": "40 min", "evaluate": "10 min", "canary_time": "5 min", "every": "20 min",
        "cool_down": "10 min",
    }  # fmt: skip
    rule = {"policy": "easy", "default_limit": "45 min"} | reserved("liquid", "65 min", "10 min")
    times = {"horizon": "2 h", "outputs": {"period": "4.5 min"}}
    run = lived(tmp_path, rule=rule, workload=[serves, fresh], **times)
    found = spans(run)
    assert found["fresh_train_1"] == (20.0, 60.0, "completed")
    assert found["fresh_evaluate_1"] == (75.0, 85.0, "completed")
    told = run.frame("events").query("what == 'deployed'")
    assert told.time_s.to_list() == [6000.0]
    assert told.detail.to_list() == ["chat's model of round 1 is in service"]
    services = run.frame("services").iloc[:-1]
    assert services.requests.to_numpy() == pytest.approx(5 * 270.0)
    assert services.tokens_asked.to_numpy() == pytest.approx(500 * 5 * 270.0)


def test_shared_nodes_beside_a_reserved_one(tmp_path: Path) -> None:
    """A gang of all 18 nodes cannot come before the window on one of them is over, nor before who
    has two GPUs for an hour; who takes four for 25 minutes ends before the window begins.
    """
    work = [
        one("a", 0, 60, 1, gpus_per_node=2),
        one("b", 0, 60, 1, limit="60 min", gpus_per_node=2),
        one("gang", 0, 30, 18, limit="40 min"),
        one("d", 1, 20, 1, limit="25 min", gpus_per_node=4),
    ]
    rule = {"policy": "conservative", "default_limit": "70 min"}
    rule |= reserved("liquid_r1/node_1", "30 min", "20 min")
    run = lived(tmp_path, small_layout(1, 0), rule, workload=work, horizon="5 h")
    assert {name: start for name, (start, _, _) in spans(run).items()} == {
        "a": 0.0, "b": 0.0, "gang": 60.0, "d": 1.0,
    }  # fmt: skip


def test_fair_shares_beside_a_reservation(tmp_path: Path) -> None:
    """After the half hour of x comes y; then x again, of which the rack has no 40 minutes before
    the window at 85, and its job of half a rack and twelve minutes passes by.
    """
    work = [
        one("a", 0, 30, 18, user="x"), one("b", 1, 30, 18, user="x"),
        one("c", 2, 30, 18, user="y"), one("e", 3, 10, 9, user="x", limit="12 min"),
    ]  # fmt: skip
    rule = {"policy": "fair_share", "default_limit": "40 min"}
    rule |= reserved("liquid_r1", "85 min", "10 min")
    found = spans(lived(tmp_path, small_layout(1, 0), rule, workload=work, horizon="4 h"))
    assert [found[name][0] for name in "abce"] == [0.0, 95.0, 30.0, 60.0]


def test_a_list_whose_jobs_follow_one_another(tmp_path: Path) -> None:
    """Five minutes after the first of half an hour; the third takes the reserved node too, from
    70 minutes.
    """
    rows = "0,1800,18,,1,,\n0,600,18,900,2,1,300\n0,600,36,900,3,2,\n"
    (tmp_path / "list.csv").write_text("submit_s,run_s,nodes,limit_s,job_id,after,think\n" + rows)
    rule = {"policy": "easy", "default_limit": "1 h"}
    rule |= reserved("liquid_r1/node_3", "40 min", "30 min")
    work = [{"kind": "jobs", "name": "l", "file": "list.csv"}]
    found = spans(lived(tmp_path, rule=rule, workload=work, horizon="4 h"))
    assert [found[f"l_{n}"][:2] for n in (1, 2, 3)] == [(0.0, 30.0), (35.0, 45.0), (70.0, 80.0)]


def test_spare_nodes_and_a_gang_that_waits_for_a_repair(tmp_path: Path) -> None:
    """Of 36 nodes 18 train and 17 work: the one that is over replaces the first lost at 20 minutes;
    for the second, at 25, the 17 wait until the first is back at 30.
    """
    work = [job("train", nodes=18, checkpoint_interval="10 min"), one("fill", 0, 30, 17)]
    lost = faults((1200.0, "liquid_r1/node_1", 600.0), (1500.0, "liquid_r2/node_1", 3600.0))
    run = lived(tmp_path, rule={"policy": "easy"}, workload=work, faults=lost, horizon="2 h")
    again = run.frame("events").query("what == 'restarting'")
    pairs = list(zip(again.component, again.time_s, strict=True))
    assert pairs == [("train", 1200.0), ("fill", 1800.0)]
    assert spans(run)["fill"][1] == 30.0 + 5.0 + 30.0


def test_a_roll_back_as_a_period_ends(tmp_path: Path) -> None:
    """A node is lost at 30 minutes, ten of work after the copy that is kept: of the next row ten
    minutes are thrown away, and five of restart are lost beside them.
    """
    work = [job("train", nodes=18, checkpoint_interval="10 min", asynchronous_checkpoints=True)]
    lost = faults((1800.0, "liquid_r1/node_1", 600.0))
    run = lived(tmp_path, workload=work, faults=lost)
    site = run.frame("site").set_index("time_s")
    rate = site.loc[1800.0, "tokens_training"] / 300.0
    assert site.loc[1800.0, ["tokens_rolled_back", "tokens_lost"]].to_list() == [0.0, 0.0]
    assert site.loc[2100.0, "tokens_rolled_back"] == pytest.approx(600.0 * rate, rel=2e-3)
    assert site.loc[2100.0, "tokens_lost"] == pytest.approx(900.0 * rate, rel=2e-3)
    assert site.tokens_training.sum() == pytest.approx(run.summary["tokens_training"], rel=1e-12)
