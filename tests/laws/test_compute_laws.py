"""Laws of chips, kernels, training and serving that hold for any numbers."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from twin.physics import chip, roofline
from twin.physics.inference import (
    Replica,
    capacity_tokens_per_s,
    decode_curve,
    max_batch,
    operating_point,
    prefill_s,
)
from twin.physics.roofline import Roofline
from twin.physics.training import (
    Layout,
    RooflineTimes,
    Step,
    TrainingLinks,
    checkpoint_bytes,
    daly_interval_s,
    effective_time_frac,
    memory_bytes,
    step,
    young_interval_s,
)
from twin.physics.transformer import Transformer

CLOCKS = st.floats(0.2, 1.0)
RATES = Roofline(5e14, 2.7e12, 3e-6)
SMALL = Transformer(32, 4096, 32, 8, 128, 14336, 128256, False)
SPARSE = Transformer(48, 2048, 32, 4, 128, 6144, 151936, False, True, 128, 8, 0, 768)
MODELS = st.sampled_from([SMALL, SPARSE])


@given(st.floats(10, 200), st.floats(300, 1400), st.floats(0, 1), CLOCKS, CLOCKS)
def test_a_chip_draws_no_less_at_a_higher_clock(
    idle: float, most: float, load: float, one: float, other: float
) -> None:
    low, high = sorted((one, other))
    slow = chip.power_w(idle, most, load, low)
    fast = chip.power_w(idle, most, load, high)
    assert idle - 1e-9 <= slow <= fast + 1e-9 <= most + 1e-6


@given(st.floats(10, 200), st.floats(300, 1400), st.floats(0, 1), st.floats(0, 1))
def test_power_is_linear_in_activity_at_full_clock(
    idle: float, most: float, one: float, other: float
) -> None:
    middle = chip.power_w(idle, most, (one + other) / 2)
    ends = (chip.power_w(idle, most, one) + chip.power_w(idle, most, other)) / 2
    assert middle == pytest.approx(float(ends), rel=1e-12)


@given(CLOCKS)
def test_dynamic_power_lies_between_the_line_and_the_cube(clock: float) -> None:
    """P ~ f V^2 with V falling no faster than f."""
    assert clock**3 - 1e-12 <= chip.dynamic_frac(clock) <= clock + 1e-12


@given(st.floats(20, 200), st.floats(300, 1400), st.floats(0.05, 1.0), st.floats(0.05, 1.2))
def test_a_power_cap_is_kept(idle: float, most: float, load: float, share: float) -> None:
    cap = idle + share * (most - idle)
    clock = chip.clock_for_power(idle, most, load, cap)
    assert chip.power_w(idle, most, load, clock) <= cap * (1 + 1e-9)
    assert 0.0 <= clock <= 1.0


WORK = st.floats(1e6, 1e15)


@given(WORK, WORK, CLOCKS)
def test_a_kernel_takes_at_least_what_either_limit_asks(
    flop: float, byte: float, clock: float
) -> None:
    took = float(roofline.time_s(RATES, flop, byte, clock))
    assert took >= max(flop / RATES.flop_s / clock, byte / RATES.bytes_s) * (1 - 1e-12)
    assert took <= flop / RATES.flop_s / clock + byte / RATES.bytes_s + RATES.launch_s + 1e-12


@given(WORK, WORK, st.floats(0.1, 100.0))
def test_a_device_twice_as_fast_takes_half_the_time(flop: float, byte: float, scale: float) -> None:
    faster = Roofline(RATES.flop_s * scale, RATES.bytes_s * scale, RATES.launch_s / scale)
    assert roofline.time_s(faster, flop, byte) == pytest.approx(
        roofline.time_s(RATES, flop, byte) / scale, rel=1e-9
    )


@given(st.integers(1, 8192), st.integers(1, 8192), st.integers(1, 8192))
def test_a_product_and_its_transpose_are_the_same_work(m: int, n: int, k: int) -> None:
    assert roofline.gemm_work(m, n, k, 2.0) == roofline.gemm_work(n, m, k, 2.0)


@given(MODELS, st.floats(1, 1e6), st.floats(1, 1e6))
def test_context_is_additive_in_flop_and_bytes_without_windows(
    model: Transformer, one: float, other: float
) -> None:
    flop = model.attention_flop_per_token
    assert flop(one + other) == pytest.approx(flop(one) + flop(other), rel=1e-9)
    assert model.context_bytes(one + other) == pytest.approx(
        float(model.context_bytes(one) + model.context_bytes(other)), rel=1e-9
    )


@given(MODELS, st.integers(1, 10_000))
def test_a_step_reads_no_more_than_all_parameters_and_no_less_than_one_token_needs(
    model: Transformer, tokens: int
) -> None:
    read = float(model.read_parameters(tokens))
    assert read <= model.parameters() * (1 + 1e-12)
    assert read >= float(model.read_parameters(1)) * (1 - 1e-12)
    assert model.active_parameters() <= model.parameters()


@given(st.floats(1e9, 1e13), st.floats(128, 131072))
def test_training_costs_at_least_six_flop_a_weight_that_multiplies(
    tokens: float, length: float
) -> None:
    embedding = SMALL.vocab * SMALL.hidden
    assert SMALL.training_flop(tokens, length) >= 6 * tokens * (SMALL.parameters() - 2 * embedding)


def took(layout: Layout, **changes: float) -> Step:
    links = TrainingLinks(scaleup_b_s=4.5e11, domain_gpus=8, nic_b_s=5e10)
    options: dict[str, Any] = {"sequence_tokens": 4096, "draw": None}
    return step(SMALL, layout, RooflineTimes(RATES), links, **(options | changes))


LAYOUTS = st.builds(
    Layout,
    tensor=st.sampled_from([1, 2, 4, 8]),
    pipeline=st.sampled_from([1, 2, 4]),
    data=st.sampled_from([1, 2, 8]),
    global_batch=st.sampled_from([64, 128, 256]),
)


@given(LAYOUTS, CLOCKS, CLOCKS)
def test_a_training_step_never_gains_by_a_lower_clock(
    layout: Layout, one: float, other: float
) -> None:
    low, high = sorted((one, other))
    assert took(layout, clock_frac=low).total_s >= took(layout, clock_frac=high).total_s * (
        1 - 1e-12
    )


@given(LAYOUTS, st.floats(0.05, 1.0))
def test_a_fabric_at_a_share_slows_a_step_by_no_more_than_that(
    layout: Layout, share: float
) -> None:
    whole = float(took(layout).total_s)
    part = float(took(layout, bandwidth_frac=share).total_s)
    assert whole * (1 - 1e-12) <= part <= whole / share * (1 + 1e-9)


@given(LAYOUTS)
def test_twice_the_batch_takes_at_most_twice_the_time(layout: Layout) -> None:
    one = float(took(layout).total_s)
    two = float(took(replace(layout, global_batch=2 * layout.global_batch)).total_s)
    assert one * (1 - 1e-12) <= two <= 2 * one * (1 + 1e-9)


@given(LAYOUTS)
def test_activities_are_shares_and_flop_those_of_the_model(layout: Layout) -> None:
    found = took(layout)
    assert 0 < float(found.compute_activity) <= 1 + 1e-9
    asked = SMALL.training_flop(layout.global_batch * 4096, 4096)
    assert found.flop == pytest.approx(asked, rel=0.35), "recompute may add a third"
    assert float(found.total_s) >= found.flop / (layout.gpus * RATES.flop_s) * 0.6


@given(st.sampled_from([1, 2, 4, 8]), st.sampled_from([1, 2, 4]))
def test_cutting_a_model_never_needs_more_memory_a_gpu(tensor: int, pipeline: int) -> None:
    whole = memory_bytes(SMALL, Layout(1, 1, 1, global_batch=64), 4096)
    part = memory_bytes(SMALL, Layout(tensor, pipeline, 1, global_batch=64), 4096)
    assert part <= whole * (1 + 1e-9)


def test_a_checkpoint_holds_the_state_and_not_the_activations() -> None:
    assert (
        checkpoint_bytes(SPARSE) / SPARSE.parameters()
        == checkpoint_bytes(SMALL) / SMALL.parameters()
    )


SPANS = st.floats(1.0, 600.0)
MTBF = st.floats(3600.0, 1e7)


@given(SPANS, MTBF)
def test_young_and_daly_agree_where_failures_are_rare(write: float, mtbf: float) -> None:
    young, daly = float(young_interval_s(write, mtbf)), float(daly_interval_s(write, mtbf))
    assert abs(daly / young - 1) < 3 * np.sqrt(write / mtbf) + 1e-9


@given(SPANS, MTBF, st.floats(0.2, 5.0), st.floats(0.0, 600.0))
def test_no_interval_beats_that_of_daly(
    write: float, mtbf: float, off: float, restart: float
) -> None:
    assume(write < mtbf / 20)
    best = daly_interval_s(write, mtbf)
    at_best = float(effective_time_frac(write, best, mtbf, restart))
    elsewhere = float(effective_time_frac(write, best * off, mtbf, restart))
    assert elsewhere <= at_best * (1 + 1e-3)
    assert 0 < at_best < 1


@given(SPANS, MTBF, SPANS, st.floats(1.1, 10.0))
def test_fewer_failures_keep_more_of_the_time(
    write: float, mtbf: float, restart: float, scale: float
) -> None:
    worse = float(effective_time_frac(write, 1800.0, mtbf, restart))
    better = float(effective_time_frac(write, 1800.0, mtbf * scale, restart))
    assert better >= worse


REPLICA = Replica(
    SMALL, RATES, tensor_parallel=2, weight_bytes_per_parameter=1.0, kv_bytes_per_value=1.0,
    input_tokens=1000, output_tokens=500, memory_bytes=80e9,
)  # fmt: skip


@given(st.floats(100, 8000), st.floats(50, 4000))
def test_longer_requests_leave_room_for_fewer(tokens: float, made: float) -> None:
    here = max_batch(replace(REPLICA, input_tokens=tokens, output_tokens=made))
    longer = max_batch(replace(REPLICA, input_tokens=2 * tokens, output_tokens=2 * made))
    assert longer <= here


@given(st.floats(60e9, 200e9), st.floats(1.05, 2.0))
def test_more_memory_never_serves_less(memory: float, scale: float) -> None:
    small = replace(REPLICA, memory_bytes=memory)
    large = replace(REPLICA, memory_bytes=memory * scale)
    assert max_batch(large) >= max_batch(small)
    assert capacity_tokens_per_s(large) >= capacity_tokens_per_s(small) * (1 - 1e-9)


@given(CLOCKS, CLOCKS)
def test_a_lower_clock_never_serves_more(one: float, other: float) -> None:
    low, high = sorted((one, other))
    assert capacity_tokens_per_s(REPLICA, low) <= capacity_tokens_per_s(REPLICA, high) * (1 + 1e-12)
    assert capacity_tokens_per_s(REPLICA, low) >= low / high * capacity_tokens_per_s(
        REPLICA, high
    ) * (1 - 1e-9)


@given(st.floats(0.0, 1.5))
def test_a_replica_serves_what_is_asked_until_it_is_full(share: float) -> None:
    curve = decode_curve(REPLICA)
    capacity = float(capacity_tokens_per_s(REPLICA))
    point = operating_point(curve, share * capacity)
    made = float(point.batch / point.step_s)
    assert made <= capacity * (1 + 1e-6)
    assert 0 <= float(point.busy_frac) <= 1
    if share <= 1:
        assert made == pytest.approx(share * capacity, rel=0.1, abs=1e-6)


@given(st.floats(0.0, 1.0), st.floats(0.0, 1.0))
def test_more_demand_never_answers_faster(one: float, other: float) -> None:
    low, high = sorted((one, other))
    curve = decode_curve(REPLICA)
    capacity = float(capacity_tokens_per_s(REPLICA))
    pace = operating_point(curve, np.array([low, high]) * capacity).step_s
    assert pace[0] <= pace[1] * (1 + 1e-9)


@given(st.floats(1, 1e5), st.floats(1, 1e5), CLOCKS)
def test_a_longer_prompt_waits_longer_for_its_first_token(
    one: float, more: float, clock: float
) -> None:
    assert prefill_s(REPLICA, one, clock) <= prefill_s(REPLICA, one + more, clock)
