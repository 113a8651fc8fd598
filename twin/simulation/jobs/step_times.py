"""Step times of training jobs on the gangs that they are given."""

from __future__ import annotations

from functools import cached_property

import numpy as np

from twin.arrays import Array, Index
from twin.calibration.kernel_tables import has_tables
from twin.catalogue.rows import Gpu, Model, ServingSoftware
from twin.errors import InputError
from twin.facility.gpu_profiles import Profiled, refused, transformer
from twin.facility.post_training import PostTrainingLaw
from twin.facility.serving.device import kernels_of
from twin.facility.serving.software import software_of
from twin.facility.training_fit import misfits
from twin.facility.training_kernels import training_kernels
from twin.facility.training_law import TrainingLaw, training_law
from twin.physics import training
from twin.physics.chip import clock_for_power, dynamic_frac
from twin.physics.roofline import Roofline
from twin.scenario.schema import Scenario
from twin.workload import TrainingSteps


class Wave:
    """Activity of a gang's GPUs within a step: high while they work, low while all of them
    exchange gradients, update weights or wait.
    """

    def __init__(self, step: training.Step, floor: float) -> None:
        held = step.held
        self.period_s = float(step.total_s)
        self.duty_frac = held.duty_frac
        self.high = max(held.high_frac, floor)
        self.low = max(held.low_frac, floor)
        self.mean = self.duty_frac * self.high + (1 - self.duty_frac) * self.low
        self.added = (1 - self.duty_frac) * (self.low - held.low_frac)
        """What the power floor adds to the mean."""
        self.added += self.duty_frac * (self.high - held.high_frac)


class TrainingSpeed:
    """Step times of one training job on its gang."""

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
        self._check(scenario, on.gpu, gpus)
        measured = on.measured_for(scenario.catalogue.get(Model, spec.model))
        kernels = training_kernels(on.gpu, measured, _long_run_rates(on, spec.dtype))
        trains = training_law(self.model, spec, on.gpu, spec.trainers(gpus), nic_b_s, kernels)
        self.layout = trains.layout
        self.law = self._with_rollouts(trains, scenario, on, gpus)
        nominal = self.step(1.0, 1.0)
        self.nominal_s = float(nominal.total_s)
        self.held_frac = max(nominal.held.clock_frac, self.law.answers_clock)
        """Highest clock that its boards hold in a step, of the full one."""
        self.tokens_per_s = nominal.tokens / self.nominal_s
        self.tflop_s_per_gpu = nominal.flop / self.nominal_s / gpus / 1e12
        self.wave = Wave(nominal, scenario.controls.power_floor)
        self.activity = self.wave.mean
        adapters = (spec.lora_rank, spec.lora_on)
        self.checkpoint_bytes = float(training.checkpoint_bytes(self.model, *adapters))
        self._speed: dict[tuple[float, float, training.FabricShare], float] = {}

    def _with_rollouts(
        self, trains: TrainingLaw, scenario: Scenario, on: Profiled, gpus: int
    ) -> TrainingLaw | PostTrainingLaw:
        """The law of training, with the answers that it learns from where it makes them itself."""
        asked = self.spec.rollouts
        if asked is None:
            return trains
        model = scenario.catalogue.get(Model, self.spec.model)
        engine = software_of(scenario.catalogue.get(ServingSoftware, asked.software))
        kernels = kernels_of(on.gpu, on.measured_for(model), engine.experts)
        law = PostTrainingLaw(trains, asked, model, on.gpu, gpus, kernels, engine)
        try:
            law.step()
        except ValueError as error:
            raise refused(scenario, self.name, [(str(error), "rollouts that fit")]) from error
        return law

    def _check(self, scenario: Scenario, gpu: Gpu, gpus: int) -> None:
        found = misfits(scenario, self.spec, gpu, gpus)
        if found:
            raise refused(
                scenario, self.name, ((text, "a parallel layout that fits") for text in found)
            )

    def clock_within(self, power_frac: float) -> float:
        """Highest share of the clock that boards hold, at which the work of a step draws at most
        that of their span.
        """
        clocks, limits, _ = self._capped
        return float(np.interp(power_frac, limits, clocks))

    def busier(self, clock_frac: float) -> float:
        """What GPUs draw over a step at a share of the clock, over what the activity of the full
        one would draw there.
        """
        clocks, _, means = self._capped
        drawn = float(np.interp(clock_frac, clocks, means))
        return drawn / (self.activity * float(dynamic_frac(clock_frac)))

    @cached_property
    def _capped(self) -> tuple[Array, Array, Array]:
        """(cap,) shares of the clock that caps leave, lowest first; the caps, of the span; and what
        is then drawn on average.
        """
        limits = np.linspace(0.02, 1.0, 99)
        held = [self.law.held(float(cap)) for cap in limits]
        if any(one is None for one in held):
            clocks = clock_for_power(0.0, 1.0, self.activity, limits)
            return clocks, limits, self.activity * dynamic_frac(clocks)
        known = [one for one in held if one is not None]
        clocks = np.array([one.clock_frac for one in known]) / known[-1].clock_frac
        means = np.array([one.power_frac for one in known])
        return clocks, limits, means + (self.activity - means[-1])

    @property
    def sending(self) -> training.Sending:
        """When a step sends over the fabric, alone on it."""
        return self.law.sending

    def senders(self, gpus_per_node: int, place: Index, places: int) -> Array:
        """(phase, place) nodes that send out of their place; arguments as of `training.senders`."""
        domain_gpus = self.law.links.domain_gpus
        return training.senders(self.layout, domain_gpus, gpus_per_node, place, places)

    def step(
        self, clock_frac: float, bandwidth_frac: float, share: training.FabricShare = training.WHOLE
    ) -> training.Step:
        """One optimiser step at a share of the clock and of the fabric."""
        return self.law.step(clock_frac, bandwidth_frac, share=share)

    def speed(
        self, clock_frac: float, bandwidth_frac: float, share: training.FabricShare = training.WHOLE
    ) -> float:
        """Rate of progress over that at full clock and whole fabric; 0 where the gang is cut
        off.
        """
        if bandwidth_frac <= 0:
            return 0.0
        key = (clock_frac, bandwidth_frac, share)
        if key not in self._speed:
            self._speed[key] = self.nominal_s / float(self.step(*key).total_s)
        return self._speed[key]


def _long_run_rates(on: Profiled, dtype: str) -> Roofline | None:
    """Rates of long runs of a GPU that has a profile and no kernel table; None elsewhere."""
    if on.extrapolated or has_tables(on.gpu.name):
        return None
    try:
        return on.rates("training", dtype)
    except InputError:
        return None
