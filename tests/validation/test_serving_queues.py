"""The request engine in the limits of queueing theory: M/M/1, M/M/c, M/G/1, service in batches, and
Little's law.

Sources: Kleinrock (1975), Queueing Systems I, 3.2, 3.5 and 5.7 (Pollaczek and Khinchine); Bailey
(1954), doi 10.1111/j.2517-6161.1954.tb00152.x (batches; solved here as a Markov chain); Little
(1961), doi 10.1287/opre.9.3.383.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import factorial

import numpy as np
import pytest
from numpy.typing import ArrayLike
from scipy.stats import poisson

from twin.physics.serving.engine import Served, fresh_state, serve
from twin.physics.serving.law import Engine, tabulated
from twin.physics.serving.requests import RequestList
from twin.physics.serving.routing import Routing, advance

ROOM = 1e14
TOKENS = 1_000_000
"""Of a mean prompt: so many that whole tokens are as good as any number."""


@dataclass(frozen=True)
class Plain:
    """An iteration takes `step_s` and `token_s` for each prompt token."""

    step_s: float = 0.0
    token_s: float = 0.0

    def fixed_s(self, sequences: ArrayLike, prompt_tokens: ArrayLike) -> np.ndarray:
        n = np.asarray(sequences, float)
        return self.step_s + 0 * n + self.token_s * np.asarray(prompt_tokens, float)

    def context_s(self, sequences: ArrayLike) -> np.ndarray:
        return np.zeros(np.shape(sequences))

    def prompt_attention_s(self, prompt_tokens: ArrayLike, before_tokens: ArrayLike) -> np.ndarray:
        return np.zeros(np.broadcast(prompt_tokens, before_tokens).shape)


def poisson_stream(count: int, rate: float, prompt: ArrayLike, output: ArrayLike) -> RequestList:
    arrival = np.cumsum(np.random.default_rng(11).exponential(1 / rate, count))
    one = np.ones(count, dtype=np.int64)
    return RequestList(arrival, one * np.asarray(prompt), one * np.asarray(output))


def one_server(work: np.ndarray, rate: float) -> Served:
    """A server that reads one prompt at a time, one second for `TOKENS`."""
    prompts = np.maximum(np.round(work * TOKENS), 1).astype(np.int64)
    engine = Engine(
        ROOM, max_sequences=1, token_budget=10**9, page_tokens=10**6, block_tokens=10**6
    )
    table = tabulated([Plain(token_s=1 / TOKENS)], engine, 1e9)
    return serve(poisson_stream(work.size, rate, prompts, 1), table, engine)


def waits(served: Served) -> np.ndarray:
    return served.progress.start_s - served.arrival_s


def test_m_m_1() -> None:
    work = np.random.default_rng(3).exponential(1.0, 1_000_000)
    served = one_server(work, 0.7)
    assert waits(served).mean() == pytest.approx(0.7 / 0.3, rel=0.02)
    assert (waits(served) > 5.0).mean() == pytest.approx(0.7 * np.exp(-0.3 * 5.0), rel=0.02)
    assert served.busy_frac == pytest.approx(0.7, rel=0.01)


@pytest.mark.parametrize("sigma", [0.5, 0.8])
def test_m_g_1(sigma: float) -> None:
    """Log-normal work, mean 1: Pollaczek and Khinchine."""
    work = np.random.default_rng(4).lognormal(-(sigma**2) / 2, sigma, 1_000_000)
    expected = 0.7 * np.exp(sigma**2) / (2 * 0.3)
    assert waits(one_server(work, 0.7)).mean() == pytest.approx(expected, rel=0.02)


def test_m_m_c() -> None:
    """Five slots of one replica, answers of 1,000 tokens at 1 ms: Erlang's C."""
    slots = 5
    rng = np.random.default_rng(5)
    output = np.maximum(np.round(rng.exponential(1000, 1_000_000)), 1).astype(np.int64)
    engine = Engine(ROOM, max_sequences=slots, token_budget=64)
    table = tabulated([Plain(step_s=1e-3)], engine, 1e5)
    served = serve(poisson_stream(output.size, 4.0, 1, output), table, engine)
    offered = 4.0 * output.mean() * 1e-3
    terms = [offered**k / factorial(k) for k in range(slots)]
    last = offered**slots / factorial(slots) * slots / (slots - offered)
    erlang_c = last / (sum(terms) + last)
    assert waits(served).mean() == pytest.approx(erlang_c / (slots - offered), rel=0.02)


@pytest.mark.parametrize(("most", "rate"), [(4, 3.0), (16, 10.0)])
def test_service_in_batches(most: int, rate: float) -> None:
    """Up to so many at once, one second each time, begun as soon as anyone waits."""
    engine = Engine(ROOM, max_sequences=most, token_budget=64)
    table = tabulated([Plain(step_s=1.0)], engine, 1e5)
    served = serve(poisson_stream(1_000_000, rate, 1, 1), table, engine)
    assert waits(served).mean() == pytest.approx(batch_wait(most, rate), rel=0.02)


def batch_wait(most: int, rate: float, states: int = 400) -> float:
    """Mean wait: the chain of how many are left behind when a batch ends, by renewal and reward."""
    arrivals = poisson.pmf(np.arange(states), rate)
    chain = np.zeros((states, states))
    for left in range(states):
        begin = max(left - most, 0)
        chain[left, begin:] = arrivals[: states - begin]
    chain /= chain.sum(axis=1, keepdims=True)
    share = np.linalg.lstsq(
        np.vstack([chain.T - np.eye(states), np.ones(states)]), np.eye(states + 1)[-1], rcond=None
    )[0]
    queued = share @ np.maximum(np.arange(states) - most, 0) + rate / 2
    cycle = 1.0 + share[0] / rate
    return float(queued / cycle / rate)


def test_littles_law_and_a_run_in_pieces() -> None:
    """Looked at 200,000 times on its way, a replica ends as at once, and holds on average as many
    as arrive in the time that each of them stays.
    """
    rng = np.random.default_rng(6)
    output = np.maximum(np.round(rng.exponential(100, 50_000)), 1).astype(np.int64)
    engine = Engine(ROOM, max_sequences=8, token_budget=64)
    table = tabulated([Plain(step_s=1e-2)], engine, 1e5)
    requests = poisson_stream(output.size, 6.0, 1, output)
    whole = serve(requests, table, engine)
    asked = requests.asked()
    state = fresh_state(asked, engine.limits(), 1)
    moments = np.linspace(0.0, whole.end_s, 200_001)[1:]
    held = np.zeros(moments.size)
    for k, until in enumerate(moments):
        advance(
            asked, *vars(state).values(), table, engine.limits(), Routing.LEAST_OUTSTANDING, until
        )
        held[k] = state.replicas.occupied[0] + state.replicas.waiting[0]
    advance(asked, *vars(state).values(), table, engine.limits(), Routing.LEAST_OUTSTANDING, np.inf)
    assert (state.progress.done_s == whole.progress.done_s).all()
    arrived = output.size / whole.end_s
    assert held.mean() == pytest.approx(
        arrived * (whole.progress.done_s - whole.arrival_s).mean(), rel=1e-3
    )
