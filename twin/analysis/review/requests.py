"""What a reviewer remarks about the requests of services and of learning: longer than a model
takes, and software of which a later release schedules otherwise.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from twin.arrays import Index
from twin.catalogue.rows import Model, ServingSoftware
from twin.facility.model import Facility
from twin.facility.serving.context import allowed_request, longest_request, stretched
from twin.facility.serving.lengths import length_law
from twin.findings import Finding, FindingCode
from twin.physics.serving.latency import LengthLaw
from twin.quantities import percent
from twin.scenario.schema import Scenario
from twin.workload import Pool, TrainingSteps

DRAWN = 4096
"""Requests of a length law that are held against a limit."""
TOLD_FRAC = 1e-3
"""Share of requests above the limit from which it is told."""
RARE = 4.0
"""Standard deviations beyond which no request of a law is looked for."""
WAITS = "vllm"
"""The scheduler that waits for each iteration; `vllm_async` is its later one."""


def findings(facility: Facility) -> Iterator[Finding]:
    """Of every service and of every job that learns, one after another."""
    scenario = facility.scenario
    for i, work in enumerate(scenario.workload):
        for pool in work.pools():
            yield from _too_long(scenario, i, pool)
            yield from _older(scenario, i, pool)
        if any(need.kind == "models" for need in work.needs()):
            steps = {job.steps for job in work.jobs(scenario.seed) if job.steps}
            for one in steps:
                yield from _learnt(scenario, i, work.name, one)


def _too_long(scenario: Scenario, i: int, pool: Pool) -> Iterator[Finding]:
    """Requests beyond the longest that the model or its engine takes: as a rule, or some."""
    model = scenario.catalogue.get(Model, pool.model)
    stated = pool.engine.context_tokens
    most = longest_request(model, stated)
    law = length_law(scenario, pool)
    mean = law.input_tokens + law.output_tokens
    at = ("workload", i, "requests")
    limit = allowed_request(model, stated)
    if mean > most:
        says = f"requests of {mean:,.0f} tokens on average; {limit}"
        yield Finding(FindingCode.REQUESTS_TOO_LONG, pool.name, says, at)
        return
    if pool.requests.trace is None and _long(law) <= most:
        return
    tokens = _tokens(scenario, pool)
    beyond = float((tokens > most).mean())
    if beyond >= TOLD_FRAC:
        says = f"{percent(beyond)} of its requests are longer, up to {tokens.max():,}; {limit}"
        yield Finding(FindingCode.SOME_REQUESTS_TOO_LONG, pool.name, says, at)


def _learnt(scenario: Scenario, i: int, name: str, steps: TrainingSteps) -> Iterator[Finding]:
    """Sequences of training, and the longest answers that it learns from."""
    model = scenario.catalogue.get(Model, steps.model)
    for says in stretched(model, steps.sequence_length):
        at = ("workload", i, "sequence_length")
        yield Finding(FindingCode.SEQUENCES_STRETCHED, name, says, at)
    asked = steps.rollouts
    if asked is None:
        return
    longest = asked.prompt_tokens + asked.most_output
    if longest > longest_request(model, asked.context_tokens):
        cut = f"answers are cut at {asked.most_output:,} tokens (`longest_output`)"
        says = f"{cut} behind {asked.prompt_tokens:,} of a prompt; "
        says += allowed_request(model, asked.context_tokens)
        at = ("workload", i, "rollouts")
        yield Finding(FindingCode.REQUESTS_TOO_LONG, name, says, at)


def _long(law: LengthLaw) -> float:
    """Tokens of a prompt and an answer that are both longer than all but a few in 100,000."""
    prompt = law.input_tokens * np.exp(RARE * law.input_log_sigma)
    return float(prompt + law.output_tokens * np.exp(RARE * law.output_log_sigma))


def _tokens(scenario: Scenario, pool: Pool) -> Index:
    """(request,) prompt and answer together: as recorded, or as many as stand for a law."""
    trace = pool.requests.recorded()
    if trace is not None:
        return trace.input_tokens + trace.output_tokens
    prompt, answer = length_law(scenario, pool).drawn(DRAWN, scenario.seed)
    return np.asarray(prompt + answer)


def _older(scenario: Scenario, i: int, pool: Pool) -> Iterator[Finding]:
    """A row whose scheduler waits for each iteration, where a later one does not."""
    name = pool.engine.software
    if name is None or scenario.catalogue.get(ServingSoftware, name).scheduler != WAITS:
        return
    says = f"{name} waits for each iteration, as vLLM to release 0.13; 0.14 schedules one ahead"
    at = ("workload", i, "engine", "software")
    yield Finding(FindingCode.OLDER_SCHEDULER, pool.name, says, at)
