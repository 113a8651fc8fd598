"""Arrivals: how many requests come in every window, and the tokens they ask for."""

from __future__ import annotations

import numpy as np

from twin.arrays import Array, Index
from twin.facility.serving.lengths import length_law, pool_named
from twin.physics.serving.latency import LengthLaw
from twin.physics.serving.requests import RequestList
from twin.scenario.schema import Scenario
from twin.seeds import stream
from twin.simulation.kernel.moments import count_of, moment_s, steps_at
from twin.simulation.serving.guarding import let_through, passed_counts, passes, read_by, reads_of
from twin.traces import RequestTrace
from twin.workload import Pool


def arrivals(
    scenario: Scenario, pool: Pool, mean_tokens: float, sigma: float
) -> tuple[Array, Array]:
    """Tokens asked and requests (window,): a daily sinusoid with over-dispersed counts, or those of
    a trace.

    mean_tokens, sigma   of a request's output, the second of its logarithm
    Each quantity draws from its own stream, so a longer horizon meets the same first windows.
    """
    if _source(scenario, pool).requests.trace is not None:
        return _recorded_windows(scenario, pool, single_requests(scenario, pool))
    arrived = _counts(scenario, pool)
    sizes = stream(scenario.seed, "traffic", pool.name, "sizes")
    deviation = mean_tokens * np.sqrt(np.expm1(sigma**2) * arrived)
    tokens = arrived * mean_tokens + deviation * sizes.standard_normal(arrived.size)
    return np.maximum(tokens, 0.0), arrived


def _source(scenario: Scenario, pool: Pool) -> Pool:
    """The pool whose users ask: a guard's are those of what it guards."""
    guarded = pool.requests.guards
    return pool if guarded is None else pool_named(scenario, guarded.service)


def _counts(scenario: Scenario, pool: Pool) -> Array:
    """(window,) requests that arrive at a pool."""
    source = _source(scenario, pool)
    come = _asked(scenario, source)
    passed = passed_counts(scenario, source.name, come)
    guarded = pool.requests.guards
    return passed if guarded is None else reads_of(guarded, come, passed)


def _asked(scenario: Scenario, pool: Pool) -> Array:
    """(window,) requests of users."""
    requests = pool.requests
    count = count_of(scenario.horizon, pool.window_s)
    many, bursts = (
        stream(scenario.seed, "traffic", pool.name, part) for part in ("arrivals", "bursts")
    )
    rate = requests.rate or 0.0
    mean = np.maximum(rate * pool.window_s * _shape(scenario, pool, count), 0.0)
    spread = max(requests.burstiness - 1.0, 1e-9)
    return many.poisson(bursts.gamma(mean / spread + 1e-12, spread)).astype(float)


def recorded(scenario: Scenario, pool: Pool, trace: RequestTrace) -> RequestList:
    """The requests of a trace up to the horizon, as far apart as the stated rate asks."""
    rate = pool.requests.rate
    own = (len(trace) - 1) / trace.span_s if trace.span_s > 0 else 1.0
    arrival = trace.arrival_s * (1.0 if rate is None else own / rate)
    kept = int(np.searchsorted(arrival, scenario.horizon, side="left"))
    hashes = tuple(trace.hashes_of(q) for q in range(kept)) if trace.block_tokens else ()
    prompt = np.maximum(trace.input_tokens[:kept], 1)
    return RequestList(
        arrival[:kept],
        prompt,
        np.maximum(trace.output_tokens[:kept], 1),
        np.minimum(pool.requests.cached_tokens, prompt - 1),
        hashes,
        trace.block_tokens or 16,
        shared_tokens=pool.requests.shared_tokens,
    )


def _recorded_windows(scenario: Scenario, pool: Pool, requests: RequestList) -> tuple[Array, Array]:
    """Those of whole windows; a last one that the horizon cuts goes on as it began."""
    count = count_of(scenario.horizon, pool.window_s)
    window = np.minimum(steps_at(requests.arrival_s, pool.window_s), count - 1)
    whole = np.ones(count)
    whole[-1] = pool.window_s / (scenario.horizon - moment_s(count - 1, pool.window_s))
    tokens = np.bincount(window, requests.output_tokens, count)
    return tokens * whole, np.bincount(window, minlength=count) * whole


def single_requests(scenario: Scenario, pool: Pool) -> RequestList:
    """Every request with its moment and its lengths: those of a trace, or drawn; what passes the
    guards of a pool, or what it reads as one.

    As many are asked in a window as the fluid form sees there, at any moment of it alike.
    """
    source = _source(scenario, pool)
    trace = source.requests.recorded()
    if trace is not None:
        come = recorded(scenario, source, trace)
    else:
        come = _drawn_requests(scenario, source, length_law(scenario, source))
    guarded = pool.requests.guards
    if guarded is None:
        return let_through(scenario, source.name, come)
    return read_by(pool, guarded, come, passes(scenario, source.name, come.count))


def _drawn_requests(scenario: Scenario, pool: Pool, lengths: LengthLaw) -> RequestList:
    arrived = _asked(scenario, pool).astype(np.int64)
    moments, prompts, outputs = (
        stream(scenario.seed, "traffic", pool.name, part)
        for part in ("moments", "prompts", "outputs")
    )
    window = np.repeat(np.arange(arrived.size), arrived)
    at_s = np.sort((window + moments.random(window.size)) * pool.window_s)
    at_s = at_s[at_s < scenario.horizon]
    prompt = _drawn(prompts, lengths.input_tokens, lengths.input_log_sigma, at_s.size)
    output = _drawn(outputs, lengths.output_tokens, lengths.output_log_sigma, at_s.size)
    cached = np.minimum(int(lengths.cached_tokens), prompt - 1)
    shared = pool.requests.shared_tokens
    return RequestList(at_s, prompt, output, cached, shared_tokens=shared)


def adapters_asked(scenario: Scenario, pool: Pool, shares: tuple[float, ...], count: int) -> Index:
    """(request,) the adapter that each of so many requests asks for."""
    draw = stream(scenario.seed, "traffic", pool.name, "adapters")
    return np.asarray(draw.choice(len(shares), count, p=shares), dtype=np.int64)


def _drawn(
    draw: np.random.Generator, mean: float, sigma: float, count: int
) -> np.ndarray[tuple[int], np.dtype[np.int64]]:
    """(count,) whole tokens of a log-normal law."""
    values = mean * np.exp(sigma * draw.standard_normal(count) - sigma**2 / 2)
    return np.maximum(np.round(values), 1).astype(np.int64)


def _shape(scenario: Scenario, pool: Pool, count: int) -> Array:
    """(window,) arrivals over their daily mean."""
    start = scenario.start
    hours = start.hour + start.minute / 60.0 + start.second / 3600.0
    hour = hours + (np.arange(count) + 0.5) * pool.window_s / 3600.0
    angle = 2 * np.pi * (hour - pool.requests.peak_hour) / 24.0
    return np.asarray(1.0 + pool.requests.diurnal_amplitude * np.cos(angle))
