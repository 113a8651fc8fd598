"""How fast one replica serves tokens: continuous batching with chunked prefill, as curves over the
batch.

Each iteration makes one token for every running sequence and, so that the stream goes on, does
input/output prompt tokens of prefill for each of them. An iteration takes

    t = max(linear FLOP / P, weight bytes / W) + prefill attention FLOP / P
        + max(decode attention FLOP / P, KV bytes / W) + all-reduces + host

Sources: Yu et al. (2022), Orca, OSDI (iteration-level batching); Kwon et al. (2023), arXiv
2309.06180 (KV pages); Agrawal et al. (2024), arXiv 2403.02310 (chunked prefill); Shoeybi et al.
(2019), arXiv 1909.08053.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from twin.physics.roofline import Roofline
from twin.physics.transformer import Transformer

Array = NDArray[np.float64]

USABLE_MEMORY_FRAC = 0.9
"""Share of GPU memory an engine takes; default of vLLM (gpu_memory_utilization)."""
RUNTIME_BYTES = 3.5e9
"""Held on each GPU by context, graphs and workspaces; value of ai-dynamo/aiconfigurator."""
_POINTS = 64


@dataclass(frozen=True)
class Replica:
    """A model on `tensor_parallel` GPUs that serves one mix of lengths."""

    model: Transformer
    rates: Roofline
    """Effective rates of one GPU in the format served; `launch_s` is the host time of one layer."""
    tensor_parallel: int
    weight_bytes_per_parameter: float
    kv_bytes_per_value: float
    input_tokens: float
    output_tokens: float
    memory_bytes: float
    """Of one GPU."""
    link_bytes_s: float = 400e9
    """All-reduce bus bandwidth of the scale-up links."""
    link_latency_s: float = 10e-6
    """Of one small all-reduce; 8 GPUs, NCCL tests, arXiv 2408.14090 reports the same order."""
    context_tokens: float | None = None
    """Tokens a running sequence holds on average; input + output/2 where not stated."""
    max_sequences: int = 4096
    """Limit of the engine on running sequences."""
    shared_tokens: float = 0.0
    """Of context, that a replica holds once for all of its sequences."""
    shared_each: float = 0.0
    """Of a sequence's context, its part in them."""

    @property
    def held_tokens(self) -> float:
        """Tokens of context that a running sequence holds on average."""
        return (
            self.input_tokens + self.output_tokens / 2
            if self.context_tokens is None
            else self.context_tokens
        )

    @property
    def kv_shards(self) -> int:
        """Parts that keys and values are cut into; past the number of KV heads they are copied."""
        heads = self.tensor_parallel if self.model.latent_rank else self.model.kv_heads
        return min(self.tensor_parallel, heads)


@dataclass(frozen=True)
class DecodeCurve:
    """One replica over its running batch; `batch` (batch,), all else (*clock_frac, batch)."""

    batch: Array
    step_s: Array
    """Time between two tokens of a sequence."""
    tokens_per_s: Array
    """Output tokens of the replica, prefill of the same stream included."""
    compute_activity: Array
    """Achieved over effective FLOP rate."""
    memory_activity: Array
    """Achieved over effective byte rate."""


@dataclass(frozen=True)
class OperatingPoint:
    """Where a replica settles under a demand; shape of the demand."""

    batch: Array
    busy_frac: Array
    """Share of time in which the replica iterates."""
    step_s: Array
    tokens_per_s: Array
    """Served; below the demand where that passes the capacity."""
    compute_activity: Array
    memory_activity: Array
    saturated: NDArray[np.bool_]


def max_batch(replica: Replica) -> int:
    """Sequences whose context fits beside the weights, at most `max_sequences`; 0 where none fits.

    A sequence at its longest (input + output) must fit too, or the answer is 0.
    """
    gpus = replica.tensor_parallel
    weights = replica.model.weight_bytes(replica.weight_bytes_per_parameter)
    free = gpus * (USABLE_MEMORY_FRAC * replica.memory_bytes - RUNTIME_BYTES) - weights
    longest = max(replica.input_tokens + replica.output_tokens, replica.held_tokens)
    if free < _sequence_bytes(replica, longest):
        return 0
    own = _sequence_bytes(replica, replica.held_tokens - replica.shared_each)
    free -= _sequence_bytes(replica, replica.shared_tokens)
    return min(int(free / own), replica.max_sequences)


def decode_curve(replica: Replica, clock_frac: ArrayLike = 1.0) -> DecodeCurve:
    """The replica's curve from one sequence to its largest batch, at one clock or a grid of clocks.

    Raises ValueError where weights and one sequence do not fit the memory.
    """
    limit = max_batch(replica)
    if limit < 1:
        raise ValueError(
            f"{replica.tensor_parallel} GPUs of {replica.memory_bytes:.3g} bytes hold no "
            f"sequence of "
            f"{replica.input_tokens + replica.output_tokens:g} tokens beside "
            f"{replica.model.weight_bytes(replica.weight_bytes_per_parameter):.3g} bytes of weights"
        )
    batch = np.unique(np.round(np.geomspace(1, limit, _POINTS)))
    prompt = batch * replica.input_tokens / replica.output_tokens
    flop, byte = _work(replica, batch, prompt)
    step_s = _iteration_s(replica, batch, prompt, np.asarray(clock_frac, float)[..., None])
    gpus = replica.tensor_parallel
    rates = replica.rates
    return DecodeCurve(
        batch,
        step_s,
        batch / step_s,
        flop / (gpus * rates.flop_s * step_s),
        byte / (gpus * rates.bytes_s * step_s),
    )


