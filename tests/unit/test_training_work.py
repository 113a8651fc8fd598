"""What a layer asks of a rank: products, bytes and attention, beside counts of the whole layer."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from twin.physics.training import Layout, work
from twin.physics.training.work import Pass, Product
from twin.physics.transformer import Transformer

DENSE = Transformer(32, 4096, 32, 8, 128, 14336, 128256, False)
SPARSE = Transformer(
    48, 2048, 32, 4, 128, 6144, 151936, False,
    experts=128, experts_per_token=8, shared_experts=2, ffn_expert=768,
)  # fmt: skip
LAYOUT = Layout(tensor=4, pipeline=2, data=8, global_batch=64, expert=16)
TOKENS = 1000.0


class Attention:
    """A core that takes a second for each pair of a head and its width."""

    def attention_s(
        self, sequences: float, tokens: float, heads: float, kv_heads: float, head_dim: float,
        dtype: str = "bf16",
    ) -> float:  # fmt: skip
        return sequences * tokens**2 / 2 * heads * head_dim


@pytest.mark.parametrize("tensor", [1, 4])
def test_experts_of_all_ranks_do_what_the_tokens_ask(tensor: int) -> None:
    """Two FLOP a weight and token: router, eight routed and two shared experts of three sides."""
    layout = replace(LAYOUT, tensor=tensor)
    flop = sum(one.flop for one in work.expert_products(SPARSE, layout, TOKENS)) * tensor
    weights = 128 * 2048 + (8 + 2) * 3 * 2048 * 768
    assert flop == pytest.approx(2 * TOKENS * weights)


def test_a_rank_multiplies_once_for_each_expert_that_it_holds() -> None:
    """128 over 16 ranks are 8, each with an even share of all visits of a rank's tokens."""
    *_, opened, closed = work.expert_products(SPARSE, LAYOUT, TOKENS)
    visits = TOKENS / 4 * 8 / 8
    assert opened == Product(visits, 2 * 768, 2048, 8.0, tuned=False)
    assert closed == Product(visits, 2048, 768, 8.0, tuned=False)
    router, *_ = work.expert_products(SPARSE, LAYOUT, TOKENS)
    assert router == Product(TOKENS / 4, 128, 2048, tuned=False)


def test_fused_experts_neither_activate_nor_cast_by_kernels_of_their_own() -> None:
    """Left are the cast of the tokens that came and of the gradient that did, and the shared
    experts: 6 bytes a number of an activation, `QUANTISE_BYTES` a cast.
    """
    layout = replace(LAYOUT, tensor=1)
    visits = TOKENS * 8
    plain = work.element_bytes(SPARSE, layout, TOKENS, sparse=True)
    fused = work.element_bytes(SPARSE, layout, TOKENS, sparse=True, fused=True)
    assert plain - fused == pytest.approx(6 * visits * 768)
    before = work.cast_bytes(work.expert_products(SPARSE, layout, TOKENS), layout, "mxfp8")
    after = work.cast_bytes(work.expert_products(SPARSE, layout, TOKENS, True), layout, "mxfp8")
    each = work.QUANTISE_BYTES["mxfp8"]
    assert before[0] - after[0] == pytest.approx(each * visits * 768)
    assert before[1] - after[1] == pytest.approx(each * visits * 2 * 768)


def test_shared_experts_are_cut_as_dense_layers_are() -> None:
    _, opened, closed, *_ = work.expert_products(SPARSE, LAYOUT, TOKENS)
    width = 2 * 768 / 4
    assert opened == Product(TOKENS, 2 * width, 2048, gathers=True, tuned=False)
    assert closed == Product(TOKENS, 2048, width, scatters=True, tuned=False)
    plain = work.dense_products(replace(DENSE, gated=False), LAYOUT, TOKENS)
    assert next(iter(plain)) == Product(TOKENS, 14336 / 4, 4096, gathers=True)


def test_attention_is_cut_by_heads_and_no_rank_has_less_than_one_of_keys() -> None:
    """32 heads of queries and 8 of keys and values: 8 and 2 a rank of four, 2 and 1 of sixteen."""
    into, out = work.attention_products(DENSE, LAYOUT, TOKENS)
    assert into == Product(TOKENS, (8 + 2 * 2) * 128, 4096, gathers=True)
    assert out == Product(TOKENS, 4096, 8 * 128, scatters=True)
    into, out = work.attention_products(DENSE, replace(LAYOUT, tensor=16), TOKENS)
    assert into == Product(TOKENS, (2 + 2 * 1) * 128, 4096, gathers=True)
    assert out == Product(TOKENS, 4096, 2 * 128, scatters=True)


def test_latent_attention_goes_down_on_every_rank_and_up_by_heads() -> None:
    """DeepSeek-V3: 7,168 to 1,536 and 512 + 64, up to 128 heads of 128 + 64 and of twice 128."""
    model = Transformer(
        61, 7168, 128, 128, 128, 18432, 129280, False,
        latent_rank=512, latent_query_rank=1536, latent_rope=64,
    )  # fmt: skip
    assert list(work.attention_products(model, LAYOUT, TOKENS)) == [
        Product(TOKENS, 1536, 7168),
        Product(TOKENS, 32 * 192, 1536),
        Product(TOKENS, 576, 7168),
        Product(TOKENS, 32 * 256, 512),
        Product(TOKENS, 7168, 32 * 128, scatters=True),
    ]


