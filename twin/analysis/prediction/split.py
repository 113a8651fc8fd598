"""A replica that makes tokens from prompts which others read (prefill and decode apart).

Prompts are read one at a time, so that those who wait for them do so as in a queue M/D/1 at the
load stated; as many replicas read as that load needs. Keys and values go over the network, and the
first token comes with the iteration after. Source: Zhong et al. (2024), DistServe, arXiv
2401.09670.
"""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np

from twin.analysis.prediction.answer import InferencePrediction
from twin.analysis.prediction.ask import MOST
from twin.analysis.prediction.capped import CappedRun, under_cap
from twin.analysis.prediction.case import ReplicaCase, looked_up, refuse_misfit
from twin.analysis.prediction.told import told
from twin.catalogue import Catalogue
from twin.errors import InputError, Problem
from twin.physics.kernels import BenchmarkRun, IterationLaw, LawRange, iteration_laws
from twin.physics.queueing import mean_wait_mg1_s
from twin.physics.serving.handover import after_reading_s, transfer_s
from twin.quantities import percent


def predict_split(case: ReplicaCase, catalogue: Catalogue) -> InferencePrediction:
    """What a replica does whose prompts are read by others. InputError where these cannot be."""
    reader = looked_up(case.asked.of_prefill(), catalogue)
    try:
        refuse_misfit(reader)
    except InputError as error:
        raise InputError(_named(problem) for problem in error.problems) from error
    makes = under_cap(case, lambda clock: _decoding(case, clock))
    alone = told(case, makes, _in_flight(case), 0, case.token_budget)
    return _joined(case, reader, alone, under_cap(reader, lambda clock: _reading(reader, clock)))


def _named(problem: Problem) -> Problem:
    return Problem(
        problem.where.replace("--parallelism", "--prefill"), problem.found, problem.allowed,
        problem.hint,
    )  # fmt: skip


def _joined(
    case: ReplicaCase, reader: ReplicaCase, alone: InferencePrediction, reading: CappedRun
) -> InferencePrediction:
    """The answer with what reading adds: GPUs, waits and watts."""
    asked = case.asked
    reads = reading.run
    prompts_per_s = alone.output_tokens_per_s / asked.output_tokens
    needed = prompts_per_s * reads.time_to_first_token_s / asked.prefill_load
    gpus = needed * reader.replica.tensor
    wait_s = alone.wait_s + _queue_s(reads.time_to_first_token_s, asked.prefill_load)
    sent_s = _sent_s(case, min(_lines(case), _lines(reader)))
    wait_s += _line_wait_s(case, reader, prompts_per_s, reads.time_to_first_token_s)
    pieces = case.replica.model.layers if asked.send == "layers" else 1
    left_s = float(after_reading_s(sent_s, reads.time_to_first_token_s, pieces))
    busy = asked.prefill_load
    reading_w = busy * reading.works_w + (1 - busy) * reading.rests_w
    total_w = alone.gpu_power_w * alone.gpus + reading_w * gpus
    return replace(
        alone,
        output_tokens_per_s_per_gpu=alone.output_tokens_per_s / (alone.gpus + gpus),
        ttft_s=wait_s + reads.time_to_first_token_s + left_s + alone.step_s,
        wait_s=wait_s,
        mfu=alone.mfu * alone.gpus / (alone.gpus + gpus),
        gpu_power_w=total_w / (alone.gpus + gpus),
        joules_per_token=total_w / alone.output_tokens_per_s,
        prefill_parallelism=asked.prefill.strip().upper(),
        prefill_gpus=gpus,
        prefill_s=reads.time_to_first_token_s,
        transfer_s=sent_s,
        notes=(*alone.notes, f"time to the first token with readers {percent(busy, 0)} busy"),
    )


def _queue_s(each_s: float, load_frac: float) -> float:
    """Mean wait of a queue M/D/1."""
    return mean_wait_mg1_s(load_frac / each_s, each_s, squared_variation=0.0)


def _line_wait_s(
    case: ReplicaCase, reader: ReplicaCase, prompts_per_s: float, read_s: float
) -> float:
    """What keys and values of a prompt wait for adapters: where they go to, as in a queue M/D/1, or
    where they come from. There they come no closer than a reader reads, so that only a line that is
    slower than it is waited for: in a row of steady servers all waits together are those for the
    slowest (Friedman 1965, Operations Research 13:121). InputError where lines carry no more.
    """
    asked = case.asked
    each_s = (_sent_s(case, _lines(case)), _sent_s(case, _lines(reader)))
    per_s = (prompts_per_s / case.replica.data, asked.prefill_load / read_s)
    load = max(each * rate for each, rate in zip(each_s, per_s, strict=True))
    if load >= 1:
        need = f"above {load * asked.link_bit_s / 1e9:.3g} Gbit/s, for so many keys and values"
        cure = "fewer --concurrency, a narrower --kv-dtype, or a lower --prefill-load"
        found = f"{asked.link_bit_s / 1e9:g} Gbit/s"
        raise InputError([Problem("--link", found, need, cure)])
    makers_s, readers_s = (_queue_s(e, e * rate) for e, rate in zip(each_s, per_s, strict=True))
    return max(makers_s, readers_s - _queue_s(read_s, asked.prefill_load))


