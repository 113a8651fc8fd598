"""What happened: components that broke together, and when the first of them was back."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from twin.catalogue.equipment_kinds import plural, singular
from twin.present.figures.faults import Group, grouped
from twin.quantities import clock, count, duration, number, span
from twin.results import Result
from twin.results.enums import FIRST_CAUSES, MENDS, EventKind

INCIDENTS_MAX = 4
"""Incidents described one by one."""

_PASSIVE = {
    EventKind.TAKEN_OUT: "taken out on purpose",
    EventKind.TOO_LARGE: "too large for the machine",
}


@dataclass(frozen=True)
class Incident:
    """Components that broke together, and when the first of them was mended; NaN where none was."""

    names: tuple[str, ...]
    kind: EventKind
    start_s: float
    end_s: float


def incidents(events: pd.DataFrame) -> list[Incident]:
    """What broke of itself or was taken out, in order of time; racks that shut down are what
    follows.
    """
    mended = events[events["what"].isin(MENDS)]
    return [
        Incident(group.names, group.kind, group.time_s, _mended_s(group, mended))
        for group in grouped(events[events["what"].isin(FIRST_CAUSES)])
    ]


def _mended_s(group: Group, mended: pd.DataFrame) -> float:
    same = mended["component"].isin(group.names)
    times = mended.loc[same & (mended["time_s"] >= group.time_s), "time_s"]
    return float(times.min()) if len(times) else np.nan


def what_happened(result: Result) -> str:
    """Each incident with its times."""
    found = incidents(result.frame("events"))
    span_s = number(result.summary.get("simulated_s"))
    over = f"Over {duration(span_s)}" if np.isfinite(span_s) else "In this run"
    if result.frame("events").empty:
        return f"{over} no event was recorded."
    if not found:
        return f"{over} nothing failed or tripped."
    parts = [_sentence(result, one) for one in found[:INCIDENTS_MAX]]
    if len(found) > INCIDENTS_MAX:
        parts.append(f"{count(len(found) - INCIDENTS_MAX)} more incidents followed")
    return f"{over}, {'; '.join(parts)}."


def _sentence(result: Result, one: Incident) -> str:
    was = "was" if len(one.names) == 1 else "were"
    verb = f"{was} {_PASSIVE[one.kind]}" if one.kind in _PASSIVE else one.kind
    back = f" and {was} back at {clock(one.end_s)}" if np.isfinite(one.end_s) else ""
    return f"{_introduced(result, one.names)} {verb} at {clock(one.start_s)}{back}"


def _introduced(result: Result, names: tuple[str, ...]) -> str:
    """Names, with what they are where the name does not say so."""
    components = result.frame("components")
    kinds = list(dict.fromkeys(components.loc[components["id"].isin(names), "kind"]))
    if len(kinds) != 1 or singular(kinds[0]).lower() in span(names).lower().replace("_", " "):
        return span(names)
    word = singular(kinds[0]) if len(names) == 1 else plural(kinds[0])
    return f"{span(names)} ({word})"
