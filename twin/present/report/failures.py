"""Failures chapter: what happened, what it cost, and what the topology can stand."""

from __future__ import annotations

import pandas as pd

from twin.present.numbers import clock, count, money, number, tokens
from twin.present.report.blocks import Columns, Grid, Lines, Section, grid, spaced, words
from twin.present.report.redundancy import blocks as redundancy_blocks
from twin.results import Result


def section(result: Result) -> Section:
    """Events, losses by cause and rack, the worst hours, and the redundancy study where one was made."""
    losses = result.frame("losses")
    events = result.frame("events")
    says = [f"{len(events):,} events were recorded." if len(events) else "No event was recorded."]
    blocks: list[Grid | Lines] = [
        grid("Events", events, _EVENTS, most=60, table="events"),
        grid("Losses by cause", _summed(losses, ["cause", "workload"]), _CAUSES, table="losses"),
        grid("Losses by rack", _summed(losses, ["rack"]), _RACKS, most=20, table="losses"),
        grid("Worst hours", _hours(result.frame("site")), _HOURS, most=8),
    ]
    return Section("Failures", says, [*blocks, *redundancy_blocks(result.meta.get("redundancy"))])


_EVENTS: Columns = {
    "Time": ("time_s", clock), "Component": ("component", words), "What": ("what", spaced),
    "Detail": ("detail", words),
}  # fmt: skip
_AMOUNTS: Columns = {
    "Tokens": ("tokens", tokens), "GPU hours": ("gpu_hours", count), "At the token price": ("usd", money),
}  # fmt: skip
_CAUSES: Columns = {"Cause": ("cause", spaced), "Workload": ("workload", words), **_AMOUNTS}
_RACKS: Columns = {"Rack": ("rack", words), **_AMOUNTS}
_HOURS: Columns = {"Hour from": ("start_s", clock), "Tokens lost": ("tokens_lost", tokens)}


def _summed(losses: pd.DataFrame, by: list[str]) -> pd.DataFrame:
    frame = losses.groupby(by, sort=False)[["tokens", "gpu_hours", "usd"]].sum().reset_index()
    if "rack" in by:
        frame["rack"] = frame["rack"].replace("", "(whole job)")
    return frame.sort_values("tokens", ascending=False, kind="stable")


def _hours(site: pd.DataFrame) -> pd.DataFrame:
    start_s = ((site["time_s"] - 1e-6) // 3600) * 3600
    lost = site["tokens_lost"].groupby(start_s.rename("start_s")).sum().reset_index()
    return lost[lost["tokens_lost"].map(number) > 0].sort_values("tokens_lost", ascending=False, kind="stable")
