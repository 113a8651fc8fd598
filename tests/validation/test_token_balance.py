"""Claim: of two runs that differ in one fault, the tokens that one makes less are the sum of what
it has more of every cause, to rounding. No token goes missing without a cause.

Fifty random single faults on two shipped layouts, beside a service near its capacity, a gang with
checkpoints, a job that comes to its end, and one that waits behind it.
"""

from __future__ import annotations

import random
from functools import cache
from pathlib import Path
from shutil import copytree
from typing import Any

import pandas as pd
import pytest
from conftest import ROOT, SHIPPED, small_layout

import twin
from tests.planner import answer, chat, faults, happened, job, number, written
from twin import Result

LIMIT_FRAC = 1e-9
FAULTS = 25
"""Of each layout."""
HORIZON_S = 10_800.0
NODES = {"gb200_su": 144, "superpod_b200": 32}
NOT_BOOKED_BY_A_RUN = {"checkpointing", "queued", "finished", "over_capacity", "waiting"}


def busy(layout: str) -> dict[str, Any]:
    nodes = NODES[layout]
    service = chat(
        nodes=nodes // 4, model="Llama-3.1-70B", tensor_parallel=4, dtype="fp4", patience="30 s"
    )
    service["requests"] = {"rate": f"{nodes * 22} / s", "lengths": "azure_2023_conv"}
    quarter = {"checkpoint_interval": "15 min", "nodes": nodes // 4}
    return {
        "version": 1,
        "name": "drawn",
        "layout": f"layouts/{layout}.yaml",
        "site": {"climate": "baltimore", "grid": "virginia"},
        "horizon": f"{HORIZON_S} s",
        "outputs": {"period": "30 min"},
        "workload": [
            service,
            job("pretrain", nodes // 2, checkpoint_interval="20 min"),
            job("tune", **quarter, global_batch_sequences=nodes * 4, tokens=2_000_000_000)
            | {"submit": "10 min"},
            job("late", **quarter, global_batch_sequences=nodes * 4) | {"submit": "20 min"},
        ],
    }


def lived(scenario: dict[str, Any], folder: Path) -> Result:
    """The result of a scenario file that stands beside the shipped layouts."""
    if not (folder / "layouts").exists():
        copytree(ROOT / "layouts", folder / "layouts")
    return twin.simulate(twin.build(twin.load(written(scenario, folder))))


def entries(result: Result) -> pd.Series[float]:
    """Tokens of the whole site by entry of its balance."""
    return result.frame("token_balance").groupby("entry")["tokens"].sum()


def more(hurt: Result, whole: Result) -> pd.Series[float]:
    return entries(hurt).sub(entries(whole), fill_value=0.0)


def assert_every_missing_token_has_a_cause(hurt: Result, whole: Result) -> pd.Series[float]:
    found = more(hurt, whole)
    possible = entries(whole)["possible"]
    assert found["possible"] == pytest.approx(0.0, abs=1e-12 * possible)
    missing = number(whole, "tokens_total") - number(hurt, "tokens_total")
    causes = found.drop(["possible", "made"])
    assert missing == pytest.approx(causes.sum(), rel=0, abs=LIMIT_FRAC * possible)
    assert number(hurt, "token_balance_residual_frac") <= LIMIT_FRAC
    return causes


@pytest.mark.parametrize("layout", NODES)
def test_random_single_faults_leave_no_token_without_a_cause(layout: str, tmp_path: Path) -> None:
    whole = lived(busy(layout), tmp_path)
    draw = random.Random(layout)
    names = sorted(whole.frame("components").query("kind != 'hall'").id)
    racks = whole.frame("components").query("nodes > 0").id.tolist()
    seen: set[str] = set()
    beyond_losses = 0
    for _ in range(FAULTS):
        name = draw.choice([draw.choice(names), f"{draw.choice(racks)}/node_1"])
        fault = (draw.uniform(0.0, 0.9 * HORIZON_S), name, draw.choice([60.0, 600.0, 5400.0]))
        hurt = lived(busy(layout) | {"faults": faults(fault)}, tmp_path)
        causes = assert_every_missing_token_has_a_cause(hurt, whole)
        told = causes[causes.abs() > 1.0]
        seen |= set(told.index)
        beyond_losses += bool(NOT_BOOKED_BY_A_RUN & set(told.index))
    assert {"failed", "restarting", "rolled_back", "checkpointing"} <= seen
    assert beyond_losses >= 3


@cache
def mixed(*listed: tuple[float, str, float]) -> Result:
    """One liquid rack, one of another type of GPU in air, and a job that fits on either."""
    train = job(nodes=2, checkpoint_interval="10 min", global_batch_sequences=64)
    return answer(small_layout(liquid=1), workload=[train], horizon="2 h", faults=faults(*listed))


def test_a_job_that_goes_on_on_another_gpu_keeps_its_tokens() -> None:
    """It had trained half an hour when its rack was lost for good: less than that is what it lacks
    at the end, beside a slower pace from then on, which is said.
    """
    whole = mixed()
    hurt = mixed((1900.0, "liquid_r1", 7200.0))
    causes = assert_every_missing_token_has_a_cause(hurt, whole)
    rate = entries(whole)["made"] / 7200.0
    kept = mixed((1900.0, "liquid_r1", 7200.0)).frame("jobs")
    assert kept.restarts.iloc[0] == 1
    assert abs(causes["other_gpu"]) > 600 * rate * 0.01
    assert causes["rolled_back"] < 700 * rate
    reached = hurt.frame("site").tokens_training.cumsum()
    assert (reached.diff().dropna() > -700 * rate).all()


def overloaded(*listed: tuple[float, str, float]) -> Result:
    """Ten nodes of one rack under a stream that they can just serve, with a long patience."""
    service = chat(nodes=10, rate=4300.0, patience="20 min", window="10 min")
    return answer(small_layout(), workload=[service], horizon="1 h", faults=faults(*listed))


def test_a_backlog_that_still_waits_at_the_end_is_said() -> None:
    whole = overloaded()
    lost = [(2400.0, f"liquid_r1/node_{n}", 1100.0) for n in (1, 2)]
    hurt = overloaded(*lost)
    causes = assert_every_missing_token_has_a_cause(hurt, whole)
    assert causes["waiting"] > 1e6
    asked = whole.frame("services").tokens_asked.sum()
    assert asked == pytest.approx(entries(whole)["possible"], rel=1e-12)


@pytest.mark.parametrize("gone", ["3 s", "20 min"])
def test_a_fault_during_a_checkpoint_is_said(gone: str) -> None:
    """The write begins after 20 min of work; the node is lost in its first second, or between
    two.
    """
    train = job(nodes=36, checkpoint_interval="20 min")
    at_s = 1200.5 if gone == "3 s" else 1900.0
    whole = answer(workload=[train], horizon="2 h")
    hurt = answer(workload=[train], horizon="2 h", faults=faults((at_s, "liquid_r1/node_1", 60.0)))
    causes = assert_every_missing_token_has_a_cause(hurt, whole)
    assert causes["checkpointing"] != 0.0
    stopped = next(t for t, who, what in happened(hurt) if who == "train" and what == "stopped")
    assert stopped == at_s


def test_a_job_too_large_and_one_that_waits_have_their_entries() -> None:
    work = [job("first", 36), job("second", 72), job("third", 10_000)]
    result = answer(workload=work, allow=["never_starts"])
    balance = result.frame("token_balance").set_index(["workload", "entry"]).tokens
    assert balance["second", "queued"] == pytest.approx(balance["second", "possible"], rel=1e-12)
    assert balance["second", "made"] == 0.0
    if ("third", "possible") in balance:
        assert balance["third", "too_large"] == balance["third", "possible"]


@pytest.mark.parametrize("name", SHIPPED)
def test_every_shipped_scenario_closes(name: str, shipped: Any) -> None:
    result = shipped(name)
    assert number(result, "token_balance_residual_frac") <= LIMIT_FRAC
    balance = result.frame("token_balance").groupby("entry").tokens.sum()
    assert balance.get("made", 0.0) == pytest.approx(number(result, "tokens_total"), rel=1e-12)
    losses = result.frame("losses").groupby("cause").tokens.sum()
    for cause, tokens in losses[losses > 0].items():
        assert balance[cause] == pytest.approx(tokens, rel=1e-12)
