"""The attention kernels of an iteration: prompts that are read, tokens that are made."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import ArrayLike, NDArray

from twin.physics.kernels.call import KernelCall
from twin.physics.kernels.replica import ServingReplica

Array = NDArray[np.float64]


def decode_calls(
    replica: ServingReplica, sequences: Array, context_tokens: Array
) -> Iterator[KernelCall]:
    """One new token for each of `sequences` that hold `context_tokens` each."""
    model = replica.model
    form = replica.formats.attention
    axes: dict[str, ArrayLike] = {"batch": sequences, "tokens": context_tokens}
    if model.latent_rank:
        latent: dict[str, ArrayLike] = axes | {"heads": float(replica.heads)}
        yield KernelCall("attention", "mla_decode", form, latent, model.layers)
        return
    for window, layers in _windows(replica):
        seen = axes | _heads(replica) | {"window": window}
        yield KernelCall("attention", "attention_decode", form, seen, layers)


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
        seen = axes | _heads(replica) | {"window": window}
        yield KernelCall("prompt_attention", "attention_prefill", form, seen, layers)


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
