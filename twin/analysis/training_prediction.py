"""One training step predicted from model, GPUs and parallel layout alone: no scenario, no building.

`predict_training` first asks whether it fits, with every reason at once; then how long a step
takes, where the time goes, and what the GPUs draw.
"""

from __future__ import annotations

import math
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

from twin.analysis.prediction.options import refuse_unknown
from twin.analysis.prediction.profiled import profile_for, usual_notes
from twin.calibration.kernel_tables import has_tables
from twin.cards import Shown
from twin.catalogue import Catalogue, shipped
from twin.catalogue.names import named
from twin.catalogue.rows import Gpu, Model, Rack
from twin.catalogue.shapes import shape_of
from twin.errors import InputError, Problem, every_problem
from twin.facility.serving.context import stretched
from twin.facility.stop_causes import stop_shares
from twin.facility.training_fit import (
    MEMORY_DOUBT,
    layout_misfits,
    layout_on,
    memory_notes,
    needed_bytes,
)
from twin.facility.training_kernels import peak_flop_s, training_kernels
from twin.facility.training_law import TrainingLaw, software_of, training_law
from twin.physics import training
from twin.workload import TrainingSteps

RANGE_SLACK_FRAC = 1e-3
"""Of the range from idle to the limit, what a step may be above a cap."""
UNCERTAINTY_DENSE = 0.12
"""Of dense models on GPUs with kernel tables: nine in ten of 26 published steps lie within
(docs/physics/training.md)."""
UNCERTAINTY_SPARSE = 0.30
"""Of models with experts, whose exchange software hides more of every year: eight published steps
lie within."""
UNCERTAINTY_UNMEASURED = 0.35
"""Of GPUs without kernel tables, scaled by data sheets; assumed."""


@dataclass(frozen=True, repr=False)
class TrainingPrediction(Shown):
    """One step of one job on one type of GPU."""

    model: str
    gpu: str
    gpus: int
    dtype: str
    software: str
    step_s: float
    tokens_per_s: float
    tokens_per_s_per_gpu: float
    tflop_s_per_gpu: float
    """Model FLOP, causal half of attention, recompute left out."""
    mfu: float
    """Of the data sheet's dense rate in this number format."""
    hfu: float
    """The same with what is computed again."""
    bound_by: str
    """What the largest part of the step goes to."""
    gpu_power_w: float
    clock_frac: float
    """That the power limit allows, of the full clock."""
    joules_per_token: float
    """Of the GPUs alone."""
    memory_bytes: float
    """That the fullest GPU needs."""
    memory_frac: float
    data_parallel: int
    uncertainty_frac: float
    extrapolated: bool
    """Whether kernel times are another GPU's or of shapes that nobody measured."""
    parts_s: dict[str, float]
    """Where the time goes; sums to step_s."""
    hours_between_stops: float | None
    """Mean time between failures of the gang's nodes; None where no rack with such GPUs is
    known."""
    stops_frac: dict[str, float]
    """Share of these stops by component that fails, as published for Llama 3; sums to 1."""
    notes: tuple[str, ...] = ()
    """What to look at, such as memory in doubt."""

    def as_dict(self) -> dict[str, Any]:
        """Plain values."""
        return asdict(self) | {"notes": list(self.notes)}


DEFAULTS = {
    "sequence_length": 8192,
    "global_batch_sequences": 1024,
    "micro_batch_sequences": 1,
    "tensor_parallel": 1,
    "pipeline_parallel": 1,
    "dtype": "bf16",
}
"""Of what is not said."""
SHORT = {
    "tp": "tensor_parallel", "pp": "pipeline_parallel", "cp": "context_parallel",
    "ep": "expert_parallel", "global_batch": "global_batch_sequences",
    "micro_batch": "micro_batch_sequences", "sequence": "sequence_length", "zero": "zero_stage",
}  # fmt: skip
"""What the command line calls them."""


