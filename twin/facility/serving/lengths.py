"""How long the requests of a service are: a catalogue row, plain numbers, or a trace."""

from __future__ import annotations

from dataclasses import replace
from math import prod

import numpy as np

from twin.arrays import Array
from twin.catalogue.rows import RequestLengths
from twin.physics.serving.latency import LengthLaw
from twin.scenario.schema import Scenario
from twin.traces import RequestTrace
from twin.workload import Pool
from twin.workload.guard import GuardedService
from twin.workload.serving_engine import Stage


def length_law(scenario: Scenario, pool: Pool) -> LengthLaw:
    """Means of prompt and answer, and the spread of their logarithms."""
    requests = pool.requests
    law = _lengths(scenario, pool)
    return replace(
        law,
        cached_tokens=float(requests.cached_tokens),
        shared_tokens=float(requests.shared_tokens),
    )


def _lengths(scenario: Scenario, pool: Pool) -> LengthLaw:
    requests = pool.requests
    if requests.guards is not None:
        service = requests.guards.service
        of = length_law(scenario, pool_named(scenario, service))
        return _lengths_read(requests.guards, of, passed_frac(scenario, service))
    trace = requests.recorded()
    if trace is not None:
        return _of_trace(trace)
    if requests.input_tokens is not None and requests.output_tokens is not None:
        return LengthLaw(float(requests.input_tokens), float(requests.output_tokens))
    row = scenario.catalogue.get(RequestLengths, requests.lengths)
    return LengthLaw(
        row.input_mean_tokens, row.output_mean_tokens, row.input_log_sigma, row.output_log_sigma
    )


def of_stage(lengths: LengthLaw, stage: Stage) -> LengthLaw:
    """What a stage of a service does of its requests: one token of each prompt, or all after it."""
    if stage is Stage.PREFILL:
        return replace(lengths, output_tokens=1.0, output_log_sigma=0.0)
    return replace(lengths, ready=stage is Stage.DECODE)


def in_blocks(lengths: LengthLaw, block_tokens: int) -> LengthLaw:
    """With as much of what prompts share as fills blocks of a prefix cache; none without one.

    block_tokens   of the cache; 0 where there is none
    """
    whole = lengths.shared_tokens // block_tokens * block_tokens if block_tokens else 0.0
    return replace(lengths, shared_tokens=whole)


def _of_trace(trace: RequestTrace) -> LengthLaw:
    prompt = trace.input_tokens.astype(float)
    output = np.maximum(trace.output_tokens, 1).astype(float)
    return LengthLaw(
        float(prompt.mean()), float(output.mean()), _log_sigma(prompt), _log_sigma(output)
    )


def _log_sigma(tokens: Array) -> float:
    """Of the log-normal law with this mean and median; of the logarithms where these fall apart."""
    ratio = float(tokens.mean() / max(np.median(tokens), 1.0))
    return float(np.sqrt(2 * np.log(ratio))) if ratio > 1 else float(np.log(tokens).std())


def pool_named(scenario: Scenario, name: str) -> Pool:
    """The pool of a service."""
    return next(p for work in scenario.workload for p in work.pools() if p.name == name)


def passed_frac(scenario: Scenario, service: str) -> float:
    """Share of the prompts of a service that none of its guards stops."""
    asked = [pool.requests.guards for work in scenario.workload for pool in work.pools()]
    return prod(1.0 - one.blocked for one in asked if one and one.service == service)


def _lengths_read(guarded: GuardedService, of: LengthLaw, passed: float) -> LengthLaw:
    """Lengths of what a guard reads: mean and spread of prompts and of prompts with answers,
    together log-normal.
    """
    many = np.array([1.0, passed]) * [name in guarded.reads for name in ("prompt", "answer")]
    weight = many / many.sum()
    prompt = of.input_tokens
    answer = of.output_tokens
    mean = guarded.instructions_tokens + np.array([prompt, prompt + answer])
    of_prompt = prompt**2 * np.expm1(of.input_log_sigma**2)
    of_answer = answer**2 * np.expm1(of.output_log_sigma**2)
    square = mean**2 + np.array([of_prompt, of_prompt + of_answer])
    whole = float(weight @ mean)
    sigma = float(np.sqrt(np.log(weight @ square / whole**2)))
    return LengthLaw(whole, float(guarded.verdict_tokens), sigma)
