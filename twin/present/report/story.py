"""The run told in three sentences: what happened and when, what it did to which racks, what it
cost.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from twin.catalogue.equipment_kinds import Role, plural, role, singular
from twin.present.figures.faults import BREAKS, MENDS, grouped
from twin.present.figures.floor import slowdown_degc
from twin.present.figures.throttling import FULL_FRAC
from twin.quantities import (
    clock,
    count,
    degrees,
    duration,
    figures,
    money,
    number,
    percent,
    short,
    span,
    tokens,
)  # fmt: skip
from twin.results import Result

MOST = 4
"""Incidents told one by one."""
POOR_FLOW_FRAC = 0.95
"""Flow over rated flow below which a loop is named."""
NOTABLE_K = 2.0
"""A loop that warms by less than this is not worth a sentence."""

_VERBS = {"taken out on purpose": "taken out on purpose", "too large": "too large for the machine"}
_CAUSES = {
    "throttled": "throttling", "power_lost": "loss of power", "overheated": "overheating", "failed": "failed equipment",
    "fabric": "a slower network", "rolled_back": "work rolled back", "restarting": "restarts",
}  # fmt: skip
_NUMBERS = ("no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten")


@dataclass(frozen=True)
class Incident:
    """Components that broke together, and when the first of them was mended; NaN where none was."""

    names: tuple[str, ...]
    what: str
    start_s: float
    end_s: float


def sentences(result: Result) -> list[str]:
    """What happened, what it did, what it cost; a number and its unit stay on one line."""
    told = [what_happened(result), what_it_did(result), what_it_cost(result)]
    return [text.replace(" °C", "\u00a0°C").replace(" %", "\u00a0%") for text in told]


def incidents(events: pd.DataFrame) -> list[Incident]:
    """What broke of itself or was taken out, in order of time; racks that shut down are what
    follows.
    """
    broke = grouped(events[events["what"].isin([word for word in BREAKS if word != "shut down"])])
    mended = events[events["what"].isin(MENDS)]
    found = []
    for group in broke:
        later = mended[mended["component"].isin(group.names) & (mended["time_s"] >= group.time_s)][
            "time_s"
        ]
        found.append(
            Incident(
                group.names, group.what, group.time_s, float(later.min()) if len(later) else np.nan
            )
        )
    return found


def what_happened(result: Result) -> str:
    """Each incident with its times."""
    told = incidents(result.frame("events"))
    span_s = number(result.summary.get("simulated_s"))
    over = f"Over {duration(span_s)}" if np.isfinite(span_s) else "In this run"
    if result.frame("events").empty:
        return f"{over} no event was recorded."
    if not told:
        return f"{over} nothing failed or tripped."
    parts = [_incident(result, one) for one in told[:MOST]]
    more = [f"{count(len(told) - MOST)} more incidents followed"] if len(told) > MOST else []
    return f"{over}, {'; '.join(parts + more)}."


def _incident(result: Result, one: Incident) -> str:
    verb = _VERBS.get(one.what, one.what)
    if one.what in _VERBS:
        verb = f"{'was' if len(one.names) == 1 else 'were'} {verb}"
    back = f" and {'was' if len(one.names) == 1 else 'were'} back at {clock(one.end_s)}"
    return f"{_introduced(result, one.names)} {verb} at {clock(one.start_s)}{back if np.isfinite(one.end_s) else ''}"


def _introduced(result: Result, names: tuple[str, ...]) -> str:
    """Names, with what they are where the name does not say so."""
    held = result.frame("components")
    kinds = list(dict.fromkeys(held.loc[held["id"].isin(names), "kind"]))
    if len(kinds) != 1 or singular(kinds[0]).lower() in span(names).lower().replace("_", " "):
        return span(names)
    word = singular(kinds[0]) if len(names) == 1 else plural(kinds[0])
    return f"{span(names)} ({word})"


def what_it_did(result: Result) -> str:
    """Racks off or slow and how hot they were; losses that nobody noticed; batteries and warm
    loops.
    """
    racks = result.frame("racks")
    if racks.empty:
        return "No rack was recorded."
    off = racks[racks["on_frac"] < FULL_FRAC]
    slow = racks[(racks["clock_frac"] < FULL_FRAC) & (racks["on_frac"] > 0)]
    slow = slow[~slow["rack"].isin(set(off["rack"]))]
    told = [unnoticed(result, one) for one in incidents(result.frame("events"))[:MOST]]
    told += [
        _batteries(result.frame("events")),
        _lowest_flow(result.frame("loops")),
        _warmest_loop(result),
    ]
    told += [
        _rack_span(off, _off_how(result, off)),
        _rack_span(slow, "below full clock", slow["clock_frac"].min()),
    ]
    if off.empty and slow.empty:
        told.append("Every rack stayed on and at full clock throughout")
    told += [_restarts(result.frame("events")), _hottest(result)]
    return " ".join(f"{part}." for part in told if part)


def _off_how(result: Result, off: pd.DataFrame) -> str:
    events = result.frame("events")
    hot = set(events.loc[events["what"] == "shut down", "component"])
    return "off, shut down by their heat," if set(off["rack"]) <= hot else "off"


def _restarts(events: pd.DataFrame) -> str:
    """Jobs that went back to a checkpoint, and how often."""
    held = events[events["what"] == "restarting"]
    if held.empty:
        return ""
    times = {1: "once", 2: "twice"}.get(len(held), f"{count(len(held))} times in all")
    jobs = "Job" if held["component"].nunique() == 1 else "Jobs"
    return f"{jobs} {span(held['component'])} went back to a checkpoint {times}"


def _rack_span(held: pd.DataFrame, how: str, lowest_frac: float = np.nan) -> str:
    if held.empty:
        return ""
    period_s = float(held["time_s"].diff().replace(0.0, np.nan).abs().min())
    start_s = max(0.0, float(held["time_s"].min()) - (period_s if np.isfinite(period_s) else 0.0))
    racks = list(dict.fromkeys(held["rack"]))
    lowest = f", {percent(lowest_frac)} of it at the least" if np.isfinite(lowest_frac) else ""
    who, verb = ("Rack", "was") if len(racks) == 1 else ("Racks", "were")
    return f"{who} {span(racks)} {verb} {how} between {clock(start_s)} and {clock(held['time_s'].max())}{lowest}"


def unnoticed(result: Result, one: Incident) -> str:
    """The loss of power equipment that no rack noticed: how many equals carried the load, and how
    loaded they were.
    """
    held = result.frame("components")
    power = result.frame("power")
    end_s = one.end_s if np.isfinite(one.end_s) else np.inf
    kinds = set(held.loc[held["id"].isin(one.names) & held["id"].isin(power["component"]), "kind"])
    if len(kinds) != 1 or _noticed(result, one.start_s, end_s):
        return ""
    equals = held.loc[held["kind"].isin(kinds) & ~held["id"].isin(one.names), "id"]
    during = power[
        power["component"].isin(equals) & power["time_s"].between(one.start_s + 1e-6, end_s)
    ]
    kind = next(iter(kinds))
    rest = len(equals)
    total = len(equals) + len(one.names)
    if during.empty or role(kind) is Role.SUPPLY:
        return f"No rack noticed the loss of {span(one.names)}"
    load = percent(during["load_max_frac"].max(), 0)
    return (f"No rack noticed the loss of {span(one.names)}: of {_number(total)} {plural(kind)}, "
            f"{_number(rest)} carried the load, at no more than {load} of their rating")  # fmt: skip


def _noticed(result: Result, start_s: float, end_s: float) -> bool:
    racks = result.frame("racks")
    held = racks[(racks["time_s"] > start_s) & (racks["time_s"] <= end_s)]
    return bool(((held["on_frac"] < FULL_FRAC) | (held["clock_frac"] < FULL_FRAC)).any())


def _number(held: int) -> str:
    return _NUMBERS[held] if held < len(_NUMBERS) else count(held)


def _batteries(events: pd.DataFrame) -> str:
    """Which UPS ran on batteries, for how long, and what took over."""
    on = events[events["what"] == "on battery"]
    off = events[events["what"] == "off battery"]
    if on.empty:
        return ""
    start_s = float(on["time_s"].min())
    ends = off[off["time_s"] >= start_s]["time_s"]
    until = f" for {duration(float(ends.min()) - start_s)}" if len(ends) else ""
    started = events[(events["what"] == "started") & (events["time_s"] >= start_s)]["component"]
    over = f", until {span(started)} took over" if len(started) and until else ""
    return f"Batteries of {span(on['component'])} carried the load{until}{over}"


def _lowest_flow(loops: pd.DataFrame) -> str:
    """Liquid loops that lost flow: what makes racks hot while their supply stays cool."""
    lowest = loops[loops["kind"] == "liquid"].groupby("loop", sort=False)["flow_frac"].min()
    poor = lowest[lowest < POOR_FLOW_FRAC]
    if poor.empty:
        return ""
    least = (
        "stopped" if poor.min() < 0.005 else f"fell to {percent(poor.min(), 0)} of its rated value"
    )
    return f"The flow in {span(poor.index)} {least}"


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
    held = result.frame("components")
    racks = result.frame("racks")
    racks = racks[
        racks["rack"].isin(held.loc[held["gpus"] > 0, "id"]) & racks["junction_max_degc"].notna()
    ]
    if racks.empty:
        return ""
    hottest = racks.loc[int(str(racks["junction_max_degc"].idxmax()))]
    limit = slowdown_degc(result)
    left = limit - number(hottest["junction_max_degc"])
    if not np.isfinite(limit):
        where = ""
    elif left < 0.05:
        where = f", {'' if left > -0.05 else 'above '}its slowdown limit of {limit:g} °C"
    else:
        where = f", {left:.1f} K below its slowdown limit"
    return f"The hottest GPU, in {short(hottest['rack'])}, reached {degrees(hottest['junction_max_degc'])}{where}"


def what_it_cost(result: Result) -> str:
    """Tokens, money and GPU hours, and who lost them by what cause."""
    losses = result.frame("losses")
    lost = float(losses["tokens"].sum())
    hours = float(losses["gpu_hours"].sum())
    if lost <= 0 and hours <= 0:
        return "No token and no GPU hour was lost."
    by = "tokens" if lost > 0 else "gpu_hours"
    made = number(result.summary.get("tokens_total" if lost > 0 else "gpu_hours_busy"))
    share = percent(losses[by].sum() / (made + losses[by].sum()), 2)
    worth = (
        f"{tokens(lost)} tokens, {share} of what an undisturbed run makes: {money(losses['usd'].sum())} at the "
        f"token price and {figures(hours)} GPU hours"
        if lost > 0
        else f"{figures(hours)} GPU hours, {share} of all"
    )
    return f"That cost {worth}; {_who(result, losses, by)}."


def _who(result: Result, losses: pd.DataFrame, by: str) -> str:
    """The causes with their shares, the racks of the heaviest one, and the workloads that lost."""
    causes = losses.groupby("cause")[by].sum().sort_values(ascending=False, kind="stable")
    shares = causes / causes.sum()
    main = losses[losses["cause"] == causes.index[0]].sort_values(
        by, ascending=False, kind="stable"
    )
    racks = [rack for rack in main["rack"] if rack]
    jobs = set(result.frame("jobs")["job"])
    gang = causes.index[0] == "throttled" and set(main["workload"]) <= jobs
    pace = ", which keeps the pace of its slowest rack" if gang else ""
    first = "all of it" if shares.iloc[0] > 0.9995 else percent(shares.iloc[0], 0)
    told = [f"{first} by {_cause(causes.index[0])}{f' in {span(racks)}' if racks else ''}"]
    told += [
        f"{percent(share, 0)} by {_cause(cause)}"
        for cause, share in shares.iloc[1:3].items()
        if share >= 0.005
    ]
    return f"{', '.join(told)}; the loss is that of {span(losses['workload'])}{pace}"


def _cause(cause: Any) -> str:
    return _CAUSES.get(str(cause), short(cause).replace("_", " "))
