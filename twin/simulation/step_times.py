"""How fast work goes on a GPU type: profiles turned into step times and activities.

A workload never knows a speed; it comes from `physics` through a measured or published profile.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from twin.calibration import Profile, load_profile, published_names, published_profile
from twin.catalogue.rows import Gpu, Model, RequestLengths
from twin.errors import InputError
from twin.physics import inference, training
from twin.physics.chip import H100, ActivityLaw, activity
from twin.physics.roofline import Roofline
from twin.physics.transformer import Transformer
from twin.scenario.schema import Scenario
from twin.simulation.kernel.state import Array
from twin.workload import Inference, Training

REFERENCE = "H100-SXM5-80GB"
"""GPUs without a profile take this one's shares of peak; +-25 % assumed."""
MEASURED_FORMATS = ("bfloat16", "float32")
"""Formats in which `twin calibrate` measures matrix products, by device."""
BYTES = {"bf16": 2.0, "fp8": 1.0, "fp4": 0.5625}
"""Weight bytes a parameter; fp4 with its scales."""
NIC_SHARE = 0.9
"""Of the NIC's line rate that a collective gets; 0.92 to 0.96 measured at large messages, SimAI."""
SCALE_UP_SHARE = 0.8
"""Of the scale-up line rate that a collective gets: rings on NVLink measure 0.80 to 0.82."""
LONE_B_S = 1e9
"""Bandwidth between GPUs that have neither scale-up links nor a NIC: a PCIe host path; assumed."""
MEMORY_SHARE_OF_STEP = 0.2
"""Mean memory activity of a training step; assumed, so that nodes draw 0.8 to 0.9 of their rating
in training: 8.4 of 10.2 kW was measured on 8 H100 (arXiv 2412.08602)."""
MEMORY_DOUBT = 1.3
"""A layout is refused only where it needs this many times the memory: the estimate gives 91 to 100
GB for published layouts that ran in 80 GB."""
CLOCKS = np.linspace(0.2, 1.0, 17)
"""Clock grid on which capacities are tabulated."""
LOADS = np.linspace(0.0, 1.0, 33)
"""Load grid on which a replica's activity is tabulated."""


@dataclass(frozen=True)
class Profiled:
    """A GPU type with its profile, and whether that was carried over from another type."""

    gpu: Gpu
    profile: Profile
    extrapolated: bool
    reference: Gpu
    """Whose profile is carried over where the type has none."""

    def rates(self, use: str, dtype: str) -> Roofline:
        """Effective rates for a use; scaled by the datasheets where the profile is another
        GPU's.
        """
        rate = _rate(self.profile, self.gpu, use, dtype)
        if not self.extrapolated:
            return rate
        return Roofline(
            rate.flop_s * self.gpu.bf16_flop_s / self.reference.bf16_flop_s,
            rate.bytes_s * self.gpu.memory_bandwidth_b_s / self.reference.memory_bandwidth_b_s,
            rate.launch_s,
        )

    def rates_for(self, scenario: Scenario, work: str, use: str, dtype: str) -> Roofline:
        """The rates of a workload; InputError at its place where this GPU has none for its number
        format.
        """
        try:
            return self.rates(use, dtype)
        except InputError as error:
            raise refused(
                scenario, work, [(f"dtype {dtype} on {self.gpu.name}", error.problems[0].allowed)]
            ) from error

    def law(self) -> ActivityLaw:
        """Activity law of the chip."""
        fit = self.profile.power_fit
        if fit is None:
            return H100
        return ActivityLaw(
            fit.base, fit.compute, fit.memory, fit.compute_exponent, fit.memory_exponent
        )


def profiled(scenario: Scenario, gpu_name: str) -> Profiled:
    """The profile of a GPU type: the scenario's, the published one, or the reference's carried
    over.
    """
    gpu = scenario.catalogue.get(Gpu, gpu_name)
    reference = scenario.catalogue.get(Gpu, REFERENCE)
    if gpu_name in scenario.profiles:
        return Profiled(gpu, load_profile(Path(scenario.profiles[gpu_name])), False, reference)
    known = gpu_name in published_names()
    profile = published_profile(gpu_name if known else REFERENCE)
    return Profiled(gpu, profile, not known, reference)


def _rate(profile: Profile, gpu: Gpu, use: str, dtype: str) -> Roofline:
    """The profile's rates for a use, or its plain matrix products where it was measured without
    that use.

    Narrower formats than the measured one go faster by the ratio of the datasheet's rates.
    """
    uses = {(r.use, r.dtype) for r in profile.rates}
    if (use, dtype) in uses:
        return profile.rate(use, dtype).roofline()
    measured = [fit for fit in profile.fits if fit.op == "gemm" and fit.dtype in MEASURED_FORMATS]
    if not measured:
        return profile.rate("kernel", dtype).roofline()
    base = measured[0].roofline()
    wider = getattr(gpu, f"{dtype}_flop_s") or gpu.bf16_flop_s
    return Roofline(base.flop_s * wider / gpu.bf16_flop_s, base.bytes_s, base.launch_s)


