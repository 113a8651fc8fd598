"""Availability where repairs wait for crews: the exact chain and the simulated queue, side by side.

Utilities are restored by others. What a shared cause strikes waits for crews like anything else,
each for those of its class.
"""

from __future__ import annotations

from functools import partial
from typing import Any

import numpy as np

from twin.analysis import availability
from twin.catalogue.equipment_kinds import Role, role
from twin.facility.crews import are_stated, class_of_kind, crew_classes
from twin.facility.dependency.shared_causes import SHARED_CAUSE
from twin.facility.model import Facility
from twin.physics.reliability.bdd import FailureDiagram
from twin.physics.reliability.crew_groups import CrewClass, CrewGroup, crew_groups
from twin.physics.reliability.crewed import Crewed, crewed
from twin.physics.reliability.crewed_years import crewed_history
from twin.physics.reliability.gates import Gates
from twin.physics.reliability.monte_carlo import Estimate, failures_per_year, yearly

Row = dict[str, Any]

_FAILURES = 200_000
"""Component failures drawn: two or three seconds."""


def shared_crews(
    facility: Facility, gates: Gates, diagram: FailureDiagram | None, rng: np.random.Generator
) -> Row:
    """The classes, and the top event's exact and simulated availability; {} where nobody states
    crews, or none of them ever waits for another.

    `why` says why there is no exact value, or none at all; the values are None then, and the
    bounds are what is certain where the queue was cut off.
    """
    classes = crew_classes(facility.scenario)
    of = class_of_kind(classes, facility.components.kind)
    seen_to = [_class(facility, gates, of, place, c.count) for place, c in enumerate(classes)]
    if not are_stated(facility.scenario) or not any(one.waits for one in seen_to):
        return {}
    rows = [
        {"crew": crew.name, "count": crew.count, "components": len(one.members)}
        for crew, one in zip(classes, seen_to, strict=True)
    ]
    idle = [crew.name for crew, one in zip(classes, seen_to, strict=True) if not one.crews]
    if idle and any(one.members for one in seen_to if not one.crews):
        why = f"nobody repairs what {', '.join(idle)} see to: they are 0"
        return {"classes": rows, "why": why, **_answers(gates, None, None)}
    causes = [n for n, system in enumerate(gates.systems) if system == SHARED_CAUSE]
    groups = crew_groups(gates, seen_to, causes)
    found, why = _exact(gates, diagram, groups)
    drawn = partial(crewed_history, groups=groups)
    simulated = yearly(gates, rng, _FAILURES / failures_per_year(gates), drawn)
    return {"classes": rows, "why": why, **_answers(gates, found, simulated)}


def _bounds(found: Crewed | None) -> Row:
    """What unavailability and frequency certainly lie between."""
    if found is None:
        return {"lower": None, "upper": None, "lower_per_year": None, "upper_per_year": None}
    middle = found.middle
    return {
        "lower": max(middle.unavailability - found.error, 0.0),
        "upper": min(middle.unavailability + found.error, 1.0),
        "lower_per_year": max(middle.frequency_per_year - found.error_per_year, 0.0),
        "upper_per_year": middle.frequency_per_year + found.error_per_year,
    }


def _class(
    facility: Facility, gates: Gates, of: dict[str, int], place: int, crews: int
) -> CrewClass:
    """Everything that can fail, and that this class of crew sees to."""
    held = facility.components
    members = [
        gates.index[name]
        for name, kind in zip(held.id, held.kind, strict=True)
        if of[kind] == place and role(kind) is not Role.SUPPLY and name in gates.index
    ]
    fails = np.isfinite(gates.mtbf_h) & ~gates.on_demand
    return CrewClass(tuple(n for n in members if fails[n]), crews)


def _exact(
    gates: Gates, diagram: FailureDiagram | None, groups: list[CrewGroup]
) -> tuple[Crewed | None, str]:
    if diagram is None:
        return None, "the decision diagram outgrew its room"
    try:
        found = crewed(gates, diagram, groups)
        return found, _cut_off(found)
    except OverflowError as error:
        return None, f"too many for the exact chain: {error}"


def _cut_off(found: Crewed) -> str:
    if not found.error:
        return ""
    return f"bounds: up to {found.order} of those that share crews were followed down at once"


def _answers(gates: Gates, found: Crewed | None, simulated: Estimate | None) -> Row:
    solved = found.middle if found and not found.error else None
    return {
        "availability_exact": availability.exact_row(solved),
        "availability_bounds": _bounds(found),
        "followed_down_at_once": found.order if found and found.error else None,
        "availability_monte_carlo": availability.simulated_row(gates, simulated, solved),
        "interval": availability.interval(gates, simulated),
    }
