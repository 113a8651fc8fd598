"""Through the front door: what rules of the queue, limits, caps and placements change in a run."""

from __future__ import annotations

import json
from itertools import count
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
import yaml

import twin
from tests.sources import DATA
from twin.simulation.jobs.turns import Turns

MINI = DATA / "cases" / "job_power" / "mini.yaml"
"""Four racks of two servers of eight GPUs: eight nodes, 5,940 W idle and 28,600 W rated a rack."""
SUPPORT_W = 14_000.0
RACKS_IDLE_W = 4 * 5_940.0
NODE_SPAN_W = (28_600.0 - 5_940.0) / 2
HEADER = "name,submit,run,nodes,walltime,priority,user,activity,gpus,state"


def lived(
    folder: Path, rows: list[str], work: dict[str, Any] | None = None, **keys: Any
) -> twin.Result:
    (folder / "mini.yaml").write_text(keys.pop("layout", MINI.read_text()))
    (folder / "jobs.csv").write_text("\n".join([keys.pop("header", HEADER), *rows]))
    listed = {"kind": "jobs", "name": "log", "file": "jobs.csv", "cpu_activity": 1}
    scenario = {
        "version": 1, "name": "queue", "layout": "mini.yaml", "horizon": "6 h",
        "site": {"climate": {"dry_bulb": "20 °C", "wet_bulb": "15 °C"}, "grid": "ireland"},
        "workload": [listed | (work or {})], "outputs": {"period": "10 min"}, **keys,
    }  # fmt: skip
    (folder / "queue.yaml").write_text(json.dumps(scenario))
    return twin.simulate(twin.build(twin.load(folder / "queue.yaml")))


def jobs(result: twin.Result) -> pd.DataFrame:
    table = result.tables["jobs"]
    return table.set_index(table["job"].str.removeprefix("log_"))


def by(scheduler: Any) -> dict[str, Any]:
    return {"controls": {"scheduler": scheduler}}


def test_a_job_is_stopped_at_its_limit_and_counts_as_timed_out(tmp_path: Path) -> None:
    rows = ["a,0,3600,2,1800,,,1,,", "b,0,3600,8,7200,,,1,,"]
    table = jobs(lived(tmp_path, rows))
    assert table.loc["a", ["state", "finished_s"]].tolist() == ["timed_out", 1800.0]
    assert table.loc["b", "started_s"] == 1800.0
    free = jobs(lived(tmp_path, rows, {"time_limits": False}))
    assert free.loc["a", ["state", "finished_s"]].tolist() == ["completed", 3600.0]


def test_a_slow_clock_brings_a_job_to_its_limit(tmp_path: Path) -> None:
    """Run and limit are the same at full clock; at nine tenths of it the work takes longer."""
    slow = {"actions": [{"kind": "clock_ceiling", "at": "1 s", "clock": 0.9}]}
    result = lived(tmp_path, ["a,0,3600,2,3600,,,1,,"], controls=slow)
    assert jobs(result).loc["a", "state"] == "timed_out"
    assert jobs(result).loc["a", "progress_frac"] == pytest.approx(0.9, abs=0.01)


def test_failed_and_cancelled_jobs_hold_their_nodes_and_are_not_useful(tmp_path: Path) -> None:
    rows = ["a,0,3600,4,,,,1,,failed", "b,0,3600,2,,,,1,,cancelled", "c,0,7200,2,,,,1,,"]
    result = lived(tmp_path, rows)
    assert jobs(result)["state"].tolist() == ["failed", "cancelled", "completed"]
    whole = 8 * 6 * 3600
    assert result.summary["nodes_allocated_frac"] == pytest.approx((6 + 4) * 3600 / whole)
    assert result.summary["nodes_useful_frac"] == pytest.approx(4 * 3600 / whole)
    assert (result.summary["jobs_completed"], result.summary["jobs_ended"]) == (1, 3)


def test_a_higher_priority_takes_nodes_and_who_makes_way_goes_on_from_its_checkpoint(
    tmp_path: Path,
) -> None:
    rows = ["low,0,3600,8,,0,,1,,", "high,1200,600,6,,5,,1,,"]
    work = {"checkpoint_interval": "1 h", "restart_delay": "100 s"}
    table = jobs(lived(tmp_path, rows, work, **by("priority")))
    assert table.loc["high", "started_s"] == 1200.0
    assert table.loc["low", "preemptions"] == 1
    assert table.loc["low", "restarts"] == 0
    assert table.loc["low", "finished_s"] == pytest.approx(3600 + 600 + 100, abs=1e-6)
    anew = jobs(lived(tmp_path, rows, {"restart_delay": "100 s"}, **by("priority")))
    assert anew.loc["low", "finished_s"] == pytest.approx(1800 + 100 + 3600, abs=1e-6)
    polite = jobs(lived(tmp_path, rows, work))
    assert polite.loc["high", "started_s"] == 3600.0