def test_element_wise_bytes_of_a_dense_layer_by_hand() -> None:
    """20 a number of the hidden width, 4 of queries and keys, 6 of the gated activation."""
    turned = 4 * (32 + 8) * 128
    own = (20 * 4096 + turned + 6 * 14336) / 4
    assert work.element_bytes(DENSE, LAYOUT, TOKENS, sparse=False) == TOKENS * own
    apart = replace(LAYOUT, sequence_parallel=False)
    whole = 20 * 4096 + (turned + 6 * 14336) / 4
    assert work.element_bytes(DENSE, apart, TOKENS, sparse=False) == TOKENS * whole
    plain = (20 * 4096 + turned + 4 * 14336) / 4
    plain_model = replace(DENSE, gated=False)
    assert work.element_bytes(plain_model, LAYOUT, TOKENS, sparse=False) == TOKENS * plain


def test_a_sparse_layer_moves_its_tokens_to_experts_and_back() -> None:
    own = 20 * 2048 + 4 * (32 + 4) * 128 + 6 * (8 + 2) * 768 + 8 * 8 * 2048
    assert work.element_bytes(SPARSE, LAYOUT, TOKENS, sparse=True) == TOKENS * own / 4


def test_casts_read_inputs_forward_and_gradients_backward_before_they_travel() -> None:
    products = [Product(10.0, 3.0, 8.0, gathers=True), Product(10.0, 8.0, 4.0, 2.0, scatters=True)]
    found = work.cast_bytes(iter(products), LAYOUT, "fp8")
    assert found == (6 * (10 * 8 / 4 + 20 * 4), 6 * (10 * 3 + 20 * 8 / 4))
    apart = replace(LAYOUT, sequence_parallel=False)
    assert work.cast_bytes(iter(products), apart, "nvfp4")[0] == 4 * (10 * 8 + 20 * 4)
    assert work.cast_bytes(iter(products), LAYOUT, "bf16") == (0.0, 0.0)


def test_what_a_frozen_weight_multiplies_is_cast_once() -> None:
    """No transpose for a gradient that nobody computes: 2 + 2 read and 1 written in fp8."""
    products = [Product(10.0, 3.0, 8.0)]
    lora = replace(LAYOUT, lora_rank=16)
    assert work.cast_bytes(iter(products), lora, "fp8") == (5 * 10 * 8, 5 * 10 * 3)
    assert work.cast_bytes(iter(products), lora, "nvfp4")[0] == (2 + 9 / 16) * 10 * 8


@pytest.mark.parametrize(("lora_on", "tuned"), [("all", 4), ("attention", 2)])
def test_products_that_have_adapters(lora_on: str, tuned: int) -> None:
    layout = replace(LAYOUT, lora_rank=16, lora_on=lora_on)
    products = [
        *work.attention_products(DENSE, layout, TOKENS),
        *work.dense_products(DENSE, layout, TOKENS),
    ]
    assert sum(one.tuned for one in products) == tuned


def seconds(model: Transformer, layout: Layout = LAYOUT, tokens: int = 4000) -> float:
    return work.attention_forward_s(model, layout, Attention(), tokens)


def test_attention_is_half_of_all_pairs_of_every_head_of_a_rank() -> None:
    assert seconds(DENSE) == 4000**2 / 2 * (32 / 4) * 128
    two = replace(LAYOUT, micro_batch=2)
    assert seconds(DENSE, two) == 2 * seconds(DENSE)
    latent = replace(DENSE, latent_rope=64)
    assert seconds(latent) == pytest.approx(seconds(DENSE) * (128 + 32) / 128)


def test_ranks_along_a_sequence_do_even_shares_of_its_pairs() -> None:
    assert seconds(DENSE, replace(LAYOUT, context=4)) == pytest.approx(seconds(DENSE) / 4)


def test_ranks_that_exchange_heads_see_whole_sequences_for_some_of_them() -> None:
    """Two of the eight heads of a rank for all 4,000 tokens, in one call."""
    asked = []

    class Told(Attention):
        def attention_s(self, *shape: float) -> float:
            asked.append(shape)
            return super().attention_s(*shape)

    layout = replace(LAYOUT, context=2)
    found = work.attention_forward_s(DENSE, layout, Told(), 4000, "fp8", by_heads=True)
    assert asked == [(1, 4000.0, 4.0, 1.0, 128.0, "fp8")]
    assert found == pytest.approx(seconds(DENSE, layout))


@pytest.mark.parametrize("chunks", [False, True], ids=["sliding", "in chunks"])
def test_a_window_sees_the_pairs_that_are_counted(chunks: bool) -> None:
    """A quarter of the layers full, the others by counting who sees whom, to one in a window."""
    model = replace(DENSE, window_layers=24, window_tokens=1000, window_chunks=chunks)
    at = np.arange(4000)
    seen = at % 1000 + 1 if chunks else np.minimum(at + 1, 1000)
    counted = seen.sum() / (at + 1).sum()
    expected = seconds(DENSE) * (0.25 + 0.75 * counted)
    assert seconds(model) == pytest.approx(expected, rel=1e-3)
    assert seconds(model, tokens=1000) == seconds(DENSE, tokens=1000)


def test_passes_add_up_kind_by_kind() -> None:
    both = Pass(1.0, 2.0, 4.0) + Pass(8.0, 16.0, 32.0)
    assert (both.gemm_s, both.attention_s, both.stream_s) == (9.0, 18.0, 36.0)
    assert both.total_s == 63.0
    half = both * 0.5
    assert (half.gemm_s, half.attention_s, half.stream_s) == (4.5, 9.0, 18.0)
    assert work.rank_tokens(replace(LAYOUT, micro_batch=3, context=2), 4096) == 3 * 4096 / 2