def capacity_tokens_per_s(replica: Replica, clock_frac: ArrayLike = 1.0) -> Array:
    """Most output tokens a second of the replica, at each clock; shape of clock_frac."""
    best: Array = decode_curve(replica, clock_frac).tokens_per_s.max(axis=-1)
    return best


def operating_point(curve: DecodeCurve, tokens_per_s: ArrayLike) -> OperatingPoint:
    """Batch, step and activities under a demand of output tokens/s; linear between the curve's
    points.

    curve must be of one clock. Below one sequence the replica idles part of the time, so that
    activities go to zero with the demand; above capacity it stays at its largest useful batch.
    """
    demand = np.asarray(tokens_per_s, float)
    top = int(np.argmax(curve.tokens_per_s)) + 1
    rate = np.maximum.accumulate(np.concatenate([[0.0], curve.tokens_per_s[:top]]))
    served = np.clip(demand, 0.0, rate[-1])

    def at(values: Array, idle: float) -> Array:
        between: Array = np.interp(served, rate, np.concatenate([[idle], values[:top]]))
        return between

    batch = at(curve.batch, 0.0)
    return OperatingPoint(
        batch, np.minimum(batch, 1.0), at(curve.step_s, float(curve.step_s[0])), served,
        at(curve.compute_activity, 0.0), at(curve.memory_activity, 0.0), demand > rate[-1],
    )  # fmt: skip


def prefill_s(replica: Replica, input_tokens: ArrayLike, clock_frac: ArrayLike = 1.0) -> Array:
    """Time to read a prompt alone, without any wait: the least time to the first token; arguments
    broadcast.
    """
    tokens = np.asarray(input_tokens, float)
    return _iteration_s(
        replica, np.ones_like(tokens), tokens, np.asarray(clock_frac, float), tokens
    )


def _work(replica: Replica, batch: Array, prompt: Array) -> tuple[Array, Array]:
    """FLOP and bytes of one iteration over all GPUs of the replica."""
    model = replica.model
    decode = batch * model.attention_flop_per_token(replica.held_tokens, decode=True)
    prefill = prompt * model.attention_flop_per_token(replica.input_tokens / 2)
    weight_bytes = model.read_parameters(batch + prompt) * replica.weight_bytes_per_parameter
    context_bytes = batch * _sequence_bytes(replica, replica.held_tokens)
    return _linear_flop(model, batch, prompt) + decode + prefill, weight_bytes + context_bytes


def _linear_flop(model: Transformer, batch: Array, prompt: Array) -> Array:
    """Products with weights; the output head works for made tokens only."""
    return (
        batch + prompt
    ) * model.linear_flop_per_token() - prompt * 2 * model.vocab * model.hidden


def _sequence_bytes(replica: Replica, context_tokens: float) -> float:
    """Keys and values of one sequence, copies on several GPUs counted."""
    copies = replica.tensor_parallel / replica.kv_shards
    return float(replica.model.context_bytes(context_tokens, replica.kv_bytes_per_value)) * copies


def _iteration_s(
    replica: Replica,
    batch: Array,
    prompt: Array,
    clock_frac: Array,
    prompt_length: ArrayLike | None = None,
) -> Array:
    """Seconds of one iteration that makes `batch` tokens and reads `prompt` prompt tokens."""
    model = replica.model
    rates = replica.rates
    gpus = replica.tensor_parallel
    length = replica.input_tokens if prompt_length is None else np.asarray(prompt_length, float)
    flop_s = gpus * rates.flop_s * clock_frac
    bytes_s = gpus * rates.bytes_s
    weight_s = model.read_parameters(batch + prompt) * replica.weight_bytes_per_parameter / bytes_s
    linear_s = np.maximum(_linear_flop(model, batch, prompt) / flop_s, weight_s)
    prefill_s = prompt * model.attention_flop_per_token(length / 2) / flop_s
    decode_flop = batch * model.attention_flop_per_token(replica.held_tokens, decode=True)
    decode_s = np.maximum(
        decode_flop / flop_s, batch * _sequence_bytes(replica, replica.held_tokens) / bytes_s
    )
    host_s = model.layers * rates.launch_s
    return linear_s + prefill_s + decode_s + host_s + _all_reduce_s(replica, batch + prompt)


def _all_reduce_s(replica: Replica, tokens: Array) -> Array:
    """Two ring all-reduces a layer of 2-byte activations."""
    gpus = replica.tensor_parallel
    if gpus == 1:
        return np.zeros_like(tokens)
    bus_bytes = 2 * (gpus - 1) / gpus * tokens * replica.model.hidden * 2
    return 2 * replica.model.layers * (replica.link_latency_s + bus_bytes / replica.link_bytes_s)
