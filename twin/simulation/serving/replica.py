"""Capacity, activity and latency of one serving replica."""

from __future__ import annotations

from functools import cached_property

import numpy as np

from twin.arrays import Array
from twin.catalogue.rows import Gpu, Model, ServingSoftware
from twin.errors import InputError
from twin.facility.gpu_profiles import Profiled, refused
from twin.facility.serving.lengths import in_blocks, length_law, of_stage
from twin.facility.serving.pace import CannotBeCut, ReplicaPace, replica_pace
from twin.facility.serving.software import EngineLimits, limits_on, software_of
from twin.physics.inference import USABLE_MEMORY_FRAC, DecodeCurve, OperatingPoint, operating_point
from twin.physics.kernels import TOGETHER, StageLink
from twin.physics.serving.columns import LawTables
from twin.physics.serving.latency import LengthLaw, LoadCurve, Objective
from twin.physics.serving.law import Engine, tabulated
from twin.physics.serving.tails import load_curve, loads_between
from twin.scenario.schema import Scenario
from twin.simulation.serving.gpu_cut import GpuCut
from twin.simulation.serving.lived_pools import LONGEST_TOKENS, AskedPool, SeenAt
from twin.simulation.serving.replica_power import ReplicaPower
from twin.workload import Pool
from twin.workload.serving_engine import Stage

CLOCKS = np.linspace(0.2, 1.0, 17)
"""Clock grid on which capacities are tabulated."""
LOADS = np.linspace(0.0, 1.0, 33)
"""Load grid on which a replica's activity is tabulated."""
SEQUENCES_MAX = 4096
"""Where neither the scenario nor its software says how many may run at once."""
TOKEN_BUDGET = 8192
"""Where neither says how many tokens an iteration may have; default of vLLM's server on GPUs of 70
GiB and more."""
PAGE_TOKENS = 16
"""Of keys and values, where nobody names the software; vLLM's."""


class ReplicaSpeed:
    """Capacity, activity and latency of one replica."""

    def __init__(
        self, scenario: Scenario, pool: Pool, cut: GpuCut, link: StageLink = TOGETHER
    ) -> None:
        on = cut.on
        self.span_frac = cut.span_frac
        self.asked = length_law(scenario, pool)
        self.pool = pool
        software = _software(scenario, pool)
        block = _shared_block(scenario, pool, software)
        self.lengths = in_blocks(of_stage(self.asked, pool.stage), block)
        allowed = _allowed(pool, software, on.gpu)
        self.pace = _pace(scenario, pool, on, self.lengths, allowed, link)
        try:
            self.engine = _engine(pool, software, allowed, self.pace)
        except ValueError as error:
            raise _does_not_fit(scenario, pool, error) from error
        curve = self.pace.curve
        self.capacity_by_clock: Array = curve.tokens_per_s.max(axis=-1) * self._tokens_each
        self.capacity_tokens_per_s = float(self.capacity_by_clock[-1])
        own = float(curve.tokens_per_s[-1].max())
        point = _at_full_clock(curve, LOADS * own)
        self.activity_by_load = self.pace.activity(point)
        self.held_by_load = self.pace.held_at(point)
        self.token_by_load_s = point.step_s / self.engine.tokens_per_step

    @property
    def _tokens_each(self) -> float:
        """Tokens of an answer that stand for one that the replica makes: of an answer's tokens the
        first comes with its prompt.
        """
        whole = self.asked.output_tokens
        if self.pool.stage is Stage.PREFILL:
            return whole
        return whole / max(whole - 1, 1.0) if self.pool.stage is Stage.DECODE else 1.0

    def capacity(self, clock_frac: Array) -> Array:
        """Output tokens/s of one replica at each clock."""
        return np.interp(clock_frac, CLOCKS, self.capacity_by_clock)

    def activity(self, load_frac: float) -> float:
        """Activity of a GPU at a share of capacity, with all that stands on it."""
        return float(np.interp(load_frac, LOADS, self.activity_by_load)) * self.span_frac

    def clock_under(self, ceiling_frac: float, power_frac: float, load_frac: float) -> float:
        """Highest share of the clock that boards hold at a share of capacity, at which none is
        above a share of the full clock, nor draws more over its span of power.
        """
        held_frac = float(np.interp(load_frac, LOADS, self.held_by_load))
        capped = 1.0
        if power_frac < np.inf:
            capped = self.power.clock_within(power_frac / self.span_frac, load_frac)
        return min(ceiling_frac / held_frac, capped, 1.0)

    @cached_property
    def power(self) -> ReplicaPower:
        """What its GPUs draw at other clocks."""
        return ReplicaPower(self.pace, CLOCKS, LOADS)

    def time_per_token_s(self, load_frac: float) -> float:
        """Time between a sequence's tokens at a share of capacity."""
        return float(np.interp(load_frac, LOADS, self.token_by_load_s))

    def law(self) -> LawTables:
        """Iteration times at every clock of `CLOCKS`."""
        return tabulated(self.pace.laws, self.engine, LONGEST_TOKENS, self.pool.engine.draft_time)

    def latencies(
        self,
        clock_frac: float,
        in_turn: int,
        from_load: float = 0.0,
        upto_load: float = 1.0,
        seen_at: SeenAt = AskedPool.seen_at,
        pace_frac: float = 1.0,
    ) -> LoadCurve:
        """What users see from one load up to another, at the nearest clock of `CLOCKS` and of so
        many replicas; promises are kept at a share of the pace.
        """
        pool = self.lived_pool(clock_frac, in_turn, pace_frac)
        loads = loads_between(from_load, upto_load)
        return load_curve(loads, [seen_at(pool, float(load)) for load in loads])

    def lived_pool(self, clock_frac: float, in_turn: int, pace_frac: float = 1.0) -> AskedPool:
        """So many replicas at the nearest clock of `CLOCKS`, to be lived through."""
        notch = int(np.abs(CLOCKS - clock_frac).argmin())
        promise = self.pool.promise
        objective = Objective(
            np.inf if promise.ttft is None else promise.ttft * pace_frac,
            np.inf if promise.tpot is None else promise.tpot * pace_frac,
        )
        capacity = self.capacity_by_clock[notch] / self.asked.output_tokens
        return AskedPool(
            self.pace.laws[notch], self.pool.engine.draft_time, self.engine, self.lengths,
            float(capacity * self.lengths.output_tokens), in_turn, objective,
            self.pool.engine.routing != "round_robin",
        )  # fmt: skip


