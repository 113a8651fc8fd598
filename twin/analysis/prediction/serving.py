"""`predict_inference`: tokens, times and power of a replica as the sum of its kernels."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

from twin.analysis.prediction.answer import InferencePrediction
from twin.analysis.prediction.ask import MOST, InferenceQuestion
from twin.analysis.prediction.profiled import profile_for
from twin.catalogue import Catalogue, shipped
from twin.catalogue.names import named
from twin.catalogue.rows import Gpu, Model
from twin.catalogue.shapes import shape_of
from twin.errors import InputError, Problem, every_problem
from twin.facility.serving.device import DeviceKernels, kernels_of
from twin.facility.serving.formats import served_formats
from twin.facility.serving.power import GpuPower
from twin.facility.serving.software import (
    CARRIED_ERROR_FRAC,
    OUTSIDE_ERROR_FRAC,
    Software,
    published_requests,
    software_named,
)
from twin.physics.inference import RUNTIME_BYTES
from twin.physics.kernels import (
    BenchmarkLoad,
    BenchmarkRun,
    LawRange,
    ServingReplica,
    iteration_laws,
    kv_bytes_per_token,
    replica_problems,
    run_benchmark,
    sequence_bytes,
    weight_bytes_per_gpu,
)

SETTLED_FILLINGS = 6
"""Requests of a run that stands for one without end, in fillings of its places."""
CAP_ROUNDS = 4
"""Rounds in which clock and activity agree under a cap; each error is a tenth of the last."""
DRAFTS_NOTE = (
    "weights of whatever drafts are not counted, its time only where it is stated; the uncertainty "
    "comes from published runs taken as without drafts"
)
OUTSIDE_FRAC = 0.1
"""Share of the time in kernels outside the measured shapes from which an answer is extrapolated."""


@dataclass(frozen=True)
class _Case:
    """A question with its names looked up."""

    asked: InferenceQuestion
    model: Model
    gpu: Gpu
    dtype: str
    replica: ServingReplica
    kernels: DeviceKernels
    software: Software

    @property
    def room_bytes(self) -> float:
        """For keys and values on each GPU."""
        free = self.gpu.memory_bytes - RUNTIME_BYTES - weight_bytes_per_gpu(self.replica)
        return self.asked.memory_frac * free

    @property
    def most(self) -> int:
        """Requests that fit on an attention rank at their longest, none put out again."""
        fitting = self.room_bytes / sequence_bytes(self.replica, self.asked.longest_tokens)
        return int(min(max(fitting, 0.0), self.asked.max_sequences))


def predict_inference(
    model: str,
    gpu: str,
    input_tokens: int,
    output_tokens: int,
    *,
    catalogue: Catalogue | None = None,
    **options: Any,
) -> InferencePrediction:
    """What a replica does under a load of equal requests.

    options   the other fields of `InferenceQuestion`

    With `max`, as many requests as fit run until a published number of them is done, first to
    last, as offline benchmarks report it; with a number, so many are always in flight.
    InputError with every reason why the model cannot be served so.
    """
    question = InferenceQuestion(model, gpu, input_tokens, output_tokens, **options)
    case = _look_up(question, shipped() if catalogue is None else catalogue)
    _refuse(case)
    load, settled = _load(case)
    run, clock_frac = _under_cap(case, load, settled)
    return _answer(case, load, settled, run, clock_frac)


def _under_cap(case: _Case, load: BenchmarkLoad, settled: bool) -> tuple[BenchmarkRun, float]:
    """The run at the highest clock whose power stays under the cap, and that clock."""
    run = _run(case, load, settled, 1.0)
    cap_w = case.asked.power_cap_w
    power = GpuPower(case.gpu, case.kernels)
    if cap_w is None or power.mean_w(run, 1.0) <= cap_w:
        return run, 1.0
    clock_frac = 1.0
    for _ in range(CAP_ROUNDS):
        clock_frac = max(power.clock_under(cap_w, run, clock_frac), case.gpu.clock_floor_frac)
        run = _run(case, load, settled, clock_frac)
    return run, clock_frac


def _run(case: _Case, load: BenchmarkLoad, settled: bool, clock_frac: float) -> BenchmarkRun:
    longest = load.input_tokens + load.output_tokens
    over = LawRange(load.concurrency * load.checked_tokens, load.token_budget, longest)
    (law,) = iteration_laws(
        case.replica, case.kernels.times, case.software.host, over, (clock_frac,)
    )
    return run_benchmark(law, load, settled)


def _look_up(question: InferenceQuestion, catalogue: Catalogue) -> _Case:
    every_problem(
        question.check,
        lambda: named(catalogue, Model, question.model, "--model"),
        lambda: named(catalogue, Gpu, question.gpu, "--gpu"),
        lambda: software_named(question.software),
        question.cut,
    )
    model = named(catalogue, Model, question.model, "--model")
    gpu = named(catalogue, Gpu, question.gpu, "--gpu")
    tensor, data = question.cut()
    dtype, formats = served_formats(model, gpu, question.dtype, question.kv_dtype)
    replica = ServingReplica(shape_of(model), formats, tensor, data)
    kernels = kernels_of(gpu, profile_for(question.profile, gpu))
    engine = software_named(question.software)
    return _Case(question, model, gpu, dtype, replica, kernels, engine)


def _refuse(case: _Case) -> None:
    """Raise InputError where the cut is none, or the model does not fit."""
    found = [
        Problem("--parallelism", f"{found} of {case.model.name}", allowed)
        for found, allowed in replica_problems(case.replica)
    ]
    if case.replica.gpus > case.gpu.scaleup_domain_gpus:
        domain = f"at most {case.gpu.scaleup_domain_gpus}, the scale-up domain of {case.gpu.name}"
        found.append(Problem("--parallelism", f"{case.replica.gpus} GPUs", domain))
    if not found and case.most < 1:
        found.append(_too_large(case))
    if found:
        raise InputError(found)


def _too_large(case: _Case) -> Problem:
    weights = weight_bytes_per_gpu(case.replica)
    longest = case.asked.longest_tokens
    need = sequence_bytes(case.replica, longest)
    found = (
        f"{weights / 1e9:.1f} GB of weights and {need / 1e9:.2f} GB for a request of {longest:,} "
        f"tokens on each GPU"
    )
    room = case.gpu.memory_bytes - RUNTIME_BYTES
    allowed = f"{room / 1e9:.1f} GB on {case.gpu.name}"
    return Problem("memory", found, allowed, "more GPUs, a narrower --dtype or shorter requests")


def _load(case: _Case) -> tuple[BenchmarkLoad, bool]:
    """What one attention rank is asked, and whether it goes on for ever."""
    asked = case.asked
    ranks = case.replica.data
    longest = asked.input_tokens + asked.output_tokens
    settled = asked.concurrency != MOST and asked.requests is None
    wanted = case.most if asked.concurrency == MOST else math.ceil(int(asked.concurrency) / ranks)
    places = min(wanted, case.most)
    usual = published_requests(longest)
    requests = math.ceil((asked.requests or usual) / ranks)
    requests = SETTLED_FILLINGS * places if settled else requests
    places = min(places, requests)
    budget = max(asked.token_budget, places * asked.checked_tokens + 1)
    load = BenchmarkLoad(
        requests, places, asked.input_tokens, asked.output_tokens, budget,
        asked.checked_tokens, asked.made_tokens, asked.drafts * asked.draft_time_s,
    )  # fmt: skip
    return load, settled


def _answer(
    case: _Case, load: BenchmarkLoad, settled: bool, run: BenchmarkRun, clock_frac: float
) -> InferencePrediction:
    ranks = case.replica.data
    gpus = case.replica.gpus
    rate = run.output_tokens_per_s * ranks
    power_w = GpuPower(case.gpu, case.kernels).mean_w(run, clock_frac)
    return InferencePrediction(
        model=case.model.name,
        gpu=case.gpu.name,
        gpus=gpus,
        parallelism=case.asked.parallelism.strip().upper(),
        dtype=case.dtype,
        kv_dtype="fp8" if case.replica.formats.kv_bytes == 1 else "bf16",
        input_tokens=load.input_tokens,
        output_tokens=load.output_tokens,
        concurrency=load.concurrency * ranks,
        requests=0 if settled else load.requests * ranks,
        output_tokens_per_s=rate,
        output_tokens_per_s_per_gpu=rate / gpus,
        ttft_s=run.time_to_first_token_s,
        tpot_s=run.time_per_output_token_s,
        step_s=run.step_s,
        tokens_per_step=load.made_tokens,
        mfu=_mfu(case, rate),
        gpu_power_w=power_w,
        clock_frac=clock_frac,
        joules_per_token=power_w * gpus / rate,
        bound_by=_bound(case, run),
        weight_bytes_per_gpu=weight_bytes_per_gpu(case.replica),
        kv_capacity_tokens=ranks * case.room_bytes / kv_bytes_per_token(case.replica),
        uncertainty_frac=_uncertainty(case, run),
        extrapolated=case.kernels.carried or run.outside_frac > OUTSIDE_FRAC,
        notes=_notes(case, load),
        source=f"{case.kernels.source}; {case.software.source}",
    )


def _mfu(case: _Case, tokens_per_s: float) -> float:
    """FLOP of the model for what is made and read, over the data sheet's."""
    model = case.replica.model
    asked = case.asked
    made = model.linear_flop_per_token() + float(
        model.attention_flop_per_token(asked.input_tokens + asked.output_tokens / 2)
    )
    read = float(model.forward_flop_per_token(asked.input_tokens))
    flop = made + read * asked.input_tokens / asked.output_tokens
    peak = case.gpu.peak_flop_s.get(case.dtype, case.gpu.bf16_flop_s)
    return tokens_per_s * flop / (peak * case.replica.gpus)


