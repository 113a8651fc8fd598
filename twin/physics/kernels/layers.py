"""The kernels of all layers but attention itself: what grows with the tokens of an iteration."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import ArrayLike, NDArray

from twin.physics.kernels.adapters import more_weights, thin_calls
from twin.physics.kernels.call import KernelCall
from twin.physics.kernels.crowding import fullest_of_many
from twin.physics.kernels.replica import ServingReplica

Array = NDArray[np.float64]

_WIDE = 2.0
"""Bytes of a value of the residual stream: bf16."""
ACTIVATION_BYTES = {"bf16": 2.0, "w4a16_mxfp4": 2.0, "nvfp4": 0.5625}
"""Bytes of an activation as a product reads it, by format; 1 in the 8-bit ones."""


def layer_calls(replica: ServingReplica, tokens: Array) -> Iterator[KernelCall]:
    """Kernels of all layers for `tokens` tokens on each attention rank, attention left out."""
    yield from _projections(replica, tokens)
    yield from _feed_forward(replica, tokens)
    yield from _element_wise(replica, tokens)
    yield from _exchanges(replica, tokens)
    if replica.adapters is not None:
        yield from thin_calls(replica.adapters, replica.model, replica.tensor, tokens)


def head_calls(
    replica: ServingReplica, sequences: Array, rows_each: float = 1.0
) -> Iterator[KernelCall]:
    """The output head, and the sampler's passes over its logits, for one token of each sequence;
    and what they ask for of further adapters.

    rows_each   tokens of a sequence that are checked at once
    """
    model = replica.model
    width = model.vocab / replica.tensor
    form = replica.formats.head
    yield _product("head", form, sequences, width, model.hidden, 1)
    # Logits are written wide, scaled and searched: 4 bytes, three passes.
    yield _stream("head", 12.0 * sequences * model.vocab, 1)
    if replica.adapters is not None:
        yield more_weights(replica.adapters, model, replica.tensor, sequences / rows_each)


def _product(
    part: str, form: str, rows: Array, columns: float, depth: float, times: float
) -> KernelCall:
    return KernelCall(part, "gemm", form, {"m": rows, "n": columns, "k": depth}, times)


def _stream(part: str, bytes_: Array, times: float) -> KernelCall:
    return KernelCall(part, "stream", "bf16", {"bytes": bytes_}, times)


def _projections(replica: ServingReplica, tokens: Array) -> Iterator[KernelCall]:
    model = replica.model
    form = replica.formats.projections
    width = replica.heads * model.head_dim
    layers = model.layers
    if model.latent_rank:
        yield from _latent_projections(replica, tokens)
    else:
        qkv = width + 2 * replica.kv_heads * model.head_dim
        yield _product("projections", form, tokens, qkv, model.hidden, layers)
    yield _product("projections", replica.formats.output, tokens, model.hidden, width, layers)


def _latent_projections(replica: ServingReplica, tokens: Array) -> Iterator[KernelCall]:
    """Down to the latent, up to the queries, and the two products absorbed into decoding."""
    model = replica.model
    form = replica.formats.projections
    query = model.latent_query_rank
    down = query + model.latent_rank + model.latent_rope
    up = replica.heads * (model.head_dim + model.latent_rope)
    yield _product("projections", form, tokens, down, model.hidden, model.layers)
    yield _product("projections", form, tokens, up, query, model.layers)
    absorbed = replica.heads * model.latent_rank
    yield _product("projections", "bf16", tokens, absorbed, model.head_dim, 2 * model.layers)


def _feed_forward(replica: ServingReplica, tokens: Array) -> Iterator[KernelCall]:
    model = replica.model
    if not model.experts:
        yield from _dense(replica, tokens, model.ffn, model.layers)
        return
    sparse = model.layers - model.dense_layers
    if model.dense_layers:
        yield from _dense(replica, tokens, model.ffn, model.dense_layers)
    if model.shared_experts:
        yield from _dense(replica, tokens, model.shared_experts * model.ffn_expert, sparse)
    yield _product("router", "bf16", tokens, model.experts, model.hidden, sparse)
    yield KernelCall("experts", "moe", replica.formats.experts, _experts(replica, tokens), sparse)


def _experts(replica: ServingReplica, tokens: Array) -> dict[str, ArrayLike]:
    """Axes of a layer's experts: of all ranks' tokens where each gathers all of them; of those of
    the fullest rank alone where tokens are sent.
    """
    model = replica.model
    widths: dict[str, ArrayLike] = {"hidden": model.hidden, "inter": model.ffn_expert}
    if replica.dispatch is not None:
        mean = tokens * model.experts_per_token
        rows = mean * replica.dispatch.fullest + fullest_of_many(replica.data) * np.sqrt(mean)
        held = replica.held_experts / replica.data
        return widths | {"tokens": rows, "topk": 1.0, "experts": held, "tp": 1.0, "ep": 1.0}
    return widths | {
        "tokens": tokens * replica.data,
        "topk": model.experts_per_token,
        "experts": model.experts,
        "tp": replica.tensor,
        "ep": replica.data,
        "skew": replica.expert_skew,
    }


def _dense(
    replica: ServingReplica, tokens: Array, width: float, layers: float
) -> Iterator[KernelCall]:
    model = replica.model
    form = replica.formats.feed_forward
    share = width / replica.tensor
    into = (2 if model.gated else 1) * share
    yield _product("feed_forward", form, tokens, into, model.hidden, layers)
    yield _product("feed_forward", form, tokens, model.hidden, share, layers)
    narrow = ACTIVATION_BYTES.get(form, 1.0)
    yield _stream("element_wise", tokens * (into * _WIDE + share * narrow), layers)


def _element_wise(replica: ServingReplica, tokens: Array) -> Iterator[KernelCall]:
    """Two fused norms with the residual sum, the rotation into the cache, and what attention hands
    on.
    """
    model = replica.model
    narrow = ACTIVATION_BYTES.get(replica.formats.projections, 1.0)
    given = ACTIVATION_BYTES.get(replica.formats.output, 1.0)
    norm = tokens * model.hidden * (3 * _WIDE + narrow)
    width = replica.heads * model.head_dim
    rotated = tokens * (width + 2 * replica.kv_heads * model.head_dim) * 2 * _WIDE
    yield _stream("element_wise", norm, 2 * model.layers)
    yield _stream("element_wise", rotated, model.layers)
    yield _stream("element_wise", tokens * width * (_WIDE + given), model.layers)
    if model.latent_rank:
        # Norms of both latents, and keys put together: three more small kernels.
        yield _stream("element_wise", tokens * model.latent_query_rank * 4.0, 3 * model.layers)


def _exchanges(replica: ServingReplica, tokens: Array) -> Iterator[KernelCall]:
    """Sums over the GPUs of a layer; with attention ranks, tokens to their experts and back."""
    model = replica.model
    size = tokens * model.hidden * _WIDE
    if replica.tensor > 1:
        axes: dict[str, ArrayLike] = {"gpus": float(replica.tensor), "bytes": size}
        yield KernelCall("exchange", "all_reduce", "bf16", axes, 2 * model.layers)
    if replica.data > 1 and replica.dispatch is None:
        sparse = model.layers - model.dense_layers
        narrow = ACTIVATION_BYTES.get(replica.formats.experts, 1.0) / _WIDE
        whole = size * replica.data
        there: dict[str, ArrayLike] = {"gpus": float(replica.data), "bytes": whole * narrow}
        back: dict[str, ArrayLike] = {"gpus": float(replica.data), "bytes": whole}
        yield KernelCall("exchange", "nccl_all_gather", "bf16", there, sparse)
        yield KernelCall("exchange", "nccl_reduce_scatter", "bf16", back, sparse)
