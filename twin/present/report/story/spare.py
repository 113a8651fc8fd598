"""What spare equipment bore: batteries, and equals that carried the load of what was lost."""

from __future__ import annotations

import numpy as np
import pandas as pd

from twin.catalogue.equipment_kinds import Role, plural, role
from twin.present.figures.throttling import FULL_FRAC
from twin.present.report.story.incidents import Incident
from twin.quantities import count, duration, percent, span
from twin.results import Result
from twin.results.enums import EventKind

_NUMBERS = ("no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten")


def unnoticed(result: Result, one: Incident) -> str:
    """The loss of power equipment that no rack noticed: how many equals carried the load, and how
    loaded they were; empty where it was noticed or no power equipment.
    """
    components = result.frame("components")
    power = result.frame("power")
    end_s = one.end_s if np.isfinite(one.end_s) else np.inf
    lost = components["id"].isin(one.names)
    kinds = set(components.loc[lost & components["id"].isin(power["component"].unique()), "kind"])
    if len(kinds) != 1 or _noticed(result, one.start_s, end_s):
        return ""
    (kind,) = kinds
    equals = components.loc[components["kind"].isin(kinds) & ~lost, "id"]
    then = power["time_s"].between(one.start_s + 1e-6, end_s)
    during = power[power["component"].isin(equals) & then]
    if during.empty or role(kind) is Role.SUPPLY:
        return f"No rack noticed the loss of {span(one.names)}"
    of_all = f"of {_number(len(equals) + len(one.names))} {plural(kind)}"
    load = f"at no more than {percent(during['load_max_frac'].max(), 0)} of their rating"
    return (
        f"No rack noticed the loss of {span(one.names)}: {of_all}, "
        f"{_number(len(equals))} carried the load, {load}"
    )


def _noticed(result: Result, start_s: float, end_s: float) -> bool:
    racks = result.frame("racks")
    during = racks[(racks["time_s"] > start_s) & (racks["time_s"] <= end_s)]
    return bool(((during["on_frac"] < FULL_FRAC) | (during["clock_frac"] < FULL_FRAC)).any())


def _number(value: int) -> str:
    return _NUMBERS[value] if value < len(_NUMBERS) else count(value)


def batteries(events: pd.DataFrame) -> str:
    """Which UPS ran on batteries, for how long, and what took over."""
    begun = events[events["what"] == EventKind.ON_BATTERY]
    if begun.empty:
        return ""
    start_s = float(begun["time_s"].min())
    after = events[events["time_s"] >= start_s]
    ended = after[after["what"] == EventKind.OFF_BATTERY]
    started = after.loc[after["what"] == EventKind.STARTED, "component"]
    until = f" for {duration(float(ended['time_s'].min()) - start_s)}" if len(ended) else ""
    over = f", until {span(started)} took over" if len(started) and until else ""
    return f"Batteries of {span(begun['component'])} carried the load{until}{over}"
