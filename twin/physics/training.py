"""Time and memory of one optimizer step on tensor x pipeline x data parallel GPUs.

    T = (m + (p - 1) / v) * (compute + tensor traffic of one microbatch) + data rest + optimizer

with m microbatches, p stages, v interleaved chunks a stage. Sources: Narayanan et al. (2021), arXiv
2104.04473, sections 2.2 and 3 (bubble, traffic); Korthikanti et al. (2022), arXiv 2205.05198, table
2 (activations); Young (1974), doi 10.1145/361147.361115; Daly (2006), doi
10.1016/j.future.2004.11.016, eq. 37.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from twin.physics.roofline import Roofline
from twin.physics.transformer import Transformer

Array = NDArray[np.float64]

RECOMPUTE = ("none", "selective", "full")
CHECKPOINT_BYTES_PER_PARAMETER = 14.0
"""Weights at 2 bytes, master weights and two moments at 4 each; arXiv 1910.02054 section 3.1 less
gradients."""
STATE_BYTES_PER_PARAMETER = 18.0
"""Mixed-precision Adam with 4-byte gradients; arXiv 2205.05198 counts the same terms."""
OPTIMIZER_BYTES_PER_PARAMETER = 34.0
"""Read gradient (4), master and moments (12); write master, moments (12), weight (2), clear
gradient (4)."""
_ELEMENT_BYTES = 2.0
_TRAFFIC_PER_STORED_BYTE = 3.0
"""Each stored activation byte is written once and read twice (assumed: forward use and backward
use)."""


@dataclass(frozen=True)
class Layout:
    """How a job is cut: GPUs = tensor x pipeline x data; batch = data x micro_batch x
    microbatches.
    """

    tensor: int
    pipeline: int
    data: int
    global_batch: int
    """Sequences a step."""
    micro_batch: int = 1
    interleave: int = 1
    sequence_parallel: bool = True
    sharded_optimizer: bool = True
    """Optimizer state split over the data-parallel ranks (ZeRO-1)."""

    @property
    def gpus(self) -> int:
        """GPUs held."""
        return self.tensor * self.pipeline * self.data

    @property
    def microbatches(self) -> float:
        """Microbatches that pass through each pipeline a step."""
        return self.global_batch / (self.data * self.micro_batch)


@dataclass(frozen=True)
class Step:
    """One optimizer step; each time has the broadcast shape of clock_frac and bandwidth_frac."""

    compute_s: Array
    """Kernels, optimizer and pipeline bubble."""
    exposed_communication_s: Array
    total_s: Array
    compute_activity: Array
    """Share of the step in which a GPU computes: the bubble, the optimizer and exposed traffic are
    left out."""
    tokens: float
    flop: float
    """Model FLOP over all GPUs, recompute left out; divide by total_s, GPUs and peak for MFU."""


def layout_problems(model: Transformer, layout: Layout) -> tuple[str, ...]:
    """Every reason why the layout cannot run the model, as sentences; empty where it can."""
    rules = (
        (
            model.heads % layout.tensor == 0,
            f"tensor parallel {layout.tensor} does not divide {model.heads} heads",
        ),
        (layout.pipeline <= model.layers, f"{layout.pipeline} stages for {model.layers} layers"),
        (
            layout.global_batch % (layout.data * layout.micro_batch) == 0,
            f"global batch {layout.global_batch} no multiple of data {layout.data} x microbatch "
            f"{layout.micro_batch}",
        ),
        (
            layout.interleave == 1 or layout.pipeline > 1,
            "interleaving needs more than one pipeline stage",
        ),
    )
    return tuple(sentence for holds, sentence in rules if not holds)


def step(
    model: Transformer,
    layout: Layout,
    rates: Roofline,
    *,
    sequence_tokens: int,
    intra_bytes_s: float,
    inter_bytes_s: float,
    pipe_bytes_s: float | None = None,
    recompute: str = "selective",
    clock_frac: ArrayLike = 1.0,
    bandwidth_frac: ArrayLike = 1.0,
    overlap_frac: float = 0.9,
    fused_attention: bool = True,
) -> Step:
    """Time of one step.

    rates            effective FLOP/s and bytes/s of one GPU in the training format
    intra_bytes_s    bus bandwidth of the scale-up domain a GPU (NCCL convention), carries tensor
                     parallel
    inter_bytes_s    bus bandwidth of the gradient exchange, times bandwidth_frac
    pipe_bytes_s     fabric bandwidth of one GPU between pipeline stages, times bandwidth_frac;
                     inter_bytes_s where not given
    overlap_frac     share of the data-parallel traffic that hides behind the backward pass; assumed
    fused_attention  scores never leave the chip and the causal half is skipped (arXiv 2205.14135);
                     False for the unfused kernels of 2022
    Raises ValueError where the layout does not fit the model or `recompute` is unknown.
    """
    if recompute not in RECOMPUTE:
        raise ValueError(f"recompute {recompute!r}; allowed: {', '.join(RECOMPUTE)}")
    if problems := layout_problems(model, layout):
        raise ValueError("; ".join(problems))
    clock = np.asarray(clock_frac, float)
    fabric_bytes_s = inter_bytes_s * np.asarray(bandwidth_frac, float)
    rounds = layout.microbatches + (layout.pipeline - 1) / layout.interleave
    micro_s = _micro_batch_s(
        model, layout, rates, sequence_tokens, recompute, clock, fused_attention
    )
    tensor_s = _tensor_traffic_bytes(model, layout, sequence_tokens, recompute) / intra_bytes_s
    backward_s = rounds * micro_s * 2 / 3
    data_s = _data_traffic_bytes(model, layout) / fabric_bytes_s
    hidden_s = np.minimum(overlap_frac * data_s, backward_s)
    pipe_s = _pipe_traffic_bytes(model, layout, sequence_tokens) / (
        fabric_bytes_s if pipe_bytes_s is None else pipe_bytes_s * np.asarray(bandwidth_frac, float)
    )
    compute_s = rounds * micro_s + _optimizer_s(model, layout, rates)
    exposed_s = rounds * (tensor_s + pipe_s) + data_s - hidden_s
    total_s = compute_s + exposed_s
    tokens = float(layout.global_batch * sequence_tokens)
    return Step(
        total_s - exposed_s,
        total_s - compute_s,
        total_s,
        layout.microbatches * micro_s / total_s,
        tokens,
        model.training_flop(tokens, sequence_tokens),
    )


def memory_bytes(
    model: Transformer, layout: Layout, sequence_tokens: int, recompute: str = "selective"
) -> float:
    """Bytes that the fullest GPU (first stage) needs: state, and activations of the microbatches in
    flight.
    """
    share = model.parameters() / (layout.tensor * layout.pipeline)
    shards = layout.data if layout.sharded_optimizer else 1
    state = share * (6 + (STATE_BYTES_PER_PARAMETER - 6) / shards)
    layers = model.layers / layout.pipeline
    in_flight = layout.pipeline * (
        1 + (layout.pipeline - 1) / (layout.pipeline * layout.interleave)
    )
    kept = min(in_flight, layout.microbatches) if layout.pipeline > 1 else 1.0
    return state + kept * layers * stored_activation_bytes(
        model, layout, sequence_tokens, recompute
    )


def stored_activation_bytes(
    model: Transformer, layout: Layout, sequence_tokens: int, recompute: str
) -> float:
    """Bytes that one layer keeps of one microbatch for its backward pass; arXiv 2205.05198 table
    2.
    """
    unit = sequence_tokens * layout.micro_batch * model.hidden
    if recompute == "full":
        return 2.0 * unit / (layout.tensor if layout.sequence_parallel else 1)
    unsplit = 10 / layout.tensor if layout.sequence_parallel else 10.0
    scores = (
        5 * model.heads * sequence_tokens / (model.hidden * layout.tensor)
        if recompute == "none"
        else 0.0
    )
    return unit * (unsplit + 24 / layout.tensor + scores)


def checkpoint_bytes(model: Transformer) -> float:
    """Bytes of one checkpoint of a whole job: 14 a parameter."""
    return CHECKPOINT_BYTES_PER_PARAMETER * model.parameters()


def young_interval_s(write_s: ArrayLike, mean_time_between_failures_s: ArrayLike) -> Array:
    """Time between checkpoints by Young: sqrt(2 delta M); s."""
    interval: Array = np.sqrt(
        2 * np.asarray(write_s, float) * np.asarray(mean_time_between_failures_s, float)
    )
    return interval


def daly_interval_s(write_s: ArrayLike, mean_time_between_failures_s: ArrayLike) -> Array:
    """Time between checkpoints by Daly's higher order; s. M where the write is longer than 2 M."""
    delta = np.asarray(write_s, float)
    mtbf = np.asarray(mean_time_between_failures_s, float)
    ratio = delta / (2 * mtbf)
    series = young_interval_s(delta, mtbf) * (1 + np.sqrt(ratio) / 3 + ratio / 9) - delta
    return np.where(delta < 2 * mtbf, series, mtbf)


