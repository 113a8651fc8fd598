"""Drills judged by a run's tables: what each may cost at most, and what it did cost."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from twin.catalogue.equipment_kinds import Role, of_role
from twin.controls import Drill, PlannedTransfer, drilled, ends_s
from twin.facility.model import Facility
from twin.facility.power.planned import planned_boards
from twin.results import Frames
from twin.results.enums import EventKind

if TYPE_CHECKING:
    import pandas as pd

Row = dict[str, Any]

_UNITS = {
    "inlet_temperature": "degC",
    "recovery": "s",
    "on_generators": "s",
    "back_on_utility": "s",
}
_DISTURBANCES = (
    (EventKind.OFF, EventKind.ON),
    (EventKind.ON_BATTERY, EventKind.OFF_BATTERY),
    (EventKind.TRIPPED, EventKind.CLOSED_AGAIN),
    (EventKind.THROTTLED, EventKind.FULL_CLOCK),
)
"""What begins a disturbance of a component, and what ends it."""


@dataclass(frozen=True)
class Window:
    """What a run recorded from the beginning of a drill until the next one, or the end."""

    begins_s: float
    drill_ends_s: float
    events: pd.DataFrame
    site: pd.DataFrame
    racks: pd.DataFrame
    power: pd.DataFrame
    battery_full_j: Mapping[str, float]
    jobs: frozenset[str]
    boards: frozenset[str]
    """Those of a planned transfer."""

    def count(self, *kinds: EventKind) -> float:
        """Events of these kinds."""
        return float(self.events["what"].isin(kinds).sum())


def drill_sheet(facility: Facility, frames: Frames) -> list[Row]:
    """One row a criterion of every drill that states what it expects, in order of time.

    frames  the tables of the run: events, jobs, site, racks, power
    """
    drills = sorted(facility.scenario.drills, key=lambda drill: drill.at)
    tree = facility.power
    of_ups_j = np.where(of_role(tree.kind, Role.STORE), tree.battery_j, 0.0)
    battery_j = dict(zip(tree.id, of_ups_j.tolist(), strict=True))
    end_s = facility.scenario.horizon
    rows: list[Row] = []
    until = [*(drill.at for drill in drills), end_s][1:]
    for drill, until_s in zip(drills, until, strict=True):
        if drill.expect is not None and drill.at < end_s:
            boards = _boards(facility, drill)
            window = _window(frames, drill, until_s, battery_j, boards)
            rows += _judged(drill, window)
    return rows


def _window(
    frames: Frames,
    drill: Drill,
    until_s: float,
    battery_j: Mapping[str, float],
    boards: frozenset[str],
) -> Window:
    """Rows of a period count where any part of it lies inside."""

    def periods(name: str) -> pd.DataFrame:
        frame = frames[name]
        if frame.empty:
            return frame
        ends_s = frame["time_s"]
        period_s = float(ends_s.iloc[0])
        return frame[(ends_s > drill.at) & (ends_s - period_s < until_s)]

    events = frames["events"]
    events = events[(events["time_s"] >= drill.at) & (events["time_s"] < until_s)]
    jobs = frozenset(frames["jobs"]["job"])
    tables = (periods("site"), periods("racks"), periods("power"))
    return Window(drill.at, ends_s(drill), events, *tables, battery_j, jobs, boards)


def _boards(facility: Facility, drill: Drill) -> frozenset[str]:
    if not isinstance(drill, PlannedTransfer):
        return frozenset()
    return frozenset(facility.power.id[node] for node in planned_boards(facility, drill).tolist())


def _judged(drill: Drill, window: Window) -> Iterator[Row]:
    expected = drill.expect.model_dump(exclude_none=True) if drill.expect else {}
    for criterion, allowed in expected.items():
        found = _MEASURES[criterion](window)
        passed = found >= allowed if criterion == "battery_left" else found <= allowed
        yield {
            "drill": drill.name or drilled(drill),
            "time_s": drill.at,
            "duration_s": drill.duration,
            "criterion": criterion,
            "found": found,
            "allowed": float(allowed),
            "unit": _UNITS.get(criterion, ""),
            "verdict": "pass" if passed else "fail",
        }


def _racks_off(window: Window) -> float:
    off = window.events["what"].isin([EventKind.OFF, EventKind.SHUT_DOWN])
    return float(window.events.loc[off, "component"].nunique())


def _restarts(window: Window) -> float:
    """Times that a gang was taken back to its last checkpoint."""
    stopped = window.events[window.events["what"] == EventKind.STOPPED]
    return float(stopped["component"].isin(window.jobs).sum())


def _tokens_lost(window: Window) -> float:
    site = window.site
    lost = float(site["tokens_lost"].sum())
    made = float(site["tokens_inference"].sum() + site["tokens_training"].sum())
    return lost / (made + lost) if lost > 0 else 0.0


def _load(window: Window) -> float:
    highest = window.power["load_max_frac"].max()
    return float(highest) if np.isfinite(highest) else 0.0


def _battery_left(window: Window) -> float:
    """Of the UPS whose battery is left with least; 1 where there is none to drain."""
    power = window.power
    full_j = power["component"].map(window.battery_full_j).fillna(0.0)
    left_frac = power["battery_least_j"][full_j > 0] / full_j[full_j > 0]
    return float(left_frac.min()) if len(left_frac) else 1.0


def _inlet(window: Window) -> float:
    return float(window.racks["inlet_air_degc"].max())


def _recovery(window: Window) -> float:
    """Seconds after the drill's end; infinite where something is still out when the window ends."""
    events = window.events
    last_s = window.drill_ends_s
    for gone, back in _DISTURBANCES:
        began = events[events["what"] == gone].groupby("component")["time_s"].max()
        ended = events[events["what"] == back].groupby("component")["time_s"].max()
        ended = ended.reindex(began.index).fillna(-np.inf)
        if (ended < began).any():
            return np.inf
        last_s = max(last_s, float(ended.max())) if len(ended) else last_s
    return last_s - window.drill_ends_s


def _transferred(window: Window, since_s: float, until_s: float) -> float:
    """Seconds until the last board went over for the first time; infinite where one did not."""
    events = window.events
    within = (events["time_s"] >= since_s) & (events["time_s"] < until_s)
    moved = events[within & (events["what"] == EventKind.TRANSFERS)]
    first_s = moved.groupby("component")["time_s"].min()
    if not window.boards.issubset(first_s.index):
        return np.inf
    return float(first_s[sorted(window.boards)].max()) - since_s


def _on_generators(window: Window) -> float:
    return _transferred(window, window.begins_s, window.drill_ends_s)


def _back_on_utility(window: Window) -> float:
    return _transferred(window, window.drill_ends_s, np.inf)


_MEASURES: dict[str, Callable[[Window], float]] = {
    "racks_off": _racks_off,
    "restarts": _restarts,
    "failed_starts": lambda window: window.count(EventKind.FAILED_TO_START),
    "trips": lambda window: window.count(EventKind.TRIPPED),
    "tokens_lost": _tokens_lost,
    "load": _load,
    "battery_left": _battery_left,
    "inlet_temperature": _inlet,
    "on_battery": lambda window: window.count(EventKind.ON_BATTERY),
    "on_generators": _on_generators,
    "back_on_utility": _back_on_utility,
    "recovery": _recovery,
}
