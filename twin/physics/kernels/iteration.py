"""How long one iteration of a serving engine takes on one replica, as a sum of its kernels.

    t = fixed(n, p) + context(n) * (context tokens of all n sequences) + prompt_attention(p, before)

for n sequences that each get one token and p prompt tokens that are read beside them. Decode
attention is taken as affine in the context that is held (its kernels stream keys and values); the
line goes through the times at two contexts. Everything is tabulated once and read off in straight
lines between points that stand close.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from twin.physics.kernels.attention import decode_calls, prefill_calls
from twin.physics.kernels.call import KernelCall, KernelTimes, Priced, price
from twin.physics.kernels.host import HostTimes
from twin.physics.kernels.layers import head_calls, layer_calls
from twin.physics.kernels.replica import ServingReplica

Array = NDArray[np.float64]

_POINTS = 48
_CONTEXT_SHARES = (0.5, 1.0)
"""Of the longest context: where the line of decode attention is laid through."""


@dataclass(frozen=True)
class KernelGrid:
    """Quantities over one count: `at` (point,), each row of `values` (point,)."""

    at: Array
    values: dict[str, Array]

    def read(self, name: str, at: ArrayLike) -> Array:
        """Straight lines between points, in proportion above the last."""
        asked = np.asarray(at, float)
        row = self.values[name]
        inside: Array = np.interp(asked, self.at, row)
        above: Array = np.maximum(asked / self.at[-1], 1.0)
        return inside * above


@dataclass(frozen=True)
class LawRange:
    """Counts up to which a law is tabulated."""

    most_sequences: int
    """Running at once on one attention rank."""
    most_tokens: int
    """In one iteration of one attention rank."""
    longest_context: float
    """Of a sequence, tokens: through half of it and all of it the line of decode attention goes."""
    longest_prompt: float = 0.0
    """Tokens; the longest context where not stated."""


@dataclass(frozen=True, eq=False)
class IterationLaw:
    """Times and work of an iteration on one replica at one clock; arrays broadcast.

    `iteration_laws` makes them.
    """

    replica: ServingReplica
    host: HostTimes
    clock_frac: float
    _layers: KernelGrid
    _head: KernelGrid
    _prompt: KernelGrid
    _decode: KernelGrid

    def fixed_s(self, sequences: ArrayLike, prompt_tokens: ArrayLike = 0.0) -> Array:
        """Seconds of all that counts alone decide: layers, head, exchanges, and the host."""
        kernels = self._kernels_s(sequences, prompt_tokens)
        return np.maximum(kernels + self._beside_s(sequences, prompt_tokens), self.host.queue_s)

    def host_s(self, sequences: ArrayLike, prompt_tokens: ArrayLike = 0.0) -> Array:
        """Seconds of an iteration in which no kernel runs."""
        beside = self._beside_s(sequences, prompt_tokens)
        if not self.host.queue_s:
            return beside
        return np.maximum(beside, self.host.queue_s - self._kernels_s(sequences, prompt_tokens))

    def _beside_s(self, sequences: ArrayLike, prompt_tokens: ArrayLike) -> Array:
        """What software adds to the kernels."""
        model = self.replica.model
        sparse = model.layers - model.dense_layers if model.experts else 0
        return self.host.step_s(sequences, prompt_tokens, sparse)

    def _kernels_s(self, sequences: ArrayLike, prompt_tokens: ArrayLike) -> Array:
        """Kernels and exchanges, attention to contexts left out."""
        n = np.asarray(sequences, float)
        p = np.asarray(prompt_tokens, float)
        made = np.maximum(n + np.minimum(p, 1.0), 1.0)
        decode = np.where(n > 0, self._decode.read("total_s", np.maximum(n, 1.0)), 0.0)
        layers = self._layers.read("total_s", n + p)
        return np.asarray(layers + self._head.read("total_s", made) + decode)

    def context_s(self, sequences: ArrayLike) -> Array:
        """Seconds for each token of context that running sequences hold together."""
        return self._decode.read("total_s_per_token", np.maximum(sequences, 1.0))

    def prompt_attention_s(self, prompt_tokens: ArrayLike, before_tokens: ArrayLike = 0.0) -> Array:
        """Seconds of attention for a piece of a prompt that comes after `before_tokens`."""
        before = np.asarray(before_tokens, float)
        upto = before + np.asarray(prompt_tokens, float)
        whole: Array = self._whole_prompt(upto) - self._whole_prompt(before)
        return np.maximum(whole, 0.0)

    def _whole_prompt(self, tokens: Array) -> Array:
        """Attention of a prompt read alone; nothing for no token."""
        return np.where(tokens > 0, self._prompt.read("total_s", np.maximum(tokens, 1.0)), 0.0)

    def step_s(
        self, sequences: ArrayLike, context_tokens: ArrayLike, prompt_tokens: ArrayLike = 0.0
    ) -> Array:
        """Seconds of an iteration; `context_tokens` are those of all sequences together, and
        prompts are read from their start.
        """
        total: Array = (
            self.fixed_s(sequences, prompt_tokens)
            + self.context_s(sequences) * np.asarray(context_tokens, float)
            + self.prompt_attention_s(prompt_tokens)
        )
        return total

    def work(
        self,
        sequences: ArrayLike,
        context_tokens: ArrayLike,
        prompt_tokens: ArrayLike = 0.0,
        prompt_length: float = 1.0,
        before_tokens: float = 0.0,
    ) -> tuple[Array, Array]:
        """FLOP and bytes of device memory of an iteration, of one GPU.

        prompt_length   of each of the prompts that are read, whole or in pieces, behind
                        `before_tokens` that a cache holds
        """
        asked = (sequences, context_tokens, prompt_tokens, prompt_length, before_tokens)
        flop, byte = (self._work(name, *asked) for name in ("flop", "byte"))
        return flop, byte

    def outside_s(
        self,
        sequences: ArrayLike,
        context_tokens: ArrayLike,
        prompt_tokens: ArrayLike = 0.0,
        prompt_length: float = 1.0,
    ) -> Array:
        """Seconds of an iteration in kernels outside the shapes that were measured."""
        return self._work("outside_s", sequences, context_tokens, prompt_tokens, prompt_length, 0.0)

    def _work(
        self,
        name: str,
        sequences: ArrayLike,
        context: ArrayLike,
        prompt: ArrayLike,
        length: float,
        before: float,
    ) -> Array:
        n = np.asarray(sequences, float)
        p = np.asarray(prompt, float)
        held = self._decode.read(f"{name}_per_token", np.maximum(n, 1.0)) * np.asarray(context)
        whole = self._prompt.read(name, max(before + length, 1.0))
        known = self._prompt.read(name, before) if before >= 1 else 0.0
        read = p / length * np.maximum(whole - known, 0.0)
        decode = np.where(n > 0, self._decode.read(name, np.maximum(n, 1.0)), 0.0)
        head = self._head.read(name, np.maximum(n, 1.0))
        total: Array = self._layers.read(name, n + p) + head + decode + held + read
        return total

    def exchange_s(self, tokens: ArrayLike) -> Array:
        """Seconds in which the GPUs of a replica exchange tokens, of an iteration with so many."""
        return self._layers.read("exchange", tokens)


def iteration_laws(
    replica: ServingReplica,
    times: KernelTimes,
    host: HostTimes,
    over: LawRange,
    clocks: ArrayLike = (1.0,),
) -> tuple[IterationLaw, ...]:
    """The law of a replica at each clock; kernels are priced once for all of them."""
    clock = np.asarray(clocks, float)[:, None]
    tokens = _steps(over.most_tokens)
    sequences = _steps(over.most_sequences)
    prompts = _steps(int(max(over.longest_prompt, over.longest_context, 2)))

    def priced(calls: Iterable[KernelCall], at: Array) -> Priced:
        return price(calls, times, (clock.size, at.size), clock)

    layers = _grids(tokens, priced(layer_calls(replica, tokens), tokens))
    head = _grids(sequences, priced(head_calls(replica, sequences), sequences))
    prompt = _grids(prompts, priced(prefill_calls(replica, prompts), prompts))
    low, high = (np.full(sequences.shape, part * over.longest_context) for part in _CONTEXT_SHARES)
    decode = _lines(
        sequences,
        high[0] - low[0],
        high[0],
        priced(decode_calls(replica, sequences, low), sequences),
        priced(decode_calls(replica, sequences, high), sequences),
    )
    grids = zip(clock.ravel().tolist(), layers, head, prompt, decode, strict=True)
    return tuple(IterationLaw(replica, host, *one) for one in grids)


def _lines(
    sequences: Array, apart: float, high: float, first: Priced, second: Priced
) -> list[KernelGrid]:
    """Decode attention as lines over the context: what stands at none, and their slopes."""
    found: dict[str, Array] = {}
    for name in ("total_s", "flop", "byte", "outside_s"):
        above = np.asarray(getattr(second, name))
        slope = np.maximum(above - np.asarray(getattr(first, name)), 0.0) / apart
        found[name] = np.maximum(above - slope * high, 0.0)
        found[f"{name}_per_token"] = slope / sequences
    return _by_clock(sequences, found)


def _by_clock(at: Array, values: dict[str, Array]) -> list[KernelGrid]:
    """(clock, point) of each quantity as a grid a clock."""
    clocks = len(values["total_s"])
    return [KernelGrid(at, {name: row[c] for name, row in values.items()}) for c in range(clocks)]


def _steps(most: int) -> Array:
    """Whole counts from one to the most, close together where they are few."""
    return np.unique(np.round(np.geomspace(1, max(most, 2), _POINTS)))


def _grids(at: Array, priced: Priced) -> list[KernelGrid]:
    values = {
        "total_s": priced.total_s,
        "flop": priced.flop,
        "byte": priced.byte,
        "exchange": priced.part_s.get("exchange", np.zeros(priced.flop.shape)),
        "outside_s": priced.outside_s,
    }
    return _by_clock(at, values)
