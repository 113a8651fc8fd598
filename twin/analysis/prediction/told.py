"""What a run of a replica's kernels says of the replica."""

from __future__ import annotations

from twin.analysis.prediction.answer import InferencePrediction
from twin.analysis.prediction.ask import MOST
from twin.analysis.prediction.capped import CappedRun
from twin.analysis.prediction.case import ReplicaCase
from twin.analysis.prediction.profiled import usual_notes
from twin.facility.serving.software import (
    BORROWED_EXPERTS_ERROR_FRAC,
    CARRIED_ERROR_FRAC,
    EAGER_ERROR_FRAC,
    FOREIGN_EXPERTS_ERROR_FRAC,
    OUTSIDE_ERROR_FRAC,
    SENT_ERROR_FRAC,
    STAGES_ERROR_FRAC,
)
from twin.physics.kernels import (
    BenchmarkRun,
    adapter_bytes,
    kv_bytes_per_token,
    weight_bytes_per_gpu,
)
from twin.quantities import percent

DRAFTS_NOTE = (
    "weights of whatever drafts are not counted, its time only where it is stated; the uncertainty "
    "comes from published runs taken as without drafts"
)
LORA_NOTE = (
    "{} adapters of {:.3g} MB on each GPU, counted as weights; {} of requests load theirs first; "
    "no published serving of adapters was fitted"
)
SHARED_NOTE = (
    "{:,} shared tokens fill whole blocks, are held once a replica and counted as read before; "
    "attention of each request reads them for itself"
)
MIG_NOTE = (
    "an instance has its share of the GPU's rates, bandwidth and power: no published serving on "
    "instances was held against it, and its power is assumed, for the vendor states none; what "
    "is told of a GPU is told of all its {}, each under this load"
)
BORROWED_NOTE = (
    "this engine's own products of experts were not measured in {} on this GPU: TensorRT-LLM's "
    "stand for them"
)
OUTSIDE_FRAC = 0.1
"""Share of the time in kernels outside the measured shapes from which an answer is extrapolated."""


def told(
    case: ReplicaCase, found: CappedRun, in_flight: int, requests: int, budget: int
) -> InferencePrediction:
    """The answer to a question from what an attention rank does.

    in_flight   requests on the rank
    requests    of the whole run; 0 where it goes on for ever
    budget      tokens of an iteration at most
    """
    ranks = case.replica.data
    gpus = case.replica.gpus
    run = found.run
    held = _held(case, in_flight)
    rate = run.output_tokens_per_s * held / in_flight
    wait_s = _wait_s(case, run, in_flight)
    beside = case.side_by_side
    power_w = _gpu_power_w(case, found)
    return InferencePrediction(
        model=case.model.name,
        gpu=case.gpu.name,
        gpus=gpus,
        parallelism=case.asked.parallelism.strip().upper(),
        dtype=case.dtype,
        kv_dtype="fp8" if case.replica.formats.kv_bytes == 1 else "bf16",
        input_tokens=case.asked.input_tokens,
        output_tokens=case.asked.output_tokens,
        concurrency=held,
        requests=requests,
        output_tokens_per_s=rate,
        output_tokens_per_s_per_gpu=rate * beside / gpus,
        ttft_s=wait_s + run.time_to_first_token_s,
        wait_s=wait_s,
        tpot_s=run.time_per_output_token_s,
        step_s=run.step_s,
        tokens_per_step=case.asked.made_tokens,
        mfu=_mfu(case, rate),
        gpu_power_w=power_w,
        clock_frac=found.clock_frac,
        joules_per_token=power_w * gpus / (rate * beside),
        instances_per_gpu=beside,
        bound_by=_bound(case, run, found.clock_frac),
        weight_bytes_per_gpu=weight_bytes_per_gpu(case.replica) * beside,
        kv_capacity_tokens=ranks * case.room_bytes / kv_bytes_per_token(case.replica),
        uncertainty_frac=_uncertainty(case, run),
        extrapolated=case.kernels.carried or run.outside_frac > OUTSIDE_FRAC,
        notes=_notes(case, in_flight, held, budget),
        source=f"{case.kernels.source}; {case.software.source}",
    )


def _gpu_power_w(case: ReplicaCase, found: CappedRun) -> float:
    """Of a GPU on average; of one in instances with all of them at work, at rest once."""
    busy = found.run.busy_frac
    power_w = busy * found.works_w + (1 - busy) * found.rests_w
    if case.side_by_side == 1 and case.gpu is case.whole:
        return power_w
    return case.whole.power_idle_w + case.side_by_side * (power_w - case.gpu.power_idle_w)


def _asked(case: ReplicaCase) -> int | None:
    """Requests that clients have in flight: no more than there are; None for as many as fit."""
    asked = case.asked
    if asked.concurrency == MOST:
        return None
    wanted = int(asked.concurrency)
    return wanted if asked.requests is None else min(wanted, asked.requests)


