"""Claim: a replica over several racks goes at the clock of the slowest, read from a file's run.

Two replicas of 216 ranks, each on three racks of GB200 NVL72. One coolant unit carries the first
four racks and has a poor exchanger; when it loses a pump they throttle, so the second replica has
one slow rack and two at full clock.
"""

from __future__ import annotations

from functools import cache
from typing import Any

import pytest
import yaml
from conftest import ROOT

from tests.planner import answer, faults
from twin import Result

SLOW = [f"compute_r{n}" for n in range(1, 5)]
FULL = ["compute_r5", "compute_r6"]


@cache
def run() -> Result:
    """A pump lost after five minutes of a stream that fills both replicas."""
    layout: dict[str, Any] = yaml.safe_load(
        (ROOT / "layouts/gb200_su.yaml").read_text(encoding="utf-8")
    )
    layout["overrides"] = {"cdu_1": {"approach": "25 K"}}
    asked = {"rate": "20000 / s", "input_tokens": 1024, "output_tokens": 1024}
    engine = {"software": "sglang", "max_sequences": 64, "redundant_experts": 176}
    service = {
        "kind": "inference",
        "name": "chat",
        "model": "DeepSeek-R1",
        "nodes": 108,
        "attention_data_parallel": 216,
        "dtype": "fp4",
        "requests": asked | {"diurnal_amplitude": 0},
        "window": "60 s",
        "engine": engine,
        "patience": "5 s",
    }
    pump = faults((300.0, "cdu_1_pump_1", 3000.0))
    keys = {"horizon": "40 min", "allow": ["coolant_too_warm"]}
    return answer(layout, workload=[service], faults=pump, **keys)


def test_its_racks_are_of_two_clocks() -> None:
    racks = run().frame("racks")
    last = racks[racks.time_s == 2400.0].set_index("rack").clock_frac
    assert (last[SLOW] < 0.95).all()
    assert (last[FULL] == 1.0).all()


def test_racks_at_full_clock_miss_as_much_as_those_that_they_wait_for() -> None:
    lost = run().frame("losses").query("cause == 'throttled'").set_index("rack").tokens
    assert sorted(lost.index) == [*SLOW, *FULL]
    assert lost.to_numpy() == pytest.approx(lost.mean(), rel=1e-9)

    assert abs(run().summary["token_balance_residual_frac"]) < 1e-9
