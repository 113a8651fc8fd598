"""Failures that several components share, as nodes of their own that each of them needs.

Beta factor: of the failures of a component, this share strikes all of its group at once, and the
rest it has alone. Source: A. Mosleh et al., Procedures for treating common cause failures in safety
and reliability studies, NUREG/CR-4780 (1988).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np

from twin.catalogue.equipment_kinds import Role, role
from twin.facility.model import Facility
from twin.physics.reliability.gates import Node, Rule

SHARED_CAUSE = "common cause"
"""System of the nodes that stand for causes."""


@dataclass(frozen=True)
class SharedCause:
    """One cause, who has it, and what is left to each alone."""

    name: str
    mtbf_h: float
    mttr_h: float
    alone: dict[str, tuple[float, float]]
    """Mean time between failures and to repair of each member without the cause."""
    on_demand: bool = False
    """Strikes when its members are called."""


def with_shared_causes(facility: Facility, nodes: Sequence[Node]) -> list[Node]:
    """The nodes with a cause each group shares: stated ones, and failed starts of a type of
    generator.

    Until the last member is repaired the cause counts as lasting for the mean repair of one.
    """
    by_name = {node.name: node for node in nodes}
    for cause in shared_causes(facility, by_name):
        by_name[cause.name] = Node(
            cause.name, Rule.SOURCE, mtbf_h=cause.mtbf_h, mttr_h=cause.mttr_h,
            system=SHARED_CAUSE, on_demand=cause.on_demand,
        )  # fmt: skip
        for name, (mtbf_h, mttr_h) in cause.alone.items():
            node = by_name[name]
            by_name[name] = replace(
                node,
                rule=Rule.AND if node.rule is Rule.SOURCE else node.rule,
                inputs=(*node.inputs, cause.name),
                mtbf_h=mtbf_h,
                mttr_h=mttr_h,
            )
    return list(by_name.values())


def shared_causes(facility: Facility, nodes: dict[str, Node]) -> Iterator[SharedCause]:
    """Causes of groups of two and more that can fail."""
    yield from _starts(facility, nodes)
    for stated in facility.scenario.plan.common_causes:
        names = [one for name in stated.components for one in facility.components.members(name)]
        found = _of_rates(stated.name, [nodes[n] for n in names if n in nodes], stated.beta)
        if found is not None:
            yield found


def _of_rates(name: str, nodes: list[Node], beta: float) -> SharedCause | None:
    """Beta of the mean rate of those members that may fail."""
    failing = [node for node in nodes if np.isfinite(node.mtbf_h)]
    if len(failing) < 2:
        return None
    rate_per_h = beta * float(np.mean([1.0 / node.mtbf_h for node in failing]))
    mttr_h = float(np.mean([node.mttr_h for node in failing]))
    left = 1.0 - beta
    alone = {
        node.name: (node.mtbf_h / left, node.mttr_h) if left > 0 else (np.nan, np.nan)
        for node in failing
    }
    return SharedCause(f"common cause: {name}", 1.0 / rate_per_h, mttr_h, alone)


def _starts(facility: Facility, nodes: dict[str, Node]) -> Iterator[SharedCause]:
    """Failed starts that generators of one type have in common, by the numbers of a run."""
    tree = facility.power
    by_type: dict[str, list[int]] = {}
    for g in range(tree.equipment):
        if role(tree.kind[g]) is Role.STANDBY and np.isfinite(nodes[tree.id[g]].mtbf_h):
            kind = facility.components.type[tree.component[g]]
            by_type.setdefault(kind, []).append(g)
    for kind, rows in by_type.items():
        chance = tree.start_failure_probability[rows]
        shared = float(np.mean(tree.common_cause_frac[rows] * chance))
        if len(rows) > 1 and 0 < shared < float(chance.min()):
            yield _start(kind, [nodes[tree.id[g]] for g in rows], chance.tolist(), shared)


def _start(kind: str, nodes: list[Node], chance: list[float], shared: float) -> SharedCause:
    mttr_h = float(np.mean([node.mttr_h for node in nodes]))
    alone = {}
    for node, fails in zip(nodes, chance, strict=True):
        own = (fails - shared) / (1.0 - shared)
        alone[node.name] = (node.mttr_h * (1.0 - own) / own, node.mttr_h)
    name = f"common cause: start of {kind}"
    return SharedCause(name, mttr_h * (1.0 - shared) / shared, mttr_h, alone, on_demand=True)
