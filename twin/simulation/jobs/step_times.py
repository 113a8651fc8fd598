"""Step times of training jobs on the gangs that they are given."""

from __future__ import annotations

from twin.facility.gpu_profiles import SCALE_UP_SHARE, Profiled, refused, transformer
from twin.facility.training_fit import layout_on, misfits
from twin.physics import training
from twin.physics.chip import activity
from twin.physics.transients import levels
from twin.scenario.schema import Scenario
from twin.workload import TrainingSteps

NIC_SHARE = 0.9
"""Of the NIC's line rate that a collective gets; 0.92 to 0.96 measured at large messages, SimAI."""
LONE_B_S = 1e9
"""Bandwidth between GPUs that have neither scale-up links nor a NIC: a PCIe host path; assumed."""
MEMORY_SHARE_OF_STEP = 0.2
"""Mean memory activity of a training step; assumed, so that nodes draw 0.8 to 0.9 of their rating
in training: 8.4 of 10.2 kW was measured on 8 H100 (arXiv 2412.08602)."""


class Wave:
    """Activity of a gang's GPUs within a step: high while they compute, low while they wait for
    what the network has not hidden.
    """

    def __init__(self, step: training.Step, mean: float, waits: float, floor: float) -> None:
        self.period_s = float(step.total_s)
        self.duty_frac = float(step.compute_s / step.total_s)
        high, low = levels(mean, waits, self.duty_frac)
        self.high = max(float(high), floor)
        self.low = max(float(low), floor)
        self.added = (1 - self.duty_frac) * (self.low - float(low))
        """What the power floor adds to the mean."""
        self.added += self.duty_frac * (self.high - float(high))
        self.mean = mean + self.added


class TrainingSpeed:
    """Step times of one training job on its gang.

    Gradients are reduced inside the scale-up domain first, so every GPU of the domain that shares a
    shard brings its NIC: the bus bandwidth of the exchange is that many NICs, up to the scale-up
    links themselves. Stages of a pipeline pass activations over one NIC a GPU.
    """

    def __init__(
        self,
        scenario: Scenario,
        name: str,
        spec: TrainingSteps,
        on: Profiled,
        gpus: int,
        nic_b_s: float,
    ) -> None:
        self.name = name
        self.spec = spec
        self.model = transformer(scenario, spec.model)
        self.gpu = on.gpu.name
        self.rates = on.rates_for(scenario, self.name, "training", spec.dtype)
        self.layout = layout_on(spec, gpus)
        self.intra_b_s = on.gpu.scaleup_bandwidth_b_s * SCALE_UP_SHARE or nic_b_s or LONE_B_S
        self.pipe_b_s = nic_b_s * NIC_SHARE or self.intra_b_s
        sharers = max(min(on.gpu.scaleup_domain_gpus, gpus) // spec.tensor_parallel, 1)
        self.inter_b_s = min(sharers * self.pipe_b_s, self.intra_b_s)
        self._check(scenario, on, gpus)
        nominal = self.step(1.0, 1.0)
        self.nominal_s = float(nominal.total_s)
        self.tokens_per_s = nominal.tokens / self.nominal_s
        busy = nominal.flop / (gpus * self.rates.flop_s * self.nominal_s)
        self.activity = float(activity(on.law(), min(busy, 1.0), MEMORY_SHARE_OF_STEP))
        waits = float(activity(on.law(), 0.0, MEMORY_SHARE_OF_STEP))
        self.wave = Wave(nominal, self.activity, waits, scenario.controls.power_floor)
        self.activity = self.wave.mean
        self.checkpoint_bytes = float(training.checkpoint_bytes(self.model))
        self._speed: dict[tuple[float, float], float] = {}

    def _check(self, scenario: Scenario, on: Profiled, gpus: int) -> None:
        found = misfits(scenario, self.spec, on.gpu, gpus)
        if found:
            raise refused(
                scenario, self.name, ((text, "a parallel layout that fits") for text in found)
            )

    def step(self, clock_frac: float, bandwidth_frac: float) -> training.Step:
        """One optimiser step at a clock and a share of the fabric."""
        return training.step(
            self.model,
            self.layout,
            self.rates,
            sequence_tokens=self.spec.sequence_length,
            intra_bytes_s=self.intra_b_s,
            inter_bytes_s=self.inter_b_s,
            pipe_bytes_s=self.pipe_b_s,
            clock_frac=clock_frac,
            bandwidth_frac=bandwidth_frac,
            overlap_frac=self.spec.communication_overlap,
        )

    def speed(self, clock_frac: float, bandwidth_frac: float) -> float:
        """Rate of progress over that at full clock and whole fabric; 0 where the gang is cut
        off.
        """
        if bandwidth_frac <= 0:
            return 0.0
        key = (clock_frac, bandwidth_frac)
        if key not in self._speed:
            self._speed[key] = self.nominal_s / float(self.step(clock_frac, bandwidth_frac).total_s)
        return self._speed[key]
