"""What a loss does to the racks, at full load: which run hot, throttle and stop, and when."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd

from twin.analysis.ride_through import RackRide, RideThrough
from twin.arrays import Array
from twin.errors import InputError, Problem, did_you_mean
from twin.facility.model import Facility
from twin.results import Result
from twin.results.enums import EventKind
from twin.simulation import start
from twin.study.full_load import full_load

SETTLED_S = 3600.0
"""From the start, which is the steady state of idle racks, to the loss: halls, their structure and
their water have come to rest at full load by then."""
PERIOD_S = 10.0
_MARGIN_S = 60.0
Fault = dict[str, str | int]
"""A fault as a time line states it."""
AMOUNTS = {"leak": "flow", "air_lock": "blocked", "tile_closed": "tile", "door_open": "opening"}
"""Key of a fault that says how much, by its mode."""
SHORTEST_S = 10.0
LONGEST_S = 7 * 86400.0


def ride_through(facility: Facility, lost: Sequence[str], watched_s: float) -> RideThrough:
    """What happens within `watched_s` after all of `lost` fail at once, for good.

    lost   names, each perhaps with how it fails: `compute_r3:leak=2 L/min`,
           `compute_r3:air_lock=50 %`, `cdu_1:valve_closed`
    Raises InputError where a name is unknown or the design cannot be run.
    """
    _refuse(facility, lost, watched_s)
    busy, workload = full_load(facility, SETTLED_S + watched_s + _MARGIN_S, PERIOD_S, rated=True)
    ends_s = SETTLED_S + watched_s
    when: Fault = {"at": f"{SETTLED_S} s", "repair_after": f"{watched_s + _MARGIN_S} s"}
    faults = [when | _fault(name) for name in lost]
    found = start(busy).until(SETTLED_S).fork(faults=faults).until(ends_s).result()
    events = found.frame("events")
    events = events[events["time_s"] >= SETTLED_S]
    racks = tuple(_rides(found, events, busy))
    return RideThrough(tuple(lost), watched_s, workload, racks, tuple(_told(events)))


def _fault(lost: str) -> Fault:
    """A fault of the time line, without its moments."""
    name, _, how = lost.partition(":")
    mode, _, amount = how.partition("=")
    key = AMOUNTS.get(mode)
    found: Fault = {"component": name}
    if mode:
        found["mode"] = mode
    said = int(amount) if amount.isdigit() else amount
    return found | ({key: said} if key and amount else {})


def _refuse(facility: Facility, lost: Sequence[str], watched_s: float) -> None:
    """What cannot be asked, all at once."""
    known = {*facility.components.id, *facility.cooling.hall_id}
    problems = [
        Problem(
            "",
            f"no component named {name!r}",
            "a component of this design",
            hint=_hint(name, known),
            file="--lose",
        )
        for name in (one.partition(":")[0] for one in lost)
        if name not in known
    ]
    if not lost:
        problems.append(Problem("", "nothing", "names of components", file="--lose"))
    if not SHORTEST_S <= watched_s <= LONGEST_S:
        found = f"{watched_s:g} s"
        problems.append(Problem("", found, "10 s to 7 days", file="--for"))
    if problems:
        raise InputError(problems)


def _hint(name: str, known: set[str]) -> str:
    return did_you_mean(name, sorted(known))


def _rides(found: Result, events: pd.DataFrame, facility: Facility) -> list[RackRide]:
    air = found.frame("racks").pivot(index="time_s", columns="rack", values="inlet_air_degc")
    air = air.loc[SETTLED_S:, list(facility.racks.id)]
    inlet = air.to_numpy()
    warm_s = first_reached_s(air.index.to_numpy() - SETTLED_S, inlet, facility.racks.inlet_max_degc)
    throttled = _first(events, [EventKind.THROTTLED])
    off = _first(events, [EventKind.OFF, EventKind.SHUT_DOWN])
    return [
        RackRide(
            rack,
            float(inlet[0, i]),
            float(inlet[1:, i].max()),
            None if np.isnan(warm_s[i]) else float(warm_s[i]),
            throttled.get(rack, (None, ""))[0],
            *off.get(rack, (None, "")),
        )
        for i, rack in enumerate(facility.racks.id)
    ]


def first_reached_s(time_s: Array, value: Array, limit: Array) -> Array:
    """(rack,) when each value first reaches its limit, between two samples by a straight line; nan
    where it never does.

    time_s   (time,)
    value    (time, rack)
    limit    (rack,)
    """
    reached = value >= limit
    first = reached.argmax(axis=0)
    before = np.maximum(first - 1, 0)
    rack = np.arange(limit.size)
    low = value[before, rack]
    rise = value[first, rack] - low
    share = np.where(rise > 0, (limit - low) / np.where(rise > 0, rise, 1.0), 0.0)
    at_s = time_s[before] + share * (time_s[first] - time_s[before])
    return np.where(reached.any(axis=0), at_s, np.nan)


def _first(events: pd.DataFrame, kinds: list[EventKind]) -> dict[str, tuple[float | None, str]]:
    """Seconds and detail of the first such event, by component."""
    mine = events[events["what"].isin(kinds)].drop_duplicates("component")
    return {
        str(row["component"]): (float(row["time_s"]) - SETTLED_S, str(row["detail"]))
        for row in mine.to_dict("records")
    }


def _told(events: pd.DataFrame) -> list[dict[str, Any]]:
    return [
        {
            "after_s": float(row["time_s"]) - SETTLED_S,
            "component": str(row["component"]),
            "what": str(row["what"]),
            "detail": str(row["detail"]),
        }
        for row in events.to_dict("records")
    ]