def _at_full_clock(curve: DecodeCurve, tokens_per_s: Array) -> OperatingPoint:
    return operating_point(
        DecodeCurve(
            curve.batch, curve.step_s[-1], curve.tokens_per_s[-1], curve.compute_activity[-1],
            curve.memory_activity[-1],
        ),
        tokens_per_s,
    )  # fmt: skip


def _pace(
    scenario: Scenario, pool: Pool, on: Profiled, lengths: LengthLaw, allowed: EngineLimits,
    link: StageLink,
) -> ReplicaPace:  # fmt: skip
    """The pace of the replica, refused at the workload's place."""
    model = scenario.catalogue.get(Model, pool.model)
    if model.heads % pool.tensor_parallel:
        found = f"tensor_parallel {pool.tensor_parallel}"
        right = f"a divisor of the model's {model.heads} heads"
        raise refused(scenario, pool.name, [(found, right)])
    try:
        return replica_pace(model, pool, on, lengths, allowed, CLOCKS.tolist(), link)
    except ValueError as error:
        raise _does_not_fit(scenario, pool, error) from error
    except InputError as error:
        found = f"dtype {pool.dtype} on {on.gpu.name}"
        said = [(found, one.allowed) for one in error.problems]
        raise refused(scenario, pool.name, said) from error


def _does_not_fit(scenario: Scenario, pool: Pool, error: ValueError) -> InputError:
    if isinstance(error, CannotBeCut):
        return refused(scenario, pool.name, error.problems)
    found = [(str(error), "a model that fits its replica")]
    cure = "more tensor_parallel GPUs or pipeline_parallel stages, or a smaller format"
    if str(error).startswith("token_budget"):
        found = [(str(error), "a budget for every sequence and its drafts")]
        cure = "fewer max_sequences or drafts, or a larger token_budget"
    return refused(scenario, pool.name, found, cure)


def _software(scenario: Scenario, pool: Pool) -> ServingSoftware | None:
    name = pool.engine.software
    return None if name is None else scenario.catalogue.get(ServingSoftware, name)


def _allowed(pool: Pool, software: ServingSoftware | None, gpu: Gpu) -> EngineLimits:
    """The engine's limits: what is stated, else what its software has on this GPU, else what most
    have; of all micro-batches together.
    """
    ships = limits_on(software, gpu) if software else None
    stated = pool.engine.max_sequences
    most = stated or (ships.max_sequences if ships else SEQUENCES_MAX)
    usual = ships.token_budget if ships else max(TOKEN_BUDGET, most)
    budget = pool.engine.token_budget or usual
    if stated is None:
        most = max(min(most, budget // (pool.engine.drafts + 1)), 1)
    return EngineLimits(
        (min(most, budget) if pool.stage is Stage.PREFILL else most) * pool.pipeline,
        budget * pool.pipeline,
        software.memory_frac if software else USABLE_MEMORY_FRAC,
        _replays_graphs(pool, software),
        software_of(software),
    )


def _replays_graphs(pool: Pool, software: ServingSoftware | None) -> bool:
    """Whether iterations are replayed as graphs; they are where nobody says otherwise."""
    stated = pool.engine.cuda_graphs
    if stated is not None:
        return stated
    return software is None or software.cuda_graphs


def _keeps_prefixes(pool: Pool, software: ServingSoftware | None) -> bool:
    """Whether blocks of prompts are kept; they are where nobody says otherwise."""
    stated = pool.engine.prefix_cache
    if stated is not None:
        return stated
    return software is None or software.prefix_cache


def _shared_block(scenario: Scenario, pool: Pool, software: ServingSoftware | None) -> int:
    """Tokens of the blocks of which what all prompts share is made; 0 without a prefix cache."""
    requests = pool.requests
    if not requests.shared_tokens or not _keeps_prefixes(pool, software):
        return 0
    trace = requests.recorded()
    if trace is not None and trace.block_tokens:
        found = f"shared_tokens {requests.shared_tokens:,} with {requests.trace}"
        right = "none: the blocks of this trace have names, which say what prompts share"
        raise refused(scenario, pool.name, [(found, right)])
    return software.page_tokens if software else PAGE_TOKENS


def _engine(
    pool: Pool, software: ServingSoftware | None, allowed: EngineLimits, pace: ReplicaPace
) -> Engine:
    options = pool.engine
    page = software.page_tokens if software else PAGE_TOKENS
    trace = pool.requests.recorded()
    return Engine(
        pace.kv_capacity_tokens,
        allowed.max_sequences,
        allowed.token_budget,
        page,
        trace.block_tokens if trace is not None and trace.block_tokens else page,
        _keeps_prefixes(pool, software),
        options.drafts,
        options.acceptance if options.drafts else 0.0,
        pool.patience_s,
        pace.loading,
    )
