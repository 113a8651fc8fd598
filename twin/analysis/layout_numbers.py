"""Numbers that a layout states otherwise than the catalogue, each as a witness, and how ratings
follow.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from twin.catalogue.own.row import StatedNumbers
from twin.catalogue.rating import ElectricalRating
from twin.catalogue.witness import Witness, unit_of
from twin.facility.crews import crew_classes
from twin.facility.model import Facility
from twin.scenario.schema import Layout
from twin.stated import Stated

SOURCE = "stated in the layout"


def witnesses(facility: Facility) -> Iterator[Witness]:
    """Every overriding number of groups and components, and ratings that follow from others."""
    plan = facility.scenario.plan
    for subject, stated in _stated(plan):
        for field, value in stated.numbers().items():
            if value is not None:
                yield _witness(subject, field, value)
    yield from _leakage(plan)
    for crew in crew_classes(facility.scenario):
        for field in ("travel", "diagnose", "close"):
            source = "usual within a site, assumed" if _is_usual(crew, field) else SOURCE
            yield _witness(f"crews/{crew.name}", f"{field}_s", getattr(crew, field), source)
    for subject, rating in ratings(plan):
        yield _witness(subject, "rating_w", rating.power_w, f"{SOURCE}: {rating.derivation}")


def _leakage(plan: Layout) -> Iterator[Witness]:
    """What halls state of their GPUs' leakage; its curve is published, its share is not."""
    for hall in plan.halls:
        if hall.chip_leakage is not None:
            curve = "by temperature as Liao, He and Lepak 2005 (65 nm)"
            where = f"{hall.name}/chip_leakage"
            for key, field in (("share", "share"), ("at", "at_degc")):
                usual = _is_usual(hall.chip_leakage, key)
                source = f"{'assumed: no maker states it' if usual else SOURCE}; {curve}"
                yield _witness(where, field, getattr(hall.chip_leakage, key), source)


def _is_usual(spec: Stated, key: str) -> bool:
    """Whether a number is the one of who states none. Asked of the value, for a copy of a scenario
    and the file that a run keeps state every key.
    """
    return bool(getattr(spec, key) == type(spec).model_fields[key].default)


def ratings(plan: Layout) -> Iterator[tuple[str, ElectricalRating]]:
    """Groups and components whose rating is stated by current, apparent power or a share."""
    held: list[tuple[str, Any]] = [(group.name, group.rating) for group in plan.power]
    held += [(row.name, row.power_rated) for hall in plan.halls for row in hall.rows]
    held += [(name, override.rating) for name, override in plan.overrides.items()]
    yield from ((name, how) for name, how in held if isinstance(how, ElectricalRating))


def _stated(plan: Layout) -> Iterator[tuple[str, StatedNumbers]]:
    """Groups and components with numbers of their own, by name."""
    groups: list[tuple[str, StatedNumbers | None]] = [(g.name, g.overrides) for g in plan.power]
    groups += [(row.name, row.overrides) for hall in plan.halls for row in hall.rows]
    groups += [(loop.name, loop.overrides) for loop in plan.cooling.loops]
    groups += [(air.name, air.overrides) for air in plan.cooling.air]
    groups += [(plant.name, plant.overrides) for plant in plan.cooling.plant_groups]
    groups += [("fabric", plan.fabric.overrides), ("storage", plan.storage.overrides)]
    groups += list(plan.overrides.items())
    yield from ((name, stated) for name, stated in groups if stated is not None)


def _witness(subject: str, field: str, value: float, source: str = SOURCE) -> Witness:
    return {
        "subject": f"layout/{subject}",
        "parameter": field,
        "value": f"{value:.9g}",
        "unit": unit_of(field),
        "status": "assumed",
        "source": source,
        "accessed": "",
    }
