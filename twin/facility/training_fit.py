"""Whether a training job's parallel layout fits the GPUs of a gang: one answer for review and
run.
"""

from __future__ import annotations

from twin.catalogue.rows import Gpu
from twin.facility.gpu_profiles import transformer
from twin.physics import training
from twin.scenario.schema import Scenario
from twin.workload import TrainingSteps

MEMORY_DOUBT = 1.3
"""A layout is refused only where it needs this many times the memory: the estimate gives 91 to 100
GB for published layouts that ran in 80 GB."""


def layout_on(steps: TrainingSteps, gpus: int) -> training.Layout:
    """How the job is cut on a gang of so many GPUs."""
    return training.Layout(
        steps.tensor_parallel,
        steps.pipeline_parallel,
        max(gpus // (steps.tensor_parallel * steps.pipeline_parallel), 1),
        steps.global_batch_sequences,
        steps.micro_batch_sequences,
    )


def misfits(scenario: Scenario, steps: TrainingSteps, gpu: Gpu, gpus: int) -> list[str]:
    """Every reason why a job cannot run on a gang of one GPU type; none where it can.

    gpus   of the whole gang
    """
    model = transformer(scenario, steps.model)
    layout = layout_on(steps, gpus)
    found = list(training.layout_problems(model, layout))
    parallel = steps.tensor_parallel * steps.pipeline_parallel
    if gpus % parallel:
        found.append(f"{gpus} GPUs are no multiple of tensor x pipeline parallel {parallel}")
    need = training.memory_bytes(model, layout, steps.sequence_length)
    if need > MEMORY_DOUBT * gpu.memory_bytes:
        found.append(f"needs {need / 1e9:,.0f} GB a GPU of {gpu.memory_bytes / 1e9:,.0f} GB")
    return found
