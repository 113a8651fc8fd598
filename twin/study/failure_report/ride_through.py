"""How a design rides through the standard disturbances: one run to a settled state at full load,
and a fork of it for each.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from twin.arrays import Array
from twin.facility.model import Facility
from twin.results import Frames, Result
from twin.results.enums import Cause, EventKind
from twin.simulation import Run, start
from twin.study.failure_report.standard_events import (
    DIP_S,
    REMAINING_VOLTAGE,
    SAG_SPACING_S,
    SAGS,
    StandardEvent,
    standard_events,
)
from twin.study.full_load import full_load

Row = dict[str, Any]
Progress = Callable[[float, str], None]

SETTLED_S = 3600.0
"""From the start to the disturbance: temperatures and jobs have settled by then."""
PERIOD_S = 300.0
_MARGIN_S = 60.0
_LISTED = 60
_TOGETHER_S = 60.0
"""Within which repeats of one thing are one row of a time line."""
_OF_ABSENCE: dict[str, str] = {EventKind.FAILED: "away", EventKind.REPAIRED: "back"}
_HOLD_UP_S = 0.021
"""What is off by then had no stored energy but its power supplies' own."""


@dataclass(frozen=True)
class Disturbances:
    """Answers of all of them."""

    events: list[Row]
    racks: list[Row]
    """How long each rack rides through on stored energy alone, and what bounds it."""
    rack_w: Array
    """(rack,) drawn just before them."""
    cooling_frac: float
    """What all cooling units draw then, over their peak."""
    swings: list[Row]
    """How the power of each training job moves within a step."""
    tokens_per_s: float
    """Made just before them."""
    workload: str
    """What kept the racks busy."""


def disturbances(facility: Facility, progress: Progress) -> Disturbances:
    """Every standard event, against the same time without it.

    progress   called with the share done and the event's name
    Raises InputError where the design cannot be run, and RunError where a run cannot go on.
    """
    watched_s = max((event.watched_s for event in standard_events(facility)), default=0.0)
    busy, workload = full_load(facility, SETTLED_S + watched_s + _MARGIN_S, PERIOD_S)
    events = sorted(standard_events(busy), key=lambda event: event.watched_s)
    run = start(busy).until(SETTLED_S)
    settled = run.result()
    calm = run.fork()
    rows: list[Row] = []
    racks: list[Row] = []
    for n, event in enumerate(events):
        progress(n / max(len(events), 1), event.name)
        ends_s = SETTLED_S + event.watched_s
        calm.until(ends_s)
        lived = _lived(run, event, ends_s)
        found = lived.tables()
        rows.append(_row(event, lived, found, calm))
        if event.name == "stored_energy":
            racks = list(_ride_through(found, busy, event.watched_s))
    return Disturbances(
        rows,
        racks,
        _rack_w(settled),
        _cooling_frac(busy, settled),
        settled.rows("power_swings"),
        _tokens_per_s(settled),
        workload,
    )


def _rack_w(settled: Result) -> Array:
    """(rack,) mean of the last period before the disturbance."""
    racks = settled.frame("racks")
    last = racks[racks["time_s"] == racks["time_s"].max()]
    return np.asarray(last["power_w"], dtype=float)


def _cooling_frac(facility: Facility, settled: Result) -> float:
    peak_w = float(facility.cooling.units.peak_w.sum())
    drawn_w = float(settled.frame("site")["cooling_power_w"].iloc[-1])
    return drawn_w / peak_w if peak_w > 0 else 0.0


def _tokens_per_s(settled: Result) -> float:
    """Made in the last period before the disturbance."""
    last = settled.frame("site").iloc[-1]
    trained = last["tokens_training"] + last["tokens_rolled_back"]
    return float(last["tokens_inference"] + trained) / PERIOD_S


def _lived(run: Run, event: StandardEvent, ends_s: float) -> Run:
    faults = [
        {
            "component": fault["component"],
            "at": f"{SETTLED_S + fault['after_s']:.6f} s",
            "repair_after": f"{fault['lasts_s']:.6f} s",
        }
        for fault in event.faults
    ]
    sags = [
        {
            "kind": "sag",
            "target": target,
            "at": f"{SETTLED_S} s",
            "duration": f"{DIP_S} s",
            "remaining_voltage": REMAINING_VOLTAGE,
            "count": SAGS,
            "spacing": f"{SAG_SPACING_S} s",
        }
        for target in event.sags
    ]
    return run.fork(faults=faults, drills=sags).until(ends_s)


def _row(event: StandardEvent, lived: Run, found: Frames, calm: Run) -> Row:
    """What an event cost, and what happened in it."""
    happened = found["events"]
    happened = happened[happened["time_s"] >= SETTLED_S]
    off = happened[happened["what"].isin([EventKind.OFF, EventKind.SHUT_DOWN])]
    made = lived.totals().summary
    without = calm.totals().summary
    away = {fault["component"] for fault in event.faults if not fault["broken"]}
    return {
        "event": event.name,
        "says": event.says,
        "watched_s": event.watched_s,
        "racks_off": int(off["component"].nunique()),
        "first_rack_off_s": float(off["time_s"].min() - SETTLED_S) if len(off) else None,
        "racks_throttled": _distinct(happened, EventKind.THROTTLED),
        "job_restarts": int(found["jobs"]["restarts"].sum()),
        "failed_starts": int((happened["what"] == EventKind.FAILED_TO_START).sum()),
        "trips": int((happened["what"] == EventKind.TRIPPED).sum()),
        "grid_lost_w": _grid_lost_w(found),
        "battery_left_frac": _battery_left_frac(found),
        **_frequency(found),
        "tokens_lost": float(without["tokens_total"] - made["tokens_total"]),
        "usd_lost": float(made["usd_lost_by_fault"] - without["usd_lost_by_fault"]),
        "causes": _causes(found),
        "time_line": _time_line(happened, away),
    }