def predict_training(
    model: str,
    gpu: str,
    gpus: int,
    *,
    nic_b_s: float | None = None,
    interleave: int | None = None,
    profile: str | Path | None = None,
    power_cap_w: float | None = None,
    **layout: Any,
) -> TrainingPrediction:
    """What one training step takes, where the time goes, and what the GPUs draw.

    model, gpu   as people write them: `Llama-3.1-405B`, `h100`
    gpus         of the whole job
    nic_b_s      one GPU's share of its node's network ports; of its rack where not given
    interleave   chunks a stage; the most that divides where not given
    profile      a calibration profile that was measured on this GPU, `none` for the tables that
                 ship; else the measured one that ships for dense models, where one does
    power_cap_w  of each GPU: the clock falls until its work is within
    layout       the other fields of `TrainingSteps`: tensor_parallel, pipeline_parallel,
                 sequence_length, global_batch_sequences, dtype ...
    Raises InputError with every reason why the job cannot run.
    """
    steps = steps_of(DEFAULTS | layout | {"model": model}, gpus, interleave)
    found = predict_steps(steps, gpu, gpus, nic_b_s, profile=profile, power_cap_w=power_cap_w)
    return found if interleave else chunks_told(found, steps)


def chunks_told(found: TrainingPrediction, steps: TrainingSteps) -> TrainingPrediction:
    """The answer with a note of the chunks that were chosen because nobody stated any."""
    if steps.interleave == 1:
        return found
    note = (
        f"interleave {steps.interleave}, the most chunks a stage that divide, for none was stated: "
        "bubbles are so many times smaller than in a schedule without chunks (--interleave 1)"
    )
    return replace(found, notes=(*found.notes, note))


def predict_steps(
    steps: TrainingSteps,
    gpu_name: str,
    gpus: int,
    nic_b_s: float | None = None,
    catalogue: Catalogue | None = None,
    memory_doubt: float = MEMORY_DOUBT,
    profile: str | Path | None = None,
    power_cap_w: float | None = None,
) -> TrainingPrediction:
    """Predict one step.

    gpu_name    as people write it: `h100`, `GB200-NVL72-GPU`
    nic_b_s     one GPU's share of its node's network ports; that of the first rack with such GPUs
                where not given
    memory_doubt   a layout is refused where it needs this many times the memory
    profile        a calibration profile that was measured on this GPU
    power_cap_w    of each GPU
    Raises InputError with every reason why the job cannot run.
    """
    known = catalogue or shipped()
    every_problem(
        lambda: named(known, Model, steps.model, "--model"),
        lambda: named(known, Gpu, gpu_name, "--gpu"),
    )
    model_row = named(known, Model, steps.model, "--model")
    gpu = named(known, Gpu, gpu_name, "--gpu")
    model = shape_of(model_row)
    reasons = layout_misfits(model, steps, gpu, gpus, memory_doubt)
    if reasons:
        raise InputError(_problem(reason) for reason in reasons)
    kernels = training_kernels(gpu, profile_for(profile, gpu, model_row))
    nic = _nic_b_s(known, gpu) if nic_b_s is None else nic_b_s
    law = training_law(model, steps, gpu, gpus, nic, kernels)
    step = _held_step(law, gpu, power_cap_w)
    own = (*usual_notes(profile, gpu, model_row), *stretched(model_row, steps.sequence_length))
    found = _answer(law, step, model_row, gpu, gpus, _hours_between_stops(known, gpu, gpus))
    return replace(found, notes=(*own, *found.notes))


def _problem(reason: str) -> Problem:
    """A reason with its cure, where it tells one."""
    says, _, cure = reason.partition("; ")
    return Problem("", says, "a parallel layout that fits", cure, "the command line")


def _rack_of(known: Catalogue, gpu: Gpu) -> Rack | None:
    """The first rack with such GPUs."""
    return next((rack for rack in known.rows(Rack).values() if rack.gpu == gpu.name), None)


