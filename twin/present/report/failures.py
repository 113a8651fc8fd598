"""Failures chapter: what happened, together what belongs together, and what it cost."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import pandas as pd

from twin.present import drill_tables
from twin.present.blocks import Block, Columns, Grid, Section, grid, spaced, words
from twin.present.figures.faults import Group, grouped
from twin.present.in_sentences import spans_in_words
from twin.present.report import counterfactuals
from twin.present.report.chain import behind, trip_chain
from twin.quantities import (
    clock,
    count,
    counted,
    duration,
    figures,
    moment,
    money,
    number,
    short,
    span,
    tokens,
)  # fmt: skip
from twin.results import Result

MOST_GROUPS = 40
MOST_EVENTS = 500
MOST_LOSSES = 20


def section(result: Result) -> Section:
    """Events in groups and in full, losses by cause and rack, each fault's cost, the worst
    hours.
    """
    events = result.frame("events")
    groups = _groups(events)
    sheet = result.rows("drill_sheet")
    passed = drill_tables.sentences(sheet) if sheet else []
    told = _summary(len(events), len(groups))
    says = [told, *_withheld(result), *passed, *counterfactuals.says(result)]
    links = trip_chain(result)
    blocks = [
        *drill_tables.blocks(sheet),
        *([links] if links else []),
        *_event_grids(events, groups),
        *_loss_grids(result.frame("losses"), behind(result)),
        *counterfactuals.blocks(result),
    ]
    hours = _hours(result.frame("site"))
    if len(hours):
        blocks.append(grid("Worst hours", hours, _HOURS, most=6))
    return Section("Failures", says, blocks)


def _summary(events: int, groups: int) -> str:
    if not events:
        return "No event was recorded."
    return (
        f"{counted(events, 'event')} {'was' if events == 1 else 'were'} recorded, in "
        f"{counted(groups, 'group')} of what happened together."
    )


def _withheld(result: Result) -> list[str]:
    """How long GPUs ran slow, and what that took: two numbers that are not each other."""
    slow = number(result.summary.get("gpu_hours_throttled"))
    lost = float(result.frame("losses")["gpu_hours"].sum())
    if not slow > 0:
        return []
    return [
        f"{figures(slow)} GPU hours ran below full clock; all causes together withheld "
        f"{figures(lost)} GPU hours of work."
    ]


def _event_grids(events: pd.DataFrame, groups: pd.DataFrame) -> list[Block]:
    if events.empty:
        return []
    summed = grid("Events", groups, _GROUPS, most=MOST_GROUPS, table="events")
    if len(events) == len(groups):
        return [summed]
    note = summed.note or f"All {count(len(events))}, one by one, are in tables/events.parquet."
    return [replace(summed, note=note), _one_by_one(events)]


def _one_by_one(events: pd.DataFrame) -> Grid:
    opens = f"All {count(len(events))} events, one by one"
    told = events.assign(detail=events["detail"].map(spans_in_words))
    every = grid("All events", told, _EVENTS, MOST_EVENTS, "events", closed=opens)
    return replace(every, again=True)


def _loss_grids(losses: pd.DataFrame, stopped_by: Mapping[str, str]) -> list[Block]:
    if losses.empty:
        return []
    by_cause = {**_CAUSES, **_amounts(losses)}
    by_rack = {**_RACKS, **_amounts(losses)}
    return [
        grid("Losses by cause", _by_cause(losses), by_cause, MOST_LOSSES, "losses"),
        grid("Losses by rack", _by_rack(losses, stopped_by), by_rack, MOST_LOSSES, "losses",
             fold=True),
    ]  # fmt: skip


_EVENTS: Columns = {
    "Time": ("time_s", moment),
    "Component": ("component", words),
    "What": ("what", spaced),
    "Detail": ("detail", words),
}
_GROUPS: Columns = {
    "From": ("time_s", moment),
    "Component": ("names", words),
    "What": ("what", spaced),
    "Times": ("times", count),
    "Last": ("last", words),
    "Detail": ("detail", words),
}
_AMOUNTS: Columns = {
    "Tokens": ("tokens", tokens),
    "GPU hours": ("gpu_hours", figures),
    "At the token price": ("usd", money),
}
_CAUSES: Columns = {"Cause": ("cause", spaced), "Workload": ("workload", words)}
_RACKS: Columns = {"Rack": ("rack", words)}
_HOURS: Columns = {"Hour from": ("start_s", clock), "Tokens lost": ("tokens_lost", tokens)}


def _groups(events: pd.DataFrame) -> pd.DataFrame:
    """One row for what met the same components again and again, in order of first time."""
    rows: dict[tuple[str, str], dict[str, object]] = {}
    for group in grouped(events):
        key = (span(group.names), group.kind.value)
        if key in rows:
            rows[key] |= {"times": number(rows[key]["times"]) + 1, "last": moment(group.last_s)}
        else:
            rows[key] = _row(group)
    columns = ["time_s", "names", "what", "times", "last", "detail"]
    return pd.DataFrame(list(rows.values()), columns=columns)


def _row(group: Group) -> dict[str, object]:
    long = group.last_s > group.time_s + 0.5
    return {
        "time_s": group.time_s,
        "names": span(group.names),
        "what": group.kind.value,
        "times": 1,
        "last": f"{duration(group.last_s - group.time_s)} later" if long else "",
        "detail": short(spans_in_words(group.detail), 120),
    }


def _amounts(losses: pd.DataFrame) -> Columns:
    """Tokens and money only where tokens were lost."""
    return _AMOUNTS if losses["tokens"].sum() > 0 else {"GPU hours": _AMOUNTS["GPU hours"]}


def _by_cause(losses: pd.DataFrame) -> pd.DataFrame:
    """One row a cause, its workloads folded."""
    frame = _summed(losses, ["cause"])
    frame["workload"] = frame["cause"].map(losses.groupby("cause")["workload"].agg(span))
    return frame


def _by_rack(losses: pd.DataFrame, stopped_by: Mapping[str, str]) -> pd.DataFrame:
    """One row a rack; what belongs to a whole job says what stopped the job."""
    whole = losses["rack"] == ""
    jobs = losses["workload"].map(lambda job: _whole_job(job, stopped_by.get(job, "")))
    return _summed(losses.assign(rack=losses["rack"].mask(whole, jobs)), ["rack"])


def _whole_job(job: str, who: str) -> str:
    return f"all of {short(job)}, stopped by {who}" if who else f"all of {short(job)}"


def _summed(losses: pd.DataFrame, by: list[str]) -> pd.DataFrame:
    frame = losses.groupby(by, sort=False)[["tokens", "gpu_hours", "usd"]].sum().reset_index()
    return frame.sort_values(["tokens", "gpu_hours"], ascending=False, kind="stable")


def _hours(site: pd.DataFrame) -> pd.DataFrame:
    start_s = ((site["time_s"] - 1e-6) // 3600) * 3600
    lost = site["tokens_lost"].groupby(start_s.rename("start_s")).sum().reset_index()
    return lost[lost["tokens_lost"].map(number) > 0].sort_values(
        "tokens_lost", ascending=False, kind="stable"
    )
