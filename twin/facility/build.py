"""Build: a scenario made concrete, or every reason why it cannot be."""

from __future__ import annotations

import numpy as np

from twin.calibration import load_profile
from twin.catalogue.rows import Gpu, Rack, StorageSystem, Switch
from twin.errors import InputError
from twin.facility import (
    checks,
    coolant_arrays,
    coolant_loop,
    power_tree,
    racks,
    siting,
    tariff,
    timeline,
    weather,
)
from twin.facility.fabric import Fabric, group_fabric, no_fabric, rail_fabric
from twin.facility.ledger import Entry, Ledger
from twin.facility.model import Facility
from twin.facility.power_tree import PowerNode
from twin.facility.rack import Position
from twin.facility.storage import Storage
from twin.scenario.schema import Scenario

SWITCHES_MAX = 200_000
"""More switches than this next to the nodes of one layout is refused."""


def build(scenario: Scenario) -> Facility:
    """The facility of a scenario.

    Raises InputError with everything a design review would refuse: unknown types, racks through
    walls or without feeds, rings of feeds, overloaded breakers, more heat than the loops can carry,
    too few ports.
    """
    ledger = Ledger(scenario, siting.places(scenario.plan, scenario.catalogue))
    nodes = power_tree.equipment(ledger)
    places = racks.positions(ledger)
    cooling_draft = coolant_loop.draft(ledger, places)
    loads = _rack_loads(ledger, places)
    checks.layout(ledger, places)
    inputs = scenario.inputs()
    _profiles(ledger)
    air = weather.weather(ledger)
    prices = tariff.tariff(ledger)
    timeline.warn(ledger)
    ledger.raise_problems()
    tree = power_tree.freeze(ledger, nodes, loads, coolant_loop.power_nodes(cooling_draft))
    cooling, zone, air_node, stream = coolant_arrays.freeze(cooling_draft)
    fabric, switches = _fabric(ledger, places, {load.id: load.supplies for load in loads})
    storage = _storage(ledger)
    checks.targets(ledger)
    ledger.raise_problems()
    assert air is not None
    assert prices is not None
    facility = Facility(
        scenario=scenario,
        components=ledger.freeze(),
        edges=tuple(ledger.edges),
        racks=racks.freeze(ledger, places, zone, air_node, stream),
        power=tree,
        cooling=cooling,
        fabric=fabric,
        switch_component=switches,
        storage=storage,
        weather=air,
        tariff=prices,
        warnings=tuple(ledger.warnings),
        findings=(),
        hall_sizes={h.name: h.size for h in scenario.plan.halls},
        inputs=inputs,
    )
    return checks.reviewed(ledger, facility, places)


def _rack_loads(ledger: Ledger, places: list[Position]) -> list[PowerNode]:
    """Racks as loads of the power tree, row by row so that spread feeds are dealt through a row."""
    out: list[PowerNode] = []
    blocks: dict[int, list[Position]] = {}
    for place in places:
        blocks.setdefault(id(place.row), []).append(place)
    for h, hall in enumerate(ledger.scenario.plan.halls):
        for r, row in enumerate(hall.rows):
            loc = ("layout", "halls", h, "rows", r)
            block = blocks.get(id(row), [])
            if not row.fed_by:
                ledger.complain(
                    loc, f"racks of {row.name!r} without fed_by", "a power feed for every rack"
                )
            supplies = ledger.feeds((*loc, "fed_by"), row.fed_by, len(block))
            out += [
                PowerNode(p.id, "rack", None, np.inf, False, s)
                for p, s in zip(block, supplies, strict=True)
            ]
    return out


def _profiles(ledger: Ledger) -> None:
    """Measured profiles are read now, so that what is wrong in them is told before a run."""
    known = ledger.scenario.catalogue.rows(Gpu)
    for gpu, path in ledger.scenario.profiles.items():
        if gpu not in known:
            ledger.unknown(("profiles", gpu), gpu, known, "a GPU of the catalogue")
            continue
        try:
            load_profile(path)
        except InputError as error:
            ledger.problems += error.problems


