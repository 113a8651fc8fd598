"""What a serving benchmark reports of one replica: rates and times of its schedule of iterations.

That is how serving benchmarks load an engine (`trtllm-bench throughput`, `vllm bench serve` with a
limit on concurrency): so many requests in flight, of one length or with answers of a law of
lengths. Where drafts are checked, products have a row for each checked token; keys and values are
streamed once for all of a sequence.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from twin.physics.kernels.iteration import IterationLaw
from twin.physics.kernels.schedule import BenchmarkLoad, Schedule, benchmark_schedule

Array = NDArray[np.float64]


@dataclass(frozen=True)
class BenchmarkRun:
    """What a benchmark reports; means over the requests that count."""

    output_tokens_per_s: float
    """Of one attention rank."""
    time_to_first_token_s: float
    """From the moment a place is free."""
    time_per_output_token_s: float
    step_s: float
    """Mean time of an iteration."""
    mean_sequences: float
    busy_frac: float
    """Share of the time in which a GPU has anything to do: all of it, but with fewer micro-batches
    than stages."""
    flop_per_s: float
    """Of one GPU, averaged over the run; likewise the bytes."""
    byte_per_s: float
    exchange_frac: float
    """Share of the time in which the replica's GPUs exchange tokens."""
    host_frac: float
    """Share of the time beside all kernels."""
    outside_frac: float
    """Share of the time in kernels outside the shapes that were measured."""


def run_benchmark(law: IterationLaw, load: BenchmarkLoad, settled: bool = False) -> BenchmarkRun:
    """Run it to the end.

    settled   leave out the first and the last `concurrency` requests: a service that goes on, and
              not a run with its beginning and end; its rate by Little's law, for every place is
              taken again at once
    Raises ValueError where the load is none.
    """
    plan = benchmark_schedule(load)
    each_s = _stretch_s(law, plan, load)
    rows = plan.sequences * load.checked_tokens
    clock_s = np.concatenate([[0.0], np.cumsum(each_s)])
    counted = _counted(plan, load, settled)
    requests = plan.count[counted].sum()
    weight = plan.count[counted] / requests
    first_s = clock_s[plan.first_token] - clock_s[plan.opened]
    made_s = clock_s[plan.finished] - clock_s[plan.first_token]
    wall_s = clock_s[-1]
    per_s = requests / wall_s
    if settled:
        circle_s = float(weight @ (first_s + made_s)[counted])
        per_s = _steady_rate(load, plan, each_s, circle_s)
    read = (plan.prompt_tokens, float(load.read_tokens))
    cached = float(load.cached_tokens)
    flop = law.work(rows, plan.context_tokens * load.checked_tokens, *read, cached)[0]
    byte = law.work(rows, plan.context_tokens, *read, cached)[1]
    outside_s = law.outside_s(rows, plan.context_tokens, *read)
    exchange_s = law.exchange_s(rows, plan.prompt_tokens)
    return BenchmarkRun(
        output_tokens_per_s=float(per_s * load.output_tokens),
        time_to_first_token_s=float(weight @ first_s[counted]),
        time_per_output_token_s=float(weight @ made_s[counted]) / max(load.output_tokens - 1, 1),
        step_s=float(wall_s / plan.steps.sum()),
        mean_sequences=float(plan.sequences @ each_s / wall_s),
        busy_frac=float(law.busy_frac(plan.sequences, plan.prompt_tokens) @ each_s / wall_s),
        flop_per_s=float(flop @ plan.steps / wall_s),
        byte_per_s=float(byte @ plan.steps / wall_s),
        exchange_frac=float(exchange_s @ plan.steps / wall_s),
        outside_frac=float(outside_s @ plan.steps / wall_s),
        host_frac=float(law.host_s(rows, plan.prompt_tokens) @ plan.steps / wall_s),
    )


def _steady_rate(load: BenchmarkLoad, plan: Schedule, each_s: Array, circle_s: float) -> float:
    """Requests a second of a service that goes on: by Little's law; where answers are of several
    lengths, of which those that end in a stretch of time are no fair draw, by the tokens that are
    made between the first and the last fillings.
    """
    if load.output_deviation <= 0 or load.output_tokens == 1:
        return load.concurrency / circle_s
    done = np.cumsum(plan.count)
    first, last = np.searchsorted(done, (load.concurrency, load.requests - load.concurrency))
    middle = slice(plan.finished[first], plan.finished[last])
    after_first = float(plan.sequences[middle] @ plan.steps[middle]) * load.made_tokens
    return after_first / (load.output_tokens - 1) / float(each_s[middle].sum())


def _stretch_s(law: IterationLaw, plan: Schedule, load: BenchmarkLoad) -> Array:
    """(stretch,) seconds: attention of prompts as the share of whole prompts that is read."""
    each = law.fixed_s(plan.sequences * load.checked_tokens, plan.prompt_tokens)
    each += law.reading_s(plan.prompt_tokens, load.read_tokens, load.cached_tokens)
    each += np.where(plan.sequences > 0, load.drafting_s, 0.0)
    seconds: Array = plan.steps * (each + law.context_s(plan.sequences) * plan.context_tokens)
    return seconds


def _counted(plan: Schedule, load: BenchmarkLoad, settled: bool) -> NDArray[np.bool_]:
    """(group,) requests that count: all, or those between the first and the last fillings."""
    if not settled:
        return np.ones(plan.count.size, dtype=bool)
    before = np.cumsum(plan.count) - plan.count
    kept = (before >= load.concurrency) & (before < load.requests - load.concurrency)
    return kept if kept.any() else np.ones(plan.count.size, dtype=bool)
