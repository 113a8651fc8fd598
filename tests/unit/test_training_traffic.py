"""What a training step sends: sizes, ranks and what hides, worked by hand.

Links and kernels are made up so that every message and product can be told from any other: a gather
takes 1 s a byte, a sum 1,000, an exchange 1e6, and a product (m, n, k) m + 1e3 n + 1e6 k seconds.
"""

from __future__ import annotations

from dataclasses import replace

import pytest

from twin.physics.network.collectives import HOPPER
from twin.physics.training import Layout, TrainingLinks
from twin.physics.training.software import MEGATRON, MEGATRON_TOKENS
from twin.physics.training.traffic import (
    Waits,
    context_waits,
    expert_waits,
    gradients_s,
    head_waits,
    pipe_send_s,
    shares,
    tensor_waits,
    trained,
)
from twin.physics.training.work import Product
from twin.physics.transformer import Transformer

DENSE = Transformer(32, 4096, 32, 8, 128, 14336, 128256, False)
SPARSE = Transformer(
    48, 2048, 32, 4, 128, 6144, 151936, False,
    experts=128, experts_per_token=8, ffn_expert=768,
)  # fmt: skip
LATENT = Transformer(
    61, 7168, 128, 128, 128, 18432, 129280, False,
    experts=256, experts_per_token=8, shared_experts=1, ffn_expert=2048, dense_layers=3,
    latent_rank=512, latent_query_rank=1536, latent_rope=64,
)  # fmt: skip
LAYOUT = Layout(tensor=4, pipeline=2, data=8, global_batch=64)
ROWS = 100.0
IN = Product(ROWS, 3.0, 7.0, gathers=True)
OUT = Product(ROWS, 7.0, 3.0, scatters=True)


class Told(TrainingLinks):
    """Links that say how far apart they were asked to reach."""

    def gather_s(self, size_bytes: float, ranks: int, apart: int) -> float:
        assert (ranks, apart) in self.asked, (ranks, apart)
        return size_bytes

    def reduce_s(self, size_bytes: float, ranks: int, apart: int) -> float:
        return 1e3 * self.gather_s(size_bytes, ranks, apart)

    def exchange_s(self, size_bytes: float, ranks: int, apart: int = 1) -> float:
        return 1e6 * self.gather_s(size_bytes, ranks, apart)

    def tokens_s(self, token_bytes: float, chosen: int, ranks: int) -> float:
        return 1e9 * self.gather_s(token_bytes, ranks, 1) + chosen

    def send_s(self, size_bytes: float, apart: int) -> float:
        assert (0, apart) in self.asked, apart
        return size_bytes

    @property
    def asked(self) -> tuple[tuple[int, int], ...]:
        """(ranks, apart) that are right here."""
        return EXPECTED


EXPECTED: tuple[tuple[int, int], ...] = ()
LINKS = Told(1.0, 8, 1.0)


class Times:
    """Products that can be told from one another, and no other kernel."""

    def gemm_s(self, m: float, n: float, k: float, dtype: str) -> float:
        return m + 1e3 * n + 1e6 * k


@pytest.fixture(autouse=True)
def _nobody_asked() -> None:
    expect()


def expect(*ranks_apart: tuple[int, int]) -> None:
    """Groups that may be asked for."""
    global EXPECTED
    EXPECTED = ranks_apart


def layer(overlap: str, layout: Layout = LAYOUT, dtype: str = "bf16") -> Waits:
    return tensor_waits([IN, OUT], 64, layout, LINKS, Times(), dtype, overlap)


TURN_S = ROWS * 64 * 2
"""A gather or a reduce-scatter of a layer's input or output in 2 bytes."""


def test_with_sequence_parallel_a_layer_has_two_turns_forward_and_three_backward() -> None:
    """Gathered in, scattered out; backward the other way, and the input is gathered once more
    (Korthikanti et al., section 4.2.2).
    """
    expect((4, 1))
    assert layer("none") == Waits(2 * TURN_S, 3 * TURN_S)


def test_without_it_a_layer_sums_once_each_way() -> None:
    """One all-reduce behind its second product, one before its first backward (Megatron-LM)."""
    expect((4, 1))
    plain = replace(LAYOUT, sequence_parallel=False)
    assert layer("none", plain) == Waits(1e3 * TURN_S, 1e3 * TURN_S)


def test_gradients_of_inputs_travel_behind_those_of_weights() -> None:
    """The gathered input hides behind the product for the input (m, k, n), the scattered gradient
    behind that for the weight (n, k, m).
    """
    expect((4, 1))
    wide = Product(ROWS, 0.003, 0.001, gathers=True)
    found = tensor_waits([wide], 64, LAYOUT, LINKS, Times(), "bf16", "gradients")
    input_s = ROWS + 1e3 * 0.001 + 1e6 * 0.003
    weight_s = 0.003 + 1e3 * 0.001 + 1e6 * ROWS
    assert weight_s > TURN_S
    assert found == Waits(TURN_S, TURN_S - input_s)
    plain = replace(LAYOUT, sequence_parallel=False)
    longer = replace(wide, m=1e5)
    summed = tensor_waits([wide], 64, plain, LINKS, Times(), "bf16", "gradients")
    assert summed == Waits(0.0, 0.0)
    hidden_s = 0.003 + 1e3 * 0.001 + 1e6 * 1e5
    waited = tensor_waits([longer], 1e5, plain, LINKS, Times(), "bf16", "gradients")
    assert waited.backward_s == pytest.approx(1e3 * 1e5 * 1e5 * 2 - hidden_s)