def _bound(case: _Case, run: BenchmarkRun) -> str:
    """What takes most of the time: FLOP and bytes at the rates their kernels reach."""
    rates = case.kernels.times.ceilings(case.replica.formats.projections)
    shares = {
        "compute": run.flop_per_s / rates.flop_s,
        "memory": run.byte_per_s / rates.bytes_s,
        "communication": run.exchange_frac,
        "host": run.host_frac,
    }
    return max(shares, key=lambda name: shares[name])


def _uncertainty(case: _Case, run: BenchmarkRun) -> float:
    sparse = bool(case.replica.model.experts)
    engine = case.software
    usual = engine.experts_error_frac if sparse else engine.dense_error_frac
    carried = CARRIED_ERROR_FRAC if case.kernels.carried else 0.0
    outside = OUTSIDE_ERROR_FRAC if run.outside_frac > OUTSIDE_FRAC else 0.0
    return max(usual, carried) + outside


def _notes(case: _Case, load: BenchmarkLoad) -> tuple[str, ...]:
    asked = case.asked
    notes = []
    held = load.concurrency * case.replica.data
    if asked.concurrency != MOST and held < int(asked.concurrency):
        notes.append(f"{held} of {asked.concurrency} requests fit at once; the others wait")
    if load.token_budget > asked.token_budget:
        notes.append(f"token budget raised to {load.token_budget}, for every running sequence")
    if asked.drafts:
        notes.append(DRAFTS_NOTE)
    return tuple(notes)
