"""What a GPU of a replica holds: weights, and room for keys and values."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from twin.physics.kernels.adapters import adapter_bytes
from twin.physics.kernels.dispatch import receive_bytes
from twin.physics.kernels.layers import ACTIVATION_BYTES
from twin.physics.kernels.pipeline import stage_layers
from twin.physics.kernels.replica import ServingReplica

Array = NDArray[np.float64]

_WIDE = 2.0
"""Bytes of a weight of embedding and head, and of what a product gives: bf16."""


def weight_bytes_per_gpu(replica: ServingReplica) -> float:
    """Bytes of weights on each GPU of the stage that holds most: attention is copied on every
    attention rank.
    """
    return float(_stage_weight_bytes(replica).max())


def _stage_weight_bytes(replica: ServingReplica) -> Array:
    """(stage,) bytes of weights on each GPU: its layers, the embedding before the first and the
    head behind the last, of which a tied one has a copy on both; and of the adapters that it holds.
    """
    model = replica.model
    form = replica.formats
    routed = model.routed_parameters()
    output = model.attention_output_parameters()
    common = model.common_feed_forward_parameters()
    rest = model.parameters() - routed - model.embedding_parameters() - output - common
    layers = rest * form.projection_bytes + output * form.output_bytes
    layers = (layers + common * form.feed_forward_bytes) / replica.tensor
    copies = replica.held_experts / model.experts if model.experts else 1.0
    layers += routed * copies * form.expert_bytes / replica.stage_gpus
    held: Array = layers * _layers_frac(replica)
    if replica.adapters is not None:
        each = adapter_bytes(replica.adapters, model, replica.tensor)
        held = held + each * replica.adapters.resident
    if replica.pipeline == 1:
        return held + model.embedding_parameters() * _WIDE / replica.tensor
    held[[0, -1]] += model.vocab * model.hidden * _WIDE / replica.tensor
    return held


def _layers_frac(replica: ServingReplica) -> Array:
    """(stage,) share of the layers."""
    layers = replica.model.layers
    return np.asarray(stage_layers(layers, replica.pipeline) / layers)


def expert_buffer_bytes(replica: ServingReplica, tokens: float) -> float:
    """Bytes on each GPU in which the experts of a layer work, set aside for the largest iteration;
    none of a dense model.

    tokens   of that iteration on each attention rank: of all ranks they are gathered here

    A token is held as it comes and as it goes, and once for each of its experts as input and as
    the wider of what these make in between and give back. All tokens may choose experts of one
    GPU, so nothing is divided by ranks. Source: TensorRT-LLM, cutlass_kernels/moe_gemm,
    getWorkspaceDeviceBufferSizes, and `moe_max_num_tokens` of its layers of experts: as many as
    an iteration may have, times the attention ranks. Where tokens are sent to their experts a GPU
    takes in what its own experts are chosen for, on the fullest rank.
    """
    model = replica.model
    if not model.experts:
        return 0.0
    narrow = ACTIVATION_BYTES.get(replica.formats.experts, 1.0)
    between = (2.0 if model.gated else 1.0) * model.ffn_expert / replica.tensor
    each = _WIDE * (model.hidden + max(between, model.hidden))
    gathered = model.hidden * (narrow + _WIDE)
    ranks = replica.data if replica.dispatch is None else replica.dispatch.fullest
    return tokens * ranks * (model.experts_per_token * each + gathered)


def kv_bytes_per_token(replica: ServingReplica) -> float:
    """Bytes that a token of context takes on each GPU that holds it, no window closed; over all
    stages together.
    """
    model = replica.model
    if model.latent_rank:
        return model.kv_values_per_token() * replica.formats.kv_bytes
    share = replica.kv_heads / model.kv_heads
    return model.kv_values_per_token() * replica.formats.kv_bytes * share


def sequence_bytes(replica: ServingReplica, context_tokens: float) -> float:
    """Bytes that a sequence takes on each GPU that holds it, over all stages together; closed
    windows keep no more, unless the engine keeps them whole.
    """
    model = replica.model
    whole = model.layers * context_tokens
    kept = whole if replica.windows.kept_whole else float(model.kept_tokens(context_tokens))
    return kv_bytes_per_token(replica) * context_tokens * (kept / whole if whole else 1.0)


def place_bytes(replica: ServingReplica, checked_tokens: float = 1.0) -> float:
    """Bytes that each place for a sequence takes on a GPU beside its keys and values: where tokens
    are sent to experts, what may come in for it.

    checked_tokens   of a sequence in an iteration
    """
    if replica.dispatch is None:
        return 0.0
    return checked_tokens * receive_bytes(replica.model.hidden, replica.held_experts)


def kv_room_bytes(replica: ServingReplica, memory_bytes: float, share: float = 1.0) -> float:
    """Room for keys and values of each attention rank on one GPU of every stage together; below
    zero where weights alone do not fit.

    memory_bytes   of one GPU, what the runtime and its margin take already off
    share          of what weights leave free

    Every stage holds its layers of all sequences, so the one with the least room a layer decides.
    """
    free = share * (memory_bytes - _stage_weight_bytes(replica))
    return float((free / _layers_frac(replica)).min())


def kv_capacity_tokens(replica: ServingReplica, memory_bytes: float) -> float:
    """Tokens of context for which each attention rank has room; below zero where weights alone do
    not fit.

    memory_bytes   of one GPU, what the runtime and its margin take already off
    """
    return kv_room_bytes(replica, memory_bytes) / kv_bytes_per_token(replica)
