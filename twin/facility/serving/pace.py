"""How fast one replica of a service is, at a grid of clocks: the one place that chooses by what.

* A measured profile that states rates of whole serving runs in the format goes before all: the
  planner has seen them.
* Kernels, summed up, wherever there are any: those of a measured profile, of the tables that ship
  for the GPU, or of another GPU's by data sheet. `twin predict inference` asks the same.
* Rates of long runs where a GPU has a published profile and nobody published its kernels.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from twin.arrays import Array
from twin.calibration.kernel_tables import has_tables
from twin.calibration.kernel_times import MeasuredKernels
from twin.calibration.profiled_kernels import ProfiledKernels
from twin.catalogue.rows import Model
from twin.catalogue.shapes import shape_of
from twin.facility.gpu_profiles import SCALE_UP_SHARE, Profiled
from twin.facility.serving.adapters import (
    adapter_problems,
    loading_of,
    nothing_loaded,
    pool_adapters,
)
from twin.facility.serving.board_clock import Board, board_of, held_curve, held_laws
from twin.facility.serving.device import kernels_of
from twin.facility.serving.experts import SentTokens, sending
from twin.facility.serving.formats import served_formats
from twin.facility.serving.software import EngineLimits, Software, eager, window_rules
from twin.physics import inference
from twin.physics.inference import RUNTIME_BYTES, DecodeCurve, OperatingPoint
from twin.physics.kernels import (
    TOGETHER,
    Adapters,
    HostTimes,
    IterationLaw,
    LawRange,
    RequestMix,
    ServingReplica,
    StageLink,
    expert_buffer_bytes,
    iteration_laws,
    kv_bytes_per_token,
    kv_room_bytes,
    place_bytes,
    reading_curve,
    replica_problems,
    sequence_bytes,
    steady_curve,
    weight_bytes_per_gpu,
)
from twin.physics.serving.latency import LengthLaw
from twin.physics.serving.law import AdapterLoading, ReplicaLaw, made_in_step
from twin.physics.serving.replica_law import ReplicaAtClock, kv_capacity_tokens
from twin.workload import Pool
from twin.workload.serving_engine import Stage

BYTES = {"bf16": 2.0, "fp8": 1.0, "fp4": 0.5625}
"""Weight bytes a parameter; fp4 with its scales."""
LONGEST_PROMPT = 262_144.0
"""Tokens up to which attention to prompts is tabulated; longer ones go on in proportion."""


class CannotBeCut(ValueError):
    """A model that cannot be cut as asked: each problem with what is allowed."""

    def __init__(self, problems: tuple[tuple[str, str], ...]) -> None:
        super().__init__("; ".join(f"{found}: allowed is {right}" for found, right in problems))
        self.problems = problems


@dataclass(frozen=True)
class ReplicaPace:
    """A replica under one mix of lengths."""

    laws: tuple[ReplicaLaw, ...]
    """Of an iteration, at each clock."""
    curve: DecodeCurve
    """(clock, batch)"""
    kv_capacity_tokens: float
    kv_bytes_per_value: float
    """Of a stored key or value."""
    board: Board
    held_frac: Array
    """(batch,) of the full clock, that the board holds where a clock is 1."""
    loading: AdapterLoading | None = None
    """Of adapters that are not there: in the curve as a mean, not in the laws."""

    def held_at(self, at: OperatingPoint) -> Array:
        """Clock that the board holds at an operating point, of the full clock."""
        return np.interp(at.batch, self.curve.batch, self.held_frac)

    def activity(self, at: OperatingPoint) -> Array:
        """Share of the span between a GPU's powers at rest and at most that it draws, where an
        operating point is at a clock of 1.
        """
        clock = self.held_at(at)
        works = self.board.works(at.compute_activity, at.memory_activity, at.busy_frac, clock)
        return works + self.board.rest_frac * (1 - at.busy_frac)

    def limit_clock(self, at: OperatingPoint) -> Array:
        """Clock that boards hold at their own limit where kernels are timed at whatever clock that
        is, at an operating point at a clock of 1; of the full one.
        """
        busy = np.maximum(at.busy_frac, 1e-12)
        return self.board.limit_clock(at.compute_activity / busy, at.memory_activity / busy)

    def drawn(self, at: OperatingPoint, share: float, limit: Array) -> Array:
        """What work draws at an operating point at a share of the clock, over the span of a GPU.

        limit   what `limit_clock` says of the same loads
        """
        clock = share * self.held_at(at)
        used = (at.compute_activity, at.memory_activity, at.busy_frac)
        return self.board.works(*used, clock, limit)


def replica_pace(
    model: Model, pool: Pool, on: Profiled, lengths: LengthLaw, allowed: EngineLimits,
    clocks: Sequence[float], link: StageLink = TOGETHER,
) -> ReplicaPace:  # fmt: skip
    """The pace of one replica of a service at each of `clocks`; of one attention rank, where it
    has several.

    Raises ValueError where the model does not fit or cannot be cut so, InputError where the GPU
    lacks a number format.
    """
    if by_kernels(on, pool.dtype):
        return _by_kernels(model, pool, on, lengths, allowed, tuple(clocks), link)
    return _by_rates(model, pool, on, lengths, allowed, np.array(clocks))


def by_kernels(on: Profiled, dtype: str) -> bool:
    """Whether a GPU's services are the sum of their kernels."""
    measured = on.measured
    if measured is not None:
        stated = any((r.use, r.dtype) == ("serving_dense", dtype) for r in measured.rates)
        return not stated and any(fit.op == "gemm" for fit in measured.fits)
    return has_tables(on.gpu.name) or has_tables(on.reference.name)


