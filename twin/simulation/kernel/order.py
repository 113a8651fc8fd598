"""Who speaks when. Every order of the loop stands here and nowhere else.

At equal instants what waits acts in the order of `Stage`: a period ends before anything else
happens, what fails comes before what protects, and that before what flows. Between instants the
disciplines are asked in the order of their verb, which follows the cause: power, then flows, then
racks, then work; and loads before the feeds that carry them.
"""

from __future__ import annotations

from enum import IntEnum


class Stage(IntEnum):
    """Who acts first at one instant."""

    PERIOD = 9
    FAULTS = 10
    PROTECTION = 11
    POWER = 12
    PLANT = 13
    THROTTLING = 14
    JOBS = 15
    TRAFFIC = 16
    CONTROLS = 17


ADVANCE = (
    "accounts", "billing", "supply", "protection", "flows", "units", "heat", "moisture", "stores",
    "jobs", "serving", "meters", "losses", "inlet_air",
)  # fmt: skip
"""Moved on over a span: integrals first, for they hold the rates of the span that ends."""

FORESEE = ("supply", "protection", "racks", "network", "flows", "stores", "jobs", "serving")
"""Asked when they must act next; temperatures are asked last, up to what these foresee."""

ACT = ("accounts", "clock", "protection", "stores", "jobs", "inlet_air")
"""Do what is due at an instant; `clock` lets everything act that waits for it."""

ACT_AT_END = ("jobs",)
"""At the end of the horizon only what completes counts: what begins belongs to the next run."""

SETTLE = (
    "supply", "inlet_air", "flows", "plants", "stores", "racks", "network", "jobs", "faults",
    "serving", "activity", "throttling",
)  # fmt: skip
"""Brought into agreement, round after round, until nobody changes anything."""

HOLD = (
    "plants", "stores", "racks", "moisture", "units", "supply", "protection", "shedding", "coils",
    "valves", "heat", "losses", "jobs", "serving", "accounts",
)  # fmt: skip
"""Set what holds until the next event: loads, then the feeds, then heat, losses and integrals."""

WORK = ("jobs", "serving", "losses", "activity")
"""What moves ahead of power and heat in a stretch in which work moves."""

APART = ("supply", "moisture", "heat", "inlet_air", "throttling", "faults", "jobs", "serving")
"""Asked whether work may move in a quiet stretch."""

AT_REST = (
    "supply", "protection", "shedding", "throttling", "flows", "plants", "heat", "moisture",
)  # fmt: skip
"""Asked whether they are at rest, so that a quiet stretch may begin."""

FORETELL = (
    "throttling", "plants", "heat", "moisture", "inlet_air", "units", "supply", "protection",
    "shedding",
)  # fmt: skip
"""Work out what a quiet stretch brings, each from what those before it found."""

LIVE_THROUGH = (
    "accounts", "billing", "inlet_air", "supply", "units", "moisture", "plants", "heat",
)  # fmt: skip
"""Enter what it has changed: integrals first, for they start from what held before."""
