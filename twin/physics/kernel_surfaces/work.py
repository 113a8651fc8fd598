"""What a kernel of a transformer does: FLOP, least bytes, and the numbers its time varies with.

A law takes the axes that a planner knows (batch, heads, tokens ...) as arrays that broadcast, and
the bytes an element takes as `Format`. Attention: 4 FLOP for each query, key and element of a head
(Dao 2023, arXiv 2307.08691). Latent attention: DeepSeek-V2, arXiv 2405.04434, its decoding with the
projections absorbed. Experts: each weight that is touched is read once.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import ArrayLike, NDArray

Array = NDArray[np.float64]

LATENT_RANK = 512.0
ROTARY_WIDTH = 64.0
LATENT_HEAD_DIM = 128.0
"""Widths of latent attention in DeepSeek-V2 and -V3, and Kimi K2: one shape in all that ships."""

_TILE = 128.0
"""Rows, columns or queries that one block of a device works on."""
_PIECE = 65536.0
"""Elements that a block of a device works on."""
_ROWS = 16.0
"""Heads that share a key are worked on in blocks of so many rows."""
_WIDEST_GROUP = 32.0
"""Above this many heads for each key, every head reads its keys again, out of the cache."""
_REREAD_GAIN = 2.3
"""How much faster than from memory; seen in the H100's rows."""


@dataclass(frozen=True)
class Format:
    """Bytes an element takes in each tensor of a kernel."""

    weight: float
    activation: float
    cache: float = 2.0
    output: float = 2.0


@dataclass(frozen=True)
class Work:
    """FLOP, bytes and blocks of work, each (query,), and `features` (query, feature), mostly log2
    of a size.
    """

    flop: Array
    byte: Array
    units: Array
    features: Array


STREAMS = {
    "add": 3.0, "norm": 4.0, "gate": 3.0, "rotate": 4.0, "cross_entropy": 4.0, "adamw": 7.0,
    "copy": 2.0,
}  # fmt: skip
"""Element-wise work, and how many numbers it moves for each element; only the scale matters, a fit
takes the rest."""
AXES: dict[str, tuple[str, ...]] = {
    "gemm": ("m", "n", "k"),
    "attention_prefill": (
        "batch", "tokens", "before_tokens", "heads", "kv_heads", "head_dim", "window",
    ),
    "attention_decode": ("batch", "tokens", "heads", "kv_heads", "head_dim", "window"),
    "attention_train": ("batch", "tokens", "heads", "kv_heads", "head_dim"),
    "mla_prefill": ("batch", "tokens", "before_tokens", "heads"),
    "mla_decode": ("batch", "tokens", "heads"),
    "moe": ("tokens", "hidden", "inter", "topk", "experts", "tp", "ep", "skew"),
} | dict.fromkeys(STREAMS, ("elements",))  # fmt: skip
"""What each operation is asked with. Whole numbers, but `skew`: the exponent of the power law by
which tokens choose experts, 0 for a balanced choice."""
OPTIONAL = {"before_tokens": 0.0, "window": 0.0, "tp": 1.0, "ep": 1.0, "skew": 0.0}
"""Axes that may be left out. A window of 0 means that every earlier token is seen."""


def work(op: str, axes: Mapping[str, ArrayLike], form: Format) -> Work:
    """The work of an operation of `AXES`; arrays broadcast and come back flat.

    Raises KeyError for an unknown operation or an axis that is missing.
    """
    full = OPTIONAL | dict(axes)
    arrays = np.broadcast_arrays(*(np.asarray(full[name], float) for name in AXES[op]))
    flat = [x.ravel() for x in arrays]
    return _stream(form, op, *flat) if op in STREAMS else _LAWS[op](form, *flat)


def expected_experts(tokens: ArrayLike, topk: ArrayLike, experts: ArrayLike) -> Array:
    """How many experts at least one of `tokens` chooses, each choosing `topk` evenly."""
    chosen = np.asarray(topk, float) / np.asarray(experts, float)
    touched: Array = np.asarray(experts, float) * -np.expm1(
        np.asarray(tokens, float) * np.log1p(-np.minimum(chosen, 1 - 1e-12))
    )
    return touched


def _gemm(form: Format, m: Array, n: Array, k: Array) -> Work:
    byte = form.activation * m * k + form.weight * n * k + form.output * m * n
    tiles = np.ceil(m / _TILE) * np.ceil(n / _TILE)
    return Work(2 * m * n * k, byte, tiles, np.log2(np.stack([m, n, k], axis=1)))


def _keys(tokens: Array, before: Array, window: Array) -> Array:
    """Keys that a query sees on average: causal, at most `window` of them where there is one."""
    reach = np.where(window > 0, window, np.inf)
    short = np.clip(reach - before, 0, tokens)  # queries that still see everything before them
    seen = short * before + short * (short + 1) / 2
    return (seen + np.where(short < tokens, (tokens - short) * np.minimum(reach, 1e15), 0)) / tokens


