"""When users see the first token of an answer that guards read."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from twin.arrays import Array
from twin.simulation.serving.latency import LATENCIES, after
from twin.workload import Pool

SHOWN = ("shown_p50_s", "shown_p95_s", "shown_p99_s")
"""Columns of the table `services`."""
_BETWEEN = LATENCIES.index("tpot_p50_s")


def shown_to_users(
    pools: Sequence[Pool], answer_tokens: Sequence[float], latencies: Sequence[Array]
) -> Array:
    """(service, period, `SHOWN`) seconds from the prompt to the first token that a user sees.

    answer_tokens   mean length of an answer of each service
    latencies       (period, `LATENCIES`) of each
    A guard's verdict takes its time to the first token and between the others. What follows one
    another adds medians, and what lies above them in squares, as independent; of two that run
    beside one another the later one counts, by percentile, which is a little short. A guard that
    nobody asked in a period takes no time.
    """
    found = []
    for pool, tokens, seen in zip(pools, answer_tokens, latencies, strict=True):
        shown = seen[:, :3]
        held = np.zeros_like(shown)
        for k, other in enumerate(pools):
            guard = other.requests.guards
            if guard is None or guard.service != pool.name:
                continue
            verdict = np.nan_to_num(_whole_s(latencies[k], guard.verdict_tokens))
            if "prompt" in guard.reads:
                beside = guard.prompt_check == "beside"
                shown = np.maximum(shown, verdict) if beside else after(shown, verdict)
            if "answer" in guard.reads and guard.answer_check == "held":
                held = np.maximum(held, verdict)
        if held.any():
            made = np.nan_to_num(max(tokens - 1, 0.0) * seen[:, _BETWEEN : _BETWEEN + 3])
            shown = after(after(shown, made), held)
        found.append(shown)
    return np.stack(found)


def _whole_s(seen: Array, tokens: float) -> Array:
    """(period, percentile) of a whole answer of so many tokens."""
    between = seen[:, _BETWEEN : _BETWEEN + 3]
    whole: Array = seen[:, :3] + (np.nan_to_num(between) * (tokens - 1) if tokens > 1 else 0.0)
    return whole
