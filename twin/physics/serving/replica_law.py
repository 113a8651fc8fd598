"""The iteration of a replica as the law of the request engine: what depends on counts, on context
held, and on prompts read.

The sums are those of `physics/inference.py`, taken apart.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from twin.arrays import Array
from twin.physics.inference import RUNTIME_BYTES, USABLE_MEMORY_FRAC, Replica


@dataclass(frozen=True)
class ReplicaAtClock:
    """One replica at one clock, as `serving.law.ReplicaLaw` asks."""

    replica: Replica
    clock_frac: float = 1.0

    def fixed_s(self, sequences: ArrayLike, prompt_tokens: ArrayLike) -> Array:
        """Products with weights, all-reduces and host time; the head works for made tokens."""
        replica = self.replica
        model = replica.model
        prompt = np.asarray(prompt_tokens, float)
        tokens = np.asarray(sequences, float) + prompt
        head = 2 * model.vocab * model.hidden
        flop_s = (tokens * model.linear_flop_per_token() - prompt * head) / self._flop_s
        read = model.read_parameters(tokens) * replica.weight_bytes_per_parameter / self._bytes_s
        host_s = model.layers * replica.rates.launch_s
        total: Array = np.maximum(flop_s, read) + host_s + self._all_reduce_s(tokens)
        return total

    def context_s(self, sequences: ArrayLike) -> Array:
        """The slower of scores and reading of one token of context."""
        flop = float(self.replica.model.attention_flop_per_token(1.0, decode=True))
        held_s = max(flop / self._flop_s, context_token_bytes(self.replica) / self._bytes_s)
        return np.full(np.shape(sequences), held_s)

    def prompt_attention_s(self, prompt_tokens: ArrayLike, before_tokens: ArrayLike) -> Array:
        """Scores of a chunk: each token sees what came before, and half of its chunk."""
        tokens = np.asarray(prompt_tokens, float)
        seen = np.asarray(before_tokens, float) + tokens / 2
        attention: Array = tokens * self.replica.model.attention_flop_per_token(seen)
        return attention / self._flop_s

    @property
    def _flop_s(self) -> float:
        return self.replica.tensor_parallel * self.replica.rates.flop_s * self.clock_frac

    @property
    def _bytes_s(self) -> float:
        return self.replica.tensor_parallel * self.replica.rates.bytes_s

    def _all_reduce_s(self, tokens: Array) -> Array:
        replica = self.replica
        gpus = replica.tensor_parallel
        if gpus == 1:
            return np.zeros_like(tokens)
        bus_bytes = 2 * (gpus - 1) / gpus * tokens * replica.model.hidden * 2
        each_s = replica.link_latency_s + bus_bytes / replica.link_bytes_s
        return 2 * replica.model.layers * each_s


def context_token_bytes(replica: Replica) -> float:
    """Keys and values of one token, copies on several GPUs counted."""
    copies = replica.tensor_parallel / replica.kv_shards
    return float(replica.model.context_bytes(1.0, replica.kv_bytes_per_value)) * copies


def kv_capacity_tokens(replica: Replica, memory_frac: float = USABLE_MEMORY_FRAC) -> float:
    """Tokens of context that fit beside the weights; negative where not even these fit."""
    gpus = replica.tensor_parallel
    weights = replica.model.weight_bytes(replica.weight_bytes_per_parameter)
    free = gpus * (memory_frac * replica.memory_bytes - RUNTIME_BYTES) - weights
    return free / context_token_bytes(replica)
