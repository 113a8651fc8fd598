"""Capacity, activity and latency of one serving replica."""

from __future__ import annotations

from functools import lru_cache

import numpy as np

from twin.arrays import Array
from twin.catalogue.rows import ServingSoftware
from twin.facility.gpu_profiles import SCALE_UP_SHARE, Profiled, refused, transformer
from twin.physics import inference
from twin.physics.chip import activity
from twin.physics.serving.columns import LawTables
from twin.physics.serving.law import Engine, tabulated
from twin.physics.serving.replica_law import ReplicaAtClock, kv_capacity_tokens
from twin.physics.serving.tails import LengthLaw, LoadCurve, Objective, load_curve
from twin.scenario.schema import Scenario
from twin.simulation.serving.lengths import length_law
from twin.workload import Pool

BYTES = {"bf16": 2.0, "fp8": 1.0, "fp4": 0.5625}
"""Weight bytes a parameter; fp4 with its scales."""
CLOCKS = np.linspace(0.2, 1.0, 17)
"""Clock grid on which capacities are tabulated."""
LOADS = np.linspace(0.0, 1.0, 33)
"""Load grid on which a replica's activity is tabulated."""
SEQUENCES_MAX = 4096
"""Where neither the scenario nor its software says how many may run at once."""
TOKEN_BUDGET = 8192
"""Where neither says how many tokens an iteration may have; default of vLLM's server on GPUs of 70
GiB and more."""
LONGEST_TOKENS = 262_144.0
"""Contexts up to which attention is tabulated; longer ones go on in a straight line."""
CLOCK_NOTCH = 0.05
"""Clocks are told apart by this much when latencies are asked."""


class ReplicaSpeed:
    """Capacity, activity and latency of one replica."""

    def __init__(self, scenario: Scenario, pool: Pool, on: Profiled) -> None:
        self.lengths = length_law(scenario, pool)
        self.output_tokens = self.lengths.output_tokens
        self.output_sigma = self.lengths.output_log_sigma
        self.pool = pool
        self.replica = _replica(scenario, pool, on, self.lengths)
        try:
            curve = inference.decode_curve(self.replica)
            self.capacity_by_clock = inference.capacity_tokens_per_s(self.replica, CLOCKS)
            self.engine = _engine(scenario, pool, self.replica)
        except ValueError as error:
            found = [(str(error), "a model that fits its replica")]
            cure = "more tensor_parallel GPUs, or a smaller format"
            raise refused(scenario, pool.name, found, cure) from error
        self.capacity_tokens_per_s = float(self.capacity_by_clock[-1])
        point = inference.operating_point(curve, LOADS * self.capacity_tokens_per_s)
        self.activity_by_load = activity(
            on.law(), point.compute_activity, point.memory_activity, point.busy_frac
        )
        self.step_by_load_s = point.step_s

    def capacity(self, clock_frac: Array) -> Array:
        """Output tokens/s of one replica at each clock."""
        return np.interp(clock_frac, CLOCKS, self.capacity_by_clock)

    def activity(self, load_frac: float) -> float:
        """GPU activity at a share of capacity."""
        return float(np.interp(load_frac, LOADS, self.activity_by_load))

    def time_per_token_s(self, load_frac: float) -> float:
        """Time between a sequence's tokens at a share of capacity."""
        return float(np.interp(load_frac, LOADS, self.step_by_load_s))

    def law(self) -> LawTables:
        """Iteration times at every clock of `CLOCKS`."""
        laws = [ReplicaAtClock(self.replica, float(clock)) for clock in CLOCKS]
        draft_s = self.pool.engine.draft_time
        return tabulated(laws, self.engine, LONGEST_TOKENS, draft_s)

    def latencies(self, clock_frac: float, in_turn: int) -> LoadCurve:
        """What users see over the load, at one clock (to a notch) and of so many replicas."""
        notch = max(round(clock_frac / CLOCK_NOTCH), 1) * CLOCK_NOTCH
        promise = self.pool.promise
        objective = Objective(
            np.inf if promise.ttft is None else promise.ttft,
            np.inf if promise.tpot is None else promise.tpot,
        )
        capacity = float(self.capacity(np.array(notch)))
        return _curve(
            ReplicaAtClock(self.replica, notch), self.engine, self.lengths, capacity, in_turn,
            objective,
        )  # fmt: skip


@lru_cache(maxsize=128)
def _curve(
    law: ReplicaAtClock, engine: Engine, lengths: LengthLaw, capacity: float, in_turn: int,
    objective: Objective,
) -> LoadCurve:  # fmt: skip
    """The same question is answered once."""
    tables = tabulated([law], engine, LONGEST_TOKENS)
    return load_curve(tables, engine, lengths, capacity, in_turn, objective)


def _software(scenario: Scenario, pool: Pool) -> ServingSoftware | None:
    name = pool.engine.software
    return None if name is None else scenario.catalogue.get(ServingSoftware, name)


def _max_sequences(scenario: Scenario, pool: Pool) -> int:
    software = _software(scenario, pool)
    stated = pool.engine.max_sequences
    return stated or (software.max_sequences if software else SEQUENCES_MAX)


def _engine(scenario: Scenario, pool: Pool, replica: inference.Replica) -> Engine:
    """The engine's limits: what is stated, else what its software has, else what most have."""
    software = _software(scenario, pool)
    options = pool.engine
    most = _max_sequences(scenario, pool)
    budget = software.token_budget if software else max(TOKEN_BUDGET, most)
    page = software.page_tokens if software else 16
    kept = software.prefix_cache if software else True
    trace = pool.requests.recorded()
    return Engine(
        kv_capacity_tokens(replica, software.memory_frac)
        if software
        else kv_capacity_tokens(replica),
        most,
        options.token_budget or budget,
        page,
        trace.block_tokens if trace is not None and trace.block_tokens else page,
        kept if options.prefix_cache is None else options.prefix_cache,
        options.drafts,
        options.acceptance if options.drafts else 0.0,
        pool.patience_s,
    )


def _replica(scenario: Scenario, pool: Pool, on: Profiled, lengths: LengthLaw) -> inference.Replica:
    """The replica as the law of serving knows it; refused where its heads cannot be shared out."""
    model = transformer(scenario, pool.model)
    if model.heads % pool.tensor_parallel:
        found = f"tensor_parallel {pool.tensor_parallel}"
        allowed = f"a divisor of the model's {model.heads} heads"
        raise refused(scenario, pool.name, [(found, allowed)])
    narrow = pool.engine.kv_dtype or ("bf16" if pool.dtype == "bf16" else "fp8")
    held = lengths.input_tokens + lengths.output_tokens / 2
    return inference.Replica(
        model,
        on.rates_for(scenario, pool.name, "serving_dense", pool.dtype),
        pool.tensor_parallel,
        BYTES[pool.dtype],
        BYTES[narrow],
        lengths.input_tokens - lengths.cached_tokens,
        lengths.output_tokens,
        on.gpu.memory_bytes,
        link_bytes_s=max(on.gpu.scaleup_bandwidth_b_s * SCALE_UP_SHARE, 1e9),
        context_tokens=held if lengths.cached_tokens else None,
        max_sequences=_max_sequences(scenario, pool),
    )
