"""The law of a replica whose tokens are sent to experts on many GPUs (`dispatch.TokenDispatch`).

Layer by layer an iteration takes own work and exchange one after the other. Cut into two halves,
one is exchanged while the other is worked on, and the longer of both counts:

    t = max(2 C(n / 2) + taken, 2 X(n / 2))

with C the kernels of one half, attention with them, X its exchange, and `taken` what exchange takes
of the multiprocessors: all of them for a call's beginning and end where each copy goes alone, some
of them all the while where tokens are forwarded. Source: DeepSeek-V3, arXiv 2412.19437, 3.4.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from twin.physics.kernels.dispatch import SENDERS_FRAC, ExchangeLine
from twin.physics.kernels.iteration import IterationLaw

Array = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class DispatchedLaw(IterationLaw):
    """Times and work of an iteration of one attention rank."""

    _making: ExchangeLine
    """Of one layer, where no prompt is read."""
    _reading: ExchangeLine
    """Where prompts are read."""
    _parts: int
    """Halves of an iteration: one, or two that are worked on and exchanged in turn."""

    def layers_s(self, sequences: Array, prompt_tokens: Array) -> Array:
        """Seconds of all layers with their exchanges, attention to contexts and prompts left out
        where it is no shorter than an exchange beside it.
        """
        n = np.asarray(sequences, float)
        p = np.asarray(prompt_tokens, float)
        many = self._parts
        own = many * super().layers_s(n / many, p / many)
        moved = self.exchange_s(n, p)
        if many == 1:
            return own + moved
        taken = np.where(p > 0, SENDERS_FRAC * moved, self._started_s)
        return np.maximum(own + taken, moved - self._attention_s(n, p))

    def exchange_s(self, sequences: ArrayLike, prompt_tokens: ArrayLike = 0.0) -> Array:
        """Seconds in which tokens are under way, hidden ones too."""
        n, p = np.broadcast_arrays(np.asarray(sequences, float), np.asarray(prompt_tokens, float))
        making = self._both_s(self._making, n)
        reading = self._both_s(self._reading, n + p)
        return np.where(p > 0, reading, making)

    def _both_s(self, line: ExchangeLine, tokens: Array) -> Array:
        layers = self.replica.model.sparse_layers
        return layers * (self._parts * line.start_s + tokens * line.each_s)

    @property
    def _started_s(self) -> float:
        """Seconds in which a GPU sends and takes apart what it was sent."""
        return self.replica.model.sparse_layers * self._parts * self._making.start_s

    def _attention_s(self, sequences: Array, prompt_tokens: Array) -> Array:
        """Seconds of attention to mean contexts and to prompts of the usual length."""
        length = max(self.over.first_context, 1.0)
        each_s = float(self._prompt.read("total_s", length)) / length
        return self._held_s(sequences / self.over.rows_each) + prompt_tokens * each_s

    def _slope_s(self, sequences: ArrayLike) -> Array:
        return super()._slope_s(np.asarray(sequences, float) / self._parts)
