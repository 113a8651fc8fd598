"""What a design review would say: what cannot be built is refused, the rest is a finding."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from scipy.spatial import cKDTree

from twin import catalogue
from twin.errors import did_you_mean
from twin.facility import contingency
from twin.facility.ledger import Ledger
from twin.facility.model import Facility, Finding
from twin.facility.racks import Position
from twin.workload import Batch, Inference


def names(ledger: Ledger, places: list[Position]) -> None:
    """Overrides of nothing, and racks that overlap."""
    for name in ledger.scenario.plan.overrides:
        if name not in ledger.row:
            ledger.complain(("layout", "overrides", name), repr(name), "a component of this layout",
                            did_you_mean(name, ledger.row))
    _overlaps(ledger, places)


def _overlaps(ledger: Ledger, places: list[Position]) -> None:
    if len(places) < 2:
        return
    size = np.array([(p.type.width_m, p.type.depth_m) for p in places])
    hall = ledger.scenario.plan.halls
    centre = np.array([(hall[p.hall].at[0] + p.x_m, hall[p.hall].at[1] + p.y_m) for p in places]) + size / 2
    pairs = cKDTree(centre).query_pairs(float(np.hypot(*size.max(axis=0))), output_type="ndarray")
    apart = np.abs(centre[pairs[:, 0]] - centre[pairs[:, 1]])
    clash = (apart < (size[pairs[:, 0]] + size[pairs[:, 1]]) / 2 - 1e-6).all(axis=1)
    for a, b in pairs[clash][:10]:
        ledger.complain(("layout", "halls", places[b].hall), f"{places[a].id} and {places[b].id} in the same place",
                        "racks that do not overlap")


def targets(ledger: Ledger) -> None:
    """Faults and drills on nothing, workloads of unknown models."""
    scenario = ledger.scenario
    for i, fault in enumerate(scenario.faults.timeline):
        _target(ledger, ("faults", "timeline", i, "component"), fault.component)
    for i, drill in enumerate(scenario.drills):
        if drill.kind == "isolate":
            _target(ledger, ("drills", i, "component"), drill.component)
    for i, action in enumerate(scenario.controls.actions):
        plants = [p.name for p in scenario.plan.cooling.plant]
        if action.kind == "facility_water_supply" and action.plant not in plants:
            ledger.complain(("controls", "actions", i, "plant"), repr(action.plant), "one of " + ", ".join(plants))
    for i, work in enumerate(scenario.workload):
        if not isinstance(work, Batch):
            _known(ledger, ("workload", i, "model"), work.model, "models")
        if isinstance(work, Inference):
            _known(ledger, ("workload", i, "requests", "lengths"), work.requests.lengths, "requests")
    if isinstance(scenario.site.grid, str):
        _known(ledger, ("site", "grid"), scenario.site.grid, "grids")


def _known(ledger: Ledger, loc: tuple[str | int, ...], name: str, kind: str) -> None:
    known = catalogue.rows(kind)
    if name not in known:
        ledger.complain(loc, repr(name), f"one of the catalogue's {kind}: " + ", ".join(sorted(known)),
                        did_you_mean(name, known))


def _target(ledger: Ledger, loc: tuple[str | int, ...], name: str) -> None:
    rack, slash, node = name.partition("/")
    row = ledger.row.get(rack)
    if row is None:
        ledger.complain(loc, repr(name), "a component of this layout", did_you_mean(rack, ledger.row))
        return
    number = node.removeprefix("node_")
    if slash and not (number.isdigit() and 1 <= int(number) <= ledger.entries[row].nodes):
        ledger.complain(loc, repr(name), f"{rack}/node_1 to {rack}/node_{ledger.entries[row].nodes}")


def reviewed(ledger: Ledger, facility: Facility) -> Facility:
    """The facility with its findings; overloads in the normal state are refused."""
    targets(ledger)
    _breakers(ledger, facility)
    _heat(ledger, facility)
    ledger.raise_problems()
    return replace(facility, findings=tuple(contingency.findings(facility)) + tuple(_workload_findings(facility)))


def _breakers(ledger: Ledger, facility: Facility) -> None:
    """A rating smaller than what hangs on it with every load at its peak."""
    load = contingency.loading(facility)
    tree = facility.power
    groups = {m: i for i, g in enumerate(ledger.scenario.plan.power) for m in ledger.groups[g.name]}
    for p in np.flatnonzero(load.output_w[: tree.equipment] > tree.rating_w[: tree.equipment] * (1 + 1e-9)):
        ledger.complain(("layout", "power", groups[tree.id[p]]),
                        f"{tree.id[p]} rated {tree.rating_w[p] / 1e3:,.0f} kW under a peak load of "
                        f"{load.output_w[p] / 1e3:,.0f} kW", "a rating at or above the peak load")


def _heat(ledger: Ledger, facility: Facility) -> None:
    """More heat than a loop, a hall's air handlers or a plant can carry."""
    cooling, racks, units = facility.cooling, facility.racks, facility.cooling.units
    liquid = racks.rated_w * racks.liquid_frac
    kind = np.array(units.kind)
    carried = np.zeros(len(cooling.plants))
    checks = [("cdu", cooling.loop_id, cooling.loop_node, cooling.loop_plant, liquid, racks.zone, "loops"),
              ("crah", cooling.hall_id, cooling.hall_air, cooling.hall_plant, racks.rated_w - liquid, racks.air_node,
               "air")]
    for name, ids, nodes, plants, heat, node, key in checks:
        for z, id_ in enumerate(ids):
            load = float(heat[node == nodes[z]].sum())
            capacity = float(units.capacity_w[(kind == name) & (units.zone == z)].sum())
            if plants[z] >= 0:
                carried[plants[z]] += load
            if load > capacity * (1 + 1e-9):
                ledger.complain(("layout", "cooling", key), f"{load / 1e3:,.0f} kW of heat on {id_!r} with "
                                f"{capacity / 1e3:,.0f} kW of cooling", "no more heat than the units can carry")
    for i, plant in enumerate(cooling.plants):
        capacity = float(units.capacity_w[plant.units].sum())
        if carried[i] > capacity * (1 + 1e-9):
            ledger.complain(("layout", "cooling", "plant", i), f"{carried[i] / 1e3:,.0f} kW of heat on {plant.id!r} "
                            f"with {capacity / 1e3:,.0f} kW", "no more heat than the plant can carry")


def _workload_findings(facility: Facility) -> list[Finding]:
    """A gang larger than the machine, and water supplies too warm for the racks."""
    compute = int(facility.racks.nodes[facility.racks.gpus_per_node > 0].sum())
    out = [Finding("warning", work.name, f"asks for {work.nodes} nodes of {compute}; it will never start")
           for work in facility.scenario.workload if not isinstance(work, Batch) and work.nodes > compute]
    return out