def _fabric(
    ledger: Ledger, places: list[Position], feeds: dict[str, list[str]]
) -> tuple[Fabric, np.ndarray]:
    """The scale-out fabric over all compute nodes, its switches entered as components."""
    spec = ledger.scenario.plan.fabric
    nodes = sum(p.type.nodes_per_rack for p in places)
    compute = [p.type for p in places if p.type.nics_per_node > 0]
    if spec.kind == "none" or not compute:
        return no_fabric(nodes), np.zeros(0, dtype=np.int64)
    known = ledger.scenario.catalogue.rows(Switch)
    if spec.switch not in known:
        loc = ("layout", "fabric", "switch")
        ledger.unknown(loc, spec.switch, known, "a switch of the catalogue")
        ledger.raise_problems()
    switch = known[spec.switch]
    rack = max(compute, key=lambda t: t.nics_per_node)
    _fits(ledger, switch, nodes, rack)
    try:
        if spec.kind == "groups":
            fabric = group_fabric(
                nodes,
                rack.nodes_per_rack,
                spec.switches_per_group,
                rack.nics_per_node,
                rack.nic_bandwidth_b_s,
                1.0,
            )
        else:
            fabric = rail_fabric(
                nodes,
                spec.nodes_per_su,
                rack.nics_per_node,
                spec.planes,
                switch.ports,
                rack.nic_bandwidth_b_s,
            )
    except InputError as error:
        for problem in error.problems:
            ledger.complain(
                ("layout", *problem.where.split(".")), problem.found, problem.allowed, problem.hint
            )
        ledger.raise_problems()
        raise
    return fabric, _switches(ledger, fabric, switch, places, feeds)


def _fits(ledger: Ledger, switch: Switch, nodes: int, rack: Rack) -> None:
    """More nodes under a leaf than ports, or more switches than anybody cables, is a problem."""
    spec = ledger.scenario.plan.fabric
    if spec.kind == "rail_optimised" and spec.nodes_per_su > switch.ports // 2:
        ledger.complain(
            ("layout", "fabric", "nodes_per_su"),
            f"{spec.nodes_per_su} nodes under one leaf",
            f"at most {switch.ports // 2}, half the ports of {spec.switch}",
        )
    per_group = rack.nodes_per_rack if spec.kind == "groups" else spec.nodes_per_su
    each = spec.switches_per_group if spec.kind == "groups" else rack.nics_per_node * spec.planes
    if (count := -(-nodes // per_group) * each) > SWITCHES_MAX:
        ledger.complain(
            ("layout", "fabric"),
            f"{count:,} switches next to the nodes",
            f"at most {SWITCHES_MAX:,}",
        )
    ledger.raise_problems()


def _switches(
    ledger: Ledger,
    fabric: Fabric,
    row: Switch,
    places: list[Position],
    rack_feeds: dict[str, list[str]],
) -> np.ndarray:
    """Enter the switches, stacked in the network racks (or beside the first rack where there are
    none).
    """
    loc = ("layout", "fabric")
    spec = ledger.scenario.plan.fabric
    hosts = [p for p in places if p.type.kind == "support_rack"] or places
    if spec.fed_by_racks and spec.fed_by:
        ledger.complain((*loc, "fed_by"), "feeds, and fed_by_racks", "one of the two")
    feeds = ledger.feeds((*loc, "fed_by"), spec.fed_by, len(fabric.switches))
    if spec.fed_by_racks:
        feeds = [rack_feeds[hosts[k % len(hosts)].id] for k in range(len(fabric.switches))]
    out = []
    for k, name in enumerate(fabric.switches):
        host = hosts[k % len(hosts)]
        at = ledger.entries[ledger.row[host.id]].position_m
        size = (0.44, 0.6, row.height_m)
        z = 0.3 + (k // len(hosts)) * (row.height_m + 0.01)
        out.append(
            ledger.add(
                loc,
                Entry(
                    name,
                    "switch",
                    row.name,
                    host.id,
                    "fabric",
                    (at[0], at[1], z),
                    size,
                    row.power_max_w,
                    mtbf_h=row.mtbf_h,
                    mttr_h=row.mttr_h,
                ),
            )
        )
        ledger.edges += [(s, name, "power", "share") for s in feeds[k]]
    return np.array(out, dtype=np.int64)


def _storage(ledger: Ledger) -> Storage:
    known = ledger.scenario.catalogue.rows(StorageSystem)
    name = ledger.scenario.plan.storage.type
    if name not in known:
        ledger.unknown(("layout", "storage", "type"), name, known, "a storage of the catalogue")
        ledger.raise_problems()
    row = known[name]
    return Storage(row.read_b_s, row.write_b_s, row.node_read_b_s, row.node_write_b_s)