def transformer(scenario: Scenario, name: str) -> Transformer:
    """A catalogue model's shape."""
    m = scenario.catalogue.get(Model, name)
    return Transformer(
        m.layers,
        m.hidden,
        m.heads,
        m.kv_heads,
        m.head_dim,
        m.ffn,
        m.vocab,
        m.tied,
        m.ffn_matrices == 3,
    )


def refused(
    scenario: Scenario, name: str, said: Iterable[tuple[str, str]], hint: str = ""
) -> InputError:
    """An error with one problem for each (found, allowed), placed at the workload of that name."""
    index = next(i for i, work in enumerate(scenario.workload) if work.name == name)
    return InputError(
        scenario.problem(("workload", index), f"{name}: {found}", allowed, hint)
        for found, allowed in said
    )


class TrainingSpeed:
    """Step times of one training job on its gang.

    Gradients are reduced inside the scale-up domain first, so every GPU of the domain that shares a
    shard brings its NIC: the bus bandwidth of the exchange is that many NICs, up to the scale-up
    links themselves. Stages of a pipeline pass activations over one NIC a GPU.
    """

    def __init__(
        self, scenario: Scenario, spec: Training, on: Profiled, gpus: int, nic_b_s: float
    ) -> None:
        self.spec = spec
        self.model = transformer(scenario, spec.model)
        self.gpu = on.gpu.name
        self.rates = on.rates_for(scenario, spec.name, "training", spec.dtype)
        parallel = spec.tensor_parallel * spec.pipeline_parallel
        self.layout = training.Layout(
            spec.tensor_parallel,
            spec.pipeline_parallel,
            max(gpus // parallel, 1),
            spec.global_batch_sequences,
            spec.micro_batch_sequences,
        )
        self.intra_b_s = on.gpu.scaleup_bandwidth_b_s * SCALE_UP_SHARE or nic_b_s or LONE_B_S
        self.pipe_b_s = nic_b_s * NIC_SHARE or self.intra_b_s
        sharers = max(min(on.gpu.scaleup_domain_gpus, gpus) // spec.tensor_parallel, 1)
        self.inter_b_s = min(sharers * self.pipe_b_s, self.intra_b_s)
        self._check(scenario, on, gpus, parallel)
        nominal = self.step(1.0, 1.0)
        self.nominal_s = float(nominal.total_s)
        self.tokens_per_s = nominal.tokens / self.nominal_s
        busy = nominal.flop / (gpus * self.rates.flop_s * self.nominal_s)
        self.activity = float(activity(on.law(), min(busy, 1.0), MEMORY_SHARE_OF_STEP))
        self.checkpoint_bytes = float(training.checkpoint_bytes(self.model))
        self._speed: dict[tuple[float, float], float] = {}

    def _check(self, scenario: Scenario, on: Profiled, gpus: int, parallel: int) -> None:
        found = list(training.layout_problems(self.model, self.layout))
        if gpus % parallel:
            found.append(f"{gpus} GPUs are no multiple of tensor x pipeline parallel {parallel}")
        need = training.memory_bytes(self.model, self.layout, self.spec.sequence_length)
        if need > MEMORY_DOUBT * on.gpu.memory_bytes:
            found.append(f"needs {need / 1e9:,.0f} GB a GPU of {on.gpu.memory_bytes / 1e9:,.0f} GB")
        if found:
            raise refused(
                scenario, self.spec.name, ((text, "a parallel layout that fits") for text in found)
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


class ReplicaSpeed:
    """Capacity and activity of one replica."""

    def __init__(self, scenario: Scenario, spec: Inference, on: Profiled) -> None:
        lengths = scenario.catalogue.get(RequestLengths, spec.requests.lengths)
        self.output_tokens = lengths.output_mean_tokens
        self.output_sigma = lengths.output_log_sigma
        model = transformer(scenario, spec.model)
        if model.heads % spec.tensor_parallel:
            raise refused(
                scenario,
                spec.name,
                [
                    (
                        f"tensor_parallel {spec.tensor_parallel}",
                        f"a divisor of the model's {model.heads} heads",
                    )
                ],
            )
        rates = on.rates_for(scenario, spec.name, "serving_dense", spec.dtype)
        replica = inference.Replica(
            model,
            rates,
            spec.tensor_parallel,
            BYTES[spec.dtype],
            1.0 if spec.dtype != "bf16" else 2.0,
            lengths.input_mean_tokens,
            lengths.output_mean_tokens,
            on.gpu.memory_bytes,
            link_bytes_s=max(on.gpu.scaleup_bandwidth_b_s * SCALE_UP_SHARE, 1e9),
        )
        try:
            curve = inference.decode_curve(replica)
            self.capacity_by_clock = inference.capacity_tokens_per_s(replica, CLOCKS)
        except ValueError as error:
            raise refused(
                scenario,
                spec.name,
                [(str(error), "a model that fits its replica")],
                "more tensor_parallel GPUs, or a smaller format",
            ) from error
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