def test_pieces_leave_one_of_them_and_what_the_cut_costs() -> None:
    """As many pieces as ranks, side by side: the longer of both, and one piece of the other."""
    expect((4, 1))
    whole = lambda p: p.m + 1e3 * p.n + 1e6 * p.k  # noqa: E731
    cut = lambda p: p.m + 4 * (1e3 * p.n + 1e6 * p.k)  # noqa: E731
    left = lambda p: max(cut(p), TURN_S) + TURN_S / 4 - whole(p)  # noqa: E731
    found = layer("pieces")
    assert found.forward_s == pytest.approx(left(IN) + left(OUT))
    back = Product(ROWS, OUT.k, OUT.n)
    assert found.backward_s == pytest.approx(left(back))


@pytest.mark.parametrize(
    ("dtype", "frac"), [("fp16", 1.0), ("fp8", 1 / 2), ("mxfp8", 33 / 64), ("nvfp4", 9 / 32)]
)
def test_what_is_cast_before_it_travels_is_as_long_as_it_is_stored(dtype: str, frac: float) -> None:
    """Inputs, both times that they are gathered; sums stay in two bytes."""
    expect((4, 1))
    cast = layer("none", dtype=dtype)
    assert cast.forward_s == pytest.approx((1 + frac) * TURN_S)
    assert cast.backward_s == pytest.approx((1 + 2 * frac) * TURN_S)


def test_what_hides_whole_waits_for_nothing() -> None:
    expect((4, 1))
    found = tensor_waits([IN], 64, LAYOUT, LINKS, Times(), "bf16", "gradients")
    assert found == Waits(TURN_S, 0.0)


def test_one_rank_or_a_product_that_neither_gathers_nor_scatters_waits_for_nothing() -> None:
    assert layer("none", replace(LAYOUT, tensor=1)) == Waits()
    alone = [Product(ROWS, 3.0, 7.0)]
    assert tensor_waits(alone, 64, LAYOUT, LINKS, Times(), "bf16", "none") == Waits()


@pytest.mark.parametrize(
    ("model", "tensor", "bytes_a_token"),
    [(DENSE, 4, 2 * 2 * 128 * 2), (DENSE, 16, 2 * 1 * 128 * 2), (LATENT, 4, (512 + 64) * 2)],
    ids=["two heads a rank", "never less than one", "latent"],
)
def test_keys_and_values_go_round_behind_attention(
    model: Transformer, tensor: int, bytes_a_token: int
) -> None:
    layout = replace(LAYOUT, tensor=tensor, context=4)
    expect((0, 8))
    ring_s = 3 * 1000 * bytes_a_token
    open_ = context_waits(model, layout, LINKS, 1000.0, Waits())
    assert open_ == Waits(ring_s, 2 * ring_s)
    half = Waits(0.5 * ring_s, 3 * ring_s)
    assert context_waits(model, layout, LINKS, 1000.0, half) == Waits(0.5 * ring_s, 0.0)
    long = Waits(2 * ring_s, 0.5 * ring_s)
    assert context_waits(model, layout, LINKS, 1000.0, long) == Waits(0.0, 1.5 * ring_s)


def test_a_ring_within_a_domain_reaches_the_next_rank_and_one_beyond_it_the_next_domain() -> None:
    within = replace(LAYOUT, tensor=2, context=4)
    expect((0, 2))
    assert context_waits(DENSE, within, LINKS, 1.0, Waits()).forward_s > 0
    expect((0, 8))
    beyond = replace(LAYOUT, tensor=4, context=4)
    assert context_waits(DENSE, beyond, LINKS, 1.0, Waits()).forward_s > 0
    assert context_waits(DENSE, LAYOUT, LINKS, 1.0, Waits()) == Waits()


def test_tokens_go_to_their_experts_and_come_back() -> None:
    expect((8, 1))
    layout = replace(LAYOUT, expert=8)
    once_s = 1e6 * (1000 / 4 * 8 * 2048 * 2)
    whole = expert_waits(SPARSE, layout, LINKS, 1000.0, MEGATRON)
    assert whole == Waits(2 * once_s, 2 * once_s)
    quarter = replace(MEGATRON, expert_hidden_frac=0.25)
    some = expert_waits(SPARSE, layout, LINKS, 1000.0, quarter)
    assert some.forward_s == some.backward_s == pytest.approx(1.5 * once_s)


