"""Relation: a node or a rack that is drained loses no work that ends in time, takes no new one, and
is out for as long as it was asked.
"""

from __future__ import annotations

from typing import Any

import pytest
from conftest import small_layout

from tests.planner import answer, asked, batch, chat, happened, job, loaded, number
from twin import Result, build
from twin.errors import InputError

LAYOUT = small_layout(liquid=2, air=0)
"""Two racks of 18 nodes."""


def four_jobs(**keys: Any) -> list[dict[str, Any]]:
    """Of 40 minutes on a rack each: two at once, two behind them."""
    each = {"kind": "job", "nodes": 18, "run": "40 min"} | keys
    return [each | {"name": f"j{k}", "submit": "0 s" if k < 2 else "20 min"} for k in range(4)]


def lived(component: str = "liquid_r1", work: Any = None, **keys: Any) -> Result:
    """Half an hour of planned work on a component from 00:20 on."""
    drill = {"kind": "isolate", "at": "20 min", "duration": "30 min", "component": component}
    changes = {"workload": work or four_jobs(), "drills": [drill | keys], "horizon": "4 h"}
    return answer(LAYOUT, **changes)


def starts(run: Result) -> list[float]:
    return run.frame("jobs").sort_values("job").started_s.tolist()


@pytest.mark.parametrize("component", ["liquid_r1", "liquid_r2/node_3"])
def test_no_work_is_lost_and_the_next_job_waits_for_the_nodes(component: str) -> None:
    """By hand: both jobs end at 40 min, the drained one is out to 70 min, and the fourth job waits
    for it, or for the third where the rack has to boot first.
    """
    run = lived(component, drain="2 h")
    assert run.frame("jobs").restarts.sum() == 0
    out = [at for at, who, what in happened(run) if who == component and "taken out" in what]
    back = [at for at, who, what in happened(run) if who == component and "back" in what]
    assert (out, back) == ([2400.0], [4200.0])
    assert starts(run)[:3] == [0.0, 0.0, 2400.0]
    assert starts(run)[3] == (4200.0 if "node" in component else 4800.0)


def test_after_its_time_jobs_are_stopped() -> None:
    """Ten minutes of draining are not enough: the same isolation, ten minutes later."""
    run = lived(drain="10 min")
    later = lived(at="30 min")
    assert run.frame("jobs").restarts.sum() == 1
    assert starts(run) == starts(later)


def long_drain(rack: str, rule: str, *rows: tuple[int, int, int, int]) -> dict[str, Any]:
    """Starts of jobs of (submit, run, nodes, priority) in minutes, the limit as long as the run,
    and how often each made way; the rack takes none from 00:10 on and comes back next day.
    """
    work = [
        {"kind": "job", "name": f"j{k}", "submit": f"{at} min", "run": f"{run} min"}
        | {"limit": f"{run} min", "nodes": nodes, "priority": priority}
        for k, (at, run, nodes, priority) in enumerate(rows)
    ]
    drill = {"kind": "isolate", "at": "10 min", "duration": "20 h", "component": rack}
    run = answer(
        LAYOUT,
        workload=work,
        drills=[drill | {"drain": "2 h"}],
        controls={"scheduler": rule},
        horizon="6 h",
    )
    jobs = run.frame("jobs").sort_values("job")
    return {"start": (jobs.started_s / 60).tolist(), "went": jobs.preemptions.tolist()}


@pytest.mark.parametrize("rule", ["easy", "conservative", "fair_share"])
def test_nodes_that_drain_are_promised_to_nobody(rule: str) -> None:
    """By hand: 18 nodes drain under a job to 00:40, 12 of the others work to 01:30. A job of 16
    nodes can start at 01:30 and no earlier, so that one of 6 nodes and 200 minutes, which would
    leave it 12, goes after it, at 02:00. With the 18 counted as coming back the large one had its
    start at 00:40 with six nodes to spare, the long one took them, and it waited to 03:45.
    """
    rows = ((0, 40, 18, 0), (0, 90, 12, 0), (20, 30, 16, 0), (25, 200, 6, 0))
    assert long_drain("liquid_r1", rule, *rows)["start"] == [0.0, 0.0, 90.0, 120.0]


