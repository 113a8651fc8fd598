"""Tables of what a run and its forks differ in."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from twin.results import Columns
from twin.results.enums import WITHOUT_FAULT, Cause, Reason
from twin.results.tables import COUNTERFACTUAL_CAUSES, COUNTERFACTUALS
from twin.simulation import Totals
from twin.study.counterfactuals.cases import FaultCase

ROUNDING_FRAC = 1e-12
"""Of all that was possible: a smaller difference of one entry is rounding."""
SAME_FRAC = 1e-9
"""Of all that was possible: what is booked and what is missing agree within this."""
_MORE = {
    "gpu_hours_busy": "gpu_hours_busy",
    "energy_j": "energy_facility_j",
    "carbon_kg": "carbon_kg",
    "cost_usd": "cost_usd",
}
"""Columns that are differences of headline numbers."""


@dataclass(frozen=True)
class Outcome:
    """One fault: what was booked as lost before it, and where the run without it came to."""

    case: FaultCase
    booked_tokens: float
    without: Totals | None


@dataclass(frozen=True)
class Forked:
    """All of them, and what was booked before the first fault that got no run."""

    outcomes: tuple[Outcome, ...]
    booked_at_next_tokens: float | None


def tables(forked: Forked, whole: Totals, usd_per_token: dict[str, float]) -> dict[str, Columns]:
    """The tables `counterfactuals` and `counterfactual_causes`.

    whole           where the run with all its faults came to
    usd_per_token   by workload
    """
    booked = _booked_between(forked, whole)
    rows: list[dict[str, Any]] = []
    causes: list[dict[str, Any]] = []
    for outcome, attributed in zip(forked.outcomes, booked, strict=True):
        case = outcome.case
        named = {"fault": case.fault, "kind": case.kind, "time_s": case.at_s}
        more = _more(whole, outcome.without)
        rows.append({**named, **_row(whole, outcome, attributed, more, usd_per_token)})
        causes += [
            {**named, "workload": workload, "cause": cause, "tokens": tokens}
            for (workload, cause), tokens in more.items()
            if cause in tuple(Cause) and tokens != 0.0
        ]
    return {
        "counterfactuals": Columns.of_rows(COUNTERFACTUALS, rows),
        "counterfactual_causes": Columns.of_rows(COUNTERFACTUAL_CAUSES, causes),
    }


def _booked_between(forked: Forked, whole: Totals) -> list[float]:
    """Booked from each fault until the next one begins; those that begin together share it."""
    end = float(whole.summary["tokens_lost_by_fault"])
    last = end if forked.booked_at_next_tokens is None else forked.booked_at_next_tokens
    found = []
    for outcome in forked.outcomes:
        case = outcome.case
        later = [
            other.booked_tokens
            for other in forked.outcomes
            if other.case.kind != "all" and other.case.at_s > case.at_s
        ]
        until = end if case.kind == "all" else min(later, default=last)
        found.append(until - outcome.booked_tokens)
    return found


def _more(whole: Totals, without: Totals | None) -> dict[tuple[str, str], float]:
    """What each entry of the token balance has more of with the fault, by workload and entry."""
    if without is None:
        return {}
    hurt = _tokens(whole)
    spared = _tokens(without)
    least = ROUNDING_FRAC * _possible(whole)
    more = {key: hurt.get(key, 0.0) - spared.get(key, 0.0) for key in sorted({**hurt, **spared})}
    return {key: tokens if abs(tokens) > least else 0.0 for key, tokens in more.items()}


def _tokens(run: Totals) -> dict[tuple[str, str], float]:
    """Tokens by workload and entry of the balance."""
    balance = run.token_balance
    keys = zip(balance["workload"], balance["entry"], strict=True)
    return dict(zip(keys, balance["tokens"].tolist(), strict=True))


def _possible(run: Totals) -> float:
    balance = run.token_balance
    return float(balance["tokens"][balance["entry"] == "possible"].sum())


def _row(
    whole: Totals,
    outcome: Outcome,
    attributed: float,
    more: dict[tuple[str, str], float],
    usd_per_token: dict[str, float],
) -> dict[str, Any]:
    without = outcome.without
    lost = {workload: -x for (workload, entry), x in more.items() if entry == "made"}
    missing = sum(lost.values()) if without is not None else float("nan")
    worth = sum(x * usd_per_token.get(name, 0.0) for name, x in lost.items())
    nothing = {} if without is not None else dict.fromkeys(("lost_usd", *_MORE), float("nan"))
    return {
        "tokens_lost_attributed": attributed,
        "tokens_lost_counterfactual": missing,
        "difference_tokens": missing - attributed,
        "reason": _reason(whole, outcome, attributed, more),
        "lost_usd": worth,
        **{column: _summary_more(whole, without, key) for column, key in _MORE.items()},
        **nothing,
    }


def _summary_more(whole: Totals, without: Totals | None, key: str) -> float:
    if without is None:
        return float("nan")
    return float(whole.summary[key]) - float(without.summary[key])


def _reason(
    whole: Totals, outcome: Outcome, attributed: float, more: dict[tuple[str, str], float]
) -> str:
    """The part that comes nearest to the whole difference."""
    if outcome.without is None:
        return Reason.NOT_RUN
    parts = _parts(attributed, more)
    difference = sum(parts.values())
    if abs(difference) <= SAME_FRAC * _possible(whole):
        return Reason.SAME
    return min(parts, key=lambda part: abs(difference - parts[part]))


def _parts(attributed: float, more: dict[tuple[str, str], float]) -> dict[str, float]:
    """What the difference is the sum of, by reason."""
    parts = dict.fromkeys(map(str, WITHOUT_FAULT), 0.0)
    elsewhere = -attributed
    for (_, entry), tokens in more.items():
        if entry in parts:
            parts[entry] += tokens
        elif entry in tuple(Cause):
            elsewhere += tokens
    parts[Reason.LOST_ANYWAY if elsewhere < 0 else Reason.BOOKED_LATER] = elsewhere
    return parts
