"""Claim: an autoscaler counts what stands of its nodes, at their clocks, as worked out by hand.

A GB200 rack of eight nodes, each with one replica of Llama 70B that makes 5,365 tokens a second. A
stream of 4,290 keeps one node awake. When that node fails the next one has to be woken; before
2026-12-01 a failed node counted as a whole one, so seven slept on and nothing was answered for as
long as the repair took.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

import twin
from tests.planner import asked, ran, written
from tests.stepwise import assert_same
from tests.validation.test_autoscaling import service

SCALE = {"target_load": 0.9, "start_time": "2 min", "scale_down_after": "4 min"}


def _failing(*nodes: int) -> dict[str, Any]:
    """These nodes half a minute after the tenth, for half an hour."""
    at = {"at": "630 s", "repair_after": "30 min"}
    return {"timeline": [at | {"component": f"liquid_r1/node_{n}"} for n in nodes]}


def _ran(
    rate: float, detail: str, patience: str = "5 min", **keys: Any
) -> tuple[pd.DataFrame, list[tuple[float, str]]]:
    work = service(rate, autoscale=SCALE, detail=detail, patience=patience)
    result = ran(asked(workload=[work], horizon="60 min", outputs={"period": "1 min"}, **keys))
    rows = result.frame("services").set_index("time_s")
    scaled = result.frame("events").query("what == 'scaled'")
    return rows, list(zip(scaled["time_s"], scaled["detail"], strict=True))


def test_a_node_that_fails_is_made_good_by_the_next() -> None:
    """Nodes 1 and 2 fail at 630 s. The look at 660 s orders up to node 3, awake at 780 s; both are
    back at 2,430 s, and 2 and 3 sleep when looks have wanted one for four minutes, from 2,460 s on.
    Nobody waits, so that no node is woken for a queue.
    """
    rows, scaled = _ran(16.0, "fluid", "1 s", faults=_failing(1, 2))
    assert scaled == [(660.0, "3 of 8 nodes, from 1"), (2700.0, "1 of 8 nodes, from 3")]
    one = rows["capacity_tokens_per_s"].iloc[0]
    for first, last, many in ((60, 600, 1), (720, 780, 0), (840, 2400, 1), (2520, 2700, 3)):
        here = rows["capacity_tokens_per_s"].loc[float(first) : float(last)]
        assert here.to_numpy() == pytest.approx(many * one), (first, last)
    assert rows["capacity_tokens_per_s"].loc[2760.0:].to_numpy() == pytest.approx(one)


def test_a_queue_of_an_outage_wakes_more_nodes_than_its_stream() -> None:
    """At 660 s what was asked in half a minute waits for as many seconds again."""
    rows, scaled = _ran(16.0, "fluid", faults=_failing(1, 2))
    assert scaled[0] == (660.0, "4 of 8 nodes, from 1")
    assert rows["tokens_dropped"].sum() == 0
    assert rows["nodes_awake"].iloc[-1] == 1


def test_nobody_is_served_by_a_node_that_sleeps() -> None:
    """Requests that come while all that is awake is dead wait for the next node, though seven that
    sleep could end what they had begun; then all are answered.
    """
    rows, _ = _ran(16.0, "requests", faults=_failing(1))
    assert (rows["tokens_served"].loc[720.0:780.0] == 0).all()
    assert rows["ttft_p95_s"].loc[660.0:780.0].isna().sum() == 2
    assert rows["tokens_waiting"].loc[780.0] > rows["tokens_asked"].loc[720.0:780.0].sum()
    assert rows["nodes_awake"].loc[780.0] == 1
    assert 100.0 < rows["ttft_p95_s"].loc[840.0] < 150.0
    assert rows["tokens_dropped"].sum() == 0
    assert rows["tokens_waiting"].iloc[-1] < 0.5 * rows["tokens_asked"].iloc[-1]


def test_nodes_under_a_cap_are_made_good_too() -> None:
    """Capped boards make less, so another node is asked for at the first look."""
    cap = {"kind": "gpu_power_cap", "share": "38 %", "at": "10 min", "duration": "20 min"}
    rows, scaled = _ran(16.0, "fluid", controls={"actions": [cap]})
    rates = rows["capacity_tokens_per_s"]
    least = rows["tokens_asked"].loc[600.0:1800.0] / 60 / 0.9
    assert rates.loc[660.0] < least.min() < rates.loc[60.0]
    assert scaled[0] == (660.0, "2 of 8 nodes, from 1")
    assert rates.loc[840.0:1800.0].to_numpy() == pytest.approx(2 * rates.loc[660.0])


def test_it_goes_down_to_the_most_of_late(tmp_path: Path) -> None:
    """Tokens for seven nodes, then for five, four and one: every minute as many are awake as were
    wanted at most in the four minutes of looks before, as Kubernetes has it.
    """
    each = _one_node(tmp_path)
    wanted = [7, 7, 7, 5, 5, 4, 1, 1, 1, 1, 1, 1]
    counts = [int((many - 0.5) * SCALE["target_load"] * each * 60 / 500) for many in wanted]
    rows = _steps(tmp_path, counts, autoscale=SCALE)
    looks = [7, *wanted[:-1]]
    most = [max(looks[max(n - 4, 0) : n + 1]) for n in range(12)]
    assert rows["nodes_awake"].tolist() == most


@pytest.mark.parametrize("detail", ["fluid", "requests"])
def test_a_run_that_was_stopped_goes_on_with_what_was_wanted(detail: str, tmp_path: Path) -> None:
    """Stopped at 35 minutes, while two dead nodes are made good; what is kept of looks grows."""
    work = service(16.0, autoscale=SCALE, detail=detail, patience="5 min")
    keys = {"workload": [work], "horizon": "60 min", "faults": _failing(1, 2)}
    facility = twin.build(twin.load(written(asked(**keys), tmp_path)))
    whole = twin.simulate(facility)
    twin.start(facility).until(2100.0).save(tmp_path / "stopped")
    resumed = twin.resume(tmp_path / "stopped").until().result()
    assert_same(whole, resumed)


def _steps(folder: Path, counts: list[int], **keys: Any) -> pd.DataFrame:
    """A minute of so many requests each, spread alike."""
    at_s = [60.0 * n + (np.arange(c) + 0.5) * 60.0 / c for n, c in enumerate(counts)]
    table = pd.DataFrame({"arrival_s": np.concatenate(at_s)})
    table["input_tokens"] = 10
    table["output_tokens"] = 500
    table.to_csv(folder / "steps.csv", index=False)
    work = service(0.0, **keys)
    work["requests"] = {"trace": "steps.csv"}
    horizon = f"{len(counts)} min"
    scenario = asked(workload=[work], horizon=horizon, outputs={"period": "1 min"})
    return twin.simulate(twin.build(twin.load(written(scenario, folder)))).frame("services")


def _one_node(folder: Path) -> float:
    """Tokens/s of one of eight nodes that answer such requests."""
    return float(_steps(folder, [100])["capacity_tokens_per_s"].iloc[-1]) / 8