def test_gpus_whose_work_was_stopped_were_at_work(tmp_path: Path) -> None:
    """What was interrupted and done again counts (findings/the_work_that_was_interrupted.sh)."""
    rows = ["low,0,3600,8,,0,,1,,", "high,1200,600,6,,5,,1,,"]
    result = lived(tmp_path, rows, {"restart_delay": "0 s"}, **by("priority"))
    assert jobs(result).loc["low", "finished_s"] == pytest.approx(1800 + 3600, abs=1e-6)
    hours = (8 * 8 * (1200 + 3600) + 6 * 8 * 600) / 3600
    assert result.summary["gpu_hours_busy"] == pytest.approx(hours, rel=1e-9)


def test_a_training_job_writes_a_checkpoint_before_it_makes_way(tmp_path: Path) -> None:
    (tmp_path / "mini.yaml").write_text(MINI.read_text())
    (tmp_path / "jobs.csv").write_text(f"{HEADER}\nhigh,1200,600,6,,5,,1,,")
    train = {
        "kind": "training", "name": "train", "model": "Llama-3.1-8B", "nodes": 8,
        "global_batch_sequences": 256, "checkpoint_interval": "2 h",
    }  # fmt: skip
    result = lived(
        tmp_path,
        ["high,1200,600,6,,5,,1,,"],
        workload=[train, {"kind": "jobs", "name": "log", "file": "jobs.csv"}],
        **by("priority"),
    )
    table = result.tables["jobs"].set_index("job")
    high = table.loc["log_high"]
    assert 1200.0 < high["started_s"] < 1300.0
    assert table.loc["train", "checkpoints"] >= 1
    balance = result.tables["token_balance"].set_index(["workload", "entry"])["tokens"]
    rate = balance["train", "possible"] / (6 * 3600)
    lost_s = balance["train", "preempted"] / rate
    assert 600.0 < lost_s < 1200.0
    assert "rolled_back" not in balance["train"].index
    assert result.summary["token_balance_residual_frac"] < 1e-9


def test_fair_shares_put_who_had_less_before_who_had_more(tmp_path: Path) -> None:
    rows = ["a1,0,3600,8,,,ann,1,,", "a2,10,600,8,,,ann,1,,", "b1,20,600,8,,,bob,1,,"]
    plain = jobs(lived(tmp_path, rows))
    fair = jobs(lived(tmp_path, rows, **by("fair_share")))
    assert plain.loc["a2", "started_s"] < plain.loc["b1", "started_s"]
    assert fair.loc["b1", "started_s"] == 3600.0
    assert fair.loc["a2", "started_s"] == 4200.0
    rich = {"policy": "fair_share", "shares": {"ann": 1000}}
    rows.append("b2,30,600,8,,,bob,1,,")
    paid = jobs(lived(tmp_path, rows, **by(rich)))
    assert paid.loc["a2", "started_s"] < paid.loc["b2", "started_s"]


@pytest.mark.parametrize("policy", ["fifo", "easy", "conservative"])
def test_racks_stay_below_a_power_cap_and_everybody_runs(tmp_path: Path, policy: str) -> None:
    rows = [f"j{n},{n},1200,2,1200,,,1,," for n in range(6)]
    cap_w = RACKS_IDLE_W + SUPPORT_W + 5 * NODE_SPAN_W
    result = lived(tmp_path, rows, **by({"policy": policy, "power_cap": f"{cap_w} W"}))
    it_w = result.tables["racks"].groupby("time_s")["power_w"].sum()
    assert it_w.max() <= cap_w
    table = jobs(result)
    assert (table["state"] == "completed").all()
    starts = np.sort(table["started_s"].to_numpy())
    np.testing.assert_allclose(starts, [0, 1, 1200, 1201, 2400, 2401], atol=1e-6)
    free = jobs(lived(tmp_path, rows, **by(policy)))
    assert (free["started_s"] < 1300).all()


def test_a_job_above_the_power_cap_is_told_so_and_holds_nobody_up(tmp_path: Path) -> None:
    cap_w = RACKS_IDLE_W + SUPPORT_W + 3 * NODE_SPAN_W
    rows = ["big,0,600,4,,,,1,,", "small,1,600,2,,,,1,,"]
    result = lived(tmp_path, rows, **by({"policy": "fifo", "power_cap": f"{cap_w} W"}))
    assert jobs(result).loc["big", "state"] == "too_large"
    assert jobs(result).loc["small", "started_s"] == 1.0
    told = result.tables["events"].query("component == 'log_big'")["detail"].iloc[0]
    assert told == "45.3 kW; the power cap leaves 34.0 kW for jobs"


def test_jobs_without_gpus_leave_them_idle(tmp_path: Path) -> None:
    result = lived(tmp_path, ["cpu,0,7200,8,,,,,0,"], {"cpu_activity": 0})
    racks = result.tables["racks"]
    drawn_w = racks[racks["rack"].str.startswith("pod")]["power_w"]
    assert drawn_w.to_numpy() == pytest.approx(5_940.0)
    assert jobs(result).loc["cpu", "state"] == "completed"


