"""One dependency graph over power, cooling and fabric: which failures take which racks down."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from twin.arrays import Array
from twin.catalogue.equipment_kinds import Role, of_role, role
from twin.facility.cooling.peak import ROUNDING, doors_w, heat_w
from twin.facility.dependency.component import component
from twin.facility.dependency.power import equipment, outputs, power_overloads
from twin.facility.dependency.shared_causes import with_shared_causes
from twin.facility.dependency.supplies import supplies
from twin.facility.model import Facility, Index
from twin.facility.model.fabric import CORE, LEAF, SPINE
from twin.physics.coolant import pump_flow_frac
from twin.physics.reliability.gates import Gates, Node, Rule, compile_gates

_SERVICE = "service"
"""System of the gates that racks ask for coolant, air and data: no power passes through them."""


def dependency(facility: Facility, *, common_cause: bool = True) -> Gates:
    """The facility's dependency graph, compiled; every rack is a load, with its rated power and
    GPUs.

    A rack is served with one of its power feeds, its coolant loop, its hall's air and, where it has
    GPUs, all but one of the rails of its nodes. Racks do not fail of themselves here: their
    neighbours would not notice. A power component opens when what flows through it trips it, by the
    law and in the order of a run (`overloads`). Capacities of gates: a loop's running pumps, heat
    and flow alike, the air handlers of a hall, the units of a plant. All at peak load.

    A static view. Batteries carry nothing by themselves: a UPS needs an input, and a generator that
    starts is taken to do so within the battery's autonomy. A generator's table counts running
    hours, so it gets the repair rate that makes its unavailability the probability of a failed
    start. The weather does not derate the plant, and transfer gaps are not seen
    here: `analysis/continuity.py` judges them.
    common_cause  with failures that components share; else each fails independently, as often
    Nothing is raised for a facility that was built: what a graph could be refused for, the build
    refuses. Source: gate semantics of `twin.physics.reliability.gates`.
    """
    causes = power_overloads(facility)
    output = outputs(facility, causes)
    power = supplies(facility, output, causes.causes.keys())
    nodes = [
        *power.gates,
        *equipment(facility, power.feed, causes, output),
        *_cooling(facility, power.feed),
        *_fabric(facility, power.feed),
        *_racks(facility, power.feed),
    ]
    distinct = list({node.name: node for node in nodes}.values())
    return compile_gates(with_shared_causes(facility, distinct) if common_cause else distinct)


def _cooling(facility: Facility, feed: dict[str, str]) -> Iterator[Node]:
    """Units, pumps, and the gates of loops, halls and plants."""
    loop_w, hall_w, plant_w = heat_w(facility)
    yield from _plants(facility, plant_w)
    yield from _cooling_units(facility, feed)
    yield from _loops(facility, loop_w)
    yield from _halls(facility, hall_w)


def _plants(facility: Facility, plant_w: Array) -> Iterator[Node]:
    """A plant: its units carry its heat."""
    for p, plant in enumerate(facility.cooling.plants):
        members = tuple(facility.cooling.units.id[u] for u in plant.units)
        demand_w = max(float(plant_w[p]), 0.0)
        yield Node(f"plant({plant.id})", Rule.CAP, members, demand_w=demand_w, system="cooling")


def _cooling_units(facility: Facility, feed: dict[str, str]) -> Iterator[Node]:
    """Every unit: it needs its feed, and where it gives its heat to a plant, that too."""
    cooling = facility.cooling
    units = cooling.units
    plant_of_zone = {
        Role.LOOP_COOLING: cooling.loop_plant,
        Role.HALL_COOLING: cooling.hall_plant,
        Role.DOOR_COOLING: np.arange(len(cooling.plants)),
    }
    carries_w = units.capacity_w.copy()
    carries_w[cooling.doors.unit] = np.maximum(doors_w(facility), 0.0)
    for u, name in enumerate(units.id):
        needs = [] if units.without_power[u] else [feed[name]]
        plants = plant_of_zone.get(role(units.kind[u]))
        if plants is not None:
            needs.append(f"plant({cooling.plants[plants[units.zone[u]]].id})")
        heat_w = float(carries_w[u])
        yield component(facility, name, "cooling", needs, heat_w, float(units.peak_w[u]))


def _loops(facility: Facility, loop_w: Array) -> Iterator[Node]:
    units = facility.cooling.units
    cools_loop = of_role(units.kind, Role.LOOP_COOLING)
    for z, name in enumerate(facility.cooling.loop_id):
        coolers = np.flatnonzero(cools_loop & (units.zone == z))
        yield from _loop(facility, z, name, coolers, float(loop_w[z]))


def _halls(facility: Facility, hall_w: Array) -> Iterator[Node]:
    """A hall with air handlers and rear doors: they carry its heat, a door no more than it takes
    of its own rack's. What a door on warm water gives to the hall is the handlers' too.
    """
    units = facility.cooling.units
    doors = facility.cooling.doors
    hall_of_door = facility.racks.hall[doors.rack]
    taken_w = np.maximum(doors_w(facility), 0.0)
    cools_hall = of_role(units.kind, Role.HALL_COOLING)
    for h, name in enumerate(facility.cooling.hall_id):
        hung = hall_of_door == h
        handlers = np.flatnonzero(cools_hall & (units.zone == h))
        members = tuple(units.id[u] for u in (*doors.unit[hung], *handlers))
        taken = float(taken_w[hung].sum())
        demand_w = max(float(hall_w[h]), 0.0) + taken
        if not handlers.size:
            demand_w = taken * (1 - ROUNDING)
        if members:
            yield Node(f"air({name})", Rule.CAP, members, demand_w=demand_w, system=_SERVICE)


def _loop(facility: Facility, zone: int, name: str, cdus: Index, heat_w: float) -> Iterator[Node]:
    """A loop's pumps and its gate: the running units must give the flow its racks want and carry
    their heat.

    `flow(cdu,2)` is what the second running pump of a unit adds, in m3/s. `heat(cdu)` counts in
    full with any of its pumps: the exchanger does as well at less flow, for the return is hotter.
    """
    cooling = facility.cooling
    units = facility.cooling.units
    flows: list[Node] = []
    heats: list[Node] = []
    for u in cdus.tolist():
        pumps = tuple(cooling.pump_id[p] for p in np.flatnonzero(cooling.pump_unit == u))
        yield from (component(facility, pump, "cooling", [units.id[u]]) for pump in pumps)
        flows += _flow(
            units.id[u], pumps, float(units.flow_m3_s[u]), float(units.pump_alone_frac[u])
        )
        heats.append(
            Node(
                f"heat({units.id[u]})",
                Rule.OR,
                pumps,
                capacity_w=float(units.capacity_w[u]),
                system="cooling",
            )
        )
    yield from (*flows, *heats)
    demands = (("flow", flows, float(cooling.loop_demand_m3_s[zone])), ("heat", heats, heat_w))
    for what, parts, demand in demands:
        yield Node(
            f"{what}({name})",
            Rule.CAP,
            tuple(part.name for part in parts),
            system=_SERVICE,
            demand_w=min(demand, sum(part.capacity_w for part in parts)),
        )
    yield Node(f"loop({name})", Rule.AND, (f"flow({name})", f"heat({name})"), system=_SERVICE)


def _flow(unit: str, pumps: tuple[str, ...], flow_m3_s: float, alone_frac: float) -> list[Node]:
    """One gate a pump: up when that many run, worth what the last of them adds."""
    installed = float(len(pumps))
    frac = pump_flow_frac(np.arange(installed + 1.0), np.array(installed), np.array(alone_frac))
    return [
        Node(
            f"flow({unit},{k})",
            Rule.KOFN,
            pumps,
            k=k,
            capacity_w=more * flow_m3_s,
            system="cooling",
        )
        for k, more in enumerate(np.diff(frac).tolist(), start=1)
        if more > 0
    ]


def _fabric(facility: Facility, feed: dict[str, str]) -> Iterator[Node]:
    """Switches, the tiers above the leaves, and the rails of every leaf domain.

    A leaf of several domains needs one spine of its pod and plane, a spine of several pods one
    core.
    """
    fabric = facility.fabric
    names = fabric.switches
    across = {LEAF: len(fabric.pod_of_domain) > 1, SPINE: len(fabric.links_leaf_spine) > 1}
    above: dict[tuple[int, int, int], list[str]] = {}
    for s in np.flatnonzero(fabric.tier > LEAF).tolist():
        pod = -1 if fabric.tier[s] == CORE else int(fabric.pod[s])
        above.setdefault((int(fabric.tier[s]), pod, int(fabric.plane[s])), []).append(names[s])
    for (tier, pod, plane), switches in above.items():
        yield Node(_above(tier, pod, plane), Rule.OR, tuple(switches), system=_SERVICE)
    for s, name in enumerate(names):
        tier = int(fabric.tier[s])
        plane = int(fabric.plane[s])
        key = (tier + 1, int(fabric.pod[s]) if tier == LEAF else -1, plane)
        upper = [_above(*key)] if across.get(tier, False) and key in above else []
        yield component(facility, name, "fabric", [*([feed[name]] if name in feed else []), *upper])
    wanted = max(1, (fabric.rails - 1) * fabric.planes)
    if names:
        for d, leaves in enumerate(fabric.leaf_of_domain):
            yield Node(
                _rails(d), Rule.KOFN, tuple(names[s] for s in leaves), k=wanted, system=_SERVICE
            )


def _above(tier: int, pod: int, plane: int) -> str:
    return (
        f"spines(pod_{pod + 1},plane_{plane + 1})" if tier == SPINE else f"cores(plane_{plane + 1})"
    )


def _rails(domain: int) -> str:
    return f"rails(domain_{domain + 1})"


def _racks(facility: Facility, feed: dict[str, str]) -> Iterator[Node]:
    """The loads."""
    cooling = facility.cooling
    racks = facility.racks
    fabric = facility.fabric
    loops = dict(zip(cooling.loop_node.tolist(), cooling.loop_id, strict=True))
    handled = set(cooling.units.zone[of_role(cooling.units.kind, Role.HALL_COOLING)].tolist())
    handled |= set(racks.hall[cooling.doors.rack].tolist())
    for r, name in enumerate(racks.id):
        inputs = [feed[name]]
        if racks.liquid_frac[r] > 0:
            inputs.append(f"loop({loops[int(racks.zone[r])]})")
        if racks.liquid_frac[r] < 1 and racks.hall[r] in handled:
            inputs.append(f"air({cooling.hall_id[racks.hall[r]]})")
        if racks.gpus_per_node[r] > 0 and fabric.switches:
            first = racks.first_node[r]
            inputs += [
                _rails(d) for d in np.unique(fabric.domain_of_node[first : first + racks.nodes[r]])
            ]
        yield Node(
            name,
            Rule.AND,
            tuple(inputs),
            load_w=float(racks.rated_w[r]),
            racks=1,
            gpus=int(racks.nodes[r] * racks.gpus_per_node[r]),
            system="compute",
        )
