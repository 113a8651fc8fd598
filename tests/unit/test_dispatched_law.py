"""Experts that tokens are sent to: crowding, memory and iterations, by hand."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from tests.unit.test_kernel_sum import FORMS, SPARSE
from tests.unit.test_pipeline_round import OVER, Counted
from twin.physics.kernels import (
    HostTimes,
    IterationLaw,
    ServingReplica,
    TokenDispatch,
    expert_buffer_bytes,
    fullest_rank,
    iteration_laws,
    place_bytes,
    weight_bytes_per_gpu,
)
from twin.physics.kernels.crowding import fullest_of_many, popularity
from twin.physics.kernels.dispatch import SENDERS_FRAC, dispatch_line

BY = TokenDispatch(domain_gpus=8, inside_b_s=450e9, beyond_b_s=50e9)
WIDE = ServingReplica(SPARSE, FORMS, data=16, dispatch=BY)
LAYERS = SPARSE.sparse_layers


def law(two_batches: bool, beyond_b_s: float = 50e9) -> IterationLaw:
    by = replace(BY, two_batches=two_batches, beyond_b_s=beyond_b_s)
    return iteration_laws(replace(WIDE, dispatch=by), Counted(), HostTimes(), OVER)[0]


def test_one_after_the_other_work_and_exchange_add_up() -> None:
    near = iteration_laws(
        replace(WIDE, dispatch=replace(BY, beyond_b_s=1e30, inside_b_s=1e30)), Counted(),
        HostTimes(), OVER,
    )[0]  # fmt: skip
    far = law(two_batches=False, beyond_b_s=1.0)
    line = dispatch_line(
        far.replica.dispatch, 16, SPARSE.hidden, SPARSE.experts_per_token, FORMS.experts, False
    )
    more_s = LAYERS * 64 * line.each_s
    assert float(far.fixed_s(64)) - float(near.fixed_s(64)) == pytest.approx(more_s, rel=1e-6)


def test_of_two_halves_the_longer_counts() -> None:
    """A fabric so slow that work hides: the exchange alone, whatever contexts are read beside."""
    slow = law(two_batches=True, beyond_b_s=1e-9)
    held = 64 * OVER.mean_context
    whole_s = float(slow.fixed_s(64)) + float(slow.context_s(64)) * held
    beside_s = float(slow.head_s(np.float64(64), np.float64(0)))
    assert whole_s - beside_s == pytest.approx(float(slow.exchange_s(64)), rel=1e-9)


def test_a_hidden_exchange_still_takes_what_sends_it() -> None:
    """A line so fast that nothing is waited for: where tokens are made the calls' beginnings and
    ends are left, where prompts are read the share of the GPU that forwards.
    """
    fast = law(two_batches=True, beyond_b_s=1e30)
    halves = 2 * float(IterationLaw.layers_s(fast, np.float64(32), np.float64(0)))
    starts = LAYERS * 2 * 2 * 40e-6
    assert float(fast.layers_s(np.float64(64), np.float64(0))) == pytest.approx(halves + starts)
    halves = 2 * float(IterationLaw.layers_s(fast, np.float64(0), np.float64(512)))
    moved = SENDERS_FRAC * float(fast.exchange_s(0, 1024))
    found = float(fast.layers_s(np.float64(0), np.float64(1024)))
    assert found == pytest.approx(max(halves + moved, float(fast.exchange_s(0, 1024))))


def test_twice_held_experts_take_their_share_of_memory() -> None:
    each = SPARSE.routed_parameters() / SPARSE.experts * FORMS.expert_bytes
    more = weight_bytes_per_gpu(replace(WIDE, dispatch=replace(BY, redundant=32)))
    assert more - weight_bytes_per_gpu(WIDE) == pytest.approx(32 * each / 16)


def test_a_place_holds_what_any_rank_may_send_to_any_expert() -> None:
    each = SPARSE.hidden * 2 + SPARSE.hidden / 128 * 4
    assert place_bytes(WIDE, 2) == pytest.approx(2 * 4 * SPARSE.experts * each)
    assert place_bytes(replace(WIDE, dispatch=None), 2) == 0.0
    gathered = expert_buffer_bytes(replace(WIDE, dispatch=None), 100)
    assert expert_buffer_bytes(WIDE, 100) == pytest.approx(gathered / 16)


@pytest.mark.parametrize(
    ("redundant", "ranks", "fullest"), [(0, 32, 1.0), (32, 32, 1.0), (32, 72, 4 / (256 / 72))]
)
def test_even_choices_are_as_even_as_experts_divide(
    redundant: int, ranks: int, fullest: float
) -> None:
    """288 copies on 72 ranks are four each, of which some rank has four whole ones."""
    assert fullest_rank(256, redundant, ranks, 0.0, 1e4) == pytest.approx(fullest)


def test_redundant_experts_even_out_what_is_known() -> None:
    alone = fullest_rank(256, 0, 32, 1.2, 13_107.0)
    packed = fullest_rank(256, 32, 32, 1.2, 13_107.0)
    assert alone > 3.0
    assert 1.0 <= packed < 1.05


def test_popularity_is_a_power_law_between_its_ends() -> None:
    """Quantiles of x to the -2 between 1 and 4: u = (1 - 1/x) / (3/4)."""
    loads = popularity(3, 2.0, 4.0)
    by_hand = np.array([1 / (1 - 0.75 * u) for u in (5 / 6, 3 / 6, 1 / 6)])
    assert loads == pytest.approx(by_hand / by_hand.sum())


def test_the_fullest_of_many_lies_above_the_mean_by_chance() -> None:
    draws = np.random.default_rng(3).normal(size=(20_000, 32)).max(axis=1)
    assert fullest_of_many(32) == pytest.approx(draws.mean(), rel=0.01)