def _lines(case: ReplicaCase) -> int:
    """GPUs that hold the keys and values of one sequence."""
    return case.replica.tensor * case.replica.pipeline


def _sent_s(case: ReplicaCase, lines: int) -> float:
    """A prompt's keys and values, by the adapters of so many GPUs that hold them."""
    model = case.replica.model
    size = float(model.context_bytes(case.asked.input_tokens, case.replica.formats.kv_bytes))
    return float(transfer_s(size, lines * case.asked.link_bit_s / 8))


def _law(case: ReplicaCase, sequences: int, clock_frac: float) -> IterationLaw:
    asked = case.asked
    budget = min(case.token_budget, math.ceil(asked.read_tokens))
    over = LawRange(
        sequences * asked.checked_tokens, max(budget, sequences * asked.checked_tokens),
        asked.input_tokens + asked.longest_answer, asked.input_tokens,
        rows_each=asked.checked_tokens,
    )  # fmt: skip
    (law,) = iteration_laws(case.replica, case.kernels.times, case.host, over, (clock_frac,))
    return law


def _in_flight(case: ReplicaCase) -> int:
    """Requests of which an attention rank makes tokens."""
    wanted = case.asked.concurrency
    each = case.most if wanted == MOST else math.ceil(int(wanted) / case.replica.data)
    return min(case.most, each)


def _decoding(case: ReplicaCase, clock_frac: float) -> BenchmarkRun:
    """One attention rank with all its places making tokens."""
    asked = case.asked
    many = _in_flight(case)
    law = _law(case, many, clock_frac)
    rows = many * asked.checked_tokens
    held = many * (asked.input_tokens + asked.longest_answer / 2)
    drafting_s = asked.drafts * asked.draft_time_s
    step_s = float(law.fixed_s(rows)) + float(law.context_s(many)) * held + drafting_s
    flop = float(law.work(rows, held * asked.checked_tokens)[0])
    byte = float(law.work(rows, held)[1])
    steps = max(asked.output_tokens - 1, 1) / asked.made_tokens
    return BenchmarkRun(
        output_tokens_per_s=many * asked.output_tokens / (steps * step_s),
        time_to_first_token_s=step_s,
        time_per_output_token_s=step_s / asked.made_tokens,
        step_s=step_s,
        mean_sequences=float(many),
        busy_frac=float(law.busy_frac(many)),
        flop_per_s=flop / step_s,
        byte_per_s=byte / step_s,
        exchange_frac=float(law.exchange_s(rows)) / step_s,
        host_frac=float(law.host_s(rows)) / step_s,
        outside_frac=float(law.outside_s(rows, held)) / step_s,
    )


def _reading(case: ReplicaCase, clock_frac: float) -> BenchmarkRun:
    """One attention rank that reads a prompt in the pieces that its budget allows."""
    asked = case.asked
    law = _law(case, 1, clock_frac)
    piece = min(case.token_budget, asked.read_tokens)
    pieces = np.diff(np.append(np.arange(0, asked.read_tokens, piece), asked.read_tokens))
    attention_s = float(law.prompt_attention_s(asked.read_tokens, asked.unread_tokens))
    took_s = float(law.fixed_s(0.0, pieces).sum()) + attention_s
    read = (pieces, float(asked.read_tokens))
    flop, byte = law.work(0.0, 0.0, *read, asked.unread_tokens)
    at_once = case.replica.pipeline  # prompts, one a stage
    return BenchmarkRun(
        output_tokens_per_s=1.0 / took_s,
        time_to_first_token_s=took_s,
        time_per_output_token_s=0.0,
        step_s=took_s / pieces.size,
        mean_sequences=0.0,
        busy_frac=1.0,
        flop_per_s=float(flop.sum()) * at_once / took_s,
        byte_per_s=float(byte.sum()) * at_once / took_s,
        exchange_frac=float(law.exchange_s(0.0, pieces).sum()) / took_s,
        host_frac=float(law.host_s(0.0, pieces).sum()) / took_s,
        outside_frac=float(law.outside_s(0.0, 0.0, *read).sum()) / took_s,
    )
