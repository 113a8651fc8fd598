"""Who sees to which component: classes of crew, as the layout or the scenario states them."""

from __future__ import annotations

from collections.abc import Sequence

from twin.scenario.schema import Scenario
from twin.scenario.schema.staff import CrewSpec

CREWS = 2
"""Where nobody states how many there are."""


def crew_classes(scenario: Scenario) -> tuple[CrewSpec, ...]:
    """Those that the layout states; else the scenario's crews, who see to everything."""
    return scenario.plan.crews or (CrewSpec(name="site", count=scenario.faults.crews or CREWS),)


def are_stated(scenario: Scenario) -> bool:
    """Whether anybody states how many crews there are."""
    return bool(scenario.plan.crews) or scenario.faults.crews is not None


def class_of_kind(classes: Sequence[CrewSpec], kinds: Sequence[str]) -> dict[str, int]:
    """Which class sees to each kind of component: the one that names it, else the one that names
    none; -1 where there is neither.
    """
    named = {kind: c for c, crew in enumerate(classes) for kind in crew.kinds}
    rest = next((c for c, crew in enumerate(classes) if not crew.kinds), -1)
    return {kind: named.get(kind, rest) for kind in kinds}
