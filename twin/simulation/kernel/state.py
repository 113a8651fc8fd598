"""The mutable arrays of a run. Each column has one writer, named in its annotation; a contract test
checks it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, get_type_hints

import numpy as np
from numpy.typing import NDArray

from twin.facility.model import Facility

Array = NDArray[np.float64]
Index = NDArray[np.int64]
Mask = NDArray[np.bool_]


@dataclass(slots=True)
class State:
    """Everything that changes. Shapes: rack, node, power node, unit, pump, switch, thermal node."""

    component_ok: Annotated[Mask, "faults"]
    """(component,) not out of order."""
    node_ok: Annotated[Mask, "faults"]
    """(node,)"""
    tripped: Annotated[Mask, "protection"]
    """(power node,) opened by its own protection."""
    damage: Annotated[Array, "protection"]
    """(power node,) how far an inverse-time protection has run, trips at 1."""
    generator_on: Annotated[Mask, "supply"]
    """(power node,) running and ready to take load."""
    live: Annotated[Mask, "supply"]
    """(power node,) voltage at the output."""
    on_battery: Annotated[Mask, "supply"]
    """(power node,)"""
    battery_j: Annotated[Array, "supply"]
    """(power node,) energy left."""
    output_w: Annotated[Array, "supply"]
    """(power node,)"""
    input_w: Annotated[Array, "supply"]
    """(power node,)"""
    unit_running: Annotated[Mask, "flows"]
    """(unit,)"""
    unit_w: Annotated[Array, "plant"]
    """(unit,) electrical power."""
    flow_frac: Annotated[Array, "flows"]
    """(loop,) coolant flow over what the racks want."""
    water_frac: Annotated[Array, "flows"]
    """(plant,) facility water flow over rated flow."""
    junction_k_w: Annotated[Array, "flows"]
    """(rack,) resistance from a GPU to its coolant at the present flow."""
    temperature_degc: Annotated[Array, "heat"]
    """(thermal node,)"""
    notch: Annotated[Index, "throttling"]
    """(rack,) steps below full clock."""
    clock_frac: Annotated[Array, "throttling"]
    """(rack,) GPU clock over full clock."""
    overheated: Annotated[Mask, "throttling"]
    """(rack,) shut down by temperature, until it has cooled."""
    rack_on: Annotated[Mask, "racks"]
    """(rack,) powered, in order and booted."""
    rack_lit: Annotated[Mask, "racks"]
    """(rack,) drawing power: on, or booting."""
    boot_until_s: Annotated[Array, "racks"]
    """(rack,) when it may work again."""
    rack_w: Annotated[Array, "racks"]
    """(rack,) AC input."""
    peak_activity: Annotated[Array, "racks"]
    """(rack,) activity of its busiest GPU."""
    busy_nodes: Annotated[Array, "racks"]
    """(rack,) nodes with work."""
    work_of_node: Annotated[Index, "scheduler"]
    """(node,) what holds it: -1 free, >= 0 a job, <= -2 a service."""
    gpu_activity: Annotated[Array, "activity"]
    """(node,) GPU power between idle (0) and rated (1), at full clock."""
    cpu_activity: Annotated[Array, "activity"]
    """(node,)"""
    ceiling_frac: Annotated[float, "controls"]
    """Highest clock that operators allow."""
    supply_degc: Annotated[Array, "controls"]
    """(plant,) set-point of each facility water loop."""


def total_by(group: Index, values: Array | Mask, count: int) -> Array:
    """(group,) sums of `values` by group, as floats."""
    return np.asarray(np.bincount(group, weights=values, minlength=count), dtype=float)


WRITERS: dict[str, str] = {
    name: hint.__metadata__[0] for name, hint in get_type_hints(State, include_extras=True).items()
}
"""The one writer of each column."""


def fresh(facility: Facility) -> State:
    """The state before the first instant: all in order, batteries full, nothing running."""
    racks = len(facility.racks.id)
    tree = len(facility.power.id)
    cooling = facility.cooling
    nodes = facility.racks.node_count
    units = len(cooling.units.id)
    return State(
        component_ok=np.ones(len(facility.components.id), dtype=bool),
        node_ok=np.ones(nodes, dtype=bool),
        tripped=np.zeros(tree, dtype=bool),
        damage=np.zeros(tree),
        generator_on=np.zeros(tree, dtype=bool),
        live=np.zeros(tree, dtype=bool),
        on_battery=np.zeros(tree, dtype=bool),
        battery_j=facility.power.battery_j.copy(),
        output_w=np.zeros(tree),
        input_w=np.zeros(tree),
        unit_running=np.ones(units, dtype=bool),
        unit_w=np.zeros(units),
        flow_frac=np.ones(len(cooling.loop_id)),
        water_frac=np.ones(len(cooling.plants)),
        junction_k_w=facility.racks.junction_k_w.copy(),
        temperature_degc=cooling.start_degc.copy(),
        notch=np.zeros(racks, dtype=np.int64),
        clock_frac=np.ones(racks),
        overheated=np.zeros(racks, dtype=bool),
        rack_on=np.ones(racks, dtype=bool),
        rack_lit=np.ones(racks, dtype=bool),
        boot_until_s=np.full(racks, -np.inf),
        rack_w=np.zeros(racks),
        peak_activity=np.zeros(racks),
        busy_nodes=np.zeros(racks),
        work_of_node=np.full(nodes, -1, dtype=np.int64),
        gpu_activity=np.zeros(nodes),
        cpu_activity=np.zeros(nodes),
        ceiling_frac=1.0,
        supply_degc=np.array([p.supply_degc for p in cooling.plants]),
    )
