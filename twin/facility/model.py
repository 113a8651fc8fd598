"""A facility: frozen arrays and graphs, one row a component. Built once, read by everybody."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from twin.facility.fabric import Fabric, links
from twin.facility.storage import Storage
from twin.physics.chiller import ChillerCurve
from twin.physics.tariff import Tariff
from twin.scenario.schema import Scenario

Array = NDArray[np.float64]
Index = NDArray[np.int64]
Mask = NDArray[np.bool_]


@dataclass(frozen=True)
class Components:
    """Everything that has a name, in build order. Arrays are (component,)."""

    id: tuple[str, ...]
    kind: tuple[str, ...]
    type: tuple[str, ...]
    parent: tuple[str, ...]
    system: tuple[str, ...]
    position_m: Array
    """(component, 3): centre of the footprint and underside."""
    size_m: Array
    """(component, 3): width, depth, height."""
    rating_w: Array
    gpus: Index
    nodes: Index
    mtbf_h: Array
    """Mean time between failures; nan where it does not fail."""
    mttr_h: Array
    row: Mapping[str, int]
    """Row by id."""


@dataclass(frozen=True)
class Racks:
    """Racks as arrays (rack,); nodes are numbered through, rack by rack."""

    id: tuple[str, ...]
    component: Index
    hall: Index
    nodes: Index
    first_node: Index
    gpus_per_node: Index
    idle_w: Array
    """AC input with every node idle."""
    rated_w: Array
    """AC input with every node at full activity and clock."""
    gpu_gain: Array
    """Watts at the AC input for a watt more in a chip, conversion losses and balance of rack
    included."""
    gpu_idle_w: Array
    gpu_span_w: Array
    """Power of one GPU between idle and rated."""
    cpu_span_w: Array
    """Power of all CPUs of a node between idle and rated."""
    slowdown_degc: Array
    shutdown_degc: Array
    junction_k_w: Array
    liquid_frac: Array
    heat_capacity_j_k: Array
    zone: Index
    """Thermal node its stream comes from: a coolant loop, or the hall's air."""
    air_node: Index
    """Thermal node of the hall's air."""
    stream_w_k: Array
    """Heat capacity rate of its stream at rated flow."""
    recirculation_frac: Array
    """Share of the inlet that is the rack's own exhaust (air streams)."""
    inlet_max_degc: Array
    """Warmest inlet air it is allowed."""
    boot_s: Array
    node_mtbf_h: Array
    """Mean time between failures of one node; nan where it does not fail."""
    clock_step_frac: Array
    clock_floor_frac: Array
    gpu_type: tuple[str, ...]

    @property
    def node_count(self) -> int:
        """All compute nodes."""
        return int(self.nodes.sum())

    @property
    def rack_of_node(self) -> Index:
        """(node,) rack index of every node."""
        return np.repeat(np.arange(len(self.id)), self.nodes)


@dataclass(frozen=True)
class PowerTree:
    """Power nodes: equipment first, then the loads that hang on it. Arrays are (power node,).

    Edges run from supply to taker, ordered by taker and preference.
    """

    id: tuple[str, ...]
    component: Index
    kind: tuple[str, ...]
    load_of_rack: Index
    """(rack,) power node of each rack."""
    load_of_unit: Index
    """(cooling unit,) power node of each cooling unit."""
    rating_w: Array
    """inf where unlimited, and for loads."""
    loss_idle_frac: Array
    loss_linear_frac: Array
    loss_square_frac: Array
    trip_pickup_frac: Array
    trip_constant_s: Array
    trip_instantaneous_frac: Array
    priority: Mask
    """Takes the first live supply instead of sharing."""
    battery_j: Array
    battery_discharge_frac: Array
    battery_charge_frac: Array
    recharge_w: Array
    start_s: Array
    start_failure_probability: Array
    transfer_s: Array
    supply: Index
    """(edge,)"""
    taker: Index
    """(edge,)"""
    levels: tuple[Index, ...]
    """Power nodes by height above the loads: level 0 holds what feeds nobody."""

    @property
    def equipment(self) -> int:
        """Number of nodes that are equipment, not loads."""
        return len(self.id) - len(self.load_of_rack) - len(self.load_of_unit)


@dataclass(frozen=True)
class Units:
    """Cooling units: CDUs, air handlers, chillers and dry coolers. Arrays are (unit,)."""

    id: tuple[str, ...]
    component: Index
    kind: tuple[str, ...]
    zone: Index
    """Index of the loop, hall or plant it belongs to, by kind."""
    capacity_w: Array
    flow_m3_s: Array
    hot_w_k: Array
    """Stream on the served side at rated flow."""
    cold_w_k: Array
    """Stream on the plant side."""
    transfer_w_k: Array
    """UA of its heat exchanger."""
    power_w: Array
    """Electrical power at full duty."""
    floor_frac: Array
    restart_s: Array
    pumps: Index
    pump_alone_frac: Array


