"""A service whose replicas spread their experts over several nodes and racks (air-cooled DGX B200,
eight GPUs a node, two nodes a rack).
"""

from __future__ import annotations

from copy import deepcopy
from typing import Any

import pytest
from planner import asked, ran

import twin
from tests.validation.test_split_serving import layout
from twin.errors import InputError

RANKS = 32
PLACES = 64
"""Sequences of a rank at most."""


def wide(**changes: Any) -> dict[str, Any]:
    """Two replicas of DeepSeek R1, each on four nodes in two racks."""
    requests = {
        "rate": "400 / s", "input_tokens": 1024, "output_tokens": 1024, "diurnal_amplitude": 0,
        "burstiness": 1.0,
    }  # fmt: skip
    engine = {"software": "sglang", "max_sequences": PLACES, "redundant_experts": 32}
    return {
        "kind": "inference", "name": "chat", "model": "DeepSeek-R1", "nodes": 8,
        "attention_data_parallel": RANKS, "dtype": "fp4", "requests": requests, "window": "60 s",
        "engine": engine, "patience": "5 s",
    } | changes  # fmt: skip


def served(work: dict[str, Any], **keys: Any) -> twin.Result:
    return ran(asked(layout(), workload=[work], horizon="10 min", **keys))


@pytest.mark.parametrize("two_batches", [False, True])
def test_a_full_pool_makes_what_the_forecast_says(two_batches: bool) -> None:
    engine = wide()["engine"] | {"two_batches": two_batches}
    rows = served(wide(engine=engine)).frame("services")
    said = twin.predict_inference(
        "DeepSeek-R1", "B200", 1024, 1024, parallelism=f"DEP{RANKS}", dtype="fp4",
        concurrency=RANKS * PLACES, redundant_experts=32, software="sglang",
        two_batches=two_batches,
    )  # fmt: skip
    made = rows["capacity_tokens_per_s"].iloc[-1] / 2
    assert made == pytest.approx(said.output_tokens_per_s, rel=0.03)


@pytest.mark.parametrize("detail", ["fluid", "requests"])
def test_one_dead_node_takes_its_replica_in_both_racks(detail: str) -> None:
    lost = {"timeline": [{"at": "5 min", "component": "compute_r01/node_2", "repair_after": "1 d"}]}
    work = wide(detail=detail, requests=wide()["requests"] | {"rate": "20 / s"})
    result = served(work, faults=lost)
    capacity = result.frame("services")["capacity_tokens_per_s"]
    assert capacity.iloc[-1] == pytest.approx(capacity.iloc[0] / 2, rel=1e-9)
    assert abs(result.summary["token_balance_residual_frac"]) < 1e-9


def test_nodes_that_make_no_whole_replica_serve_nothing() -> None:
    seven = served(wide(nodes=7)).frame("services")["capacity_tokens_per_s"].iloc[0]
    eight = served(wide(nodes=8)).frame("services")["capacity_tokens_per_s"].iloc[0]
    assert seven == pytest.approx(eight / 2, rel=1e-9)


def test_both_forms_serve_alike() -> None:
    requests = wide()["requests"] | {"rate": "20 / s"}
    found = {
        detail: served(wide(detail=detail, requests=requests)).frame("services").iloc[-1]
        for detail in ("fluid", "requests")
    }
    fluid, told = found["fluid"], found["requests"]
    assert fluid["energy_j"] == pytest.approx(told["energy_j"], rel=0.03)
    assert fluid["tpot_p50_s"] == pytest.approx(told["tpot_p50_s"], rel=0.1)


def test_nodes_without_a_way_to_others_serve_nothing() -> None:
    lost = [
        {"at": "5 min", "component": f"leaf_su1_rail{rail}", "repair_after": "1 d"}
        for rail in range(1, 9)
    ]
    result = served(wide(), faults={"timeline": lost})
    assert result.frame("services")["capacity_tokens_per_s"].iloc[-1] == 0.0
    causes = result.frame("losses").groupby("cause")["tokens"].sum()
    assert causes["fabric"] > 0.9 * causes.sum() > 0


def _rails_lost(many: int) -> dict[str, Any]:
    """So many of the eight leaves of the nodes' unit, from the fifth minute on."""
    at = {"at": "5 min", "repair_after": "1 d"}
    return {"timeline": [at | {"component": f"leaf_su1_rail{n + 1}"} for n in range(many)]}


def _half_lines() -> dict[str, Any]:
    """The same servers with adapters of half the rate."""
    half = deepcopy(layout())
    rows = next(row for row in half["halls"][0]["rows"] if "dgx_b200" in row["racks"])
    rows["overrides"] = {"nic_bandwidth": "200 Gbit/s"}
    return half


@pytest.mark.parametrize("two_batches", [False, True])
def test_half_of_the_rails_lost_are_lines_half_as_wide(two_batches: bool) -> None:
    """Four of eight leaves: what each replica makes, loses and why. A quarter of the tokens is lost
    where one half of a batch does not hide the other's exchange; of the queue of five seconds, the
    patience, goes what is too much for the slower pool.
    """
    work = wide(engine=wide()["engine"] | {"two_batches": two_batches})
    narrow = ran(asked(_half_lines(), workload=[work], horizon="5 min"))
    least = narrow.frame("services")["capacity_tokens_per_s"].iloc[-1]
    result = served(work, faults=_rails_lost(4))
    whole, lost = result.frame("services")["capacity_tokens_per_s"]
    assert lost == pytest.approx(least, rel=1e-9)
    assert least < (0.95 if two_batches else 0.8) * whole
    rows = result.frame("losses").groupby("cause")["tokens"].sum()
    seconds = 300 + 5
    assert rows.to_dict() == pytest.approx({"fabric": seconds * (whole - lost)}, rel=1e-6)


def test_tokens_come_slower_by_what_the_lines_lack() -> None:
    """A pool that is not full: both forms serve all, each token later, as rails are lost."""
    requests = wide()["requests"] | {"rate": "20 / s"}
    for detail in ("fluid", "requests"):
        work = wide(detail=detail, requests=requests)
        result = served(work, faults=_rails_lost(4))
        before, after = result.frame("services").to_dict("records")
        slower = before["capacity_tokens_per_s"] / after["capacity_tokens_per_s"]
        for name in ("tpot_p50_s", "ttft_p50_s"):
            assert after[name] / before[name] == pytest.approx(slower, rel=0.08), (detail, name)
        assert after["tokens_dropped"] == 0


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"nodes": 3}, "nodes for one replica of 32"),
        ({"attention_data_parallel": 24}, "24 ranks for 288 experts|nodes for one replica"),
        ({"tensor_parallel": 16, "attention_data_parallel": 1, "engine": {}}, "scale-up domain"),
    ],
)
def test_what_cannot_be_is_refused(changes: dict[str, Any], said: str) -> None:
    if changes.get("attention_data_parallel") == 24:
        changes = changes | {"engine": {"redundant_experts": 1}}
        said = "24 ranks for 257 experts"
    with pytest.raises(InputError, match=said):
        served(wide(**changes))