def _hours_between_stops(known: Catalogue, gpu: Gpu, gpus: int) -> float | None:
    """Of a gang of whole nodes, any of whose failures stops it."""
    rack = _rack_of(known, gpu)
    if rack is None or rack.node_mtbf_h is None:
        return None
    nodes = -(-gpus // rack.gpus_per_node)
    return float(rack.node_mtbf_h) / nodes


def _nic_b_s(known: Catalogue, gpu: Gpu) -> float:
    """Of the first rack with such GPUs; 0 where there is none."""
    rack = _rack_of(known, gpu)
    if rack is None:
        return 0.0
    return rack.nics_per_node * rack.nic_bandwidth_b_s / rack.gpus_per_node


def _held_step(law: TrainingLaw, gpu: Gpu, cap_w: float | None) -> training.Step:
    """A step at the clock that a limit leaves. InputError for a cap that cannot be held."""
    range_w = gpu.power_max_w - gpu.power_idle_w
    cap_frac = 1.0 if cap_w is None else min((cap_w - gpu.power_idle_w) / range_w, 1.0)
    allowed = f"no cap: how {gpu.name} draws at lower clocks was not measured"
    if cap_frac == 1.0 or law.kernels.draw is not None:
        step = law.step(cap_frac=cap_frac)
        over = max(step.held.power_frac, step.held.high_frac) > cap_frac + RANGE_SLACK_FRAC
        if cap_frac == 1.0 or not over:
            return step
        least_w = math.ceil(gpu.power_idle_w + range_w * step.held.high_frac)
        allowed = f"at least {least_w} W, what {gpu.name} draws at its lowest clock"
    raise InputError([Problem("--power-cap", f"{cap_w:g} W", allowed)])


def _answer(
    law: TrainingLaw,
    step: training.Step,
    model: Model,
    gpu: Gpu,
    gpus: int,
    between_h: float | None,
) -> TrainingPrediction:
    steps = law.steps
    total_s = float(step.total_s)
    rate = step.tokens / total_s
    parts = {name: float(part) for name, part in step.parts_s.items() if float(part) > 0}
    peak = peak_flop_s(gpu, steps.dtype) * gpus * total_s
    range_w = gpu.power_max_w - gpu.power_idle_w
    power_w = gpu.power_idle_w + range_w * step.held.power_frac
    need = needed_bytes(law.model, steps, gpus)
    return TrainingPrediction(
        model=model.name,
        gpu=gpu.name,
        gpus=gpus,
        dtype=steps.dtype,
        software=steps.software or software_of(gpu),
        step_s=total_s,
        tokens_per_s=rate,
        tokens_per_s_per_gpu=rate / gpus,
        tflop_s_per_gpu=step.flop / total_s / gpus / 1e12,
        mfu=step.flop / peak,
        hfu=step.hardware_flop / peak,
        bound_by=max(parts, key=lambda name: parts[name]),
        gpu_power_w=power_w,
        clock_frac=step.held.clock_frac,
        joules_per_token=power_w * gpus / rate,
        memory_bytes=need,
        memory_frac=need / gpu.memory_bytes,
        data_parallel=law.layout.data,
        uncertainty_frac=_uncertainty_frac(law, gpu),
        extrapolated=law.kernels.beyond,
        parts_s=parts,
        hours_between_stops=between_h,
        stops_frac=stop_shares() if between_h else {},
        notes=memory_notes(law.model, steps, gpu, gpus),
    )


def _uncertainty_frac(law: TrainingLaw, gpu: Gpu) -> float:
    """What published steps of this kind were missed by."""
    if not has_tables(gpu.name):
        return UNCERTAINTY_UNMEASURED
    return UNCERTAINTY_SPARSE if law.model.experts else UNCERTAINTY_DENSE


def steps_of(numbers: dict[str, Any], gpus: int, interleave: int | None) -> TrainingSteps:
    """A step by its numbers; without a stated interleaving the most chunks that divide."""
    refuse_unknown(numbers, TrainingSteps, SHORT)
    steps = TrainingSteps(**numbers)
    if interleave is not None:
        return replace(steps, interleave=interleave)
    try:
        model = shape_of(named(shipped(), Model, steps.model))
    except InputError:
        return steps
    layers = -(-model.layers // steps.pipeline_parallel)
    tried = (replace(steps, interleave=chunks) for chunks in range(layers, 1, -1))
    fits = (one for one in tried if not training.layout_problems(model, layout_on(one, gpus)))
    return next(fits, steps)
