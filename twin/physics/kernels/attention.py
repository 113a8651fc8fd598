"""The attention kernels of an iteration: prompts that are read, tokens that are made.

Layers that see chunks (Llama 4) read a prompt chunk by chunk, and decode on what there is so far of
the last one. On GPUs before Blackwell TensorRT-LLM has no kernel for grouped heads that knows
chunks (XQA; NVIDIA/TensorRT-LLM, pull request 6306 and release notes): contexts longer than a chunk
are decoded there by its masked kernel, in which a block of threads works for one query head and
reads that head's keys and values by itself (decoderMaskedMultiheadAttentionTemplate.h). The tables
hold that kernel with more than 32 heads for each key: 3.2e12 keys and values a second for all query
heads, of one byte or two, on H100 and H200. So it is asked with as many heads and sequences.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import ArrayLike, NDArray

from twin.physics.kernels.call import KernelCall
from twin.physics.kernels.replica import ServingReplica

Array = NDArray[np.float64]

_MASKED_HEADS = 64.0
"""Query heads beside one key head with which the masked kernel was measured."""


def decode_calls(
    replica: ServingReplica, sequences: Array, context_tokens: Array, chunk_tokens: float = 0.0
) -> Iterator[KernelCall]:
    """One new token for each of `sequences` that hold `context_tokens` each.

    chunk_tokens   that it sees in layers of chunks, where contexts are longer than one; else 0
    """
    model = replica.model
    form = replica.formats.attention
    axes: dict[str, ArrayLike] = {"batch": sequences, "tokens": context_tokens}
    if model.latent_rank:
        latent: dict[str, ArrayLike] = axes | {"heads": float(replica.heads)}
        yield KernelCall("attention", "mla_decode", form, latent, model.layers)
        return
    for window, layers in _windows(replica):
        seen = axes | _heads(replica) | {"window": window}
        if window and model.window_chunks:
            seen = _in_chunk(replica, sequences, context_tokens, chunk_tokens)
        yield KernelCall("attention", "attention_decode", form, seen, layers)


def _in_chunk(
    replica: ServingReplica, sequences: Array, context_tokens: Array, chunk_tokens: float
) -> dict[str, ArrayLike]:
    """Axes of decoding on what there is of a chunk: all of the context while no chunk is full."""
    model = replica.model
    if not chunk_tokens:
        return {"batch": sequences, "tokens": context_tokens} | _heads(replica)
    seen: dict[str, ArrayLike] = {"tokens": np.full(sequences.shape, max(chunk_tokens, 1.0))}
    if not replica.windows.masked_chunks:
        return {"batch": sequences} | seen | _heads(replica)
    batch = np.maximum(sequences * replica.heads / _MASKED_HEADS, 1.0)
    alone = {"heads": _MASKED_HEADS, "kv_heads": 1.0, "head_dim": float(model.head_dim)}
    return {"batch": batch} | seen | alone


def prefill_calls(replica: ServingReplica, tokens: Array) -> Iterator[KernelCall]:
    """A prompt of `tokens` tokens, read alone and whole."""
    model = replica.model
    form = replica.formats.attention
    axes: dict[str, ArrayLike] = {"batch": 1.0, "tokens": tokens}
    if model.latent_rank:
        latent: dict[str, ArrayLike] = axes | {"heads": float(replica.heads)}
        yield KernelCall("prompt_attention", "mla_prefill", form, latent, model.layers)
        return
    for window, layers in _windows(replica):
        if window and model.window_chunks:
            yield from _prompt_chunks(replica, tokens, layers)
            continue
        seen = axes | _heads(replica) | {"window": window}
        yield KernelCall("prompt_attention", "attention_prefill", form, seen, layers)


def _prompt_chunks(replica: ServingReplica, tokens: Array, layers: float) -> Iterator[KernelCall]:
    """Whole chunks of a prompt, and what is left of the last one, each on its own."""
    chunk = float(replica.model.window_tokens)
    whole = np.floor(tokens / chunk)
    rest = tokens - whole * chunk
    for many, length in ((whole, np.full(tokens.shape, chunk)), (rest > 0, np.maximum(rest, 1.0))):
        axes: dict[str, ArrayLike] = {"batch": 1.0, "tokens": length}
        part = "prompt_attention"
        form = replica.formats.attention
        yield KernelCall(part, "attention_prefill", form, axes | _heads(replica), many * layers)


def _heads(replica: ServingReplica) -> dict[str, ArrayLike]:
    return {
        "heads": float(replica.heads),
        "kv_heads": float(replica.kv_heads),
        "head_dim": float(replica.model.head_dim),
    }


def _windows(replica: ServingReplica) -> Iterator[tuple[float, float]]:
    """(window, layers) of the layers that see everything, and of those that do not."""
    model = replica.model
    if model.layers > model.window_layers:
        yield 0.0, model.layers - model.window_layers
    if model.window_layers:
        yield float(model.window_tokens), model.window_layers
