"""Standard disturbances that a failure report puts a design through, each at full load.

Which they are follows the usual questions of operators: short and long outages of the utility, a
generator that does not start, a second outage soon after the first, six dips within 82 s (as in the
grid event of July 2024 that the NERC incident review describes), and nothing but stored energy. A
site that makes its own power is asked for the loss of its largest machine, and of all.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np

from twin.catalogue.equipment_kinds import Role, of_role
from twin.facility.model import Facility
from twin.quantities import percent

Fault = dict[str, Any]
MINUTE_S = 60.0
HOUR_S = 3600.0
DIP_S = 0.1
SAGS = 6
SAG_SPACING_S = 82.0 / (SAGS - 1)
REMAINING_VOLTAGE = 0.7
"""Voltage left in each sag: below the window of a UPS, within what power supplies stand for half a
second (ITI curve); assumed."""
AFTER_S = 3600.0
"""Watched after the last fault has ended."""
STORED_S = 4 * HOUR_S
"""How long stored energy is watched: longer than any battery of a UPS lasts."""


@dataclass(frozen=True)
class StandardEvent:
    """What fails, seconds after the disturbance begins, and for how long it is watched."""

    name: str
    says: str
    faults: tuple[Fault, ...]
    """Of a component, seconds after the beginning, how long, and whether it is `broken`: else it is
    away and comes back, and nobody repairs it."""
    watched_s: float
    sags: tuple[str, ...] = ()
    """Components whose voltage sags six times."""


def standard_events(facility: Facility) -> Iterator[StandardEvent]:
    """Those that this design can meet: without a utility, machines or a generator, fewer."""
    utilities = _of_role(facility, Role.SUPPLY)
    machines = _of_role(facility, Role.PRIME)
    generators = _of_role(facility, Role.STANDBY)
    if utilities:
        yield from _of_the_utility(utilities, generators)
    if machines:
        yield from _of_machines(facility, machines, [] if utilities else generators)
    if utilities or machines:
        every = _out([*utilities, *machines, *generators], 0.0, STORED_S)
        none = "No source of power at all" if machines else "Neither utility nor generators"
        says = f"{none}: nothing but stored energy."
        yield StandardEvent("stored_energy", says, tuple(every), STORED_S)


def _of_the_utility(utilities: list[str], generators: list[str]) -> Iterator[StandardEvent]:
    for name, says, lasts_s in (
        ("outage_100ms", "The utility is away for 100 ms.", DIP_S),
        ("outage_10s", "The utility is away for 10 s.", 10.0),
        ("outage_10min", "The utility is away for 10 min.", 10 * MINUTE_S),
        ("outage_72h", "The utility is away for 72 h.", 72 * HOUR_S),
    ):
        yield _event(name, says, _out(utilities, 0.0, lasts_s))
    if generators:
        says = f"The utility is away for 10 min, and {generators[0]} does not start."
        yield _event("failed_start", says, _with_failed_start(utilities, generators))
    twice = [*_out(utilities, 0.0, 10 * MINUTE_S), *_out(utilities, 1200.0, 10 * MINUTE_S)]
    yield _event("double_outage", "Two outages of 10 min, 10 min apart.", twice)
    says = f"Six sags to {percent(REMAINING_VOLTAGE, 0)} of the voltage, 100 ms each, within 82 s."
    sags_s = (SAGS - 1) * SAG_SPACING_S + DIP_S
    yield StandardEvent("six_sags", says, (), sags_s + AFTER_S, tuple(utilities))


def _of_machines(
    facility: Facility, machines: list[str], generators: list[str]
) -> Iterator[StandardEvent]:
    """Machines that run at all times: the largest away, and all of them."""
    table = facility.components
    largest = max(machines, key=lambda name: float(table.rating_w[table.row[name]]))
    says = f"{largest}, the largest machine, is away for 10 min."
    yield _event("machine_10min", says, _out([largest], 0.0, 10 * MINUTE_S))
    if len(machines) == 1:
        return
    every = f"All {len(machines)} machines are away for 10"
    yield _event("machines_10s", f"{every} s.", _out(machines, 0.0, 10.0))
    yield _event("machines_10min", f"{every} min.", _out(machines, 0.0, 10 * MINUTE_S))
    if generators:
        says = f"{every} min, and {generators[0]} does not start."
        yield _event("failed_start", says, _with_failed_start(machines, generators))


def _with_failed_start(away: list[str], generators: list[str]) -> list[Fault]:
    return [*_out(away, 0.0, 10 * MINUTE_S), *_out(generators[:1], 0.0, 2 * HOUR_S, broken=True)]


def _of_role(facility: Facility, wanted: Role) -> list[str]:
    table = facility.components
    return [table.id[c] for c in np.flatnonzero(of_role(table.kind, wanted))]


def _out(names: list[str], after_s: float, lasts_s: float, broken: bool = False) -> list[Fault]:
    times: Fault = {"after_s": after_s, "lasts_s": lasts_s, "broken": broken}
    return [{"component": name, **times} for name in names]


def _event(name: str, says: str, faults: list[Fault]) -> StandardEvent:
    ends_s = max(fault["after_s"] + fault["lasts_s"] for fault in faults)
    return StandardEvent(name, says, tuple(faults), ends_s + AFTER_S)