def effective_time_frac(
    write_s: ArrayLike,
    interval_s: ArrayLike,
    mean_time_between_failures_s: ArrayLike,
    restart_s: ArrayLike,
) -> Array:
    """Share of wall time that becomes kept work, by Daly's exact form for exponential failures.

    (tau / M) / (exp((tau + delta) / M) - 1) * exp(-R / M)
    """
    mtbf = np.asarray(mean_time_between_failures_s, float)
    tau = np.asarray(interval_s, float)
    delta = np.asarray(write_s, float)
    kept: Array = (
        tau / mtbf / np.expm1((tau + delta) / mtbf) * np.exp(-np.asarray(restart_s, float) / mtbf)
    )
    return kept


def _micro_batch_s(
    model: Transformer,
    layout: Layout,
    rates: Roofline,
    sequence_tokens: int,
    recompute: str,
    clock: Array,
    fused: bool,
) -> Array:
    """Forward, backward and recompute of one microbatch on one stage; s, shape of clock."""
    tokens = layout.micro_batch * sequence_tokens
    share = tokens / (layout.tensor * layout.pipeline)
    linear = model.linear_flop_per_token() * share
    attention = (
        float(model.attention_flop_per_token(sequence_tokens)) * share * (0.5 if fused else 1.0)
    )
    again = {"none": 0.0, "selective": 0.0 if fused else attention, "full": linear + attention}[
        recompute
    ]
    flop = 3 * linear + (3.5 if fused else 3.0) * attention + again
    stored = stored_activation_bytes(
        model, layout, sequence_tokens, "selective" if fused else "none"
    )
    passes = 4 / 3 if recompute == "full" else 1.0
    byte = _TRAFFIC_PER_STORED_BYTE * stored * model.layers / layout.pipeline * passes
    return flop / (rates.flop_s * clock) + byte / rates.bytes_s


