"""The mutable arrays of a run. Each column has exactly one writer, named beside it; a contract test checks it."""

from __future__ import annotations

from dataclasses import dataclass, field, fields
from typing import Any

import numpy as np
from numpy.typing import NDArray

from twin.facility.model import Facility

Array = NDArray[np.float64]
Index = NDArray[np.int64]
Mask = NDArray[np.bool_]


def _written_by(module: str) -> Any:
    return field(metadata={"writer": module})


@dataclass(slots=True)
class State:
    """Everything that changes. Shapes: rack, node, power node, unit, pump, switch, thermal node."""

    component_ok: Mask = _written_by("faults")
    """(component,) not out of order."""
    node_ok: Mask = _written_by("faults")
    """(node,)"""
    tripped: Mask = _written_by("protection")
    """(power node,) opened by its own protection."""
    damage: Array = _written_by("protection")
    """(power node,) how far an inverse-time protection has run, trips at 1."""
    generator_on: Mask = _written_by("electric")
    """(power node,) running and ready to take load."""
    live: Mask = _written_by("electric")
    """(power node,) voltage at the output."""
    on_battery: Mask = _written_by("electric")
    """(power node,)"""
    battery_j: Array = _written_by("electric")
    """(power node,) energy left."""
    output_w: Array = _written_by("electric")
    """(power node,)"""
    input_w: Array = _written_by("electric")
    """(power node,)"""
    unit_running: Mask = _written_by("plant")
    """(unit,)"""
    unit_w: Array = _written_by("plant")
    """(unit,) electrical power."""
    flow_frac: Array = _written_by("plant")
    """(loop,) coolant flow over what the racks want."""
    temperature_degc: Array = _written_by("thermal")
    """(thermal node,)"""
    notch: Index = _written_by("governor")
    """(rack,) steps below full clock."""
    clock_frac: Array = _written_by("governor")
    """(rack,) GPU clock over full clock."""
    overheated: Mask = _written_by("governor")
    """(rack,) shut down by temperature, until it has cooled."""
    rack_on: Mask = _written_by("compute")
    """(rack,) powered, in order and booted."""
    rack_lit: Mask = _written_by("compute")
    """(rack,) drawing power: on, or booting."""
    boot_until_s: Array = _written_by("compute")
    """(rack,) when it may work again."""
    rack_w: Array = _written_by("compute")
    """(rack,) AC input."""
    peak_activity: Array = _written_by("compute")
    """(rack,) activity of its busiest GPU."""
    busy_nodes: Array = _written_by("compute")
    """(rack,) nodes with work."""
    work_of_node: Index = _written_by("jobs")
    """(node,) what holds it: -1 free, >= 0 a job, <= -2 a service."""
    gpu_activity: Array = _written_by("activity")
    """(node,) GPU power between idle (0) and rated (1), at full clock."""
    cpu_activity: Array = _written_by("activity")
    """(node,)"""
    ceiling_frac: float = field(default=1.0, metadata={"writer": "controls"})
    """Highest clock that operators allow."""
    supply_degc: Array = field(default_factory=lambda: np.zeros(0), metadata={"writer": "controls"})
    """(plant,) set-point of each facility water loop."""


WRITERS = {f.name: f.metadata["writer"] for f in fields(State)}
"""The one writer of each column."""


def fresh(facility: Facility) -> State:
    """The state before the first instant: all in order, batteries full, nothing running."""
    racks, tree, cooling = len(facility.racks.id), len(facility.power.id), facility.cooling
    nodes, units = facility.racks.node_count, len(cooling.units.id)
    return State(
        component_ok=np.ones(len(facility.components.id), dtype=bool), node_ok=np.ones(nodes, dtype=bool),
        tripped=np.zeros(tree, dtype=bool), damage=np.zeros(tree), generator_on=np.zeros(tree, dtype=bool),
        live=np.zeros(tree, dtype=bool), on_battery=np.zeros(tree, dtype=bool),
        battery_j=facility.power.battery_j.copy(), output_w=np.zeros(tree), input_w=np.zeros(tree),
        unit_running=np.ones(units, dtype=bool), unit_w=np.zeros(units), flow_frac=np.ones(len(cooling.loop_id)),
        temperature_degc=cooling.start_degc.copy(), notch=np.zeros(racks, dtype=np.int64), clock_frac=np.ones(racks),
        overheated=np.zeros(racks, dtype=bool), rack_on=np.ones(racks, dtype=bool),
        rack_lit=np.ones(racks, dtype=bool), boot_until_s=np.full(racks, -np.inf), rack_w=np.zeros(racks),
        peak_activity=np.zeros(racks), busy_nodes=np.zeros(racks), work_of_node=np.full(nodes, -1, dtype=np.int64),
        gpu_activity=np.zeros(nodes), cpu_activity=np.zeros(nodes),
        supply_degc=np.array([p.supply_degc for p in cooling.plants]),
    )
