"""Claim: strict first in, first out, as the documents say, by a second program of twenty lines.

The oracle knows only what was submitted, how many nodes each job wants and how long it ran; it says
when each must have started.
"""

from __future__ import annotations

import heapq
from typing import Any

import pandas as pd
import pytest
from conftest import small_layout
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.planner import answer, batch, job

NODES = 72


def starts(jobs: pd.DataFrame, nodes: int) -> list[float]:
    """When each job starts, in the order in which they were submitted."""
    running: list[tuple[float, int]] = []
    free, now, found = nodes, 0.0, []
    for row in jobs.itertuples():
        now = max(now, row.submitted_s)
        while running and running[0][0] <= now:
            free += heapq.heappop(running)[1]
        while free < row.nodes:
            now, back = heapq.heappop(running)
            free += back
        free -= row.nodes
        heapq.heappush(running, (row.finished_s, row.nodes))
        found.append(now)
    return found


def finished(work: list[dict[str, Any]], seed: int = 1, horizon: str = "12 h") -> pd.DataFrame:
    run = answer(
        small_layout(4, 0), workload=work, seed=seed, horizon=horizon, outputs={"period": "1 h"}
    )
    jobs = run.frame("jobs").sort_values(["submitted_s", "job"], kind="stable")
    return jobs[jobs.state == "completed"].reset_index(drop=True)


@settings(max_examples=15, suppress_health_check=list(HealthCheck))
@given(
    seed=st.integers(0, 1000),
    count=st.integers(1, 25),
    median=st.sampled_from([2.0, 12.0, 40.0]),
    span=st.sampled_from(["1 min", "30 min", "2 h"]),
)
def test_jobs_start_when_the_oracle_says(seed: int, count: int, median: float, span: str) -> None:
    work = batch(count=count, span=span, nodes_median=median, nodes_max=NODES, runtime_sigma=0.5)
    jobs = finished([work], seed)
    assert len(jobs) == count
    assert jobs.started_s.to_numpy() == pytest.approx(starts(jobs, NODES), abs=1e-6)


def test_a_large_job_holds_back_the_small_ones_behind_it() -> None:
    """No backfill: six nodes are free, and the job of two nodes waits for that of sixty before
    it.
    """
    same = {"span": "1 s", "runtime_sigma": 1e-6, "nodes_sigma": 1e-6}
    work = [
        batch("a", 1, runtime_median="30 min", nodes_median=66.0, nodes_max=66, **same),
        batch("b", 1, runtime_median="10 min", nodes_median=60.0, nodes_max=60, **same),
        batch("c", 1, runtime_median="1 min", nodes_median=2.0, nodes_max=2, **same),
    ]
    jobs = finished(work).set_index(finished(work).job.str[0])
    order = jobs.sort_values("submitted_s").index.tolist()
    assert jobs.started_s.to_numpy() == pytest.approx(starts(jobs, NODES), abs=1e-6)
    assert jobs.loc[order].started_s.is_monotonic_increasing


def test_node_hours_are_nodes_times_hours() -> None:
    jobs = finished([batch(count=20, nodes_max=40)])
    hours = jobs.gpus * (jobs.finished_s - jobs.started_s) / 3600
    assert jobs.gpu_hours.to_numpy() == pytest.approx(hours.to_numpy(), rel=1e-6)
    assert (jobs.gpus == 4 * jobs.nodes).all()


@pytest.mark.parametrize("placement", ["packed", "spread"])
def test_where_jobs_are_put_changes_no_start(placement: str) -> None:
    """On a cool and sound machine racks are alike."""
    work = batch(count=20, nodes_max=40)
    run = answer(
        small_layout(4, 0),
        workload=[work],
        horizon="6 h",
        controls={"placement": placement},
        outputs={"period": "1 h"},
    )
    packed = answer(small_layout(4, 0), workload=[work], horizon="6 h", outputs={"period": "1 h"})
    one = run.frame("jobs")
    other = packed.frame("jobs")
    assert one.started_s.tolist() == pytest.approx(other.started_s.tolist(), abs=1e-6, nan_ok=True)


def test_spread_jobs_touch_more_racks_than_packed_ones() -> None:
    def warm_racks(placement: str) -> int:
        run = answer(
            small_layout(4, 0), workload=[job(nodes=16)], controls={"placement": placement}
        )
        power = run.frame("racks").query("time_s == 3600").set_index("rack").power_w
        return (
            int((power > power.min() + 1e3).sum())
            if power.max() > power.min() + 1e3
            else len(power)
        )

    assert warm_racks("packed") == 1
    assert warm_racks("spread") == 4