@pytest.mark.parametrize("rule", ["easy", "conservative"])
def test_who_needs_nodes_that_drain_holds_nobody_up(rule: str) -> None:
    """By hand: 20 nodes are more than the 18 that stay, as if the rack were out already; the job
    behind starts when it comes.
    """
    rows = ((0, 40, 18, 0), (0, 90, 12, 0), (20, 30, 20, 0), (25, 200, 6, 0))
    assert long_drain("liquid_r1", rule, *rows)["start"][3] == 25.0


def test_nobody_makes_way_on_nodes_that_drain() -> None:
    """By hand: of two jobs of low priority the one that came last would go first, and its rack
    drains: the other goes at once, and it alone.
    """
    rows = ((0, 120, 18, 0), (1, 120, 18, 0), (20, 30, 18, 5))
    found = long_drain("liquid_r2", "priority", *rows)
    assert found["went"] == [1, 0, 0]
    assert found["start"][2] == pytest.approx(20.0, abs=1.0)


def test_who_is_empty_is_taken_at_once() -> None:
    alone = [{"kind": "job", "name": "late", "nodes": 36, "run": "10 min", "submit": "30 min"}]
    assert starts(lived(work=alone, drain="1 h")) == starts(lived(work=alone))


def test_a_service_is_served_to_the_end_of_the_time() -> None:
    work = [chat(nodes=36, rate=100.0)]
    run = lived(work=work, drain="15 min")
    at = [when for when, who, what in happened(run) if who == "liquid_r1" and "taken" in what]
    assert at == [2100.0]


def test_shared_nodes_run_empty_too() -> None:
    parts = [{"gpus": 1, "weight": 1}]
    work = [batch(count=60, nodes_median=1, nodes_max=1, gpus_per_node=parts)]
    run = lived("liquid_r1/node_1", work=work, drain="3 h")
    assert run.frame("jobs").restarts.sum() == 0
    at = [when for when, who, what in happened(run) if "node_1" in who and "taken" in what]
    assert len(at) == 1


def test_a_drain_of_what_runs_no_jobs_is_refused() -> None:
    drill = {"kind": "isolate", "at": "20 min", "duration": "30 min", "component": "ups_1"}
    scenario = loaded(asked(LAYOUT, drills=[drill | {"drain": "1 h"}]))
    with pytest.raises(InputError, match="rack/node_1"):
        build(scenario)


def test_a_batch_of_higher_priority_takes_its_nodes() -> None:
    """Both want all nodes: the urgent one comes later and is served first."""
    each = {"count": 1, "span": "1 s", "nodes_median": 1e6, "nodes_max": 36, "runtime_sigma": 0}
    low = batch("low", runtime_median="30 min", **each)
    high = batch("high", runtime_median="5 min", priority=5, **each)
    done = {}
    for first in (low, low | {"priority": 9}):
        run = answer(
            LAYOUT, workload=[first, high], controls={"scheduler": "priority"}, horizon="2 h"
        )
        done[first.get("priority", 0)] = run.frame("jobs").set_index("job").finished_s
    assert done[0]["high_1"] < done[0]["low_1"]
    assert done[9]["high_1"] > done[9]["low_1"]


def test_training_that_is_not_requeued_ends_with_its_fault() -> None:
    drill = {"kind": "isolate", "at": "20 min", "duration": "5 min", "component": "liquid_r1"}
    run = answer(LAYOUT, workload=[job(requeue=False)], drills=[drill], horizon="2 h")
    again = answer(LAYOUT, workload=[job()], drills=[drill], horizon="2 h")
    assert run.frame("jobs").state.tolist() == ["node_fail"]
    assert number(run, "tokens_total") < number(again, "tokens_total")
    assert abs(number(run, "token_balance_residual_frac")) < 1e-9
