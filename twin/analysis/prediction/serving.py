"""`predict_inference`: tokens, times and power of a replica as the sum of its kernels."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import Any

from twin.analysis.prediction.answer import InferencePrediction
from twin.analysis.prediction.ask import MOST, InferenceQuestion
from twin.analysis.prediction.capped import under_cap
from twin.analysis.prediction.case import ReplicaCase, looked_up, refuse_misfit
from twin.analysis.prediction.options import refuse_unknown
from twin.analysis.prediction.split import predict_split
from twin.analysis.prediction.told import told
from twin.catalogue import Catalogue, shipped
from twin.facility.serving.context import longest_request
from twin.facility.serving.software import published_requests
from twin.physics.kernels import (
    BenchmarkLoad,
    IterationLaw,
    LawRange,
    RequestMix,
    iteration_laws,
    request_apart,
    run_benchmark,
)

SHORT = {
    "tp": "parallelism", "pp": "parallelism", "link": "link_bit_s", "power_cap": "power_cap_w",
    "memory": "memory_frac", "draft_time": "draft_time_s", "input": "input_tokens",
    "output": "output_tokens", "context": "context_tokens",
    "cached": "cached_tokens", "shared": "shared_tokens", "deviation": "output_deviation",
}  # fmt: skip
"""What the command line calls some options."""
SETTLED_FILLINGS = 6
"""Requests of a run that stands for one without end, in fillings of its places."""
MIXED_FILLINGS = 24
"""The same where answers differ: the longest of the first filling have to end."""


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
    refuse_unknown(options, InferenceQuestion, SHORT)
    question = InferenceQuestion(model, gpu, input_tokens, output_tokens, **options)
    rows = shipped() if catalogue is None else catalogue
    case = looked_up(question, rows)
    refuse_misfit(case)
    if question.prefill:
        return predict_split(case, rows)
    load, settled = _load(case)
    found = under_cap(case, lambda clock: run_benchmark(_law(case, load, clock), load, settled))
    requests = 0 if settled else load.requests * case.replica.data
    answer = told(case, found, load.concurrency, requests, load.token_budget)
    if not settled or answer.wait_s:
        return answer
    return _with_apart(answer, load, _law(case, load, found.clock_frac))


def _with_apart(
    answer: InferencePrediction, load: BenchmarkLoad, law: IterationLaw
) -> InferencePrediction:
    """The answer with what requests see that do not begin together."""
    mix = RequestMix(
        load.input_tokens, load.output_tokens, load.cached_tokens, load.concurrency,
        load.token_budget, load.checked_tokens, load.made_tokens, load.drafting_s,
        load.output_deviation,
    )  # fmt: skip
    apart = request_apart(law, mix, load.concurrency)
    if apart is None:
        return answer
    return replace(answer, ttft_apart_s=apart[0], tpot_apart_s=apart[1])


def _law(case: ReplicaCase, load: BenchmarkLoad, clock_frac: float) -> IterationLaw:
    longest = load.input_tokens + case.asked.longest_answer
    piece = min(load.read_tokens, load.token_budget / case.replica.pipeline)
    over = LawRange(
        load.concurrency * load.checked_tokens, load.token_budget, longest, load.input_tokens,
        piece_tokens=piece, rows_each=load.checked_tokens,
    )  # fmt: skip
    (law,) = iteration_laws(case.replica, case.kernels.times, case.host, over, (clock_frac,))
    return law


def _longest_answer(case: ReplicaCase) -> float:
    """Tokens of any answer: what the model, or its engine, takes beside the prompt."""
    return longest_request(case.model, case.asked.context_tokens) - case.asked.input_tokens


def _load(case: ReplicaCase) -> tuple[BenchmarkLoad, bool]:
    """What one attention rank is asked, and whether it goes on for ever."""
    asked = case.asked
    ranks = case.replica.data
    longest = asked.input_tokens + asked.output_tokens
    settled = asked.concurrency != MOST and asked.requests is None
    wanted = case.most if asked.concurrency == MOST else math.ceil(int(asked.concurrency) / ranks)
    places = min(wanted, case.most)
    usual = published_requests(longest)
    requests = math.ceil((asked.requests or usual) / ranks)
    fillings = MIXED_FILLINGS if asked.output_deviation else SETTLED_FILLINGS
    requests = fillings * places if settled else requests
    places = min(places, requests)
    stages = case.replica.pipeline
    budget = max(case.token_budget * stages, places * asked.checked_tokens + 1)
    load = BenchmarkLoad(
        requests, places, asked.input_tokens, asked.output_tokens, budget,
        asked.checked_tokens, asked.made_tokens, asked.drafts * asked.draft_time_s,
        asked.unread_tokens, asked.output_deviation,
        max(_longest_answer(case), asked.output_tokens),
    )  # fmt: skip
    return load, settled
