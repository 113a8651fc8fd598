"""What guards let through, and what they read: requests of the services that they guard."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from twin.arrays import Array, Mask
from twin.facility.serving.lengths import passed_frac
from twin.physics.serving.requests import RequestList
from twin.scenario.schema import Scenario
from twin.seeds import stream
from twin.workload import Pool
from twin.workload.guard import GuardedService


def passed_counts(scenario: Scenario, service: str, come: Array) -> Array:
    """(window,) requests that get past the guards of a service, of those that come."""
    through = passed_frac(scenario, service)
    if through == 1.0:
        return come
    draws = stream(scenario.seed, "traffic", service, "blocked")
    return draws.binomial(come.astype(np.int64), through).astype(float)


def passes(scenario: Scenario, service: str, count: int) -> Mask:
    """(request,) whether each gets past the guards of a service."""
    draws = stream(scenario.seed, "traffic", service, "blocked")
    return draws.random(count) < passed_frac(scenario, service)


def let_through(scenario: Scenario, service: str, come: RequestList) -> RequestList:
    """Those of the requests that come to a service that its guards do not stop."""
    if passed_frac(scenario, service) == 1.0:
        return come
    kept = passes(scenario, service, come.count)
    return replace(
        come,
        arrival_s=come.arrival_s[kept],
        prompt_tokens=come.prompt_tokens[kept],
        output_tokens=come.output_tokens[kept],
        cached_tokens=None if come.cached_tokens is None else come.cached_tokens[kept],
        block_hashes=tuple(h for h, k in zip(come.block_hashes, kept, strict=False) if k),
    )


def reads_of(guard: GuardedService, come: Array, passed: Array) -> Array:
    """(window,) what a guard reads, of prompts that come and of those that are answered."""
    return come * ("prompt" in guard.reads) + passed * ("answer" in guard.reads)


def read_by(guard: Pool, guarded: GuardedService, come: RequestList, kept: Mask) -> RequestList:
    """What a guard is asked about requests, in order of time: prompts as they come, and answers
    of those that pass; an answer counts from the moment of its prompt.
    """
    prompts = come.prompt_tokens + guarded.instructions_tokens
    parts = {
        "prompt": (come.arrival_s, prompts),
        "answer": (come.arrival_s[kept], (prompts + come.output_tokens)[kept]),
    }
    arrival_s = np.concatenate([parts[name][0] for name in guarded.reads])
    tokens = np.maximum(np.concatenate([parts[name][1] for name in guarded.reads]), 1)
    order = np.argsort(arrival_s, kind="stable")
    read = tokens[order]
    cached = np.minimum(guard.requests.cached_tokens, read - 1)
    verdict = np.full(read.size, guarded.verdict_tokens, dtype=np.int64)
    shared = guard.requests.shared_tokens
    return RequestList(arrival_s[order], read, verdict, cached, shared_tokens=shared)
