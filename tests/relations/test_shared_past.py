"""Claim: a run that begins where it parts from others gives the bytes of a run of its own."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

import twin
from twin.scenario import Scenario
from twin.simulation.past import Past

ROOT = Path(__file__).parents[2]
HORIZON_S = 43_200.0
TRAINING = {
    "kind": "training", "name": "pretrain", "model": "Llama-3.1-8B", "nodes": 108,
    "tensor_parallel": 1, "global_batch_sequences": 1296, "sequence_length": 8192,
    "checkpoint_interval": "30 min", "restart_delay": "5 min",
}  # fmt: skip
CHAT = {
    "kind": "inference", "name": "chat", "model": "Llama-3.1-70B", "nodes": 36,
    "tensor_parallel": 4, "dtype": "fp4", "requests": {"rate": "400 / s"},
}  # fmt: skip


@pytest.fixture(scope="module")
def base() -> Scenario:
    """Half a day of training in the small hall."""
    idle = twin.load(ROOT / "layouts" / "gb200_su.yaml")
    return idle.with_(
        horizon="12 h", workload=[TRAINING], outputs={"counterfactuals": "never", "period": "1 h"}
    )


def summary(run: twin.Run) -> str:
    told = {k: v for k, v in run.until().totals().summary.items() if k != "wall_s"}
    return json.dumps(told)


def began(scenarios: list[Scenario]) -> list[float]:
    """When the run of each scenario begins on its own; every one ends as it does alone."""
    found = [-1.0] * len(scenarios)
    for place, make in Past([twin.build(one) for one in scenarios]).runs():
        run = make()
        found[place] = run.now_s
        assert summary(run) == summary(twin.start(twin.build(scenarios[place]))), place
    return found


def test_seeds_share_what_comes_before_the_first_failure(base: Scenario) -> None:
    rare = base.with_(faults={"rates": {"scale": 20, "nodes": True}})
    starts = began([rare.with_(seed=seed) for seed in range(1, 6)])
    assert sum(start > 0.1 * HORIZON_S for start in starts) >= 2


def test_a_week_without_failure_is_lived_once(base: Scenario) -> None:
    never = base.with_(faults={"rates": {"scale": 1e-6}})
    starts = began([never.with_(seed=seed) for seed in (1, 2, 3)])
    assert sorted(starts) == [HORIZON_S] * 3 or sorted(starts)[1:] == [HORIZON_S] * 2


@pytest.mark.parametrize(
    ("first", "second", "apart_s"),
    [
        (
            {},
            {
                "drills": [
                    {"kind": "isolate", "at": "06:00", "component": "ups_1", "duration": "1 h"}
                ]
            },
            21_600.0,
        ),
        (
            {"faults": {"timeline": [{"at": "02:00", "component": "rpp_2", "repair_at": "03:00"}]}},
            {
                "faults": {
                    "timeline": [
                        {"at": "02:00", "component": "rpp_2", "repair_at": "03:00"},
                        {"at": "07:00", "component": "cdu_2_pump_1", "repair_at": "08:00"},
                    ]
                }
            },
            25_200.0,
        ),
    ],
)
def test_alternatives_share_what_comes_before_they_differ(
    base: Scenario, first: dict[str, Any], second: dict[str, Any], apart_s: float
) -> None:
    starts = sorted(began([base.with_(**first), base.with_(**second)]))
    assert 0.5 * apart_s < starts[0] <= starts[1] < apart_s


def test_a_seed_that_draws_requests_shares_nothing(base: Scenario) -> None:
    """Another seed has other traffic from the first moment on."""
    served = base.with_(workload=[CHAT], faults={"rates": {"scale": 1e-6}}, horizon="2 h")
    assert began([served.with_(seed=seed) for seed in (1, 2)]) == [0.0, 0.0]


def test_a_seed_of_faults_alone_shares_the_requests_before_the_first_failure(
    base: Scenario,
) -> None:
    served = base.with_(workload=[CHAT], horizon="2 h", faults={"rates": {"scale": 100}})
    starts = began([served.with_(faults__seed=seed) for seed in range(4)])
    assert sum(start > 0 for start in starts) >= 2
    both = [served.with_(seed=7 + seed, faults__seed=seed) for seed in range(2)]
    assert began(both) == [0.0, 0.0]


def test_a_drill_that_may_go_wrong_draws_from_its_own_seed(base: Scenario) -> None:
    """Seeds part before the first thing that happens, whether it is stated or drawn."""
    drilled = base.with_(
        drills=[{"kind": "isolate", "at": "04:00", "component": "ups_1", "duration": "1 h"}],
        faults={"rates": {"scale": 1e-6}},
    )
    starts = began([drilled.with_(seed=seed) for seed in (1, 2, 3)])
    assert all(0 < start < 4 * 3600.0 for start in starts)
