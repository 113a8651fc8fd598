"""Through the front door: what jobs that ask for a part of a node get, draw and are counted for.

Worked by hand on eight nodes of eight GPUs; a node draws 11,330 W more at full activity than idle.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

import twin
from tests.relations.test_rules_of_the_queue import (
    NODE_SPAN_W,
    RACKS_IDLE_W,
    by,
    jobs,
    lived,
    two_pools,
)

NODE_IDLE_W = RACKS_IDLE_W / 8
POLICIES = ("fifo", "easy", "conservative", "priority", "fair_share")


def starts(result: twin.Result) -> dict[str, float]:
    return {name: float(at) for name, at in jobs(result)["started_s"].items()}


def pod_w(result: twin.Result, rack: str, at_s: float) -> float:
    racks = result.tables["racks"]
    return float(racks[(racks["rack"] == rack) & (racks["time_s"] == at_s)]["power_w"].item())


@pytest.mark.parametrize("policy", POLICIES)
def test_parts_of_nodes_go_side_by_side_and_leave_whole_nodes_to_gangs(
    tmp_path: Path, policy: str
) -> None:
    """4 + 2 + 1 + 0.5 + 0.5 GPUs are one node; a gang takes the other seven at once, and all eight
    once the last of the parts has gone.
    """
    rows = [
        "four,0,3600,1,3600,,,1,4,", "two,0,1800,1,1800,,,1,2,", "one,0,1800,1,1800,,,1,1,",
        "half,0,1200,1,1200,,,1,0.5,", "other,0,1200,1,1200,,,1,0.5,",
        "gang,10,600,7,600,,,1,,", "all,20,600,8,600,,,1,,",
    ]  # fmt: skip
    found = starts(lived(tmp_path, rows, **by(policy)))
    assert found == {
        "four": 0, "two": 0, "one": 0, "half": 0, "other": 0, "gang": 10, "all": 3600,
    }  # fmt: skip


@pytest.mark.parametrize("policy", POLICIES)
def test_shares_of_a_gpu_that_do_not_fit_on_one_take_two(tmp_path: Path, policy: str) -> None:
    """Two of 0.6 take two GPUs; beside six more held, a third of them waits, and 0.4 does not."""
    rows = [
        "a,0,3600,1,3600,,,1,0.6,", "b,0,1800,1,1800,,,1,0.6,", "six,0,3600,1,3600,,,1,6,",
        "rest,0,3600,7,3600,,,1,,", "c,10,600,1,600,,,1,0.6,", "d,20,600,1,600,,,1,0.4,",
    ]  # fmt: skip
    found = starts(lived(tmp_path, rows, **by(policy)))
    assert found["c"] == 1800
    waits_behind = policy in ("fifo", "priority")
    assert found["d"] == (1800 if waits_behind else 20)


def test_exclusive_jobs_take_their_nodes_whole(tmp_path: Path) -> None:
    rows = [f"j{n},0,1200,1,1200,,,1,2," for n in range(9)]
    shared = starts(lived(tmp_path, rows))
    alone = lived(tmp_path, rows, {"exclusive": True})
    assert set(shared.values()) == {0.0}
    assert starts(alone)["j8"] == 1200.0
    assert jobs(alone)["gpus"].tolist() == [8.0] * 9


def test_racks_draw_what_their_jobs_do_and_jobs_are_billed_for_the_gpus_they_hold(
    tmp_path: Path,
) -> None:
    """Two jobs on one node: four GPUs at full activity and two at a half, two idle; CPUs follow."""
    rows = ["full,0,7200,1,,,,1,4,", "half,0,7200,1,,,,0.5,2,"]
    result = lived(tmp_path, rows, {"cpu_activity": 0})
    whole = lived(tmp_path, ["all,0,7200,1,,,,1,,"], {"cpu_activity": 0})
    gpus_w = pod_w(whole, "pod_r1", 3600.0) - 2 * NODE_IDLE_W
    above_w = pod_w(result, "pod_r1", 3600.0) - 2 * NODE_IDLE_W
    assert above_w == pytest.approx(gpus_w * (4 / 8 + 0.5 * 2 / 8), rel=1e-9)
    energy_j = jobs(result)["energy_j"]
    assert energy_j["full"] == pytest.approx(7200 * (NODE_IDLE_W + gpus_w) * 4 / 8, rel=1e-9)
    assert energy_j["half"] == pytest.approx(7200 * (NODE_IDLE_W + 0.5 * gpus_w) / 4, rel=1e-9)


def test_cpus_of_a_node_follow_the_gpus_that_a_job_holds(tmp_path: Path) -> None:
    result = lived(tmp_path, ["part,0,7200,1,,,,1,2,"])
    above_w = pod_w(result, "pod_r1", 3600.0) - 2 * NODE_IDLE_W
    assert above_w == pytest.approx(NODE_SPAN_W / 4, rel=1e-9)


def test_energy_of_racks_is_that_of_jobs_and_of_the_gpus_that_nobody_holds(tmp_path: Path) -> None:
    rows = [
        "a,0,3600,1,,,,1,4,", "b,600,3600,1,,,,0.6,0.5,", "c,1200,2400,2,,,,0.8,6,",
        "d,1800,1200,3,,,,0.9,,",
    ]  # fmt: skip
    result = lived(tmp_path, rows)
    racks = result.tables["racks"]
    drawn_j = racks[racks["rack"].str.startswith("pod")]["power_w"].sum() * 600.0
    gpu_s = (jobs(result)["gpu_hours"] * 3600.0).sum()
    idle_j = (64 * 6 * 3600.0 - gpu_s) * NODE_IDLE_W / 8
    assert gpu_s == pytest.approx(4 * 3600 + 0.5 * 3600 + 6 * 2400 + 24 * 1200)
    assert jobs(result)["energy_j"].sum() == pytest.approx(drawn_j - idle_j, rel=1e-9)
    assert result.summary["nodes_allocated_frac"] == pytest.approx(gpu_s / 64 / (6 * 3600))
    busy = result.tables["site"]["gpus_busy"].sum() * 600.0
    assert busy == pytest.approx(gpu_s, rel=1e-9)


def test_a_node_that_fails_stops_every_job_on_it_and_no_other(tmp_path: Path) -> None:
    rows = ["a,0,3600,1,,,,1,4,", "b,0,3600,1,,,,1,0.5,", "c,0,3600,1,,,,1,8,"]
    lost = {"at": "1000 s", "component": "pod_r1/node_1", "repair_after": "1 h"}
    result = lived(tmp_path, rows, {"restart_delay": "100 s"}, faults={"timeline": [lost]})
    table = jobs(result)
    assert table["restarts"].to_dict() == {"a": 1, "b": 1, "c": 0}
    assert table.loc["a", "finished_s"] == pytest.approx(1000 + 100 + 3600, abs=1e-6)


def test_a_gpu_of_a_job_that_holds_few_is_as_hot_as_one_of_a_job_that_holds_all(
    tmp_path: Path,
) -> None:
    """What throttles is the busiest GPU of a rack, not the mean over its idle ones."""

    def junction_degc(gpus: str) -> float:
        rows = [f"a,0,7200,1,,,,1,{gpus},"]
        racks = lived(tmp_path, rows).tables["racks"]
        of_pod = racks[(racks["rack"] == "pod_r1") & (racks["time_s"] == 600.0)]
        return float((of_pod["junction_degc"] - of_pod["coolant_degc"]).item())

    assert junction_degc("1") == pytest.approx(junction_degc("8"), abs=0.5)
    assert junction_degc("0.5") < junction_degc("1") - 5


def test_shares_of_one_gpu_heat_it_together(tmp_path: Path) -> None:
    def junction_degc(rows: list[str]) -> float:
        racks = lived(tmp_path, rows).tables["racks"]
        of_pod = racks[(racks["rack"] == "pod_r1") & (racks["time_s"] == 600.0)]
        return float(of_pod["junction_degc"].item())

    halves = [f"h{n},0,7200,1,,,,1,0.5," for n in range(2)]
    assert junction_degc(halves) == pytest.approx(junction_degc(["one,0,7200,1,,,,1,1,"]), abs=1e-9)


def test_a_run_goes_on_from_its_checkpoint_with_shared_nodes(tmp_path: Path) -> None:
    rows = [f"j{n},{400 * n},3600,1,3600,,,1,{gpus}," for n, gpus in enumerate((3, 0.5, 6, 8, 0.7))]
    whole = lived(tmp_path, rows, **by("conservative"))
    facility = twin.build(twin.load(tmp_path / "queue.yaml"))
    run = twin.start(facility)
    run.until(1700.0)
    run.save(tmp_path / "half.run")
    again = twin.resume(tmp_path / "half.run")
    again.until()
    pd.testing.assert_frame_equal(again.result().tables["jobs"], whole.tables["jobs"])


@pytest.mark.parametrize(
    ("name", "text", "work", "gpus"),
    [
        ("acme.csv", "job_id,user,node_num,gpu_num,cpu_num,state,submit_time,duration\n"
         "1,u,1,2,8,COMPLETED,2023-03-01 00:00:00+08:00,600\n", {}, 2.0),
        ("pods.csv", "name,cpu_milli,memory_mib,num_gpu,gpu_milli,pod_phase,creation_time,"
         "deletion_time,scheduled_time\np1,4000,1000,1,460,Succeeded,0,610,10\n", {}, 0.46),
        ("slurm.txt", "JobID|Submit|State|ElapsedRaw|NNodes|AllocTRES\n"
         "7|2024-01-01T00:00:00|COMPLETED|600|2|cpu=8,gres/gpu=8,node=2\n", {}, 8.0),
        ("types.txt", "JobID|Submit|State|ElapsedRaw|NNodes|AllocTRES\n"
         "7|2024-01-01T00:00:00|COMPLETED|600|2|cpu=8,gres/gpu:a100=2,gres/gpu:l4=2\n", {}, 4.0),
        ("both.txt", "JobID|Submit|State|ElapsedRaw|NNodes|AllocTRES\n"
         "7|2024-01-01T00:00:00|COMPLETED|600|2|cpu=8,gres/gpu:a100=2,gres/gpu=2\n", {}, 2.0),
        ("cpus.swf", "; MaxNodes: 8\n; MaxProcs: 512\n"
         "1 0 0 600 128 -1 -1 128 -1 -1 1 1 -1 -1 -1 -1 -1 -1\n", {}, 16.0),
        ("part.swf", "; MaxNodes: 8\n; MaxProcs: 512\n"
         "1 0 0 600 20 -1 -1 20 -1 -1 1 1 -1 -1 -1 -1 -1 -1\n", {}, 3.0),
    ],
)  # fmt: skip
def test_lists_that_ask_for_a_part_of_a_node_get_a_part(
    tmp_path: Path, name: str, text: str, work: dict[str, Any], gpus: float
) -> None:
    """Two nodes of four GPUs each; 20 of 64 processors are 2.5 of 8 GPUs, so three."""
    (tmp_path / name).write_text(text)
    found = jobs(lived(tmp_path, [], work | {"file": name}))
    assert found["gpus"].tolist() == [pytest.approx(gpus)]
    assert found["state"].tolist() == ["completed"]
    assert re.fullmatch(r"log_.+", found["job"].item())


TRAIN = {
    "kind": "training", "model": "Llama-3.1-8B", "global_batch_sequences": 64, "nodes": 1,
    "tokens": 200_000_000,
}  # fmt: skip


def trained(folder: Path, *work: dict[str, Any], **keys: Any) -> pd.DataFrame:
    result = lived(folder, [], workload=[TRAIN | one for one in work], **keys)
    return result.tables["jobs"].set_index("job")


def test_training_on_half_a_node_takes_twice_as_long_and_leaves_the_other_half(
    tmp_path: Path,
) -> None:
    halves = [{"name": name, "gpus_per_node": 4} for name in ("a", "b")]
    filler = {"name": "others", "nodes": 7, "tokens": None, "global_batch_sequences": 56}
    half = trained(tmp_path, filler, *halves)
    whole = trained(tmp_path, {"name": "a"})
    assert half.loc[["a", "b"], "started_s"].tolist() == [0.0, 0.0]
    assert half.loc[["a", "b"], "gpus"].tolist() == [4.0, 4.0]
    took_s = half.loc[["a", "b"], "finished_s"].to_numpy()
    assert took_s[0] == took_s[1]
    assert took_s[0] == pytest.approx(2 * whole.loc["a", "finished_s"], rel=0.05)
    assert half.loc["a", "energy_j"] == pytest.approx(whole.loc["a", "energy_j"], rel=0.1)


def test_training_on_a_part_goes_on_after_a_failure_as_busy_as_before(tmp_path: Path) -> None:
    lost = {"at": "300 s", "component": "pod_r1/node_1", "repair_after": "1 min"}
    half = {"name": "a", "gpus_per_node": 4, "tokens": None}
    once = trained(tmp_path, half)
    hurt = trained(tmp_path, half, faults={"timeline": [lost]})
    assert hurt.loc["a", "restarts"] == 1
    assert hurt.loc["a", "energy_j"] == pytest.approx(once.loc["a", "energy_j"], rel=0.05)


def test_more_gpus_of_a_node_than_it_has_are_refused_with_what_is_allowed(tmp_path: Path) -> None:
    with pytest.raises(
        twin.InputError, match="gpus_per_node 16, and nodes of B200-SXM-180GB have 8"
    ):
        trained(tmp_path, {"name": "a", "gpus_per_node": 16})


def test_a_list_from_a_machine_with_larger_nodes_takes_more_of_those_that_stand_here(
    tmp_path: Path,
) -> None:
    table = jobs(lived(tmp_path, ["a,0,600,1,,,,1,16,", "b,0,600,1,,,,1,128,"]))
    assert table.loc["a", ["nodes", "gpus"]].tolist() == [2, 16.0]
    assert table.loc["b", "state"] == "too_large"


def test_a_list_with_less_than_no_gpu_is_refused_at_its_line(tmp_path: Path) -> None:
    with pytest.raises(twin.InputError, match=r"jobs.csv:2:1: found '-1' under gpus"):
        lived(tmp_path, ["a,0,600,1,,,,1,-1,"])


def test_halves_that_a_failed_node_keeps_waiting_lose_by_that_failure(tmp_path: Path) -> None:
    """Both would stand on the node that is out; the third half would wait without the fault too."""
    filler = {"name": "others", "nodes": 7, "tokens": None, "global_batch_sequences": 56}
    halves = [
        {"name": name, "gpus_per_node": 4, "submit": f"{at} s", "tokens": None}
        for name, at in (("a", 10), ("b", 20), ("c", 30))
    ]
    lost = {"at": "5 s", "component": "pod_r4/node_2", "repair_after": "10 h"}
    result = lived(
        tmp_path, [], workload=[TRAIN | one for one in (filler, *halves)],
        faults={"timeline": [lost]},
    )  # fmt: skip
    assert jobs(result).loc[["a", "b", "c"], "state"].tolist() == ["queued"] * 3
    balance = result.tables["token_balance"].set_index(["workload", "entry"])["tokens"]
    assert balance["a", "failed"] == pytest.approx(balance["a", "possible"], rel=1e-3)
    assert balance["b", "failed"] == pytest.approx(balance["b", "possible"], rel=1e-3)
    assert balance["c", "queued"] == pytest.approx(balance["c", "possible"], rel=1e-3)


@pytest.mark.parametrize("policy", POLICIES)
def test_parts_go_to_kinds_of_nodes_that_have_so_many_gpus(tmp_path: Path, policy: str) -> None:
    """Four B200 nodes of eight GPUs, eight L40S nodes of four, in either order of rows: six GPUs go
    to the former alone, four are a part there and a whole node here.
    """
    rows = [f"six{n},0,3600,1,3600,,,1,6," for n in range(4)]
    rows += [f"four{n},10,3600,1,3600,,,1,4," for n in range(8)]
    rows += ["two,20,600,1,600,,,1,2,", "late,30,600,1,600,,,1,6,"]
    orders = (("dgx_b200_x2", "hgx_l40s_edge"), ("hgx_l40s_edge", "dgx_b200_x2"))
    found = [
        jobs(lived(tmp_path, rows, layout=two_pools(*order), **by(policy))) for order in orders
    ]
    table = found[0]
    assert table["started_s"].drop("late").to_dict() == {
        name: 0.0 if name.startswith("six") else 10.0 if name.startswith("four") else 20.0
        for name in table.index.drop("late")
    }
    assert table.loc["late", "started_s"] == 3600.0
    first, second = (one.drop(columns="energy_j") for one in found)
    pd.testing.assert_frame_equal(first, second)


@pytest.mark.parametrize("policy", POLICIES)
def test_jobs_without_gpus_and_parts_live_side_by_side(tmp_path: Path, policy: str) -> None:
    rows = ["cpu,0,1200,30,1200,,,,0,", "part,0,1200,1,1200,,,1,0.5,", "all,10,600,4,600,,,1,,"]
    layout = two_pools("dgx_b200_x2", "cpu_rack_generic")
    table = jobs(lived(tmp_path, rows, layout=layout, **by(policy)))
    assert table["started_s"].to_dict() == {"cpu": 0.0, "part": 0.0, "all": 1200.0}
    assert table["gpus"].to_dict() == {"cpu": 0.0, "part": 0.5, "all": 32.0}


@pytest.mark.parametrize("policy", POLICIES)
def test_a_power_cap_counts_parts_as_parts(tmp_path: Path, policy: str) -> None:
    """Room for half a node's span: two quarters go at once, the third waits."""
    cap_w = RACKS_IDLE_W + 14_000.0 + 0.5 * NODE_SPAN_W + 1.0
    rows = [f"j{n},0,1200,1,1200,,,1,2," for n in range(3)]
    asked = {"policy": policy, "power_cap": f"{cap_w} W"}
    found = starts(lived(tmp_path, rows, **by(asked)))
    assert sorted(found.values()) == [0.0, 0.0, 1200.0]


def test_cpu_jobs_keep_the_share_of_a_node_that_is_stated(tmp_path: Path) -> None:
    """Eight on one node, which draws a quarter of what its CPUs can at an activity of a quarter."""
    rows = [f"cpu{n},0,7200,1,7200,,,,0," for n in range(8)]
    rows += ["gang,10,600,7,600,,,1,,", "part,20,600,1,600,,,1,1,"]
    asked = {"cpu_activity": 0.25, "cpu_job_share": 0.125}
    result = lived(tmp_path, rows, asked)
    assert starts(result)["gang"] == 10.0
    assert starts(result)["part"] == 610.0
    whole = lived(tmp_path, ["cpu,0,7200,1,7200,,,,0,"], {"cpu_activity": 0.25})
    at_s = 3600.0
    assert pod_w(result, "pod_r1", at_s) == pytest.approx(pod_w(whole, "pod_r1", at_s), rel=1e-12)
    blocked = lived(tmp_path, rows, {"cpu_activity": 0.25})
    assert starts(blocked)["gang"] == 7200.0
