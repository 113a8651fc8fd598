"""Whether a training job's parallel layout fits the GPUs of a gang: one answer for review, run and
prediction.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import numpy as np

from twin.catalogue.rows import Gpu
from twin.facility.fewest_gpus import fewest_gpus
from twin.facility.gpu_profiles import transformer
from twin.facility.training_kernels import has_format
from twin.physics import training
from twin.physics.transformer import Transformer
from twin.quantities import percent
from twin.scenario.schema import Scenario
from twin.workload import Job, TrainingSteps

MEMORY_DOUBT = 1.3
"""A layout is refused only where it needs this many times the memory: published layouts offload
activations to the host, recompute a few layers or keep them in 8 bits, and need up to that by this
estimate."""


def layout_on(steps: TrainingSteps, gpus: int) -> training.Layout:
    """How the job is cut on a gang of so many GPUs."""
    one = steps.tensor_parallel * steps.pipeline_parallel * steps.context_parallel
    return training.Layout(
        tensor=steps.tensor_parallel,
        pipeline=steps.pipeline_parallel,
        data=max(gpus // one, 1),
        global_batch=steps.global_batch_sequences,
        micro_batch=steps.micro_batch_sequences,
        interleave=steps.interleave,
        sequence_parallel=steps.sequence_parallel,
        context=steps.context_parallel,
        expert=steps.expert_parallel,
        zero_stage=steps.zero_stage,
        lora_rank=steps.lora_rank,
        lora_on=steps.lora_on,
    )


def misfits(scenario: Scenario, steps: TrainingSteps, gpu: Gpu, gpus: int) -> list[str]:
    """Every reason why a job cannot run on a gang of one GPU type; none where it can.

    gpus   of the whole gang
    """
    return layout_misfits(transformer(scenario, steps.model), steps, gpu, steps.trainers(gpus))


def gang_misfits(scenario: Scenario, job: Job, gpu: Gpu, there: int) -> list[str]:
    """The same for a training job on nodes that have so many GPUs altogether."""
    assert job.steps is not None
    if np.isfinite(job.gpus) and job.gpus > there:
        asks = f"gpus_per_node {job.gpus / job.nodes:,.0f}"
        return [f"{asks}, and nodes of {gpu.name} have {there // job.nodes}"]
    return misfits(scenario, job.steps, gpu, job.gpus_of(there))


def layout_misfits(
    model: Transformer,
    steps: TrainingSteps,
    gpu: Gpu,
    gpus: int,
    memory_doubt: float = MEMORY_DOUBT,
) -> list[str]:
    """The same for a shape, without a scenario."""
    layout = layout_on(steps, gpus)
    found = list(training.layout_problems(model, layout, steps.sequence_length))
    parallel = steps.tensor_parallel * steps.pipeline_parallel * steps.context_parallel
    if gpus % parallel:
        cut = "tensor x pipeline" + (" x context" if steps.context_parallel > 1 else "")
        found.append(f"{gpus} GPUs are no multiple of {cut} parallel {parallel}")
    if not has_format(gpu, steps.dtype):
        has = ", ".join(gpu.peak_flop_s)
        found.append(f"{gpu.name} does not multiply in {steps.dtype}; it does in {has}")
    found += _heads_problems(model, steps)
    need = needed_bytes(model, steps, gpus)
    if need > memory_doubt * gpu.memory_bytes:
        found.append(_needs(need, model, layout, steps, gpu))
    return found


def _heads_problems(model: Transformer, steps: TrainingSteps) -> Iterator[str]:
    """Context parallel ranks that exchange heads hold whole ones of keys and values."""
    if not steps.software or steps.context_parallel == 1:
        return
    if training.SOFTWARE[steps.software].context_exchange != "heads":
        return
    own = model.kv_heads / steps.tensor_parallel
    if own % steps.context_parallel:
        yield (
            f"context parallel {steps.context_parallel} does not divide the {own:g} key and value "
            f"heads of a tensor parallel rank, which {steps.software} exchanges"
        )


def memory_notes(model: Transformer, steps: TrainingSteps, gpu: Gpu, gpus: int) -> tuple[str, ...]:
    """What to say of a layout that needs more than a GPU has, by an estimate that may be too
    high.
    """
    need = needed_bytes(model, steps, gpus)
    if need <= gpu.memory_bytes:
        return ()
    doubt = f"by an estimate that may be up to {percent(MEMORY_DOUBT - 1, 0)} too high"
    return (f"{_needs(need, model, layout_on(steps, gpus), steps, gpu)}; {doubt}",)


def needed_bytes(model: Transformer, steps: TrainingSteps, gpus: int) -> float:
    """Memory that the fullest GPU of a gang needs."""
    layout = layout_on(steps, gpus)
    return training.memory_bytes(model, layout, steps.sequence_length, steps.recompute, steps.dtype)


def _needs(
    need: float, model: Transformer, layout: training.Layout, steps: TrainingSteps, gpu: Gpu
) -> str:
    """What it needs and what there is, with the mildest change that fits, and the fewest GPUs."""
    cure = next(_cures(model, layout, steps, gpu), "no cut of this many GPUs holds it")
    fewest = fewest_gpus(model, steps, layout, gpu) or f"no number of {gpu.name} holds it"
    has = f"{need / 1e9:,.0f} GB a GPU of {gpu.memory_bytes / 1e9:,.0f} GB"
    return f"needs {has}; {cure}; {fewest}"


def _cures(
    model: Transformer, layout: training.Layout, steps: TrainingSteps, gpu: Gpu
) -> Iterator[str]:
    """What would fit, the mildest change first."""
    for words, changed, recompute in _changes(layout, steps.recompute):
        need = training.memory_bytes(model, changed, steps.sequence_length, recompute, steps.dtype)
        fits = need <= gpu.memory_bytes
        if fits and not training.layout_problems(model, changed, steps.sequence_length):
            yield f"{words} fits ({need / 1e9:,.0f} GB)"


def _changes(layout: training.Layout, recompute: str) -> Iterator[tuple[str, training.Layout, str]]:
    yield "recompute full", layout, "full"
    if layout.zero_stage < 3:
        yield "zero stage 3", replace(layout, zero_stage=3), recompute
        yield "zero stage 3 with recompute full", replace(layout, zero_stage=3), "full"
    for tensor, pipeline in ((1, 2), (2, 1), (2, 2), (1, 4), (4, 1), (4, 4), (8, 1), (8, 8)):
        share = tensor * pipeline
        if layout.data % share:
            continue
        cut = replace(
            layout,
            tensor=layout.tensor * tensor,
            pipeline=layout.pipeline * pipeline,
            data=layout.data // share,
        )
        words = f"tensor {cut.tensor} x pipeline {cut.pipeline}"
        yield words, cut, recompute
        yield f"{words} with recompute full", cut, "full"
