"""The exact engine asked for one number, and its diagram of a graph, worked out once."""

from __future__ import annotations

from weakref import WeakKeyDictionary

from twin.facility.dependency import dependency
from twin.facility.dependency.top_events import WHOLE, of_top_event
from twin.facility.model import Facility
from twin.physics.reliability.bdd import FailureDiagram, exact, failure_diagram
from twin.physics.reliability.diagram import BeyondMemory
from twin.physics.reliability.gates import Gates

_DIAGRAMS: WeakKeyDictionary[Gates, FailureDiagram] = WeakKeyDictionary()


def diagram_of(gates: Gates) -> FailureDiagram | None:
    """The exact engine's diagram, worked out once a graph; None where it outgrows its room, for a
    report has more to say.
    """
    if gates not in _DIAGRAMS:
        try:
            _DIAGRAMS[gates] = failure_diagram(gates)
        except BeyondMemory:
            return None
    return _DIAGRAMS[gates]


def exact_availability(facility: Facility, top: str = WHOLE) -> float | None:
    """Share of the time in which the top event is away, common causes included; None where the
    exact engine has no room. The number of the redundancy report, without the rest of it.
    """
    gates = of_top_event(dependency(facility), facility, top)
    diagram = diagram_of(gates)
    return None if diagram is None else 1.0 - exact(gates, diagram).unavailability
