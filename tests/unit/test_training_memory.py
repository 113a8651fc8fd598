"""What a training step holds: activations as published, and state split by ranks, by hand."""

from __future__ import annotations

from dataclasses import replace

import pytest

from twin.physics.training import Layout
from twin.physics.training import memory as held_bytes
from twin.physics.training.traffic import shares, trained
from twin.physics.transformer import Transformer

DENSE = Transformer(32, 4096, 32, 8, 128, 14336, 128256, False)
SPARSE = Transformer(
    48, 2048, 32, 4, 128, 6144, 151936, False,
    experts=128, experts_per_token=8, ffn_expert=768,
)  # fmt: skip
LAYOUT = Layout(tensor=4, pipeline=2, data=8, global_batch=64)
GPT = Transformer(96, 12288, 96, 96, 128, 4 * 12288, 51200, True, gated=False)


def test_activations_are_those_of_korthikanti_without_masks_of_dropout() -> None:
    """Table 2 has s b h (34 / t + 5 a s / (h t)); 2 of the 34 are masks of two dropouts, which
    nobody has any more.
    """
    layout = Layout(tensor=8, pipeline=1, data=1, global_batch=1)
    sbh = 2048 * 12288
    kept = held_bytes.stored_activation_bytes(GPT, layout, 2048, "selective")
    assert kept == pytest.approx(sbh * (34 - 2) / 8)
    unfused = held_bytes.stored_activation_bytes(GPT, layout, 2048, "none", fused_attention=False)
    assert unfused == pytest.approx(sbh * (32 + 5 * 96 * 2048 / 12288) / 8)
    again = held_bytes.stored_activation_bytes(GPT, layout, 2048, "selective", False)
    fused = held_bytes.stored_activation_bytes(GPT, layout, 2048, "none")
    assert again == fused == kept
    plain = replace(layout, sequence_parallel=False)
    whole = held_bytes.stored_activation_bytes(GPT, plain, 2048, "selective")
    assert whole == pytest.approx(sbh * (8 + 24 / 8))
    full = held_bytes.stored_activation_bytes(GPT, plain, 2048, "full")
    assert full == 2 * sbh
    assert held_bytes.stored_activation_bytes(GPT, layout, 2048, "full") == 2 * sbh / 8
    four = replace(layout, micro_batch=4, context=2)
    assert held_bytes.stored_activation_bytes(GPT, four, 2048, "selective") == 2 * kept


def test_sparse_layers_keep_what_their_experts_do() -> None:
    """Of each of eight experts both inputs and the product of its activation in 2 bytes, and the
    token on its way there and back.
    """
    layout = Layout(1, 1, 1, 1)
    attention = 2 * (2 * 32 + 2 * 4) * 128
    experts = 8 * (2 * 3 * 768 + 4 * 2048)
    each = 8 * 2048 + attention + experts
    assert held_bytes.stored_activation_bytes(SPARSE, layout, 10, "selective") == 10 * each


def test_state_is_18_bytes_a_parameter_split_as_the_stage_says() -> None:
    """12 of the optimizer, 4 of gradients, 2 of weights over 8 ranks that hold the same."""
    own = DENSE.parameters() / 8
    state = [held_bytes.state_bytes(DENSE, replace(LAYOUT, zero_stage=z)) for z in range(4)]
    per_parameter = [18, 6 + 12 / 8, 2 + 16 / 8, 18 / 8]
    assert [one / own for one in state] == pytest.approx(per_parameter)


def test_experts_are_split_over_their_own_copies() -> None:
    layout = replace(LAYOUT, expert=16)
    own = shares(SPARSE, layout)
    expected = own.dense * (6 + 12 / 8) + own.routed * (6 + 12 / 2)
    assert held_bytes.state_bytes(SPARSE, layout) == pytest.approx(expected)


def test_adapters_leave_weights_alone() -> None:
    lora = replace(LAYOUT, lora_rank=16, zero_stage=0)
    frozen = 2 * shares(DENSE, lora).dense + 16 * trained(DENSE, lora).dense
    assert held_bytes.state_bytes(DENSE, lora) == pytest.approx(frozen)


def test_frozen_weights_are_held_in_the_8_bits_that_are_multiplied() -> None:
    lora = replace(LAYOUT, lora_rank=16, zero_stage=0)
    saved = held_bytes.state_bytes(DENSE, lora) - held_bytes.state_bytes(DENSE, lora, "nvfp4")
    assert saved == pytest.approx(shares(DENSE, lora).dense)
    assert held_bytes.state_bytes(DENSE, LAYOUT, "fp8") == held_bytes.state_bytes(DENSE, LAYOUT)


def test_inputs_of_frozen_products_without_adapters_are_not_kept() -> None:
    """Of a token: what goes into the second norm's products, and into the one behind the
    activation, 2 bytes a number.
    """
    kept = [
        held_bytes.stored_activation_bytes(
            DENSE, Layout(1, 1, 1, 1, lora_rank=rank, lora_on=on), 10, "none"
        )
        for rank, on in ((0, "attention"), (16, "all"), (16, "attention"))
    ]
    assert kept[0] == kept[1]
    assert kept[1] - kept[2] == 10 * 2 * (4096 + 14336)


@pytest.mark.parametrize(
    ("change", "in_flight"),
    [
        ({}, 2 * (1 + 1 / 2)),
        ({"interleave": 4}, 2 * (1 + 1 / 8)),
        ({"global_batch": 16}, 2.0),
        ({"pipeline": 1}, 1.0),
    ],
    ids=["two stages", "four chunks each", "two microbatches in all", "one stage"],
)
def test_the_first_stage_holds_what_is_in_flight(change: dict[str, int], in_flight: float) -> None:
    """Microbatches of its layers: p (1 + (p - 1) / (p v)) (Korthikanti et al., appendix C)."""
    layout = replace(LAYOUT, **change)
    layers = 32 / layout.pipeline
    each = held_bytes.stored_activation_bytes(DENSE, layout, 4096, "selective")
    left = held_bytes.memory_bytes(DENSE, layout, 4096) - held_bytes.state_bytes(DENSE, layout)
    assert left == pytest.approx(min(in_flight, layout.microbatches) * layers * each)


def test_ranks_along_a_sequence_hold_the_same_and_split_it_too() -> None:
    own = DENSE.parameters() / 8
    layout = replace(LAYOUT, context=2, zero_stage=3)
    assert held_bytes.state_bytes(DENSE, layout) == pytest.approx(18 * own / (8 * 2))


def test_latent_attention_keeps_the_turned_part_of_every_head() -> None:
    """Of a token: 8 hidden widths, queries, keys, values and outputs, and 64 turned values a head;
    a gated activation's inputs and output.
    """
    latent = replace(DENSE, latent_rank=512, latent_query_rank=1536, latent_rope=64)
    layout = Layout(1, 1, 1, 1)
    plain, turned = (
        held_bytes.stored_activation_bytes(model, layout, 10, "selective")
        for model in (DENSE, latent)
    )
    kept = 8 * 4096 + 2 * (2 * 32 + 2 * 8) * 128 + 2 * 3 * 14336
    assert plain == 10 * kept
    assert turned == 10 * (kept + 2 * 32 * 64)


def test_a_checkpoint_holds_14_bytes_of_what_is_trained() -> None:
    assert held_bytes.checkpoint_bytes(DENSE) == 14 * DENSE.parameters()
    lora = Layout(1, 1, 1, 1, lora_rank=16)
    assert held_bytes.checkpoint_bytes(DENSE, 16) == 14 * trained(DENSE, lora).total
