"""The step law of one training job on one type of GPU: shape, cut, kernels, links and software."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property

from twin.catalogue.rows import Gpu
from twin.facility.training_fit import layout_on
from twin.facility.training_kernels import TrainingKernels
from twin.physics import training
from twin.physics.transformer import Transformer
from twin.workload import TrainingSteps

LONE_B_S = 1e9
"""Bandwidth between GPUs that have neither scale-up links nor a NIC: a PCIe host path; assumed."""


@dataclass(frozen=True)
class TrainingLaw:
    """All that a step depends on but clock and fabric."""

    model: Transformer
    steps: TrainingSteps
    layout: training.Layout
    kernels: TrainingKernels
    links: training.TrainingLinks
    software: training.TrainingSoftware

    @property
    def answers_clock(self) -> float:
        """Clock at which GPUs make answers: none do."""
        return 0.0

    def held(self, cap_frac: float) -> training.Sustained | None:
        """Clock and power over a step under a cap, over the span from rest to the highest power;
        None where how its GPUs draw at lower clocks was not measured.
        """
        if self.kernels.draw is None:
            return None
        return self.step_law.sustained(self.kernels.draw, True, cap_frac)

    @property
    def step_law(self) -> training.StepLaw:
        """The same as the sum of what ranks issue."""
        return training.StepLaw(
            self.model, self.layout, self.kernels.times, self.links, self.steps.sequence_length,
            self.steps.dtype, self.steps.recompute, self.software,
        )  # fmt: skip

    @cached_property
    def sending(self) -> training.Sending:
        """When a step sends over the fabric, alone on it."""
        return training.sending(self.step_law)

    def step(
        self,
        clock_frac: float = 1.0,
        bandwidth_frac: float = 1.0,
        cap_frac: float = 1.0,
        share: training.FabricShare = training.WHOLE,
    ) -> training.Step:
        """One optimiser step at a share of the clock and of the fabric, under a cap on power.

        share   of that fabric, by phase, beside other gangs
        """
        return training.step(
            self.model,
            self.layout,
            self.kernels.times,
            self.links,
            sequence_tokens=self.steps.sequence_length,
            dtype=self.steps.dtype,
            recompute=self.steps.recompute,
            software=self.software,
            clock_frac=clock_frac,
            bandwidth_frac=bandwidth_frac,
            share=share,
            draw=self.kernels.draw,
            cap_frac=cap_frac,
        )


def training_law(
    model: Transformer,
    steps: TrainingSteps,
    gpu: Gpu,
    gpus: int,
    nic_b_s: float,
    kernels: TrainingKernels,
) -> TrainingLaw:
    """The law of a job on a gang of one GPU type.

    nic_b_s   one GPU's share of its node's network ports
    """
    lone = LONE_B_S if not gpu.scaleup_bandwidth_b_s and not nic_b_s else 0.0
    links = training.TrainingLinks(
        gpu.scaleup_bandwidth_b_s, gpu.scaleup_domain_gpus, nic_b_s or lone, kernels.library
    )
    software = training.SOFTWARE[steps.software or software_of(gpu)]
    if steps.communication_overlap is not None:
        software = replace(software, exchange_hidden_frac=steps.communication_overlap)
    return TrainingLaw(model, steps, layout_on(steps, gpus), kernels, links, software)


def software_of(gpu: Gpu) -> str:
    """The option set of a GPU's time: GPUs without 8-bit formats trained with unfused attention."""
    return "plain" if gpu.fp8_flop_s is not None or gpu.vendor != "NVIDIA" else "megatron_2022"
