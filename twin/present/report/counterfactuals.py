"""What each fault cost: as booked, beside the same run without it, and why the two differ."""

from __future__ import annotations

from typing import Any

import pandas as pd

from twin.present.blocks import Block, Columns, grid, spaced, words
from twin.quantities import clock, counted, energy, figures, money, number, tokens
from twin.results import Result

_WHY = {
    "same": "the same",
    "checkpointing": "checkpoints fell at other times, or were not written",
    "queued": "other jobs waited longer or shorter for nodes",
    "contended": "gangs had more or less of links that they share",
    "other_gpu": "a job went on on another type of GPU",
    "finished": "late work was finished all the same, or a job ended earlier",
    "too_large": "a job never found room",
    "over_capacity": "requests beyond the pool's capacity were served, or given up",
    "waiting": "requests still waited at the end",
    "lost_anyway": "part of it would have been lost without it too",
    "booked_later": "part of it was booked after the next fault began",
    "not_run": "the run without it could not go on",
}
"""By code of the column `reason`."""
MOST_CAUSES = 60


def says(result: Result) -> list[str]:
    """What all of them cost together; or why nothing was compared."""
    costs = result.frame("counterfactuals")
    asked = result.meta.get("counterfactuals") or {}
    if costs.empty:
        return _not_run(asked)
    if len(costs) == 1 or costs["kind"].iloc[0] != "all":
        return []
    together = costs.iloc[0]
    return [
        f"Against the same run without its "
        f"{counted(asked.get('run', len(costs) - 1), 'fault or drill', 'faults and drills')}, "
        f"{tokens(together['tokens_lost_counterfactual'])} tokens are missing; "
        f"{tokens(together['tokens_lost_attributed'])} were booked as lost."
    ]


def _not_run(asked: dict[str, Any]) -> list[str]:
    """How to have the comparison, where there was something to compare."""
    if not asked.get("left_out"):
        return []
    left = asked["left_out"]
    which = "its fault or drill" if left == 1 else f"each of its {left:,} faults and drills"
    took = figures(asked.get("estimate_s"), 2)
    return [
        f"What {which} cost was not found by a run without it (about {took} s of computing): "
        "twin run --counterfactuals does."
    ]


def blocks(result: Result) -> list[Block]:
    """The costs, and what each consists of."""
    costs = result.frame("counterfactuals")
    if costs.empty:
        return []
    found: list[Block] = [_costs(costs)]
    causes = result.frame("counterfactual_causes")
    if len(causes):
        opens = "What each of these losses consists of"
        title = "Causes against the run without the fault"
        found.append(
            grid(title, causes, _CAUSES, MOST_CAUSES, "counterfactual_causes", closed=opens)
        )
    return found


def _costs(costs: pd.DataFrame) -> Block:
    same = costs["reason"] == "same"
    frame = costs.assign(
        fault=costs["fault"].where(costs["kind"] != "all", "all of them"),
        difference_tokens=costs["difference_tokens"].mask(same, 0.0),
        why=costs["reason"].map(_WHY),
    )
    lost = costs[["tokens_lost_attributed", "tokens_lost_counterfactual"]].abs().sum(axis=None) > 0
    columns: Columns = {**_FAULT, **(_TOKENS if lost else _HOURS), **_MONEY}
    return grid("What each fault cost", frame, columns, table="counterfactuals")


def _signed(value: Any) -> str:
    """Dollars with the sign before them; less than half a cent is none."""
    held = number(value)
    if abs(held) < 0.005:
        return "$0"
    return money(held)


def _hours(value: Any) -> str:
    return figures(0.0 if abs(number(value)) < 1e-6 else value)


_FAULT: Columns = {"Fault": ("fault", words), "From": ("time_s", clock)}
_TOKENS: Columns = {
    "Tokens booked as lost": ("tokens_lost_attributed", tokens),
    "Missing against the run without it": ("tokens_lost_counterfactual", tokens),
    "Difference": ("difference_tokens", tokens),
    "Because": ("why", words),
    "At the token price": ("lost_usd", _signed),
}
_HOURS: Columns = {"GPU hours at work, more": ("gpu_hours_busy", _hours)}
_MONEY: Columns = {
    "Energy used, more": ("energy_j", energy),
    "Cost of running, more": ("cost_usd", _signed),
}
_CAUSES: Columns = {
    "Fault": ("fault", words), "From": ("time_s", clock), "Workload": ("workload", words),
    "Cause": ("cause", spaced), "Tokens": ("tokens", tokens),
}  # fmt: skip
