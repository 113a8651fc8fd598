from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from twin.physics.roofline import Roofline
from twin.physics.training import (
    MEGATRON,
    PLAIN,
    Layout,
    RooflineTimes,
    TrainingLinks,
    checkpoint_bytes,
    daly_interval_s,
    effective_time_frac,
    layout_problems,
    memory_bytes,
    step,
    straggler_factor,
    young_interval_s,
)
from twin.physics.training.traffic import trained
from twin.physics.transformer import Transformer

MODEL = Transformer(32, 4096, 32, 8, 128, 14336, 128256, False)
RATES = RooflineTimes(Roofline(5e14, 2.7e12, 3e-6), (("fp8", 2.0),))
LINKS = TrainingLinks(scaleup_b_s=4.5e11, domain_gpus=8, nic_b_s=5e10)
LAYOUT = Layout(tensor=4, pipeline=2, data=8, global_batch=64)


def run(layout: Layout = LAYOUT, **kwargs: object):
    return step(MODEL, layout, RATES, LINKS, **({"sequence_tokens": 4096} | kwargs))


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
    assert len(layout_problems(MODEL, bad)) == 4
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


SPARSE = replace(MODEL, experts=8, experts_per_token=2, ffn_expert=1024, dense_layers=4)


def test_parts_of_a_step_sum_to_it_and_none_is_negative() -> None:
    one = run(recompute="full", dtype="fp8")
    assert sum(one.parts_s.values()) == pytest.approx(one.total_s)
    assert all(part >= 0 for part in one.parts_s.values())


def test_products_of_a_step_are_those_of_the_model() -> None:
    """At one rate for all products their time is FLOP over rate, forward and backward."""
    flat = RooflineTimes(Roofline(5e14, 1e18, 0.0))
    layout = Layout(1, 1, 1, global_batch=4)
    one = step(MODEL, layout, flat, LINKS, sequence_tokens=4096, draw=None)
    flop = 3 * MODEL.linear_flop_per_token() * one.tokens
    assert one.parts_s["matrix products"] == pytest.approx(flop / 5e14, rel=1e-6)


def test_context_parallel_shares_tokens_and_attention() -> None:
    one = run(Layout(1, 1, 8, global_batch=64))
    cut = run(Layout(1, 1, 4, global_batch=64, context=2))
    assert cut.parts_s["attention"] == pytest.approx(one.parts_s["attention"], rel=0.02)
    assert cut.parts_s["matrix products"] == pytest.approx(one.parts_s["matrix products"], rel=0.02)


def test_pieces_hide_traffic_that_is_in_line_without_them() -> None:
    inline = run(software=PLAIN).parts_s["tensor parallel"]
    cut = run(software=MEGATRON).parts_s["tensor parallel"]
    assert 0 < cut < inline


def test_experts_are_exchanged_and_read_less_than_dense_layers() -> None:
    layout = Layout(1, 1, 8, global_batch=64, expert=8)
    sparse = step(SPARSE, layout, RATES, LINKS, sequence_tokens=4096)
    assert sparse.parts_s["expert parallel"] > 0
    alone = step(SPARSE, replace(layout, expert=1), RATES, LINKS, sequence_tokens=4096)
    assert alone.parts_s["expert parallel"] == 0


def test_full_recompute_counts_in_hardware_flop_only() -> None:
    none = run(recompute="none")
    full = run(recompute="full")
    assert full.flop == none.flop == none.hardware_flop
    assert 1.25 < full.hardware_flop / full.flop < 1.34


def test_weights_split_over_ranks_save_memory_and_cost_gathering() -> None:
    sharded = replace(LAYOUT, zero_stage=3)
    assert memory_bytes(MODEL, sharded, 4096) < memory_bytes(MODEL, LAYOUT, 4096)
    assert run(sharded).parts_s["weight gathering"] > 0
    assert run().parts_s["weight gathering"] == 0