def test_tokens_that_go_once_are_counted_once() -> None:
    """Each token of the rank in two bytes a number, whatever its eight experts."""
    expect((16, 1))
    layout = replace(LAYOUT, expert=16)
    found = expert_waits(SPARSE, layout, LINKS, 1000.0, MEGATRON_TOKENS)
    one_s = 1e9 * (1000 / 4 * 2048 * 2) + 8
    assert found == Waits(2 * one_s, 2 * one_s)


def test_a_stage_sends_its_share_of_the_activations_past_its_own_ranks() -> None:
    expect((0, 4 * 2 * 8))
    layout = replace(LAYOUT, context=2)
    assert pipe_send_s(DENSE, layout, LINKS, 1000.0) == 1000 * 4096 * 2 / 4
    assert pipe_send_s(DENSE, replace(layout, pipeline=1), LINKS, 1000.0) == 0.0


def test_shares_of_all_ranks_are_the_model() -> None:
    layout = replace(LAYOUT, expert=16)
    own = shares(SPARSE, layout)
    routed = 48 * 128 * 3 * 2048 * 768
    assert own.routed * 16 * 2 == pytest.approx(routed)
    assert own.dense * 4 * 2 + own.routed * 16 * 2 == pytest.approx(SPARSE.parameters())
    assert own.total == own.dense + own.routed
    assert trained(SPARSE, layout) == own


def test_gradients_are_scattered_over_the_copies_of_what_they_belong_to() -> None:
    """32 GPUs a stage: dense parameters have 8 copies 4 apart, experts in 16 pieces 2."""
    layout = replace(LAYOUT, expert=16)
    own = shares(SPARSE, layout)
    expect((8, 4), (2, 16))
    assert gradients_s(SPARSE, layout, LINKS, 4.0) == pytest.approx(4 * own.total)
    ring = replace(LAYOUT, context=2)
    expect((16, 4))
    assert gradients_s(DENSE, ring, LINKS, 2.0) == pytest.approx(2 * shares(DENSE, ring).dense)


def test_ranks_that_exchange_heads_wait_for_what_goes_out_and_comes_back() -> None:
    """Four ranks of 1,000 tokens, 8 of 32 heads and 2 of 8 for keys and values each: queries, keys
    and values out, the output back, in two bytes; gradients as much.
    """
    layout = replace(LAYOUT, context=2)
    expect((2, 4))
    each = 1000 * 128 * 2
    one_way_s = 1e6 * each * ((8 + 2 * 2) + 8)
    assert head_waits(DENSE, layout, LINKS, 1000.0) == Waits(one_way_s, one_way_s)
    assert head_waits(DENSE, LAYOUT, LINKS, 1000.0) == Waits()


def test_adapters_on_attention_alone() -> None:
    lora = replace(LAYOUT, lora_rank=16, lora_on="attention")
    sides = (4096 + 6144) + (4096 + 4096)
    assert trained(DENSE, lora).dense * 4 * 2 == 16 * 32 * sides


def test_adapters_are_as_wide_as_both_sides_of_their_products() -> None:
    """Queries, keys and values in one product of 4,096 to 6,144; out of attention 4,096 to 4,096;
    up and gate in one to 28,672; down from 14,336.
    """
    sides = (4096 + 6144) + (4096 + 4096) + (4096 + 28672) + (14336 + 4096)
    lora = replace(LAYOUT, lora_rank=16)
    assert trained(DENSE, lora).dense * 4 * 2 == 16 * 32 * sides
    assert trained(DENSE, lora).routed == 0.0


def test_experts_have_no_adapters() -> None:
    """Every layer of the one is sparse; the other has three dense ones and latent attention."""
    lora = Layout(1, 1, 1, 1, lora_rank=8)
    assert trained(SPARSE, lora).total == 8 * 48 * ((2048 + 40 * 128) + (32 * 128 + 2048))
    query = (7168 + 1536) + (1536 + 128 * 192)
    keys = (7168 + 576) + (512 + 128 * 256)
    attention = query + keys + (128 * 128 + 7168)
    dense = (7168 + 2 * 18432) + (18432 + 7168)
    assert trained(LATENT, lora).total == 8 * (61 * attention + 3 * dense)


def test_neighbours_are_within_a_domain_or_beyond_it() -> None:
    links = TrainingLinks(9e11, 8, 5e10)
    assert [links.together(16, apart) for apart in (1, 2, 4, 8, 64)] == [8, 4, 2, 1, 1]
    assert links.together(4, 1) == 4
    near_s = HOPPER.start_s + 1e9 / (0.81 * 9e11)
    assert links.send_s(1e9, 7) == pytest.approx(near_s)
    assert links.send_s(1e9, 8) == pytest.approx(HOPPER.start_s + 1e9 / (0.96 * 5e10))
    assert links.slowed(0.5).send_s(1e9, 8) == pytest.approx(HOPPER.start_s + 1e9 / (0.96 * 2.5e10))
    assert links.slowed(0.5).send_s(1e9, 7) == pytest.approx(near_s)
    assert links.slowed(0.0).send_s(1e9, 8) > 1e-3
    cut = TrainingLinks(0.0, 8, 0.0)
    assert cut.send_s(1.0, 1) == float("inf")
