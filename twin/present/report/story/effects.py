"""What it did: lost flow, warm loops, racks off or slow, jobs restarted, the hottest GPU."""

from __future__ import annotations

import numpy as np
import pandas as pd

from twin.present.figures.floor_scale import slowdown_degc
from twin.present.figures.throttling import FULL_FRAC
from twin.present.report.story.incidents import INCIDENTS_MAX, incidents
from twin.present.report.story.spare import batteries, unnoticed
from twin.present.report.summary import beside_limit
from twin.quantities import clock, count, degrees, number, percent, short, span
from twin.results import Result
from twin.results.enums import EventKind

POOR_FLOW_FRAC = 0.95
"""Flow over rated flow below which a loop is named."""
STOPPED_FRAC = 0.005
"""Flow over rated flow below which a loop stands still."""
NOTABLE_K = 2.0
"""A loop that warms by less than this is not worth a sentence."""


def what_it_did(result: Result) -> str:
    """Racks off or slow and how hot they were; losses that nobody noticed; batteries and warm
    loops.
    """
    if result.frame("racks").empty:
        return "No rack was recorded."
    events = result.frame("events")
    parts = [unnoticed(result, one) for one in incidents(events)[:INCIDENTS_MAX]]
    parts += [batteries(events), _lowest_flow(result.frame("loops")), _warmest_loop(result)]
    jobs = result.frame("jobs")
    parts += [*_racks_off_and_slow(result), _restarts(jobs), _over(jobs), _hottest(result)]
    return " ".join(f"{part}." for part in parts if part)


def _racks_off_and_slow(result: Result) -> list[str]:
    racks = result.frame("racks")
    off = racks[racks["on_frac"] < FULL_FRAC]
    slow = racks[(racks["clock_frac"] < FULL_FRAC) & (racks["on_frac"] > 0)]
    slow = slow[~slow["rack"].isin(set(off["rack"]))]
    if off.empty and slow.empty:
        return ["Every rack stayed on and at full clock throughout"]
    return [
        _racks_during(off, _how_off(result, off)),
        _racks_during(slow, "below full clock", slow["clock_frac"].min()),
    ]


def _how_off(result: Result, off: pd.DataFrame) -> str:
    events = result.frame("events")
    hot = set(events.loc[events["what"] == EventKind.SHUT_DOWN, "component"])
    return "off, shut down by their heat," if set(off["rack"]) <= hot else "off"


def _racks_during(rows: pd.DataFrame, how: str, lowest_frac: float = np.nan) -> str:
    """Which racks were so, from when to when; empty where none was."""
    if rows.empty:
        return ""
    period_s = float(rows["time_s"].diff().replace(0.0, np.nan).abs().min())
    start_s = max(0.0, float(rows["time_s"].min()) - (period_s if np.isfinite(period_s) else 0.0))
    when = f"between {clock(start_s)} and {clock(rows['time_s'].max())}"
    racks = list(dict.fromkeys(rows["rack"]))
    lowest = f", {percent(lowest_frac)} of it at the least" if np.isfinite(lowest_frac) else ""
    who = f"Rack {span(racks)} was" if len(racks) == 1 else f"Racks {span(racks)} were"
    return f"{who} {how} {when}{lowest}"


def _restarts(jobs: pd.DataFrame) -> str:
    """Jobs that went back to a checkpoint, and how often, as the table of jobs counts it."""
    rows = jobs[jobs["restarts"] > 0]
    if rows.empty:
        return ""
    often = int(rows["restarts"].sum())
    times = {1: "once", 2: "twice"}.get(often, f"{count(often)} times in all")
    what = "Job" if len(rows) == 1 else "Jobs"
    return f"{what} {span(rows['job'])} went back to a checkpoint {times}"


def _over(jobs: pd.DataFrame) -> str:
    """Jobs that a fault stopped for good."""
    rows = jobs[jobs["state"] == "node_fail"]
    if rows.empty:
        return ""
    who = f"Job {span(rows['job'])} was" if len(rows) == 1 else f"Jobs {span(rows['job'])} were"
    return f"{who} stopped and not run again"


def _lowest_flow(loops: pd.DataFrame) -> str:
    """Liquid loops that lost flow: what makes racks hot while their supply stays cool."""
    lowest = loops[loops["kind"] == "liquid"].groupby("loop", sort=False)["flow_frac"].min()
    poor = lowest[lowest < POOR_FLOW_FRAC]
    if poor.empty:
        return ""
    fell = f"fell to {percent(poor.min(), 0)} of its rated value"
    return f"The flow in {span(poor.index)} {'stopped' if poor.min() < STOPPED_FRAC else fell}"


def _warmest_loop(result: Result) -> str:
    """The loop that rose furthest above its own median."""
    loops = result.frame("loops")
    rise = loops["temperature_degc"] - loops.groupby("loop")["temperature_degc"].transform("median")
    if result.frame("events").empty or not rise.max() >= NOTABLE_K:
        return ""
    worst = loops.loc[int(str(rise.idxmax()))]
    usual = degrees(worst["temperature_degc"] - rise.max())
    warmest = f"{degrees(worst['temperature_degc'])} at {clock(worst['time_s'])}"
    what = {"liquid": "coolant loop", "room": "air in"}.get(str(worst["kind"]), "facility water")
    return f"The {what} {short(worst['loop'])} warmed from {usual} to {warmest}"


def _hottest(result: Result) -> str:
    components = result.frame("components")
    racks = result.frame("racks")
    of_gpus = racks["rack"].isin(components.loc[components["gpus"] > 0, "id"])
    racks = racks[of_gpus & racks["junction_max_degc"].notna()]
    if racks.empty:
        return ""
    hottest = racks.loc[int(str(racks["junction_max_degc"].idxmax()))]
    junction_degc = hottest["junction_max_degc"]
    limit = beside_limit(number(junction_degc), slowdown_degc(result), ", ")
    return f"The hottest GPU, in {short(hottest['rack'])}, reached {degrees(junction_degc)}{limit}"
