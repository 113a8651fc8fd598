from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from twin.physics.roofline import Roofline
from twin.physics.training import (
    Layout,
    checkpoint_bytes,
    daly_interval_s,
    effective_time_frac,
    layout_problems,
    memory_bytes,
    step,
    young_interval_s,
)
from twin.physics.transformer import Transformer

MODEL = Transformer(32, 4096, 32, 8, 128, 14336, 128256, False)
RATES = Roofline(5e14, 2.7e12, 3e-6)
LAYOUT = Layout(tensor=4, pipeline=2, data=8, global_batch=64)


def run(layout: Layout = LAYOUT, **kwargs: object):
    return step(
        MODEL, layout, RATES, sequence_tokens=4096, intra_bytes_s=4e11, inter_bytes_s=5e10, **kwargs
    )


def test_total_is_compute_and_exposed_communication() -> None:
    one = run()
    assert one.total_s == pytest.approx(one.compute_s + one.exposed_communication_s)
    assert one.tokens == 64 * 4096
    assert 0 < one.compute_activity < one.compute_s / one.total_s


def test_half_clock_at_most_doubles_a_step() -> None:
    ratio = run(clock_frac=0.5).total_s / run().total_s
    assert 1.5 < ratio < 2.0


def test_degraded_fabric_slows_and_never_speeds() -> None:
    times = run(bandwidth_frac=np.array([1.0, 0.5, 0.1])).total_s
    assert np.all(np.diff(times) > 0)


def test_full_recompute_costs_time_and_saves_memory() -> None:
    assert run(recompute="full").total_s > run().total_s
    assert memory_bytes(MODEL, LAYOUT, 4096, "full") < memory_bytes(
        MODEL, LAYOUT, 4096, "selective"
    )


def test_interleaving_shrinks_the_bubble() -> None:
    few = replace(LAYOUT, pipeline=4, data=4, global_batch=16)
    assert run(replace(few, interleave=4)).compute_s < run(few).compute_s


def test_impossible_layouts_are_named_together() -> None:
    bad = Layout(tensor=5, pipeline=64, data=3, global_batch=64)
    assert len(layout_problems(MODEL, bad)) == 3
    with pytest.raises(ValueError, match="does not divide 32 heads"):
        run(bad)


def test_unknown_recompute_is_refused() -> None:
    with pytest.raises(ValueError, match="allowed"):
        run(recompute="some")


def test_checkpoint_is_14_bytes_a_parameter() -> None:
    assert checkpoint_bytes(MODEL) == 14 * MODEL.parameters()


@pytest.mark.parametrize(
    ("write_s", "young_s", "daly_s"), [(30.0, 817.4, 797.5), (5.0, 333.7, 330.4)]
)
def test_checkpoint_intervals(write_s: float, young_s: float, daly_s: float) -> None:
    mtbf_s = 3.093 * 3600
    assert young_interval_s(write_s, mtbf_s) == pytest.approx(young_s, rel=1e-3)
    assert daly_interval_s(write_s, mtbf_s) == pytest.approx(daly_s, rel=1e-3)


def test_daly_interval_is_the_best_of_its_neighbours() -> None:
    best = float(daly_interval_s(30, 11135))
    tried = effective_time_frac(30, best * np.array([0.8, 1.0, 1.25]), 11135, 600)
    assert np.argmax(tried) == 1
