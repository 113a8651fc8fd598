"""State of faults and of operators' standing orders."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from twin.arrays import Array, Index, Mask
from twin.facility.model import Facility


@dataclass(slots=True)
class FaultState:
    """What is out of order, and who waits for a crew."""

    component_ok: Mask
    """(component,) not out of order."""
    node_ok: Mask
    """(node,)"""
    reasons: Index
    """(component,) reasons for being out."""
    node_reasons: Index
    """(node,)"""
    node_cause: Index
    """(node,) component of the node that failed at random, among the causes; -1 for none."""
    gpu_reasons: Index
    """(node, GPU) reasons for being out."""
    gpus_out: int
    """How many there are of those."""
    node_drains: Index
    """(node,) failed GPUs, and planned outages to come, for which it takes no new work."""
    draining: list[list[str | float]] = field(default_factory=list)
    """Nodes and racks that run empty before they are taken out, and for how long that is."""
    emptying: list[list[str | float]] = field(default_factory=list)
    """GPU, what it took, and seconds, of every repair that waits for its node to be empty."""
    stock: dict[str, int] = field(default_factory=dict)
    """Spare parts at the site, by type."""
    without_spare: list[list[str | float]] = field(default_factory=list)
    """Type, name, seconds, and perhaps a word, of every repair that waits for a spare part."""
    mean_h: dict[str, float] = field(default_factory=dict)
    """Mean time between random failures of everything that fails at random."""
    altered: list[list[str | float]] = field(default_factory=list)
    """Mode, component and amount of everything that leaks, is blocked or closed."""
    draws: dict[str, np.random.Generator] = field(default_factory=dict)
    """Its random numbers."""
    version: int = 0
    """Raised whenever something fails or is back."""


def most_gpus(facility: Facility) -> int:
    """GPUs of the largest node; nodes without any count as one, so that they are free or not."""
    return max(int(facility.racks.gpus_per_node.max(initial=1)), 1)


def fresh_faults(facility: Facility) -> FaultState:
    """All in order."""
    components = len(facility.components.id)
    nodes = facility.racks.node_count
    return FaultState(
        component_ok=np.ones(components, dtype=bool),
        node_ok=np.ones(nodes, dtype=bool),
        reasons=np.zeros(components, dtype=np.int64),
        node_reasons=np.zeros(nodes, dtype=np.int64),
        node_cause=np.full(nodes, -1, dtype=np.int64),
        gpu_reasons=np.zeros((nodes, most_gpus(facility)), dtype=np.int64),
        gpus_out=0,
        node_drains=np.zeros(nodes, dtype=np.int64),
        stock={spare.type: spare.count for spare in facility.scenario.plan.spares},
    )


@dataclass(slots=True)
class CrewState:
    """Who is at work, and what waits for a crew."""

    busy: Index
    """(class,) crews at work."""
    waiting: list[list[str | int | float]] = field(default_factory=list)
    """Class, seconds, action and for whom, in the order in which they were called."""


def fresh_crews(facility: Facility) -> CrewState:
    """Everybody free."""
    return CrewState(np.zeros(max(len(facility.scenario.plan.crews), 1), dtype=np.int64))


@dataclass(slots=True)
class ControlState:
    """What operators have ordered."""

    supply_degc: Array
    """(plant,) set-point of each facility water loop."""
    coolant_degc: Array
    """(loop,) set-point of the coolant that its units supply; nan where their valves stand open."""
    ceiling_frac: float = 1.0
    """Highest clock that operators allow."""
    caps: list[list[str | float]] = field(default_factory=list)
    """Caps on GPUs in force: when each ends, most W of a GPU, the same over its highest power (inf
    where the other is stated), and the names of those it holds for, none for all."""


def fresh_controls(facility: Facility) -> ControlState:
    """The layout's set-points, no ceiling and no cap."""
    cooling = facility.cooling
    water_degc = np.array([p.supply_degc for p in cooling.plants])
    return ControlState(water_degc, cooling.loop_supply_degc.copy())
