"""What it cost: tokens, money and GPU hours, and who lost them by what cause."""

from __future__ import annotations

from typing import Any

import pandas as pd

from twin.quantities import figures, money, number, percent, short, span, tokens
from twin.results import Result
from twin.results.enums import Cause

_CAUSES = {
    Cause.THROTTLED: "throttling",
    Cause.POWER_LOST: "loss of power",
    Cause.OVERHEATED: "overheating",
    Cause.FAILED: "failed equipment",
    Cause.FABRIC: "a slower network",
    Cause.ROLLED_BACK: "work rolled back",
    Cause.RESTARTING: "restarts",
}
_GIVEN_UP = {
    Cause.CAPPED: "Clocks held down by operators' caps and ceilings on GPUs",
    Cause.CONTENDED: "Uplinks of the fabric that gangs share",
    Cause.CURTAILED: "Clocks held down by calls to draw less",
}
"""What was decided or designed so: no loss, but tokens that are not made."""
_SMALL_FRAC = 0.005
"""A second or third cause with less than this share is not named."""


def what_it_cost(result: Result) -> str:
    """Tokens, money and GPU hours, and who lost them by what cause; then what was given up without
    a fault.
    """
    return " ".join([_lost(result), *_given_up(result)])


def _given_up(result: Result) -> list[str]:
    """Tokens that were not made as clocks were asked to be lower or links are shared: no loss."""
    held = result.frame("token_balance").groupby("entry")["tokens"].sum()
    return [
        f"{what} left {tokens(held[cause])} tokens unmade, "
        f"{percent(held[cause] / held['possible'], 2)} of what could have been made."
        for cause, what in _GIVEN_UP.items()
        if cause in held.index and held[cause] > 0
    ]


def _lost(result: Result) -> str:
    losses = result.frame("losses")
    lost = float(losses["tokens"].sum())
    hours = float(losses["gpu_hours"].sum())
    if lost <= 0 and hours <= 0:
        return "No token and no GPU hour was lost."
    if lost <= 0:
        share = _share(hours, result.summary.get("gpu_hours_busy"))
        who = _who(result, losses, "gpu_hours")
        return f"That cost {figures(hours)} GPU hours, {share} of all; {who}."
    share = _share(lost, result.summary.get("tokens_total"))
    worth = f"{money(losses['usd'].sum())} at the token price and {figures(hours)} GPU hours"
    return (
        f"That cost {tokens(lost)} tokens, {share} of what an undisturbed run makes: {worth}; "
        f"{_who(result, losses, 'tokens')}."
    )


def _share(lost: float, made: Any) -> str:
    return percent(lost / (number(made) + lost), 2)


def _who(result: Result, losses: pd.DataFrame, by: str) -> str:
    """The causes with their shares, the racks of the heaviest one, and the workloads that lost."""
    causes = losses.groupby("cause")[by].sum().sort_values(ascending=False, kind="stable")
    shares = causes / causes.sum()
    heaviest = str(causes.index[0])
    main = losses[losses["cause"] == heaviest].sort_values(by, ascending=False, kind="stable")
    racks = main[main["rack"] != ""]
    where = f" in {span(racks['rack'])}" if racks[by].sum() > main[by].sum() / 2 else ""
    first = "all of it" if shares.iloc[0] > 0.9995 else percent(shares.iloc[0], 0)
    parts = [f"{first} by {_cause(heaviest)}{where}"]
    parts += [
        f"{percent(share, 0)} by {_cause(cause)}"
        for cause, share in shares.iloc[1:3].items()
        if share >= _SMALL_FRAC
    ]
    loser = span(losses["workload"])
    return f"{', '.join(parts)}; the loss is that of {loser}{_gang(result, heaviest, main)}"


def _gang(result: Result, cause: str, main: pd.DataFrame) -> str:
    """Why a few throttled racks cost a whole job."""
    jobs = set(result.frame("jobs")["job"])
    if cause != Cause.THROTTLED or not set(main["workload"]) <= jobs:
        return ""
    return ", which keeps the pace of its slowest rack"


def _cause(cause: Any) -> str:
    return _CAUSES.get(cause, short(cause).replace("_", " "))
