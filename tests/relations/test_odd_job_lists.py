"""Through the front door: odd but legal lists of jobs, by every rule; nothing is left held."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

import twin
from tests.relations.test_jobs_share_nodes import POLICIES, starts
from tests.relations.test_rules_of_the_queue import by, jobs, lived


@pytest.mark.parametrize("policy", POLICIES)
@pytest.mark.parametrize("count", [3, 6, 7, 10])
def test_shares_that_make_a_whole_in_floats_fit_on_one_gpu(
    tmp_path: Path, count: int, policy: str
) -> None:
    """63 GPUs are held; so many parts of one share the last, and one part more waits."""
    rows = [f"w{n},0,9000,1,9000,,,0,8," for n in range(7)] + ["seven,0,9000,1,9000,,,0,7,"]
    rows += [f"s{n},10,600,1,600,,,0,{1 / count!r}," for n in range(count)]
    rows += [f"one_more,10,600,1,600,,,0,{1 / count!r},"]
    found = starts(lived(tmp_path, rows, **by(policy)))
    assert [found[f"s{n}"] for n in range(count)] == [10.0] * count
    assert found["one_more"] == 610.0


@pytest.mark.parametrize("policy", POLICIES)
@pytest.mark.parametrize("lost", ["pod_r1/node_1", "pod_r1/node_1/gpu_1"])
def test_a_failure_at_the_instant_of_an_end_finds_the_job_complete(
    tmp_path: Path, lost: str, policy: str
) -> None:
    fault = {"at": "600 s", "component": lost, "repair_after": "100 s"}
    rows = ["a,0,600,8,600,,,1,,", "b,0,600,8,600,,,1,,"]
    table = jobs(lived(tmp_path, rows, faults={"timeline": [fault]}, **by(policy)))
    assert table["restarts"].tolist() == [0, 0]
    assert table["finished_s"].tolist() == [600.0, 1300.0]


def test_a_storm_of_priorities_ends_and_everybody_is_done(tmp_path: Path) -> None:
    """Forty jobs of eight nodes, each a second after the one before and above it."""
    rows = [f"j{n},{n},60,8,,{n},,0,," for n in range(40)]
    table = jobs(lived(tmp_path, rows, {"restart_delay": "0 s"}, **by("priority")))
    assert set(table["state"]) == {"completed"}
    assert table["finished_s"].idxmin() == "j39"
    assert table["finished_s"]["j39"] == 99.0


@pytest.mark.parametrize("policy", POLICIES)
@pytest.mark.parametrize("takes", ["drain", "gpu", "node"])
def test_nothing_stays_held_when_all_is_done(tmp_path: Path, policy: str, takes: str) -> None:
    """Many at one instant, thousandths of a second, too long for their limits, some on a node whose
    GPUs fail while they run: at the end every share is free.
    """
    draw = np.random.default_rng(len(policy) + len(takes))
    rows = []
    for n in range(40):
        run_s = draw.choice([0.001, 1, 60, 600])
        gpus = draw.choice([0.1, 1 / 3, 1 / 7, 1, 3, 8])
        limit_s = run_s * draw.choice([0.5, 1, 2])
        rows.append(f"j{n},{draw.choice([0, 0, 60])},{run_s},1,{limit_s},{n % 3},,0,{gpus!s},")
    timeline = [
        {"at": f"{at} s", "component": f"pod_r1/node_1/gpu_{gpu}", "repair_after": "2 min"}
        for at, gpu in ((0, 1), (60, 1), (60, 2), (600, 8))
    ]
    faults = {"timeline": timeline, "gpu_failures": {"takes": takes}}
    result = lived(tmp_path, rows, faults=faults, **by(policy))
    assert set(result.tables["jobs"]["state"]) <= {"completed", "timed_out"}
    run = twin.start(twin.build(twin.load(tmp_path / "queue.yaml"))).until()
    own = run._loop.world.state
    assert (own.jobs.gpu_free == 1.0).all()
    assert (own.jobs.work_of_node == -1).all()
    assert own.faults.gpus_out == 0
