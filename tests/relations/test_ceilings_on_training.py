"""Relation: an operators' ceiling on the clock counts from the full clock for training too.

A step in 16 bits holds less than the full clock at the limit of its boards. A ceiling above what it
holds changes nothing; one below gives the step of that clock, at the next lower notch.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

import twin
from tests.validation.test_services_as_forecast import LAYOUT

SCENARIO = """
version: 1
name: training_under_a_ceiling
layout: mini.yaml
site: {{climate: {{dry_bulb: 20 °C, wet_bulb: 15 °C}}, grid: ireland}}
horizon: 20 min
workload:
  - kind: training
    name: pretrain
    model: Llama-3.1-8B
    nodes: 4
    global_batch_sequences: 128
    sequence_length: 4096
    checkpoint_interval: 30 min
    {more}
controls: {{actions: [{{kind: clock_ceiling, clock: {ceiling}}}]}}
outputs: {{period: 1 min}}
"""
STEP = {"sequence_length": 4096, "global_batch_sequences": 128}


def _run(folder: Path, ceiling: float, more: str = "") -> tuple[twin.Result, float]:
    (folder / "mini.yaml").write_text(LAYOUT.format(rack="dgx_h100_x4"))
    (folder / "x.yaml").write_text(SCENARIO.format(ceiling=ceiling, more=more))
    facility = twin.build(twin.load(folder / "x.yaml"))
    return twin.simulate(facility), float(facility.racks.clock_step_frac[0])


@pytest.mark.parametrize("ceiling", [0.95, 0.9])
def test_a_ceiling_above_what_its_boards_hold_changes_nothing(
    tmp_path: Path, ceiling: float
) -> None:
    """0.85 of the full clock. Until 2026-11-30 a ceiling of 0.95 cost 5 % of that."""
    free, held = (_run(tmp_path, clock)[0] for clock in (1.0, ceiling))
    assert twin.predict_training("Llama-3.1-8B", "H100", 32, **STEP).clock_frac < ceiling
    assert held.summary["tokens_total"] == free.summary["tokens_total"]
    assert held.summary["energy_it_j"] == free.summary["energy_it_j"]


@pytest.mark.parametrize("ceiling", [0.8, 0.6])
def test_a_ceiling_below_it_is_the_clock_of_its_steps(tmp_path: Path, ceiling: float) -> None:
    """Products take as much longer as the clock is lower than what they held."""
    free = _run(tmp_path, 1.0)[0]
    held, notch = _run(tmp_path, ceiling)
    asked = twin.predict_training("Llama-3.1-8B", "H100", 32, **STEP)
    share = held.frame("racks").query("time_s > 60").clock_frac.iloc[-1]
    clock = asked.clock_frac * share
    assert ceiling - notch < clock <= ceiling + 1e-9
    products = sum(asked.parts_s[name] for name in ("matrix products", "attention"))
    longer = 1 + products / asked.step_s * (1 / share - 1)
    slower = held.summary["tokens_total"] / free.summary["tokens_total"]
    assert slower == pytest.approx(1 / longer, rel=0.01)


def test_answers_that_are_learnt_from_are_under_it_too(tmp_path: Path) -> None:
    """The highest clock of a step counts, that of answers here; none is above the ceiling."""
    more = "zero_stage: 3\n    rollouts: {output_tokens: 400, samples: 128}"
    notches = [
        _run(tmp_path, clock, more)[0].frame("racks").clock_frac.to_numpy()[-1]
        for clock in (1.0, 0.9)
    ]
    assert notches[0] == 1.0
    assert np.isclose(notches[1], 0.9, atol=0.01)
