"""Power equipment in the dependency graph: what fails by itself, and outputs that overloads
open.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from weakref import WeakKeyDictionary

import numpy as np

from twin.catalogue.equipment_kinds import Role, role
from twin.facility.dependency.component import component
from twin.facility.dependency.overloads import Overloads, overloads
from twin.facility.dependency.supplies import protection
from twin.facility.model import Facility
from twin.facility.power.autonomy import stores_of_boards
from twin.physics.reliability.gates import Node, Rule

_START_MTTR_H = 1.0
"""Stands in where a generator has no repair time; only the ratio to its MTBF counts."""
_OVERLOADS: WeakKeyDictionary[Facility, Overloads] = WeakKeyDictionary()


def power_overloads(facility: Facility) -> Overloads:
    """Which coincident failures trip which power component, worked out once a facility."""
    if facility not in _OVERLOADS:
        tree = facility.power
        chances = {tree.id[node]: _unavailability(facility, node) for node in range(tree.equipment)}
        known = {name: chance for name, chance in chances.items() if chance > 0}
        _OVERLOADS[facility] = overloads(facility, known)
    return _OVERLOADS[facility]


def _unavailability(facility: Facility, node: int) -> float:
    """Of a power component by itself, failed starts counted; 0 where it never fails."""
    start_failure = float(facility.power.start_failure_probability[node])
    if role(facility.power.kind[node]) is Role.STANDBY:
        return start_failure if start_failure < 1 else 0.0
    own = component(facility, facility.power.id[node], "power", ())
    return 0.0 if math.isnan(own.mtbf_h) else own.mttr_h / (own.mtbf_h + own.mttr_h)


def outputs(facility: Facility, causes: Overloads) -> dict[str, str]:
    """The gate that stands for the output of each component that trips, whose own failure is part
    of a cause, or by way of which a tie gives, or that counts towards a least supply.
    """
    tree = facility.power
    named = {tree.id[board] for board in np.unique(tree.over[tree.over >= 0]).tolist()}
    named.update(tree.id[s] for stores in stores_of_boards(facility).values() for s in stores)
    named.update(causes.causes)
    for alternatives in causes.causes.values():
        for cause in alternatives:
            named.update(name for failed in cause for chain in failed.chains for name in chain)
    return {name: f"output({name})" for name in sorted(named)}


def equipment(
    facility: Facility, feed: dict[str, str], causes: Overloads, output: dict[str, str]
) -> Iterator[Node]:
    """Power equipment: what fails by itself, and the output that needs a feed and no trip; what a
    store gives to the board that it stands at needs none.
    """
    tree = facility.power
    for i in range(tree.equipment):
        name = tree.id[i]
        rating_w = float(tree.rating_w[i])
        standby = role(tree.kind[i]) is Role.STANDBY
        fed = [] if standby or name not in feed else [feed[name]]
        own = () if name in output else fed
        if standby:
            yield _generator(facility, name, rating_w, float(tree.start_failure_probability[i]))
        else:
            yield component(facility, name, "power", own, rating_w)
        if name in output:
            gates = protection(name, causes.causes[name]) if name in causes.causes else []
            through = [] if role(tree.kind[i]) is Role.STORAGE else fed
            needs = (name, *through, *(gate.name for gate in gates[:1]))
            yield from gates
            yield Node(output[name], Rule.AND, needs, capacity_w=rating_w, system="power")


def _generator(facility: Facility, name: str, rating_w: float, start_failure: float) -> Node:
    """A generator that is unavailable as often as it fails to start."""
    known_h = float(facility.components.mttr_h[facility.components.row[name]])
    mttr_h = known_h if 0 < known_h < math.inf else _START_MTTR_H
    if not 0 < start_failure < 1:
        return Node(name, Rule.SOURCE, capacity_w=rating_w, system="power")
    return Node(
        name,
        Rule.SOURCE,
        capacity_w=rating_w,
        mtbf_h=mttr_h * (1 - start_failure) / start_failure,
        mttr_h=mttr_h,
        system="power",
        on_demand=True,
    )
