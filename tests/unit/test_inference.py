from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from twin.physics.inference import (
    Replica,
    capacity_tokens_per_s,
    decode_curve,
    max_batch,
    operating_point,
    prefill_s,
)
from twin.physics.roofline import Roofline
from twin.physics.transformer import Transformer

LLAMA_70B = Transformer(80, 8192, 64, 8, 128, 28672, 128256, False)
REPLICA = Replica(
    LLAMA_70B, Roofline(9.7e14, 1.8e12, 2e-5), tensor_parallel=2, weight_bytes_per_parameter=1.0,
    kv_bytes_per_value=1.0, input_tokens=1000, output_tokens=1000, memory_bytes=80e9,
)  # fmt: skip


def test_largest_batch_fills_the_memory() -> None:
    batch = max_batch(REPLICA)
    used = LLAMA_70B.parameters() + batch * 1500 * LLAMA_70B.kv_bytes_per_token(1.0) + 2 * 3.5e9
    one = 1500 * LLAMA_70B.kv_bytes_per_token(1.0)
    assert used <= 0.9 * 160e9 < used + one


def test_weights_that_do_not_fit_are_an_error_not_zero() -> None:
    with pytest.raises(ValueError, match="hold no sequence"):
        decode_curve(replace(REPLICA, weight_bytes_per_parameter=2.0))


def test_keys_are_copied_past_the_number_of_heads() -> None:
    wide = replace(REPLICA, tensor_parallel=16)
    assert wide.kv_shards == 8


def test_throughput_and_step_grow_with_the_batch() -> None:
    curve = decode_curve(REPLICA)
    assert np.all(np.diff(curve.step_s) > 0)
    assert np.all(np.diff(curve.tokens_per_s) > 0)
    assert curve.compute_activity.max() <= 1
    assert curve.memory_activity.max() <= 1


def test_clock_grid_gives_a_row_for_each_clock() -> None:
    clocks = np.array([0.5, 0.75, 1.0])
    assert decode_curve(REPLICA, clocks).step_s.shape == (3, decode_curve(REPLICA).batch.size)
    capacity = capacity_tokens_per_s(REPLICA, clocks)
    assert np.all(np.diff(capacity) > 0)
    assert capacity[2] < 2 * capacity[0]
    assert capacity[2] == pytest.approx(float(capacity_tokens_per_s(REPLICA)))


def test_operating_point_serves_the_demand_until_capacity() -> None:
    curve = decode_curve(REPLICA)
    top = curve.tokens_per_s[-1]
    point = operating_point(curve, np.array([0.0, 0.5 * top, 2 * top]))
    assert point.tokens_per_s == pytest.approx([0.0, 0.5 * top, top])
    assert point.saturated.tolist() == [False, False, True]
    assert point.compute_activity[0] == point.busy_frac[0] == 0.0
    assert point.batch[1] / point.step_s[1] == pytest.approx(0.5 * top, rel=0.01)


def test_prefill_grows_faster_than_the_prompt() -> None:
    short, long = prefill_s(REPLICA, np.array([4096.0, 32768.0]))
    assert long > 8 * short