@dataclass(frozen=True)
class Plant:
    """One facility water loop with its chillers or dry coolers."""

    id: str
    kind: str
    node: int
    supply_degc: float
    band_k: float
    units: Index
    capacity_w: float
    """Rated heat of one unit."""
    conductance_w_k: float
    """Of one dry cooler at full fan speed, between supply water and outdoor air."""
    curve: ChillerCurve | None
    water_cooled: bool
    tower_approach_k: float
    tower_w: float
    """Tower fans and condenser pump of one water-cooled chiller at full duty."""
    evaporative_frac: float
    pump_w: float


@dataclass(frozen=True)
class Cooling:
    """The thermal network: racks, loops, hall air and mass, facility water. Arrays are (thermal
    node,).
    """

    capacity_j_k: Array
    loop_id: tuple[str, ...]
    loop_node: Index
    loop_plant: Index
    """(loop,) plant index."""
    loop_demand_m3_s: Array
    """(loop,) flow that its racks want."""
    hall_id: tuple[str, ...]
    hall_air: Index
    hall_mass: Index
    hall_plant: Index
    """(hall,) plant index, -1 without air handlers."""
    hall_mass_w_k: Array
    hall_demand_m3_s: Array
    """(hall,) air flow that its racks want."""
    plants: tuple[Plant, ...]
    units: Units
    pump_id: tuple[str, ...]
    pump_unit: Index
    """(pump,) cooling unit it belongs to."""
    start_degc: Array
    """A plausible start; the run settles it before the first second."""


@dataclass(frozen=True)
class Weather:
    """Outdoor air as a table, interpolated in a straight line between rows."""

    time_s: Array
    dry_bulb_degc: Array
    wet_bulb_degc: Array

    def at(self, time_s: float) -> tuple[float, float]:
        """Dry bulb and wet bulb at a moment."""
        return (
            float(np.interp(time_s, self.time_s, self.dry_bulb_degc)),
            float(np.interp(time_s, self.time_s, self.wet_bulb_degc)),
        )


@dataclass(frozen=True)
class Finding:
    """What a design review would say."""

    severity: str
    """error, warning or note."""
    component: str
    says: str


@dataclass(frozen=True)
class Facility:
    """A scenario made concrete."""

    scenario: Scenario
    components: Components
    edges: tuple[tuple[str, str, str, str], ...]
    """(source, target, system, role)"""
    racks: Racks
    power: PowerTree
    cooling: Cooling
    fabric: Fabric
    switch_component: Index
    """(switch,) row in components."""
    storage: Storage
    weather: Weather
    tariff: Tariff
    warnings: tuple[str, ...]
    """What was asked and will not happen, or had to be filled in, each with its line."""
    findings: tuple[Finding, ...]
    hall_sizes: Mapping[str, tuple[float, float, float]]
    inputs: Mapping[str, bytes]
    """Bytes of the files that the scenario names, as they were when it was built, by their names
    in `scenario.as_yaml()`."""

    def tables(self) -> dict[str, pd.DataFrame]:
        """Frames `components` and `edges` with the columns that results declare; coolant and cables
        included.
        """
        c = self.components
        places = np.hstack([c.position_m, c.size_m]).T
        components = {
            "id": c.id,
            "kind": c.kind,
            "type": c.type,
            "parent": c.parent,
            "system": c.system,
            **dict(
                zip(("x_m", "y_m", "z_m", "width_m", "depth_m", "height_m"), places, strict=True)
            ),
            "rating_w": c.rating_w,
            "gpus": c.gpus,
            "nodes": c.nodes,
        }
        edges = [*self.edges, *self._coolant(), *self._cables()]
        return {
            "components": pd.DataFrame(components),
            "edges": pd.DataFrame(edges, columns=["source", "target", "system", "role"]),
        }

    def _coolant(self) -> Iterator[tuple[str, str, str, str]]:
        """Who cools whom: plant units the coolant units and air handlers, these the racks."""
        units = self.cooling.units
        racks = self.racks
        for u, (name, kind) in enumerate(zip(units.id, units.kind, strict=True)):
            if kind not in ("cdu", "crah"):
                continue
            zone = units.zone[u]
            cdu = kind == "cdu"
            plant = self.cooling.plants[
                (self.cooling.loop_plant if cdu else self.cooling.hall_plant)[zone]
            ]
            yield from ((units.id[p], name, "cooling", "serves") for p in plant.units)
            in_hall = (racks.hall == zone) & (racks.liquid_frac < 1)
            served = racks.zone == self.cooling.loop_node[zone] if cdu else in_hall
            yield from ((name, racks.id[r], "cooling", "serves") for r in np.flatnonzero(served))

    def _cables(self) -> Iterator[tuple[str, str, str, str]]:
        """Cables of the scale-out network."""
        if self.fabric.switches:
            rack = self.racks.rack_of_node.astype(np.int32)
            yield from (
                (a, b, "fabric", "link") for a, b in links(self.fabric, rack, self.racks.id)
            )
