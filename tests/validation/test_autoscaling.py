"""Nodes of a service that sleep while they are not needed, from the file to the table."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pandas as pd
import pytest
from planner import asked, loaded, number, ran

import twin
from twin.errors import InputError


def service(rate: float, requests: dict[str, Any] | None = None, **changes: Any) -> dict[str, Any]:
    """Eight nodes of a GB200 rack, each with one replica of Llama 70B."""
    stream = {
        "rate": f"{rate} / s", "lengths": "azure_2023_conv", "diurnal_amplitude": 0.0,
        "burstiness": 1.0,
    }  # fmt: skip
    return {
        "kind": "inference", "name": "chat", "model": "Llama-3.1-70B", "nodes": 8,
        "tensor_parallel": 4, "dtype": "fp8", "requests": stream | (requests or {}),
        "window": "60 s",
    } | changes  # fmt: skip


def seen(work: dict[str, Any], horizon: str = "30 min", **keys: Any) -> pd.DataFrame:
    return _ran(work, horizon, **keys).frame("services")


def _ran(work: dict[str, Any], horizon: str = "30 min", **keys: Any) -> twin.Result:
    return ran(asked(workload=[work], horizon=horizon, outputs={"period": "1 min"}, **keys))


def test_a_steady_stream_wakes_as_many_nodes_as_the_target_asks() -> None:
    whole = seen(service(20.0)).iloc[-1]
    node = whole["capacity_tokens_per_s"] / 8
    for target in (0.35, 0.7):
        rows = seen(service(20.0, autoscale={"target_load": target, "scale_down_after": "2 min"}))
        asked_per_s = rows["tokens_asked"].to_numpy()[5:] / 60
        least = math.ceil(asked_per_s.min() / target / node)
        most = math.ceil(asked_per_s.max() / target / node)
        assert rows["nodes_awake"].iloc[5:].between(least, most).all()
        assert rows["tokens_dropped"].sum() == 0
    assert whole["nodes_awake"] == 8


def ramp(path: Any) -> dict[str, Any]:
    """A trace of a quiet quarter of an hour, a busy one and a quiet one."""
    rng = np.random.default_rng(4)
    moments = [rng.uniform(a * 900, (a + 1) * 900, n) for a, n in enumerate((1800, 36_000, 1800))]
    table = pd.DataFrame({"arrival_s": np.sort(np.concatenate(moments))})
    table["input_tokens"] = 800
    table["output_tokens"] = rng.integers(100, 300, len(table))
    table.to_csv(path, index=False)
    return table


def test_a_rush_waits_for_nodes_to_start(tmp_path: Any) -> None:
    """The slower nodes start, the longer the queue; asleep, they draw less."""
    trace = tmp_path / "rush.csv"
    ramp(trace)
    found = {}
    for start in ("0 s", "3 min", None):
        scale = {"start_time": start} if start else None
        work = service(0.0, patience="30 min", autoscale=scale)
        work["requests"] = {"trace": "rush.csv"}
        found[start] = _from(tmp_path, work)
    rows = {start: result.frame("services") for start, result in found.items()}
    waiting = {start: table["tokens_waiting"].max() for start, table in rows.items()}
    assert waiting[None] == 0 < waiting["0 s"] < waiting["3 min"]
    energy = {start: table["energy_j"].sum() for start, table in rows.items()}
    assert energy["0 s"] < energy["3 min"] * 1.02 < 0.95 * energy[None]
    scaled = found["3 min"].frame("events").query("what == 'scaled'")
    assert len(scaled) >= 2
    for result in found.values():
        assert number(result, "token_balance_residual_frac") < 1e-9


def _from(folder: Any, work: dict[str, Any]) -> twin.Result:
    from planner import written

    scenario = asked(workload=[work], horizon="50 min", outputs={"period": "1 min"})
    return twin.simulate(twin.build(twin.load(written(scenario, folder))))


def test_nodes_that_go_to_sleep_end_what_they_have_begun(tmp_path: Any) -> None:
    trace = tmp_path / "rush.csv"
    table = ramp(trace)
    scale = {"start_time": "1 min"}
    work = service(0.0, patience="30 min", autoscale=scale, detail="requests")
    work["requests"] = {"trace": "rush.csv"}
    told = _from(tmp_path, work).frame("services")
    assert told["tokens_served"].sum() == pytest.approx(table["output_tokens"].sum(), rel=1e-12)
    assert told["nodes_awake"].max() > told["nodes_awake"].iloc[-1]
    fluid = _from(tmp_path, work | {"detail": "fluid"}).frame("services")
    assert told["energy_j"].sum() == pytest.approx(fluid["energy_j"].sum(), rel=0.03)


def test_a_dead_node_is_no_sleeping_one() -> None:
    """What is missing by a fault is told apart from what sleeps."""
    lost = {"timeline": [{"at": "10 min", "component": "liquid_r1", "repair_after": "1 d"}]}
    result = _ran(service(20.0, autoscale={"min_nodes": 2}, patience="1 s"), faults=lost)
    causes = result.frame("losses").groupby("cause")["tokens"].sum()
    assert causes["failed"] == pytest.approx(causes.sum(), rel=1e-9)
    assert causes.sum() > 0


def test_more_nodes_awake_than_there_are_is_refused() -> None:
    with pytest.raises(InputError, match="at most the pool's 8 nodes"):
        loaded(asked(workload=[service(20.0, autoscale={"min_nodes": 9})]))
