"""Low-rank adapters (LoRA) of one base model that are served together.

Beside each adapted product two thin ones run for all tokens, whichever adapter each of them asks
for (Punica: Chen et al. 2023, arXiv 2310.18547; S-LoRA: Sheng et al. 2023, arXiv 2311.03285). vLLM
starts two kernels for each product of its model, queries, keys and values together, gate and up
together; the weights of every adapter that an iteration meets are streamed once. Slots of adapters
on a GPU are set aside from the start; one that is in none of them is loaded before its request is
read, and the least recently used one makes way.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import ArrayLike, NDArray

from twin.physics.kernels.call import KernelCall
from twin.physics.transformer import Transformer

Array = NDArray[np.float64]

_BYTES = 2.0
"""Of a weight of an adapter: bf16, whatever the model has."""
HOST_B_S = 25e9
"""From host memory, a second: some forty copies a layer over PCIe 5.0 x16, which carries 50 to 60
GB/s in large ones; assumed."""
_HALVINGS = 100


@dataclass(frozen=True)
class Adapters:
    """The adapters of a replica."""

    rank: int
    shares: tuple[float, ...]
    """Of requests, by adapter."""
    resident: int
    """That a GPU holds at once."""
    attention_only: bool = False
    """Whether feed-forward layers have none."""
    load_s: float | None = None
    """To load one from host memory; by its bytes where not stated."""
    read_tokens: float = 1.0
    """Of a prompt, among which the mean time of loading is told."""
    made_tokens: float = 0.0
    """Of an answer, among which it is told where prompts are read elsewhere."""

    def distinct(self, requests: ArrayLike) -> Array:
        """Adapters that so many requests ask for on average, no more than a GPU holds."""
        asked = np.asarray(requests, float)[..., None]
        met = 1.0 - (1.0 - np.array(self.shares)) ** asked
        found: Array = np.minimum(met.sum(axis=-1), self.resident)
        return found

    @property
    def missing_frac(self) -> float:
        """Share of requests whose adapter has to be loaded."""
        return missing_frac(self.shares, self.resident)

    def one_load_s(self, bytes_each: float) -> float:
        """To load one."""
        return bytes_each / HOST_B_S if self.load_s is None else self.load_s

    def loading_s(self, bytes_each: float) -> float:
        """Mean time of loading for each token of a prompt that is read, or that is made."""
        among = self.made_tokens or self.read_tokens
        return self.missing_frac * self.one_load_s(bytes_each) / among


@lru_cache(maxsize=64)
def missing_frac(shares: tuple[float, ...], resident: int) -> float:
    """Share of requests that miss in a cache of so many which puts out the least recently used.

    Che, Tung and Wang (2002), IEEE JSAC 20:1305: an adapter is there if it was asked for within a
    time after which as many others were as the cache has places.
    """
    if resident >= len(shares):
        return 0.0
    often = np.array(shares)
    low = 0.0
    high = 1e9 * resident / often[often > 0].min()
    for _ in range(_HALVINGS):
        middle = 0.5 * (low + high)
        if (-np.expm1(-often * middle)).sum() < resident:
            low = middle
        else:
            high = middle
    return float((often * np.exp(-often * high)).sum())


def zipf_shares(count: int, exponent: float) -> tuple[float, ...]:
    """Shares of requests that fall as 1 / rank^exponent; alike at 0."""
    weight = np.arange(1, count + 1, dtype=float) ** -exponent
    return tuple((weight / weight.sum()).tolist())


def adapted(
    model: Transformer, tensor: int, attention_only: bool
) -> Iterator[tuple[int, float, float]]:
    """(products in one, width in, width out) on a GPU of each product with adapters in a layer.

    What a product reads whole its first half reads whole on every GPU, as vLLM's does unless it is
    told to shard that too.
    """
    heads = model.heads / tensor
    kv_heads = max(model.kv_heads / tensor, 1.0)
    width = heads * model.head_dim
    yield 3, model.hidden, width + 2 * kv_heads * model.head_dim
    yield 1, width, model.hidden
    if not attention_only:
        inner = model.ffn / tensor
        many = 2 if model.gated else 1
        yield many, model.hidden, many * inner
        yield 1, inner, model.hidden


def adapter_bytes(adapters: Adapters, model: Transformer, tensor: int) -> float:
    """Bytes of one adapter on each GPU."""
    each = adapted(model, tensor, adapters.attention_only)
    weights = sum(adapters.rank * (many * into + out) for many, into, out in each)
    return _BYTES * model.layers * weights


def thin_calls(
    adapters: Adapters, model: Transformer, tensor: int, tokens: Array
) -> Iterator[KernelCall]:
    """The two thin products beside each adapted one, as if all tokens asked for one adapter."""
    for many, into, out in adapted(model, tensor, adapters.attention_only):
        for columns, depth in ((many * adapters.rank, into), (out, adapters.rank)):
            axes: dict[str, ArrayLike] = {"m": tokens, "n": columns, "k": depth}
            yield KernelCall("adapters", "gemm", "bf16", axes, model.layers)


def more_weights(
    adapters: Adapters, model: Transformer, tensor: int, requests: Array
) -> KernelCall:
    """The weights of all further adapters that so many requests ask for."""
    others = np.maximum(adapters.distinct(requests) - 1.0, 0.0)
    moved = others * adapter_bytes(adapters, model, tensor)
    return KernelCall("adapters", "stream", "bf16", {"bytes": moved}, 1.0 * (others > 0))
