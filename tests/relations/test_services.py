"""Claim: a pool serves with the replicas that are alive, and services do not feel one another."""

from __future__ import annotations

from typing import Any

import pandas as pd
import pytest
from conftest import small_layout

from tests.planner import answer, chat, faults, job, number
from twin import Result

TWO_RACKS = small_layout(liquid=2, air=0)


def service(run: Result, name: str = "chat") -> pd.DataFrame:
    services = run.frame("services")
    return services[services.service == name].set_index("time_s")


@pytest.mark.parametrize("nodes", [18, 30, 36])
def test_a_lost_rack_takes_its_share_of_the_capacity(nodes: int) -> None:
    """18 nodes a rack, packed in order: the first rack holds the first 18."""
    run = answer(TWO_RACKS, workload=[chat(nodes=nodes)], faults=faults((600, "liquid_r1", 1800)))
    capacity = service(run).capacity_tokens_per_s
    left = (nodes - 18) / nodes
    assert capacity.loc[1200] / capacity.loc[300] == pytest.approx(left, abs=1e-6)
    assert capacity.iloc[-1] == pytest.approx(capacity.loc[300] * left, rel=1e-6) or (
        capacity.iloc[-1] <= capacity.loc[300] * (1 + 1e-9)
    )


def test_a_lost_node_takes_its_replicas() -> None:
    run = answer(
        TWO_RACKS, workload=[chat(nodes=10)], faults=faults((600, "liquid_r1/node_3", 1200))
    )
    capacity = service(run).capacity_tokens_per_s
    assert capacity.loc[1200] / capacity.loc[300] == pytest.approx(0.9, rel=1e-6)


def test_two_services_do_not_feel_each_other() -> None:
    alone = service(answer(TWO_RACKS, workload=[chat(nodes=6)]))
    both = answer(TWO_RACKS, workload=[chat(nodes=6), chat("code", nodes=6, rate=300.0)])
    together = service(both)
    for column in ("requests", "tokens_asked", "tokens_served", "capacity_tokens_per_s"):
        assert together[column].to_numpy() == pytest.approx(alone[column].to_numpy(), rel=1e-9), (
            column
        )


def test_a_service_and_a_training_job_share_a_machine_and_no_nodes() -> None:
    run = answer(TWO_RACKS, workload=[chat(nodes=6), job(nodes=30)])
    assert run.frame("jobs").state.iloc[0] == "running"
    assert service(run).capacity_tokens_per_s.iloc[0] == pytest.approx(
        service(answer(TWO_RACKS, workload=[chat(nodes=6)])).capacity_tokens_per_s.iloc[0], rel=1e-9
    )
    assert run.frame("site").gpus_busy.max() <= 144


def test_the_same_requests_meet_two_designs() -> None:
    """Named streams: what arrives hangs on the service and the seed, not on the machine."""
    one = service(answer(TWO_RACKS, workload=[chat(nodes=6)], seed=9))
    other = service(answer(small_layout(4, 1, ups=False), workload=[chat(nodes=12)], seed=9))
    assert one.requests.tolist() == other.requests.tolist()
    assert one.tokens_asked.tolist() == other.tokens_asked.tolist()
    third = service(answer(TWO_RACKS, workload=[chat(nodes=6)], seed=10))
    assert one.requests.tolist() != third.requests.tolist()


@pytest.mark.parametrize("parallel", [1, 2, 4])
def test_tokens_come_faster_from_more_gpus_a_replica(parallel: int) -> None:
    slow = service(answer(TWO_RACKS, workload=[chat(nodes=8, tensor_parallel=1)]))
    fast = service(answer(TWO_RACKS, workload=[chat(nodes=8, tensor_parallel=parallel)]))
    assert fast.time_per_token_s.iloc[-1] <= slow.time_per_token_s.iloc[-1] * (1 + 1e-9)


def test_a_smaller_model_makes_more_tokens_for_less() -> None:
    work: dict[str, Any] = {"nodes": 8, "rate": 4000.0}
    small = answer(TWO_RACKS, workload=[chat(**work)])
    large = answer(TWO_RACKS, workload=[chat(model="Llama-3.1-70B", tensor_parallel=4, **work)])
    assert number(small, "tokens_inference") > number(large, "tokens_inference")
    assert number(small, "joules_per_token_facility") < number(large, "joules_per_token_facility")


def test_what_is_lost_by_an_outage_is_what_was_not_served() -> None:
    """At a load that needs both racks: asked the same, served less, and the difference dropped or
    waiting.
    """
    work = [chat(nodes=36, rate=15_000.0, patience="20 s")]
    whole = answer(TWO_RACKS, workload=work)
    hurt = answer(TWO_RACKS, workload=work, faults=faults((900, "liquid_r1", 900)))
    assert service(whole).tokens_asked.sum() == pytest.approx(
        service(hurt).tokens_asked.sum(), rel=1e-12
    )
    missing = number(whole, "tokens_inference") - number(hurt, "tokens_inference")
    gone = service(hurt).tokens_dropped.sum() - service(whole).tokens_dropped.sum()
    waits = service(hurt).tokens_waiting.iloc[-1] - service(whole).tokens_waiting.iloc[-1]
    assert missing == pytest.approx(gone + waits, rel=1e-6)
    assert missing > 0


def test_a_throttled_pool_serves_less_at_its_limit() -> None:
    work = [chat(nodes=36, rate=30_000.0, patience="5 s")]
    action = {"kind": "clock_ceiling", "at": "0 s", "clock": 0.6}
    full = answer(TWO_RACKS, workload=work)
    slow = answer(TWO_RACKS, workload=work, controls={"actions": [action]})
    ratio = number(slow, "tokens_inference") / number(full, "tokens_inference")
    assert 0.55 <= ratio <= 1.0


@pytest.mark.parametrize("rate", [30_000.0, 60_000.0, 90_000.0, 1e6])
@pytest.mark.parametrize("patience", ["1 s", "5 s", "60 s"])
def test_a_flooded_service_runs_on_and_drops_the_flood(rate: float, patience: str) -> None:
    """Many times the capacity, and a rack lost on top: an instant that repeats itself stops no
    run.
    """
    work = [chat(nodes=36, rate=rate, patience=patience)]
    run = answer(TWO_RACKS, workload=work, faults=faults((900, "liquid_r1", 900)))
    table = service(run)
    gone = table.tokens_served.sum() + table.tokens_dropped.sum() + table.tokens_waiting.iloc[-1]
    assert gone == pytest.approx(table.tokens_asked.sum(), rel=1e-9)
    assert table.tokens_dropped.sum() > 0
