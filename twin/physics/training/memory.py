"""Memory of a training job: state of the optimizer, activations in flight, and checkpoints."""

from __future__ import annotations

from twin.physics.training.layout import Layout
from twin.physics.training.traffic import shares, trained
from twin.physics.transformer import Transformer

CHECKPOINT_BYTES_PER_PARAMETER = 14.0
"""Weights at 2 bytes, master weights and two moments at 4 each; arXiv 1910.02054 section 3.1 less
gradients."""
STATE_BYTES_PER_PARAMETER = 18.0
"""Mixed-precision Adam with 4-byte gradients; arXiv 2205.05198 counts the same terms."""
WEIGHT_BYTES = 2.0
FROZEN_BYTES = 1.0
"""Of a frozen weight where products are in 8 or 4 bits: held once, in 8 (parameters of Transformer
Engine in fp8, as in NVIDIA's fine-tuning of Llama 2 70B on eight GPUs of 180 GB, MLPerf Training
v5.1)."""
GRADIENT_BYTES = 4.0
OPTIMIZER_STATE_BYTES = STATE_BYTES_PER_PARAMETER - WEIGHT_BYTES - GRADIENT_BYTES
OPTIMIZER_BYTES_PER_PARAMETER = 34.0
"""Read gradient (4), master and moments (12); write master, moments (12), weight (2), clear
gradient (4)."""


def memory_bytes(
    model: Transformer, layout: Layout, sequence_tokens: int, recompute: str = "selective",
    dtype: str = "bf16",
) -> float:  # fmt: skip
    """Bytes that the fullest GPU (first stage) needs: state, and activations of the microbatches in
    flight.

    dtype   of the matrix products
    """
    layers = model.layers / layout.pipeline
    in_flight = layout.pipeline * (
        1 + (layout.pipeline - 1) / (layout.pipeline * layout.interleave)
    )
    kept = min(in_flight, layout.microbatches) if layout.pipeline > 1 else 1.0
    return state_bytes(model, layout, dtype) + kept * layers * stored_activation_bytes(
        model, layout, sequence_tokens, recompute
    )


def state_bytes(model: Transformer, layout: Layout, dtype: str = "bf16") -> float:
    """Weights, gradients and optimizer state of one GPU, split as its ZeRO stage says.

    Experts are split over the ranks that hold copies of them.
    """
    held = shares(model, layout)
    learns = trained(model, layout)
    copies = layout.data * layout.context
    routed_copies = max(copies * layout.tensor / layout.expert, 1.0)
    narrow = layout.lora_rank and dtype not in ("bf16", "fp16")
    weight_bytes = FROZEN_BYTES if narrow else WEIGHT_BYTES
    parts = ((OPTIMIZER_STATE_BYTES, 1), (GRADIENT_BYTES, 2), (weight_bytes, 3))
    total = 0.0
    for each_bytes, stage in parts:
        split = layout.zero_stage >= stage
        own = held if stage == 3 else learns
        total += each_bytes * own.dense / (copies if split else 1)
        total += each_bytes * own.routed / (routed_copies if split else 1)
    return total


def stored_activation_bytes(
    model: Transformer,
    layout: Layout,
    sequence_tokens: int,
    recompute: str,
    fused_attention: bool = True,
) -> float:
    """Bytes that one layer keeps of one microbatch for its backward pass.

    The terms of arXiv 2205.05198, section 4.1, for any widths: inputs of two norms and of the
    products behind them; queries, keys, values and the core's output; what goes into and out of the
    activation. Scores are kept only where attention is neither fused nor computed again. What goes
    into feed-forward products that are frozen and have no adapters is not kept: their weights have
    no gradient.
    """
    tokens = sequence_tokens * layout.micro_batch / layout.context
    if recompute == "full":
        shared = layout.tensor if layout.sequence_parallel else 1
        return 2.0 * tokens * model.hidden / shared
    frozen = bool(layout.lora_rank) and layout.lora_on == "attention"
    hidden = (6.0 if frozen else 8.0) * model.hidden
    hidden /= layout.tensor if layout.sequence_parallel else 1
    fed = _feed_forward_bytes(model, frozen)
    kept = hidden + (_attention_bytes(model) + fed) / layout.tensor
    scores = recompute == "none" and not fused_attention
    kept += 5.0 * model.heads * sequence_tokens / layout.tensor if scores else 0.0
    return tokens * kept


def _attention_bytes(model: Transformer) -> float:
    """Queries, keys, values and the output of one token."""
    widths = 2 * model.heads + 2 * model.kv_heads
    return 2.0 * widths * model.head_dim + 2.0 * model.heads * model.latent_rope


def _feed_forward_bytes(model: Transformer, frozen: bool) -> float:
    """Inputs and output of one token's activation, mean over dense and sparse layers."""
    sides = (3.0 if model.gated else 2.0) - (1.0 if frozen else 0.0)
    sparse = model.sparse_layers / model.layers
    chosen = model.experts_per_token + model.shared_experts
    routed = 2.0 * sides * chosen * model.ffn_expert + 4.0 * model.experts_per_token * model.hidden
    return (1 - sparse) * 2.0 * sides * model.ffn + sparse * routed


def checkpoint_bytes(model: Transformer, lora_rank: int = 0, lora_on: str = "all") -> float:
    """Bytes of one checkpoint of a whole job: 14 a trained parameter."""
    if not lora_rank:
        return CHECKPOINT_BYTES_PER_PARAMETER * model.parameters()
    whole = Layout(1, 1, 1, 1, lora_rank=lora_rank, lora_on=lora_on)
    return CHECKPOINT_BYTES_PER_PARAMETER * trained(model, whole).total