def _distinct(happened: pd.DataFrame, kind: EventKind) -> int:
    return int(happened.loc[happened["what"] == kind, "component"].nunique())


def _grid_lost_w(found: Frames) -> float:
    """Load that left the grid because UPS locked themselves out of it."""
    lost = found["lockouts"]["locked_out_w"]
    return float(lost.max()) if len(lost) else 0.0


def _battery_left_frac(found: Frames) -> float | None:
    """Of the UPS whose battery is left with least; None where there is none."""
    left_frac = found["batteries"]["left_least_frac"]
    return float(left_frac.min()) if len(left_frac) else None


def _frequency(found: Frames) -> Row:
    """Lowest frequency of machines that carry an island, and its recovery; None where no step of
    load came on any, or a row states no governor.
    """
    steps = found["load_steps"]
    steps = steps[(steps["time_s"] >= SETTLED_S) & steps["frequency_nadir_hz"].notna()]
    if steps.empty:
        return {"frequency_nadir_hz": None, "frequency_recovery_s": None}
    worst = steps.iloc[int(np.argmin(steps["frequency_nadir_hz"]))]
    back_s = float(worst["recovery_s"])
    return {
        "frequency_nadir_hz": float(worst["frequency_nadir_hz"]),
        "frequency_recovery_s": back_s if np.isfinite(back_s) else None,
    }


def _causes(found: Frames) -> dict[str, float]:
    """Tokens lost by cause, as booked."""
    losses = found["losses"]
    by_cause = losses.groupby("cause")["tokens"].sum() if len(losses) else pd.Series(dtype=float)
    return {str(cause): float(tokens) for cause, tokens in by_cause.items() if tokens}


def _time_line(happened: pd.DataFrame, away: set[str]) -> list[Row]:
    """What happened when, components that met the same at once together. What is away for a while
    neither fails nor is repaired.
    """
    rows: dict[tuple[float, str], Row] = {}
    for event in happened.to_dict("records"):
        after_s = float(event["time_s"]) - SETTLED_S
        what = str(event["what"])
        detail = str(event["detail"])
        if event["component"] in away:
            detail = "" if what == EventKind.REPAIRED else detail
            what = _OF_ABSENCE.get(what, what)
        row = rows.setdefault((after_s, what), {"after_s": after_s, "what": what, "components": []})
        row["components"].append(str(event["component"]))
        row["detail"] = detail
    return _together(rows.values())[:_LISTED]


def _together(rows: Iterable[Row]) -> list[Row]:
    """Repeats of one kind, place and detail as one row, where they follow within a minute: racks
    that become too warm one after another, a train of sags.
    """
    kept: list[Row] = []
    latest: dict[tuple[str, ...], Row] = {}
    for row in rows:
        key = (row["what"], row["detail"], *row["components"])
        first = latest.get(key)
        if first is None or row["after_s"] - first["after_s"] > _TOGETHER_S:
            first = latest[key] = {**row, "times": 0}
            kept.append(first)
        first["times"] += 1
        first["last_after_s"] = row["after_s"]
    return kept


def _ride_through(found: Frames, facility: Facility, watched_s: float) -> Iterator[Row]:
    """Each rack's time to off, and what bounds it: power supplies, a battery, or its cooling."""
    events = found["events"]
    events = events[events["time_s"] >= SETTLED_S]
    first = events[events["what"] == EventKind.OFF].drop_duplicates("component")
    off = {
        str(rack): (float(time_s), str(cause))
        for rack, time_s, cause in zip(
            first["component"], first["time_s"], first["detail"], strict=True
        )
    }
    empty = events[
        (events["what"] == EventKind.OFF_BATTERY) & events["detail"].str.startswith("empty")
    ]
    for rack in facility.racks.id:
        if rack not in off:
            yield {"rack": rack, "seconds": None, "bound_by": "nothing", "at_least_s": watched_s}
            continue
        time_s, cause = off[rack]
        seconds = time_s - SETTLED_S
        yield {
            "rack": rack,
            "seconds": seconds,
            "bound_by": _bound_by(seconds, cause, time_s, empty),
            "at_least_s": seconds,
        }


def _bound_by(seconds: float, cause: str, time_s: float, empty: pd.DataFrame) -> str:
    """In words: which store ran out first."""
    if cause == Cause.OVERHEATED:
        return "cooling: its chips reached their shutdown temperature"
    if seconds < _HOLD_UP_S:
        return "power supplies: no stored energy behind it"
    names = empty.loc[np.isclose(empty["time_s"], time_s, atol=1.0), "component"]
    return f"battery of {', '.join(names)}" if len(names) else f"supply: {cause}"
