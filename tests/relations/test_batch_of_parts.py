"""Through the front door: batch jobs that take parts of nodes, by a stated distribution."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from scipy.stats import chisquare

import twin
from tests.relations.test_rules_of_the_queue import by, lived

BATCH = {
    "kind": "batch", "name": "b", "count": 400, "span": "12 h", "runtime_median": "30 min",
    "nodes_median": 1, "nodes_sigma": 1e-9, "nodes_max": 1,
}  # fmt: skip
PARTS = [
    {"gpus": 0.25, "weight": 3}, {"gpus": 1, "weight": 4}, {"gpus": 4, "weight": 2}, {"gpus": 8},
]  # fmt: skip


def ran(folder: Path, **changes: Any) -> twin.Result:
    return lived(folder, [], workload=[BATCH | changes], horizon="6 d", **by("easy"))


def test_parts_are_drawn_by_weight_and_move_nothing_else(tmp_path: Path) -> None:
    parts = ran(tmp_path, gpus_per_node=PARTS).tables["jobs"]
    whole = ran(tmp_path).tables["jobs"]
    assert set(whole["gpus"]) == {8.0}
    counted = parts["gpus"].value_counts()
    expected = [400 * weight / 10 for weight in (3, 4, 2, 1)]
    assert chisquare([counted[g] for g in (0.25, 1.0, 4.0, 8.0)], expected).pvalue > 1e-3
    assert parts["submitted_s"].tolist() == whole["submitted_s"].tolist()
    assert set(parts["state"]) == {"completed"}
    assert parts["wait_s"].sum() < whole["wait_s"].sum()
    ran_s = [(table["finished_s"] - table["started_s"]).tolist() for table in (parts, whole)]
    assert ran_s[0] == pytest.approx(ran_s[1], abs=1e-6)


def test_a_job_of_several_nodes_takes_as_many_of_each(tmp_path: Path) -> None:
    table = ran(tmp_path, count=20, nodes_median=3, nodes_max=3, gpus_per_node=[{"gpus": 2}])
    jobs = table.tables["jobs"]
    assert set(jobs["nodes"]) == {3}
    assert set(jobs["gpus"]) == {6.0}


@pytest.mark.parametrize("gpus", [0, 1.5, -1, 2000])
def test_parts_that_no_gpu_has_are_refused(tmp_path: Path, gpus: float) -> None:
    with pytest.raises(twin.InputError, match="gpus"):
        ran(tmp_path, gpus_per_node=[{"gpus": gpus}])
