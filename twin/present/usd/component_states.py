"""What every component was doing, told from the events of a run.

An event changes a state at its own instant, which is a time code between two periods.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Sequence

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from twin.catalogue.equipment_kinds import EQUIPMENT_KINDS, Role
from twin.present.usd.plan import Item
from twin.results.enums import EventKind

Grid = NDArray[np.float64]
Steps = list[tuple[float, str]]
"""Time code from which a state holds, and the state; first code -1, the start of the run."""

START = -1.0
ON = "on"
READY = "ready"
OFF = "off"
INTERRUPTED = "interrupted"
OVERLOADED = "overloaded"
LOST = frozenset({"failed", "tripped", "taken_out"})
"""States that only a repair, or a closed breaker, ends."""
GONE = LOST | {OFF}
"""States in which a component does nothing."""

_MEANS: dict[str, str] = {
    EventKind.FAILED: "failed",
    EventKind.STILL_OUT: "failed",
    EventKind.FAILED_TO_START: "failed",
    EventKind.TAKEN_OUT: "taken_out",
    EventKind.OPENED_BY_MISTAKE: "taken_out",
    EventKind.SWITCHED_BY_INTRUDER: "taken_out",
    EventKind.TRIPPED: "tripped",
    EventKind.LEFT_OPEN: "tripped",
    EventKind.LOCKED_OUT: "on_bypass",
    EventKind.ON_BYPASS: "on_bypass",
    EventKind.ON_BATTERY: "on_battery",
    EventKind.THROTTLED: "throttled",
    EventKind.STOPPED: OFF,
    EventKind.RAN_DRY: OFF,
    EventKind.SHUT_DOWN: OFF,
    EventKind.OFF: OFF,
    EventKind.REPAIRED: ON,
    EventKind.BACK_IN_SERVICE: ON,
    EventKind.CLOSED_AGAIN: ON,
    EventKind.RESET: ON,
    EventKind.OFF_BYPASS: ON,
    EventKind.OFF_BATTERY: ON,
    EventKind.STARTED: ON,
    EventKind.RUNNING: ON,
    EventKind.ON: ON,
    EventKind.FULL_CLOCK: ON,
}
"""State that an event leaves a component in; other events change none."""
_MENDS = frozenset({
    EventKind.REPAIRED, EventKind.BACK_IN_SERVICE, EventKind.CLOSED_AGAIN, EventKind.RESET,
})  # fmt: skip


def by_events(events: Iterable[tuple[float, str]], idle: str) -> Steps:
    """States of one component by its own events, (time code, what) in order."""
    out: Steps = [(START, idle)]
    for code, what in events:
        state = _MEANS.get(what)
        now = out[-1][1]
        if state is None or (now in LOST and what not in _MENDS and state not in LOST):
            continue
        if state in (ON, OFF) and idle == READY and what != EventKind.STARTED:
            state = READY
        out.append((code, state))
    return thin_steps(out)


def thin_steps(steps: Steps) -> Steps:
    """Steps that change something; of several at one code the last."""
    out: Steps = []
    for code, state in steps:
        if out and out[-1][0] == code:
            out.pop()
        if not out or out[-1][1] != state:
            out.append((code, state))
    return out


def from_zero(steps: Steps) -> Steps:
    """The same from time code 0 on, where stages begin: what held by then is the first."""
    later = [(code, state) for code, state in steps if code > 0]
    return [(0.0, at(steps, 0.0)), *later]


def at(steps: Steps, code: float) -> str:
    """State that holds at a time code."""
    return steps[max(bisect_right(steps, code, key=code_of) - 1, 0)][1]


def code_of(step: tuple[float, str]) -> float:
    """Time code of a step."""
    return step[0]


def idle_of(item: Item) -> str:
    """What a component does while nothing is wrong: `ready` where it stands by, else `on`."""
    kind = EQUIPMENT_KINDS.get(item.kind)
    return READY if kind is not None and kind.role is Role.STANDBY else ON


def codes_of(time_s: Sequence[float] | Grid, ends_s: Grid) -> Grid:
    """Time codes of instants: period k ends at code k, the first begins at -1."""
    if not len(ends_s):
        return np.zeros(0)
    whole = np.concatenate([[0.0], ends_s])
    return np.asarray(np.interp(time_s, whole, np.arange(-1.0, len(ends_s))), dtype=float)


def events_by_component(events: pd.DataFrame, ends_s: Grid) -> dict[str, list[tuple[float, str]]]:
    """(time code, what) of every component, in order of time."""
    codes = codes_of(events["time_s"].to_numpy(float), ends_s)
    out: dict[str, list[tuple[float, str]]] = {}
    rows = zip(events["component"].astype(str), codes.tolist(), events["what"], strict=True)
    for name, code, what in rows:
        out.setdefault(name, []).append((code, str(what)))
    return out
