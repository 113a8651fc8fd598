"""Through the front door: what the failure of one GPU takes of its node, by the operator's choice.

Worked by hand on eight nodes of eight GPUs. Jobs of four and of two GPUs stand on the first node.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pandas as pd
import pytest

import twin
from tests.relations.test_jobs_share_nodes import pod_w
from tests.relations.test_rules_of_the_queue import by, jobs, lived
from twin.catalogue.rows import Gpu

ROWS = ["four,0,3600,1,7200,,,1,4,", "two,0,3600,1,7200,,,1,2,", "late,1100,600,1,600,,,1,1,"]
GANG = "gang,1200,600,8,600,,,1,,"
LOST = {"at": "1000 s", "component": "pod_r1/node_1/gpu_1"}
WORK = {"restart_delay": "100 s"}


def broken(folder: Path, rows: list[str] = ROWS, lost: Any = LOST, **choice: Any) -> twin.Result:
    keys = {key: choice.pop(key) for key in ("crews",) if key in choice}
    faults = {
        "timeline": [lost], "gpu_failures": choice, "node_repairs": {"gpu": "30 min"}, **keys,
    }  # fmt: skip
    return lived(folder, rows, WORK, faults=faults, **by("easy"))


def told(result: twin.Result) -> list[tuple[float, str, str]]:
    """Moment, component and what happened, of everything about the pod."""
    events = result.tables["events"].query("component.str.startswith('pod_r1/')")
    return list(events[["time_s", "component", "what"]].itertuples(index=False, name=None))


def test_a_node_drains_and_a_crew_comes_when_it_is_empty(tmp_path: Path) -> None:
    """The job on the GPU starts elsewhere at once; the other goes on to 3,600 s; 30 minutes of work
    follow, and only then is there room for eight whole nodes.
    """
    result = broken(tmp_path, [*ROWS, GANG])
    table = jobs(result)
    assert table["restarts"].to_dict() == {"four": 1, "two": 0, "late": 0, "gang": 0}
    assert table.loc["four", "finished_s"] == pytest.approx(1000 + 100 + 3600)
    assert table.loc["two", "finished_s"] == 3600.0
    assert table.loc["late", "started_s"] == 1100.0
    assert table.loc["gang", "started_s"] == 3600.0 + 1800.0
    assert told(result) == [
        (1000.0, "pod_r1/node_1/gpu_1", "failed"),
        (5400.0, "pod_r1/node_1/gpu_1", "repaired"),
    ]


def test_the_other_gpus_stay_open_where_a_crew_works_beside_them(tmp_path: Path) -> None:
    """The job of four fits on the five that are left; whole nodes are eight again at 2,800 s."""
    gang = "gang,1200,600,7,600,,,1,,"
    result = broken(tmp_path, [*ROWS, gang], takes="gpu", swap="in_place")
    table = jobs(result)
    assert table["restarts"].to_dict() == {"four": 1, "two": 0, "late": 0, "gang": 0}
    assert table.loc["gang", "started_s"] == 1200.0
    assert told(result)[-1] == (2800.0, "pod_r1/node_1/gpu_1", "repaired")


def test_a_crew_that_takes_the_node_out_stops_who_works_there_when_it_comes(tmp_path: Path) -> None:
    """One crew, busy for half an hour with another node: the swap begins at 2,800 s."""
    other = {"at": "1000 s", "component": "pod_r4/node_2/gpu_1"}
    faults = {
        "timeline": [other, LOST], "crews": 1, "node_repairs": {"gpu": "30 min"},
        "gpu_failures": {"takes": "gpu"},
    }  # fmt: skip
    result = lived(tmp_path, ROWS, WORK, faults=faults, **by("easy"))
    assert jobs(result)["restarts"].to_dict() == {"four": 2, "two": 1, "late": 0}
    assert told(result) == [
        (1000.0, "pod_r1/node_1/gpu_1", "failed"),
        (2800.0, "pod_r1/node_1", "taken out on purpose"),
        (4600.0, "pod_r1/node_1/gpu_1", "repaired"),
    ]
    assert jobs(result)["finished_s"].to_dict() == {"four": 6500.0, "two": 6500.0, "late": 1700.0}


def test_a_node_is_taken_whole_where_that_is_the_rule(tmp_path: Path) -> None:
    table = jobs(broken(tmp_path, takes="node"))
    assert table["restarts"].to_dict() == {"four": 1, "two": 1, "late": 0}


@pytest.mark.parametrize("takes", ["drain", "gpu", "node"])
def test_whole_node_jobs_live_the_same_whatever_the_rule(tmp_path: Path, takes: str) -> None:
    """A job that holds all GPUs of its nodes loses one of them, and its node is whole again after
    the crew's work.
    """
    rows = ["a,0,3600,8,7200,,,1,,", "b,10,600,1,600,,,1,,"]
    table = jobs(broken(tmp_path, rows, takes=takes))
    assert table.loc["a", "restarts"] == 1
    assert table.loc["a", "finished_s"] == pytest.approx(2800 + 100 + 3600)
    assert table.loc["b", "started_s"] == 1000.0


def test_a_stated_end_needs_no_crew_and_lifts_the_drain(tmp_path: Path) -> None:
    lost = LOST | {"repair_after": "5 min"}
    result = broken(tmp_path, [*ROWS, "gang,1200,600,7,600,,,1,,"], lost)
    assert told(result)[-1] == (1300.0, "pod_r1/node_1/gpu_1", "repaired")
    assert jobs(result).loc["two", "finished_s"] == 3600.0


def test_a_failed_gpu_draws_nothing_and_its_node_goes_on(tmp_path: Path) -> None:
    lost = LOST | {"at": "20 min", "repair_after": "20 min"}
    result = broken(tmp_path, ["far,0,60,1,60,,,1,,"], lost, takes="gpu")
    row = twin.load(tmp_path / "queue.yaml").catalogue.get(Gpu, "B200-SXM-180GB")
    before_w, during_w, after_w = (pod_w(result, "pod_r1", at) for at in (1200.0, 2400.0, 3000.0))
    assert before_w == after_w
    assert before_w - during_w == pytest.approx(row.power_idle_w, rel=1e-9)


def served(
    folder: Path, takes: dict[str, str], tensor: int = 1, detail: str = "fluid"
) -> twin.Result:
    """Eight nodes of eight GPUs serve a chat, one GPU fails for half an hour."""
    serve = {
        "kind": "inference", "name": "chat", "model": "Llama-3.1-8B", "nodes": 8, "detail": detail,
        "tensor_parallel": tensor, "requests": {"rate": "5 / s"},
    }  # fmt: skip
    faults = {"timeline": [LOST], "node_repairs": {"gpu": "30 min"}, "gpu_failures": takes}
    outputs = {"period": "5 min"}
    return lived(
        folder, [], workload=[serve], faults=faults, horizon="1 h", outputs=outputs
    )  # fmt: skip


@pytest.mark.parametrize("takes", [{}, {"takes": "drain"}, {"takes": "node"}])
def test_a_node_of_a_service_is_taken_whole(tmp_path: Path, takes: dict[str, str]) -> None:
    """One that was to be emptied would never be."""
    result = served(tmp_path, takes)
    assert told(result) == [
        (1000.0, "pod_r1/node_1/gpu_1", "failed"),
        (2800.0, "pod_r1/node_1/gpu_1", "repaired"),
    ]
    detail = result.tables["events"].query("what == 'failed'")["detail"].item()
    assert detail == "its node is out; waits for a crew"


@pytest.mark.parametrize("detail", ["fluid", "requests"])
@pytest.mark.parametrize(("tensor", "lost"), [(1, 1 / 64), (2, 2 / 64), (4, 4 / 64), (8, 8 / 64)])
def test_the_replica_on_a_failed_gpu_is_lost_and_no_other(
    tmp_path: Path, detail: str, tensor: int, lost: float
) -> None:
    """Its share of 64 GPUs, until the GPU is changed beside those that serve."""
    result = served(tmp_path, {"takes": "gpu", "swap": "in_place"}, tensor, detail)
    rows = result.frame("services").set_index("time_s")["capacity_tokens_per_s"]
    assert rows[1800.0] / rows[600.0] == pytest.approx(1 - lost, rel=1e-9)
    assert rows[3600.0] == pytest.approx(rows[600.0], rel=1e-12)
    assert result.summary["energy_balance_residual_frac"] < 1e-9
    assert abs(result.summary["token_balance_residual_frac"]) < 1e-9


def test_a_crew_that_pulls_the_node_takes_its_replicas_while_it_works(tmp_path: Path) -> None:
    result = served(tmp_path, {"takes": "gpu", "swap": "node"})
    rows = result.frame("services").set_index("time_s")["capacity_tokens_per_s"]
    assert rows[1800.0] / rows[600.0] == pytest.approx(7 / 8, rel=1e-9)


def test_gpus_fail_at_random_as_often_as_they_are_the_cause(tmp_path: Path) -> None:
    """The moments are those of nodes; two causes of three are of GPUs, and repairs are theirs."""
    rates = {
        "nodes": True, "kinds": ["utility"], "scale": 300, "node_causes": {"gpu": 2, "nic": 1},
    }  # fmt: skip
    rows = [f"j{n},0,864000,1,,,,1,4," for n in range(16)]
    faults = {"rates": rates, "crews": 40, "gpu_failures": {"takes": "gpu", "swap": "in_place"}}
    repairs = {"node_repairs": {"gpu": "20 min", "nic": "2 h"}}
    result = lived(tmp_path, rows, WORK, faults=faults | repairs, horizon="20 d")
    failed = result.tables["events"].query("what == 'failed'")
    of_gpu = failed["component"].str.contains("/gpu_")
    assert len(failed) > 80
    assert of_gpu.mean() == pytest.approx(2 / 3, abs=0.15)
    ended = result.tables["events"].query("what == 'repaired'").set_index("component")["time_s"]
    spans: dict[bool, list[float]] = {True: [], False: []}
    for name, at_s, gpu in zip(failed["component"], failed["time_s"], of_gpu, strict=True):
        after = ended[[name]] if name in ended.index else pd.Series(dtype=float)
        spans[bool(gpu)] += (
            [float(after[after > at_s].min() - at_s)] if (after > at_s).any() else []
        )
    mean_s = {gpu: sum(of) / len(of) for gpu, of in spans.items()}
    assert mean_s[True] == pytest.approx(1200, rel=0.35)
    assert mean_s[False] == pytest.approx(7200, rel=0.5)
    others = lived(
        tmp_path,
        rows,
        WORK,
        faults=faults | repairs | {"gpu_failures": {"takes": "node"}},
        horizon="20 d",
    )
    moments = others.tables["events"].query("what == 'failed'")["time_s"].tolist()
    assert moments == failed["time_s"].tolist()
    assert jobs(result)["restarts"].sum() < jobs(others)["restarts"].sum()
    assert set(result.tables["stops"]["component"]) == {"gpu", "nic"}


def test_a_run_goes_on_while_a_node_drains(tmp_path: Path) -> None:
    whole = broken(tmp_path, [*ROWS, GANG])
    run = twin.start(twin.build(twin.load(tmp_path / "queue.yaml")))
    run.until(2000.0)
    run.save(tmp_path / "half.run")
    again = twin.resume(tmp_path / "half.run").until().result()
    for name in ("jobs", "events", "racks"):
        pd.testing.assert_frame_equal(again.tables[name], whole.tables[name])


@pytest.mark.parametrize(
    "name", ["pod_r1/node_1/gpu_9", "pod_r1/node_1/gpu_0", "aux_r1/node_1/gpu_1", "pod_r1/gpu_1"]
)
def test_a_gpu_that_is_not_there_is_refused_with_those_that_are(tmp_path: Path, name: str) -> None:
    with pytest.raises(twin.InputError, match=r"gpu_1 to /gpu_8|without nodes"):
        broken(tmp_path, lost=LOST | {"component": name})


def test_a_repair_time_of_what_nobody_names_is_refused(tmp_path: Path) -> None:
    with pytest.raises(twin.InputError, match="node_repairs"):
        lived(tmp_path, ROWS, faults={"node_repairs": {"GPU!": "1 h"}})