def test_a_power_limit_cuts_the_clock_of_dense_products_most() -> None:
    assert 0.6 < run().held.clock_frac < 1.0
    assert run(dtype="fp8").held.clock_frac > run().held.clock_frac
    assert run(draw=None).total_s < run().total_s


def test_a_cap_over_kernels_of_a_long_run_is_refused() -> None:
    """What they take below the clock at which they were timed is not known."""
    with pytest.raises(ValueError, match="a cap of"):
        run(draw=None, cap_frac=0.5)
    assert run(draw=None, cap_frac=1.0).held.clock_frac == 1.0


def test_a_rank_works_at_its_limit_and_waits_below_it() -> None:
    """The mean of a step is that of its parts, weighted by their time."""
    held = run().held
    assert held.low_frac < held.power_frac < held.high_frac <= 1.0
    duty = held.duty_frac
    assert duty * held.high_frac + (1 - duty) * held.low_frac == pytest.approx(held.power_frac)
    alone = run(replace(LAYOUT, pipeline=1, data=LAYOUT.data * LAYOUT.pipeline)).held
    assert alone.high_frac == pytest.approx(1.0, abs=0.01), "no bubble"


@pytest.mark.parametrize(("ranks", "deviations"), [(8, 1.4236), (64, 2.3437), (1024, 3.2416)])
def test_stragglers_follow_the_largest_of_normal_draws(ranks: int, deviations: float) -> None:
    """Expected largest order statistics of a normal sample (Harter 1961; simulated for 1,024)."""
    assert np.log(straggler_factor(0.01, ranks)) == pytest.approx(0.01 * deviations, rel=0.01)


def test_an_odd_count_of_layers_may_leave_a_place() -> None:
    deep = replace(MODEL, layers=61)
    assert layout_problems(deep, Layout(1, 16, 4, global_batch=64)) == ()
    assert layout_problems(deep, Layout(1, 5, 4, global_batch=64))
    assert layout_problems(MODEL, Layout(1, 3, 4, global_batch=12))


def test_every_kind_of_misfit_is_told() -> None:
    bad = Layout(3, 5, 7, global_batch=33, interleave=2, context=3, expert=5)
    told = " ".join(layout_problems(SPARSE, bad, 4096))
    for word in ("heads", "feed-forward", "stages", "global batch", "context", "experts"):
        assert word in told, word


def test_adapters_beside_frozen_weights_save_gradients_state_and_checkpoints() -> None:
    lora = replace(LAYOUT, lora_rank=16)
    whole = run()
    tuned = run(lora)
    assert tuned.parts_s["matrix products"] < 0.85 * whole.parts_s["matrix products"]
    assert tuned.parts_s["gradient exchange"] < 0.1 * whole.parts_s["gradient exchange"]
    assert tuned.flop == pytest.approx(
        whole.flop - whole.tokens * MODEL.linear_flop_per_token(), rel=1e-9
    )
    assert memory_bytes(MODEL, lora, 4096) < memory_bytes(MODEL, LAYOUT, 4096)
    assert checkpoint_bytes(MODEL, 16) < 0.02 * checkpoint_bytes(MODEL)


@pytest.mark.parametrize("sparse", [False, True], ids=["dense", "experts"])
def test_an_adapter_costs_six_operations_a_parameter_and_token(sparse: bool) -> None:
    """At one rate for all products; time and memory speak of the same adapters."""
    model = SPARSE if sparse else MODEL
    flat = RooflineTimes(Roofline(5e14, 1e18, 0.0))
    few, many = (Layout(1, 1, 1, global_batch=4, lora_rank=rank) for rank in (16, 48))
    times = [
        step(model, layout, flat, LINKS, sequence_tokens=4096, draw=None).parts_s["matrix products"]
        for layout in (few, many)
    ]
    more = trained(model, many).total - trained(model, few).total
    assert times[1] - times[0] == pytest.approx(6 * more * 4 * 4096 / 5e14, rel=1e-6)
