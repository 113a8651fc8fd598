"""Claim: servers in training draw what was measured of them, and not their rating.

A server of 8 H100 rated 10.2 kW drew 8.4 kW at most in training with its GPUs near full use (arXiv
2412.08602, from which the share of a rack's gain is taken), and the busiest transformer runs of
another study 76 % of the rating on average (arXiv 2506.14551, from which nothing was taken).
Before, GPUs held their limit through bubbles and exchanges, everything else in the server went
along with them, and racks stood at 0.96 of their rating. At rest a server draws 2,067 W; 2.45 kW
were measured of one whose GPUs a program holds (`test_power_caps.py`).
"""

from __future__ import annotations

from pathlib import Path

import pytest

import twin
from tests.validation.test_services_as_forecast import LAYOUT

IDLE_W = 2067.0
RATED_W = 10_200.0
SCENARIO = """
version: 1
name: training_power
layout: mini.yaml
site: {{climate: {{dry_bulb: 20 °C, wet_bulb: 15 °C}}, grid: ireland}}
horizon: 10 min
workload:
  - kind: training
    name: pretrain
    model: {model}
    nodes: 4
    tensor_parallel: {tensor}
    pipeline_parallel: {pipeline}
    global_batch_sequences: 128
    sequence_length: 4096
    checkpoint_interval: 30 min
outputs: {{period: 1 min}}
"""


def _run(folder: Path, model: str, tensor: int, pipeline: int) -> twin.Result:
    (folder / "mini.yaml").write_text(LAYOUT.format(rack="dgx_h100_x4"))
    text = SCENARIO.format(model=model, tensor=tensor, pipeline=pipeline)
    (folder / "x.yaml").write_text(text)
    return twin.simulate(twin.build(twin.load(folder / "x.yaml")))


@pytest.mark.parametrize(
    ("model", "tensor", "pipeline"), [("Llama-3.1-8B", 1, 1), ("Llama-3.1-70B", 8, 2)]
)
def test_a_server_in_training_draws_what_was_measured(
    tmp_path: Path, model: str, tensor: int, pipeline: int
) -> None:
    found = _run(tmp_path, model, tensor, pipeline)
    server_w = found.frame("racks").power_w.iloc[-1] / 4
    assert 0.74 * RATED_W < server_w < 8400.0
    assert 0.65 < (server_w - IDLE_W) / (RATED_W - IDLE_W) < 0.77


def test_within_a_step_a_gang_falls_far_below_its_limit(tmp_path: Path) -> None:
    """Peaks are at the limit and valleys where gradients are exchanged and weights updated: 0.3 to
    0.5 of the limit is told of large jobs.
    """
    row = dict(_run(tmp_path, "Llama-3.1-8B", 1, 1).frame("power_swings").iloc[0])
    span_w = 32 * 625.0 * 1.155
    assert 0.4 < row["swing_w"] / span_w < 0.9
    assert 0.8 < row["duty_frac"] < 1.0