@pytest.mark.parametrize("gpus", [0.5, 2, 12, 16])
def test_a_job_on_fewer_gpus_than_its_nodes_have_draws_for_these_alone(
    tmp_path: Path, gpus: float
) -> None:
    """Two nodes of eight GPUs; shares of a GPU count."""
    result = lived(tmp_path, [f"part,0,7200,2,,,,1,{gpus},"], {"cpu_activity": 0})
    whole = lived(tmp_path, ["all,0,7200,2,,,,1,,"], {"cpu_activity": 0})
    drawn, full = (
        r.tables["racks"].query("time_s == 3600 and rack == 'pod_r1'")["power_w"].item() - 5_940.0
        for r in (result, whole)
    )
    assert drawn == pytest.approx(full * gpus / 16, rel=1e-9)


def test_near_keeps_a_gang_in_one_rack_where_packed_tears_it_apart(tmp_path: Path) -> None:
    """A job that draws nothing holds the first node; two more are in one rack, or not."""
    rows = ["one,0,7200,1,,,,0,,", "two,1,7200,2,,,,1,,"]

    def racks_at_work(placement: str) -> int:
        asked = {"controls": {"placement": placement}}
        result = lived(tmp_path, rows, {"cpu_activity": 0}, **asked)
        racks = result.tables["racks"].query("time_s == 3600")
        pods = racks[racks["rack"].str.startswith("pod")]
        return int((pods["power_w"] > 6_500.0).sum())

    assert racks_at_work("packed") == 2
    assert racks_at_work("near") == 1


def two_pools(first: str, second: str) -> str:
    """A hall with two kinds of racks, in this order."""
    layout = yaml.safe_load(MINI.read_text())
    row = layout["halls"][0]["rows"]
    layout["halls"][0]["size"] = ["16 m", "12 m", "3.5 m"]
    layout["halls"][0]["rows"] = [
        {"name": f"pod_{kind[4:8]}", "racks": f"2 x {kind}", "at": ["3 m", y], "fed_by": "panel"}
        for kind, y in ((first, "3 m"), (second, "7 m"))
    ] + [row[1] | {"at": ["12 m", "3 m"]}]
    return yaml.safe_dump(layout)


def test_the_order_of_rows_decides_nothing(tmp_path: Path) -> None:
    rows = [f"j{n},{60 * n},{900 + 100 * n},{1 + n % 3},,,,1,," for n in range(12)]
    kinds = ("dgx_b200_x2", "dgx_h100_x4")
    found = []
    for order in (kinds, kinds[::-1]):
        result = lived(tmp_path, rows, layout=two_pools(*order))
        racks = result.tables["racks"].groupby(result.tables["racks"]["rack"].str[:8])
        found.append((jobs(result).drop(columns="energy_j"), racks["power_w"].sum()))
    pd.testing.assert_frame_equal(found[0][0], found[1][0])
    pd.testing.assert_series_equal(found[0][1], found[1][1], rtol=1e-9)


@pytest.mark.parametrize("policy", ["easy", "conservative", "priority", "fair_share"])
def test_a_stopped_run_goes_on_as_if_it_had_not_stopped(tmp_path: Path, policy: str) -> None:
    draw = np.random.default_rng(4)
    rows = [
        f"j{n},{120 * n},{int(draw.integers(300, 3000))},{int(draw.integers(1, 8))},3000,"
        f"{n % 3},u{n % 2},1,,"
        for n in range(40)
    ]
    fault = {"at": "50 min", "component": "pod_r2", "repair_after": "20 min"}
    asked = by(policy) | {"faults": {"timeline": [fault]}}
    whole = lived(tmp_path, rows, {"checkpoint_interval": "5 min"}, **asked)
    run = twin.start(twin.build(twin.load(tmp_path / "queue.yaml")))
    run.until(4000.0)
    run.save(tmp_path / "run.twin")
    rest = twin.resume(tmp_path / "run.twin").until().result()
    for name in ("jobs", "racks", "events"):
        pd.testing.assert_frame_equal(rest.tables[name], whole.tables[name])
    assert whole.tables["jobs"]["restarts"].sum() > 0


def test_a_queue_in_turn_is_asked_whenever_its_answer_may_have_changed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nodes fail, come back and are given away; asked at every settling, the run is the same."""
    rows = [f"j{n},{n * 240},{900 + 170 * n % 2400},{1 + n * 5 % 7},,,,1,," for n in range(30)]
    work = {"checkpoint_interval": "5 min", "restart_delay": "2 min"}
    faults = {
        "timeline": [{"at": "30 min", "component": "pod_r2", "repair_after": "40 min"}],
        "rates": {"scale": 300.0},
        "node_repairs": {"gpu": "10 min"},
    }
    once = lived(tmp_path, rows, work, faults=faults)
    asked = count()
    monkeypatch.setattr(Turns, "question", lambda _: (next(asked),))
    always = lived(tmp_path, rows, work, faults=faults)
    assert once.summary["jobs_completed"] > 5
    assert once.tables["jobs"]["restarts"].sum() > 0
    assert all(table.equals(always.tables[name]) for name, table in once.tables.items())