def _by_kernels(
    model: Model, pool: Pool, on: Profiled, lengths: LengthLaw, allowed: EngineLimits,
    clocks: tuple[float, ...], link: StageLink,
) -> ReplicaPace:  # fmt: skip
    software = allowed.software
    checked = pool.engine.drafts + 1
    rows = checked / made_in_step(pool.engine.drafts, pool.engine.acceptance)
    replica = _replica(model, pool, on, software, link, pool_adapters(pool, lengths, rows))
    kernels = kernels_of(on.gpu, on.measured_for(model), software.experts_of(replica))
    held = lengths.held_tokens
    room = kv_room_bytes(replica, _usable_bytes(replica, on, allowed))
    room *= _kept_frac(replica, held, checked)
    longest = lengths.input_tokens + lengths.output_tokens
    if room < sequence_bytes(replica, longest):
        raise ValueError(_too_large(replica, on, longest))
    capacity = _kv_tokens(replica, room, held)
    fitting = room / sequence_bytes(replica, held)
    if lengths.shared_tokens:
        fitting = (capacity - lengths.shared_tokens) / (held - lengths.shared_each)
    mix = _mix(pool, lengths, allowed, fitting)
    over = LawRange(
        allowed.max_sequences * checked, allowed.token_budget, longest, lengths.input_tokens,
        LONGEST_PROMPT,
        min(max(mix.read_tokens, 1.0), allowed.token_budget / pool.pipeline),
        rows_each=checked, even=False,
    )  # fmt: skip
    host = software.host
    if not allowed.graphs:
        host = eager(host, model.layers, kernels.eager_layer_s)
    laws = _laws(replica, kernels.times, host, over, clocks)
    rates = kernels.times.ceilings("bf16")
    board = board_of(on.gpu, kernels)
    of_mix = reading_curve if pool.stage is Stage.PREFILL else steady_curve
    alone = of_mix(laws, mix, rates.flop_s, rates.bytes_s)
    curve, held_frac = held_curve(board, alone, np.array(clocks))
    laws = _laws(nothing_loaded(replica), kernels.times, host, over, clocks)
    return ReplicaPace(
        held_laws(board, laws, clocks, curve.batch, held_frac, checked), curve,
        capacity, replica.formats.kv_bytes, board, held_frac, loading_of(replica),
    )  # fmt: skip


def _replica(
    model: Model, pool: Pool, on: Profiled, software: Software, link: StageLink,
    adapters: Adapters | None,
) -> ServingReplica:  # fmt: skip
    """The replica of a pool; ValueError where the model cannot be cut so."""
    engine = pool.engine
    formats = served_formats(model, on.gpu, pool.dtype, engine.kv_dtype or "auto")[1]
    whole = ServingReplica(
        shape_of(model), formats, pool.tensor_parallel, pool.attention_ranks,
        pipeline=pool.pipeline, link=link, windows=window_rules(software, on.gpu),
        adapters=adapters,
    )  # fmt: skip
    skew = engine.expert_skew
    stated = SentTokens("auto", engine.redundant_experts, skew, engine.two_batches)
    replica = sending(whole, on.gpu, link.line_b_s, stated)
    problems = replica_problems(replica) + adapter_problems(replica)
    if skew is not None and not model.experts:
        problems += ((f"engine.expert_skew {skew:g} of a dense model", "a model of experts"),)
    if problems:
        raise CannotBeCut(problems)
    return replica


