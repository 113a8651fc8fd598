"""The token balance: what was possible, what was made, and why the rest was not.

What is possible follows from the scenario alone, whatever fails. So of two runs that differ in
their faults, the tokens that one makes less are the sum of what it has more of every other entry.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from twin.results import Columns
from twin.results.enums import Cause
from twin.results.tables import TOKEN_BALANCE
from twin.simulation.disciplines import Disciplines
from twin.simulation.jobs.phase import ENDED, Phase

MADE = "made"
POSSIBLE = "possible"
Row = tuple[str, str, float]
"""Workload, entry, tokens."""


def token_balance(run: Disciplines) -> Columns:
    """The table of that name; entries of no tokens are left out."""
    rows = [row for row in _rows(run) if row[2] != 0.0 or row[1] in (POSSIBLE, MADE)]
    names = ("workload", "entry", "tokens")
    return Columns.of_rows(TOKEN_BALANCE, [dict(zip(names, row, strict=True)) for row in rows])


def token_residual_frac(run: Disciplines) -> float:
    """What the balances of all workloads leave open, over all that was possible."""
    possible = 0.0
    open_: dict[str, float] = {}
    for workload, entry, tokens in _rows(run):
        possible += tokens if entry == POSSIBLE else 0.0
        open_[workload] = open_.get(workload, 0.0) + (tokens if entry == POSSIBLE else -tokens)
    return sum(map(abs, open_.values())) / possible if possible > 0 else 0.0


def _rows(run: Disciplines) -> Iterator[Row]:
    """Services first, then jobs that train tokens, in their order; causes in theirs."""
    taken = _taken(run)
    for service in run.serving.services:
        name = service.pool.name
        causes = taken.get(name, {}) | {Cause.WAITING: service.own.waiting}
        yield from _entries(name, service.total("asked"), service.total("served"), causes)
    own = run.jobs.own
    reference = run.jobs.learning.reference_tokens_per_s
    for j, job in enumerate(run.jobs.jobs):
        if reference[j] > 0 and not np.isnan(own.eligible_s[j]):
            possible = float(reference[j]) * (run.world.now_s - float(own.eligible_s[j]))
            made = float(own.tokens_per_s[j] * own.done_s[j])
            causes = taken.get(job.name, {}) | _idle(run, j, possible)
            yield from _entries(job.name, possible, made, causes)


def _taken(run: Disciplines) -> dict[str, dict[Cause, float]]:
    """Tokens by workload and cause, as booked from event to event."""
    own = run.losses.own
    found: dict[str, dict[Cause, float]] = {}
    for booked in (own.tokens, own.usual):
        for (cause, _, workload), tokens in booked.items():
            by_cause = found.setdefault(workload, {})
            by_cause[Cause(cause)] = by_cause.get(Cause(cause), 0.0) + tokens
    return found


def _idle(run: Disciplines, j: int, possible: float) -> dict[Cause, float]:
    """What a job does not make because it has come to its end, or never begins."""
    own = run.jobs.own
    if own.phase[j] == Phase.TOO_LARGE:
        return {Cause.TOO_LARGE: possible}
    if own.phase[j] not in ENDED:
        return {}
    left_s = run.world.now_s - float(own.finished_s[j])
    return {Cause.FINISHED: float(run.jobs.learning.reference_tokens_per_s[j]) * left_s}


def _entries(
    workload: str, possible: float, made: float, causes: dict[Cause, float]
) -> Iterator[Row]:
    yield workload, POSSIBLE, possible
    yield workload, MADE, made
    yield from ((workload, str(cause), causes.get(cause, 0.0)) for cause in Cause)
