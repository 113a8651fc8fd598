"""Page one: what the run came to, in one line, and what speaks against its numbers."""

from __future__ import annotations

import numpy as np

from twin.analysis.compare import stated
from twin.errors import InputError
from twin.quantities import count, counted, figures, number, percent, short, tokens
from twin.results import Result


def marks(result: Result) -> list[str]:
    """What stands above the verdict: why the numbers are no answer, and that a run ended early."""
    stopped = str(result.meta.get("stopped") or "")
    return [
        *([f"Not valid: {result.invalid}. Do not use these numbers."] if result.invalid else []),
        *([f"This run did not reach its end: it {stopped}."] if stopped else []),
    ]


def headline(result: Result) -> tuple[str, str]:
    """The verdict in one line and its mood: how much of the undisturbed output was made."""
    made = number(result.summary.get("tokens_total"))
    lost = lost_tokens(result)
    if not np.isfinite(made + lost) or made + lost <= 0:
        return _without_tokens(result)
    share = made / (made + lost)
    if lost <= 0:
        return "No token was lost to a fault or to throttling.", "good"
    mood = "good" if share >= 0.999 else "bad"
    return (
        f"{percent(share, 2)} of the undisturbed tokens were made; {tokens(lost)} were lost.",
        mood,
    )


def _without_tokens(result: Result) -> tuple[str, str]:
    """The verdict of a run whose work is not counted in tokens, or that had none."""
    jobs = result.frame("jobs")
    hours = float(result.frame("losses")["gpu_hours"].sum())
    if jobs.empty:
        return ("No workload ran: this is the facility at rest." if len(result.frame("site"))
                else "No tokens were recorded in this run."), "plain"  # fmt: skip
    busy = number(result.summary.get("gpu_hours_busy"))
    completed = count((jobs["state"] == "completed").sum())
    done = f"{completed} of {counted(len(jobs), 'job')} completed"
    if hours <= 0:
        return f"{done}; no GPU hour was lost to a fault or to throttling.", "good"
    return (
        f"{done}; {figures(hours)} GPU hours were lost, {percent(hours / (busy + hours), 2)} "
        f"of all.",
        "bad",
    )


def beside_limit(junction_degc: float, limit_degc: float, between: str) -> str:
    """How far a GPU is from the limit at which it slows down; empty where none is known."""
    left_k = limit_degc - junction_degc
    if not np.isfinite(left_k):
        return ""
    if abs(left_k) < 0.05:
        return f"{between}its slowdown limit of {limit_degc:g} °C"
    side = "below" if left_k > 0 else "above"
    return f"{between}{abs(left_k):.1f} K {side} its slowdown limit"


def lost_tokens(result: Result) -> float:
    """Tokens that faults and throttling cost, from the summary or else the losses table."""
    told = number(result.summary.get("tokens_lost_by_fault"))
    losses = result.frame("losses")
    return told if np.isfinite(told) or losses.empty else float(losses["tokens"].sum())


def changed(result: Result) -> list[str]:
    """Values set from outside the files, and numbers of the catalogue that the layout changes."""
    told = result.meta.get("changed") or {}
    lines = [f"{short(key, 80)} = {short(value, 80)}" for key, value in told.items()]
    return [*lines, *_overrides(result)]


def _overrides(result: Result) -> list[str]:
    """Numbers of catalogue rows that the layout states otherwise, by where it does."""
    try:
        held = stated(result.scenario_yaml)
    except InputError:
        return []
    keys = [key for key in held if ".overrides." in key and held[key] not in (None, {}, [])]
    named = {key: short(key.removeprefix("layout."), 80) for key in keys}
    return [f"{named[key]} = {short(held[key], 80)}, by the layout" for key in keys]