def _kept_frac(replica: ServingReplica, held_tokens: float, checked_tokens: int) -> float:
    """Share of a sequence's bytes that are its keys and values, beside what may come in for it."""
    kept = sequence_bytes(replica, held_tokens)
    return kept / (kept + place_bytes(replica, checked_tokens))


def _mix(pool: Pool, lengths: LengthLaw, allowed: EngineLimits, fitting: float) -> RequestMix:
    """What a replica is asked, with as many sequences as fit and may run."""
    ahead = pool.engine
    cached = lengths.input_tokens if lengths.ready else lengths.unread_tokens
    return RequestMix(
        lengths.input_tokens, lengths.output_tokens, cached,
        min(fitting, allowed.max_sequences), allowed.token_budget, ahead.drafts + 1,
        made_in_step(ahead.drafts, ahead.acceptance), ahead.drafts * ahead.draft_time,
        lengths.output_deviation,
    )  # fmt: skip


def _usable_bytes(replica: ServingReplica, on: Profiled, allowed: EngineLimits) -> float:
    """Of a GPU, for weights, keys and values."""
    buffers = expert_buffer_bytes(replica, allowed.token_budget / replica.pipeline)
    return allowed.memory_frac * on.gpu.memory_bytes - RUNTIME_BYTES - buffers


def _kv_tokens(replica: ServingReplica, room: float, held: float) -> float:
    """Tokens of context that fit; layers that see a window count as what they keep."""
    whole = room / kv_bytes_per_token(replica)
    return max(whole, held * room / sequence_bytes(replica, held))


@lru_cache(maxsize=32)
def _laws(
    replica: ServingReplica, times: MeasuredKernels | ProfiledKernels, host: HostTimes,
    over: LawRange, clocks: tuple[float, ...],
) -> tuple[IterationLaw, ...]:  # fmt: skip
    """Tabulated once for every service that asks the same."""
    return iteration_laws(replica, times, host, over, clocks)


def _too_large(replica: ServingReplica, on: Profiled, longest: float) -> str:
    return (
        f"{replica.gpus} GPUs of {on.gpu.memory_bytes:.3g} bytes hold no sequence of {longest:g} "
        f"tokens beside {weight_bytes_per_gpu(replica):.3g} bytes of weights on each"
    )


def _by_rates(
    model: Model, pool: Pool, on: Profiled, lengths: LengthLaw, allowed: EngineLimits,
    clocks: np.ndarray,
) -> ReplicaPace:  # fmt: skip
    if pool.attention_ranks * pool.pipeline > 1 or pool.lora:
        asked = f"attention_data_parallel {pool.attention_ranks}"
        if pool.attention_ranks == 1:
            asked = "lora" if pool.lora else f"pipeline_parallel {pool.pipeline}"
        raise ValueError(
            f"{asked} on {on.gpu.name}, whose services go by rates of long runs: no kernels of it "
            "are known"
        )
    narrow = pool.engine.kv_dtype or ("bf16" if pool.dtype == "bf16" else "fp8")
    held = lengths.held_tokens
    replica = inference.Replica(
        shape_of(model),
        on.rates("serving_dense", pool.dtype),
        pool.tensor_parallel,
        BYTES[pool.dtype],
        BYTES[narrow],
        0.0 if lengths.ready else lengths.input_tokens - lengths.unread_tokens,
        lengths.output_tokens,
        on.gpu.memory_bytes,
        link_bytes_s=max(on.gpu.scaleup_bandwidth_b_s * SCALE_UP_SHARE, 1e9),
        context_tokens=held,
        max_sequences=allowed.max_sequences,
        shared_tokens=lengths.shared_tokens,
        shared_each=lengths.shared_each,
    )
    laws = tuple(ReplicaAtClock(replica, float(clock)) for clock in clocks)
    curve = inference.decode_curve(replica, clocks)
    room = kv_capacity_tokens(replica, allowed.memory_frac)
    board = Board(on.law(), rest_frac=on.gpu.held_activity)
    return ReplicaPace(laws, curve, room, BYTES[narrow], board, np.ones(curve.batch.size))