def _tensor_traffic_bytes(
    model: Transformer, layout: Layout, sequence_tokens: int, recompute: str
) -> float:
    """Bus bytes of one microbatch on one stage: 4 all-reduces a layer, 6 with full recompute."""
    if layout.tensor == 1:
        return 0.0
    message = layout.micro_batch * sequence_tokens * model.hidden * _ELEMENT_BYTES
    rings = 6 if recompute == "full" else 4
    return (
        rings * 2 * (layout.tensor - 1) / layout.tensor * message * model.layers / layout.pipeline
    )


def _pipe_traffic_bytes(model: Transformer, layout: Layout, sequence_tokens: int) -> float:
    """Bytes between stages for one microbatch, there and back, once for each chunk."""
    if layout.pipeline == 1:
        return 0.0
    message = layout.micro_batch * sequence_tokens * model.hidden * _ELEMENT_BYTES / layout.tensor
    return 2 * layout.interleave * message


def _data_traffic_bytes(model: Transformer, layout: Layout) -> float:
    """Ring bytes of a GPU: reduce-scatter of gradients and all-gather of weights, 2 bytes a
    value.
    """
    share = model.parameters() / (layout.tensor * layout.pipeline)
    return 2 * (layout.data - 1) / layout.data * share * _ELEMENT_BYTES


def _optimizer_s(model: Transformer, layout: Layout, rates: Roofline) -> float:
    shards = layout.data if layout.sharded_optimizer else 1
    share = model.parameters() / (layout.tensor * layout.pipeline * shards)
    return OPTIMIZER_BYTES_PER_PARAMETER * share / rates.bytes_s
