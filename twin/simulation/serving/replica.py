"""Capacity and activity of one serving replica."""

from __future__ import annotations

import numpy as np

from twin.arrays import Array
from twin.catalogue.rows import RequestLengths
from twin.facility.gpu_profiles import SCALE_UP_SHARE, Profiled, refused, transformer
from twin.physics import inference
from twin.physics.chip import activity
from twin.scenario.schema import Scenario
from twin.workload import Pool

BYTES = {"bf16": 2.0, "fp8": 1.0, "fp4": 0.5625}
"""Weight bytes a parameter; fp4 with its scales."""
CLOCKS = np.linspace(0.2, 1.0, 17)
"""Clock grid on which capacities are tabulated."""
LOADS = np.linspace(0.0, 1.0, 33)
"""Load grid on which a replica's activity is tabulated."""


class ReplicaSpeed:
    """Capacity and activity of one replica."""

    def __init__(self, scenario: Scenario, pool: Pool, on: Profiled) -> None:
        lengths = scenario.catalogue.get(RequestLengths, pool.requests.lengths)
        self.output_tokens = lengths.output_mean_tokens
        self.output_sigma = lengths.output_log_sigma
        replica = _replica(scenario, pool, on, lengths)
        try:
            curve = inference.decode_curve(replica)
            self.capacity_by_clock = inference.capacity_tokens_per_s(replica, CLOCKS)
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


def _replica(
    scenario: Scenario, pool: Pool, on: Profiled, lengths: RequestLengths
) -> inference.Replica:
    """The replica as the law of serving knows it; refused where its heads cannot be shared out."""
    model = transformer(scenario, pool.model)
    if model.heads % pool.tensor_parallel:
        found = f"tensor_parallel {pool.tensor_parallel}"
        allowed = f"a divisor of the model's {model.heads} heads"
        raise refused(scenario, pool.name, [(found, allowed)])
    return inference.Replica(
        model,
        on.rates_for(scenario, pool.name, "serving_dense", pool.dtype),
        pool.tensor_parallel,
        BYTES[pool.dtype],
        1.0 if pool.dtype != "bf16" else 2.0,
        lengths.input_mean_tokens,
        lengths.output_mean_tokens,
        on.gpu.memory_bytes,
        link_bytes_s=max(on.gpu.scaleup_bandwidth_b_s * SCALE_UP_SHARE, 1e9),
    )