def _attention_prefill(
    form: Format, batch: Array, tokens: Array, before: Array, heads: Array, kv_heads: Array,
    head_dim: Array, window: Array,
) -> Work:  # fmt: skip
    keys = _keys(tokens, before, window)
    flop = 4 * batch * heads * head_dim * tokens * keys
    held = np.minimum(tokens + before, np.where(window > 0, window + tokens, np.inf))
    byte = (
        batch
        * head_dim
        * ((form.activation + form.output) * heads * tokens + 2 * form.cache * kv_heads * held)
    )
    sides = [batch * heads, tokens, keys, heads / kv_heads, head_dim]
    return Work(
        flop, byte, batch * heads * np.ceil(tokens / _TILE), np.log2(np.stack(sides, axis=1))
    )


def _attention_decode(
    form: Format, batch: Array, tokens: Array, heads: Array, kv_heads: Array, head_dim: Array,
    window: Array,
) -> Work:  # fmt: skip
    seen = np.where(window > 0, np.minimum(window, tokens), tokens)
    group = heads / kv_heads
    rereads = np.where(group > _WIDEST_GROUP, group / _REREAD_GAIN, 1.0)
    blocks = np.ceil(group / _ROWS)
    flop = 4 * batch * heads * head_dim * seen
    byte = batch * head_dim * (2 * form.cache * kv_heads * rereads * seen + 4 * heads)
    kernel = np.where(group == 1, 0.0, np.where(group > _WIDEST_GROUP, 8.0, 4.0))
    sides = np.log2(np.stack([batch * kv_heads, seen, tokens / seen, blocks, head_dim], axis=1))
    return Work(flop, byte, batch * kv_heads * rereads, np.column_stack([sides, kernel]))


def kept_bytes(axes: Mapping[str, ArrayLike], form: Format) -> Array:
    """Of keys and values that new tokens see (axes of `attention_decode`), each counted once."""
    tokens = np.asarray(axes["tokens"], float)
    window = np.asarray(axes.get("window", 0.0), float)
    seen = np.where(window > 0, np.minimum(window, tokens), tokens)
    heads = np.asarray(axes["kv_heads"], float) * np.asarray(axes["head_dim"], float)
    return np.asarray(2 * form.cache * heads * np.asarray(axes["batch"], float) * seen)


def _attention_train(
    form: Format, batch: Array, tokens: Array, heads: Array, kv_heads: Array, head_dim: Array
) -> Work:
    """Forward and backward: 3.5 times the FLOP of the forward pass (arXiv 2307.08691, 3.1)."""
    nothing = np.zeros_like(tokens)
    forward = _attention_prefill(form, batch, tokens, nothing, heads, kv_heads, head_dim, nothing)
    return replace(forward, flop=3.5 * forward.flop, byte=3.5 * forward.byte)


def _stream(form: Format, op: str, elements: Array) -> Work:
    byte = STREAMS[op] * form.activation * elements
    return Work(elements, byte, np.ceil(elements / _PIECE), np.log2(elements)[:, None])


def _mla_prefill(
    form: Format, batch: Array, tokens: Array, before: Array, heads: Array
) -> Work:  # fmt: skip
    keys = _keys(tokens, before, np.zeros_like(tokens))
    width = 2 * LATENT_HEAD_DIM + ROTARY_WIDTH
    flop = 2 * batch * heads * width * tokens * keys
    byte = batch * heads * width * (2 * form.activation * tokens + 2 * (tokens + before))
    return Work(
        flop,
        byte,
        batch * heads * np.ceil(tokens / _TILE),
        np.log2(np.stack([batch, heads, tokens, keys], axis=1)),
    )


def _mla_decode(form: Format, batch: Array, tokens: Array, heads: Array) -> Work:
    width = LATENT_RANK + ROTARY_WIDTH
    flop = 2 * batch * heads * (width + LATENT_RANK) * tokens
    byte = batch * (form.cache * width * tokens + 2 * heads * (width + LATENT_RANK))
    return Work(flop, byte, batch, np.log2(np.stack([batch, heads, tokens], axis=1)))


def _moe(
    form: Format, tokens: Array, hidden: Array, inter: Array, topk: Array, experts: Array,
    tp: Array, ep: Array, skew: Array,
) -> Work:  # fmt: skip
    width = inter / tp
    local = experts / ep
    rows = tokens * topk / ep
    touched = np.where(
        skew > 0, expected_experts(tokens, topk, experts) / ep, np.minimum(local, rows)
    )
    touched = np.maximum(touched, 1.0)
    flop = 6 * rows * hidden * width
    byte = form.weight * 3 * touched * hidden * width + rows * (
        (form.activation + form.output) * hidden + 3 * form.activation * width
    )
    sides = np.log2(np.stack([tokens * topk / experts, local, ep, hidden, width], axis=1))
    return Work(flop, byte, touched * np.ceil(width / _TILE), np.column_stack([sides, 3 * skew]))


_LAWS: dict[str, Callable[..., Work]] = {
    "gemm": _gemm, "attention_prefill": _attention_prefill, "attention_decode": _attention_decode,
    "attention_train": _attention_train, "mla_prefill": _mla_prefill, "mla_decode": _mla_decode,
    "moe": _moe,
}  # fmt: skip
