"""How long one iteration of a serving engine takes on one replica, as a sum of its kernels.

    t = fixed(n, p) + context(n) * (context tokens of all n sequences) + prompt_attention(p, before)

for n sequences that each get one token and p prompt tokens that are read beside them. Decode
attention is taken as affine in the context that is held (its kernels stream keys and values); the
line goes through the times at two contexts. Everything is tabulated once and read off in straight
lines between points that stand close.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from twin.physics.kernels.adapters import adapter_bytes
from twin.physics.kernels.host import HostTimes
from twin.physics.kernels.replica import ServingReplica

Array = NDArray[np.float64]


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
    first_context: float = 0.0
    """Of a sequence whose answer begins, tokens."""
    longest_prompt: float = 0.0
    """Tokens; the longest context where not stated."""
    piece_tokens: float = np.inf
    """Of a prompt that are read at once, on average: on one of several micro-batches."""
    rows_each: float = 1.0
    """Of a sequence in an iteration: more than one where drafts are checked."""
    even: bool = True
    """Whether prompts that are read in one round lie evenly on micro-batches, as those of equal
    requests do; else as chance has it."""

    @property
    def mean_context(self) -> float:
        """Tokens of a sequence, from the beginning of its answer to its end."""
        return (self.first_context + self.longest_context) / 2


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
    over: LawRange

    def fixed_s(self, sequences: ArrayLike, prompt_tokens: ArrayLike = 0.0) -> Array:
        """Seconds of all that counts alone decide: layers, head, exchanges, and the host.

        Where the GPU waits for its host they hold attention to contexts too, and `context_s` is 0.
        """
        n = np.asarray(sequences, float)
        p = np.asarray(prompt_tokens, float)
        kernels = self.layers_s(n, p) + self.head_s(n, p)
        if not self._may_wait:
            return kernels
        each = n / self.over.rows_each
        waiting = np.maximum(kernels + self._held_s(each), self.host.least_s(n))
        return np.where(self._waits(each), waiting, kernels)

    @property
    def _may_wait(self) -> bool:
        """Whether there is a host beside which the GPU may be done sooner."""
        return bool(self.host.queue_s or self.host.hidden)

    def _waits(self, sequences: Array) -> NDArray[np.bool_]:
        """Whether a decode iteration's kernels, those that read a mean context with them, are done
        before the host is.
        """
        rows = sequences * self.over.rows_each
        none = np.zeros(rows.shape)
        kernels = self.layers_s(rows, none) + self.head_s(rows, none)
        return np.asarray(kernels + self._held_s(sequences) < self.host.least_s(rows))

    def _held_s(self, sequences: Array) -> Array:
        """Seconds in which sequences of mean length read their contexts."""
        return self._slope_s(sequences) * sequences * self.over.mean_context

    def _slope_s(self, sequences: ArrayLike) -> Array:
        """Seconds of the kernel for each token of context, whatever the host does."""
        return self._decode.read("total_s_per_token", np.maximum(sequences, 1.0))

    def busy_frac(self, sequences: ArrayLike, prompt_tokens: ArrayLike = 0.0) -> Array:
        """Share of an iteration in which each GPU has something to do."""
        return np.ones(np.broadcast(sequences, prompt_tokens).shape)

    def layers_s(self, sequences: Array, prompt_tokens: Array) -> Array:
        """Seconds of all layers, attention to contexts and prompts left out."""
        sparse = self.replica.model.sparse_layers
        attention = self._decode.read("total_s", np.maximum(sequences, 1.0))
        layers: Array = self._layers.read("total_s", sequences + prompt_tokens)
        layers = layers + np.where(sequences > 0, attention, 0.0)
        layers = layers + self._mixed_s(sequences, prompt_tokens)
        if self._loading_s:
            layers = layers + self._loading_s * self._loads_with(sequences, prompt_tokens)
        return layers + self.host.layers_s(sequences, prompt_tokens, sparse)

    def _loads_with(self, sequences: Array, prompt_tokens: Array) -> Array:
        """The tokens among which loading of adapters is told."""
        found = self.replica.adapters
        return sequences if found is not None and found.made_tokens else prompt_tokens

    @property
    def _loading_s(self) -> float:
        """Mean seconds for each token of a prompt in which its adapter is loaded."""
        found = self.replica.adapters
        if found is None:
            return 0.0
        return found.loading_s(adapter_bytes(found, self.replica.model, self.replica.tensor))

    def _mixed_s(self, sequences: Array, prompt_tokens: Array) -> Array:
        """Seconds that new tokens take longer in an iteration that reads prompts too, where one
        kernel does both in tiles of many rows: as long as so many rows of a prompt, as far as
        streaming keys and values does not hide them.
        """
        rows = self.replica.windows.mixed_rows
        if not rows:
            return np.zeros(np.broadcast(sequences, prompt_tokens).shape)
        length = max(self.over.longest_context, 1.0)
        each = rows * float(self._prompt.read("total_s", length)) / (length**2 / 2)
        beyond = np.maximum(each - self._slope_s(sequences / self.over.rows_each), 0.0)
        held = sequences / self.over.rows_each * self.over.mean_context
        return np.where(prompt_tokens > 0, beyond * held, 0.0)

    def head_s(self, sequences: Array, prompt_tokens: Array) -> Array:
        """Seconds of the head for the tokens that are made, and of the batch on the host."""
        made = np.maximum(sequences + np.minimum(prompt_tokens, 1.0), 1.0)
        head: Array = self._head.read("total_s", made) + self.host.batch_s(sequences)
        return head

    def host_s(self, sequences: ArrayLike, prompt_tokens: ArrayLike = 0.0) -> Array:
        """Seconds of an iteration in which no kernel runs."""
        n = np.asarray(sequences, float)
        p = np.asarray(prompt_tokens, float)
        beside = self.host.step_s(n, p, self.replica.model.sparse_layers)
        if not self._may_wait:
            return beside
        kernels = self.layers_s(n, p) + self.head_s(n, p) - beside
        kernels = kernels + self._held_s(n / self.over.rows_each)
        return np.maximum(beside, self.host.least_s(n) - kernels)

    def context_s(self, sequences: ArrayLike) -> Array:
        """Seconds for each token of context that running sequences hold together."""
        slope = self._slope_s(sequences)
        if not self._may_wait:
            return slope
        return np.where(self._waits(np.asarray(sequences, float)), 0.0, slope)

    def prompt_attention_s(self, prompt_tokens: ArrayLike, before_tokens: ArrayLike = 0.0) -> Array:
        """Seconds of attention for a piece of a prompt that comes after `before_tokens`."""
        before = np.asarray(before_tokens, float)
        upto = before + np.asarray(prompt_tokens, float)
        whole: Array = self._whole_prompt(upto) - self._whole_prompt(before)
        return np.maximum(whole, 0.0)

    def reading_s(
        self, prompt_tokens: ArrayLike, length: float, before_tokens: float = 0.0
    ) -> Array:
        """Seconds of attention in an iteration that reads so many tokens of prompts, as a share of
        whole ones of this length behind `before_tokens`.
        """
        whole_s = self.prompt_attention_s(length, before_tokens)
        return np.asarray(prompt_tokens, float) / length * whole_s

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

    def exchange_s(self, sequences: ArrayLike, prompt_tokens: ArrayLike = 0.0) -> Array:
        """Seconds of an iteration in which the GPUs of a replica exchange tokens."""
        tokens = np.asarray(sequences, float) + np.asarray(prompt_tokens, float)
        return self._layers.read("exchange", tokens)