def _held(case: ReplicaCase, in_flight: int) -> int:
    """Requests on all ranks where the fullest has `in_flight`; the others wait for that one."""
    places = in_flight * case.replica.data
    wanted = _asked(case)
    return places if wanted is None else min(wanted, places)


def _wait_s(case: ReplicaCase, run: BenchmarkRun, in_flight: int) -> float:
    """What a client waits for a place where more requests are in flight than run: Little's law
    over the whole circle of a request, less what it spends on the replica.
    """
    asked = case.asked
    wanted = _asked(case)
    if wanted is None or in_flight * case.replica.data >= wanted:
        return 0.0
    requests_per_s = run.output_tokens_per_s / asked.output_tokens
    circle_s = wanted / case.replica.data / requests_per_s
    answer_s = (asked.output_tokens - 1) * run.time_per_output_token_s
    return max(circle_s - run.time_to_first_token_s - answer_s, 0.0)


def _mfu(case: ReplicaCase, tokens_per_s: float) -> float:
    """FLOP of the model for what is made and read, over the data sheet's."""
    model = case.replica.model
    asked = case.asked
    made = model.linear_flop_per_token() + float(
        model.attention_flop_per_token(asked.input_tokens + asked.longest_answer / 2)
    )
    read = float(model.forward_flop_per_token(asked.input_tokens))
    flop = made + read * asked.read_tokens / asked.output_tokens
    peak = case.gpu.peak_flop_s.get(case.dtype, case.gpu.bf16_flop_s)
    return tokens_per_s * flop / (peak * case.replica.gpus)


def _bound(case: ReplicaCase, run: BenchmarkRun, clock_frac: float) -> str:
    """What takes most of the time: FLOP and bytes at the rates their kernels reach at a clock."""
    rates = case.kernels.times.ceilings(case.replica.formats.projections)
    shares = {
        "compute": run.flop_per_s / (rates.flop_s * clock_frac),
        "memory": run.byte_per_s / rates.bytes_s,
        "communication": run.exchange_frac,
        "host": run.host_frac,
    }
    return max(shares, key=lambda name: shares[name])


def _uncertainty(case: ReplicaCase, run: BenchmarkRun) -> float:
    sparse = bool(case.replica.model.experts)
    engine = case.software
    usual = engine.experts_error_frac if sparse else engine.dense_error_frac
    foreign = case.kernels.foreign and sparse
    known = FOREIGN_EXPERTS_ERROR_FRAC if foreign else CARRIED_ERROR_FRAC
    carried = known if case.kernels.carried else 0.0
    outside = OUTSIDE_ERROR_FRAC if run.outside_frac > OUTSIDE_FRAC else 0.0
    queued = EAGER_ERROR_FRAC if case.eager else 0.0
    stages = STAGES_ERROR_FRAC if case.replica.pipeline > 1 else 0.0
    sent = SENT_ERROR_FRAC if case.replica.dispatch is not None else 0.0
    borrowed = BORROWED_EXPERTS_ERROR_FRAC if _borrows_experts(case) else 0.0
    return max(usual, carried, queued, stages, sent) + outside + borrowed


def _borrows_experts(case: ReplicaCase) -> bool:
    """Whether its engine's own products of experts were not measured in their format."""
    return case.kernels.times.borrowed("moe", case.replica.formats.experts)


def _notes(case: ReplicaCase, in_flight: int, held: int, budget: int) -> tuple[str, ...]:
    asked = case.asked
    notes = list(usual_notes(asked.profile, case.gpu, case.model))
    ranks = case.replica.data
    wanted = _asked(case)
    if wanted is not None and held < wanted:
        notes.append(f"{held} of {wanted} requests fit at once; the others wait")
    if held < in_flight * ranks:
        notes.append(f"{held} requests on {ranks} ranks, which all take as long as the fullest")
    if budget > case.token_budget * case.replica.pipeline:
        notes.append(f"token budget raised to {budget}, for every running sequence")
    if asked.drafts:
        notes.append(DRAFTS_NOTE)
    if adapters := case.replica.adapters:
        each = adapter_bytes(adapters, case.replica.model, case.replica.tensor)
        notes.append(
            LORA_NOTE.format(adapters.resident, each / 1e6, percent(adapters.missing_frac))
        )
    if asked.shared_tokens:
        notes.append(SHARED_NOTE.format(asked.shared_tokens))
    if asked.mig:
        instances = f"{case.side_by_side} instances" if case.side_by_side > 1 else "one instance"
        notes.append(MIG_NOTE.format(instances))
    if _borrows_experts(case):
        notes.append(BORROWED_NOTE.format(case.replica.formats.experts))
    if (by := case.replica.dispatch) is not None:
        more = percent(by.fullest - 1, 0)
        notes.append(f"each token is sent to its experts; the fullest rank gets {more} above mean")
    return tuple(notes)
