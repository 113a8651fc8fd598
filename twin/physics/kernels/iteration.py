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


class IterationLaw:
    """Times and work of an iteration on one replica at one clock; arrays broadcast."""

    def __init__(
        self,
        replica: ServingReplica,
        times: KernelTimes,
        host: HostTimes,
        *,
        most_sequences: int,
        most_tokens: int,
        longest_context: float,
        clock_frac: float = 1.0,
    ) -> None:
        """Tabulate the law.

        most_sequences    running at once on one attention rank
        most_tokens       in one iteration of one attention rank
        longest_context   of a sequence, tokens
        """
        self.replica = replica
        self.host = host
        self.clock_frac = clock_frac
        tokens = _steps(most_tokens)
        sequences = _steps(most_sequences)
        prompts = _steps(int(max(longest_context, 2)))
        self._layers = _grid(tokens, self._price(times, layer_calls(replica, tokens), tokens))
        self._head = _grid(sequences, self._price(times, head_calls(replica, sequences), sequences))
        self._prompt = _grid(prompts, self._price(times, prefill_calls(replica, prompts), prompts))
        self._decode = self._line(times, sequences, longest_context)

    def _price(self, times: KernelTimes, calls: Iterable[KernelCall], at: Array) -> Priced:
        return price(calls, times, at.shape, self.clock_frac)

    def _line(self, times: KernelTimes, sequences: Array, longest: float) -> KernelGrid:
        """Decode attention as a line over the context: what stands at none, and its slope."""
        low, high = (np.full(sequences.shape, share * longest) for share in _CONTEXT_SHARES)
        priced = [
            self._price(times, decode_calls(self.replica, sequences, context), sequences)
            for context in (low, high)
        ]
        values: dict[str, Array] = {}
        for name in ("total_s", "flop", "byte", "outside_s"):
            first, second = (np.asarray(getattr(one, name)) for one in priced)
            slope = np.maximum(second - first, 0.0) / (high - low)
            values[name] = np.maximum(second - slope * high, 0.0)
            values[f"{name}_per_token"] = slope / sequences
        return KernelGrid(sequences, values)

    def fixed_s(self, sequences: ArrayLike, prompt_tokens: ArrayLike = 0.0) -> Array:
        """Seconds of all that counts alone decide: layers, head, exchanges, and the host."""
        n = np.asarray(sequences, float)
        p = np.asarray(prompt_tokens, float)
        made = np.maximum(n + np.minimum(p, 1.0), 1.0)
        decode = np.where(n > 0, self._decode.read("total_s", np.maximum(n, 1.0)), 0.0)
        layers = self._layers.read("total_s", n + p)
        total: Array = layers + self._head.read("total_s", made) + decode + self.host_s(n, p)
        return total

    def host_s(self, sequences: ArrayLike, prompt_tokens: ArrayLike = 0.0) -> Array:
        """Seconds of an iteration beside its kernels."""
        model = self.replica.model
        sparse = model.layers - model.dense_layers if model.experts else 0
        return self.host.step_s(sequences, prompt_tokens, sparse)

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
        self, sequences: ArrayLike, context_tokens: ArrayLike, prompt_tokens: ArrayLike = 0.0
    ) -> tuple[Array, Array]:
        """FLOP and bytes of device memory of an iteration, of one GPU."""
        flop, byte = (
            self._work(name, sequences, context_tokens, prompt_tokens) for name in ("flop", "byte")
        )
        return flop, byte

    def outside_s(
        self, sequences: ArrayLike, context_tokens: ArrayLike, prompt_tokens: ArrayLike = 0.0
    ) -> Array:
        """Seconds of an iteration in kernels outside the shapes that were measured."""
        return self._work("outside_s", sequences, context_tokens, prompt_tokens)

    def _work(
        self, name: str, sequences: ArrayLike, context: ArrayLike, prompt: ArrayLike
    ) -> Array:
        n = np.asarray(sequences, float)
        p = np.asarray(prompt, float)
        held = self._decode.read(f"{name}_per_token", np.maximum(n, 1.0)) * np.asarray(context)
        read = np.where(p > 0, self._prompt.read(name, np.maximum(p, 1.0)), 0.0)
        decode = np.where(n > 0, self._decode.read(name, np.maximum(n, 1.0)), 0.0)
        head = self._head.read(name, np.maximum(n, 1.0))
        total: Array = self._layers.read(name, n + p) + head + decode + held + read
        return total

    def exchange_s(self, tokens: ArrayLike) -> Array:
        """Seconds in which the GPUs of a replica exchange tokens, of an iteration with so many."""
        return self._layers.read("exchange", tokens)


def _steps(most: int) -> Array:
    """Whole counts from one to the most, close together where they are few."""
    return np.unique(np.round(np.geomspace(1, max(most, 2), _POINTS)))


def _grid(at: Array, priced: Priced) -> KernelGrid:
    values = {
        "total_s": priced.total_s,
        "flop": priced.flop,
        "byte": priced.byte,
        "exchange": priced.part_s.get("exchange", np.zeros(at.shape)),
        "outside_s": priced.outside_s,
    }
    return KernelGrid(at, values)
