"""The scale-out network of a layout: its switches in their racks and on their feeds."""

from __future__ import annotations

import numpy as np

from twin.catalogue.rows import Rack, Switch
from twin.errors import InputError
from twin.facility.fabric.switches import group_fabric, no_fabric, rail_fabric
from twin.facility.ledger import Entry, Ledger
from twin.facility.model.fabric import Fabric
from twin.facility.space.rack import Position
from twin.facility.stated_numbers import RELIABILITY, for_group, for_member
from twin.physics.network import most_nodes

SWITCHES_MAX = 200_000
"""More switches than this next to the nodes of one layout is refused."""


def fabric(
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
    switch = for_group(ledger, ("layout", "fabric"), known[spec.switch], spec.overrides)
    rack = max(compute, key=lambda t: t.nics_per_node)
    _fits(ledger, switch, nodes, rack)
    built = _connected(ledger, nodes, rack, switch)
    return built, _switches(ledger, built, switch, places, feeds)


def _connected(ledger: Ledger, nodes: int, rack: Rack, switch: Switch) -> Fabric:
    """The fabric that the layout states; what is wrong with it stands at the layout's lines."""
    spec = ledger.scenario.plan.fabric
    nics = rack.nics_per_node
    nic_b_s = rack.nic_bandwidth_b_s
    try:
        if spec.kind == "groups":
            group = rack.nodes_per_rack
            return group_fabric(
                nodes, group, spec.switches_per_group, nics, nic_b_s,
                oversubscription=spec.oversubscription,
            )  # fmt: skip
        return rail_fabric(
            nodes, spec.nodes_per_su, nics, spec.planes, switch.ports, nic_b_s,
            oversubscription=spec.oversubscription,
        )  # fmt: skip
    except InputError as error:
        for problem in error.problems:
            loc = ("layout", *problem.where.split("."))
            ledger.complain(loc, problem.found, problem.allowed, problem.hint)
        ledger.raise_problems()
        raise


def _fits(ledger: Ledger, switch: Switch, nodes: int, rack: Rack) -> None:
    """More nodes under a leaf than ports, or more switches than anybody cables, is a problem."""
    spec = ledger.scenario.plan.fabric
    down = most_nodes(switch.ports, spec.oversubscription)
    if spec.kind == "rail_optimised" and spec.nodes_per_su > down:
        share = "half the ports" if spec.oversubscription == 1 else "the rest being uplinks,"
        ledger.complain(
            ("layout", "fabric", "nodes_per_su"),
            f"{spec.nodes_per_su} nodes under one leaf",
            f"at most {down}, {share} of {spec.switch}",
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
        mine = for_member(ledger, name, row, RELIABILITY, "a switch")
        held = ledger.entries[ledger.row[host.id]]
        at = held.position_m
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
                    mtbf_h=mine.mtbf_h,
                    mttr_h=mine.mttr_h,
                    facing_deg=held.facing_deg,
                ),
            )
        )
        ledger.edges += [(s, name, "power", "share") for s in feeds[k]]
    return np.array(out, dtype=np.int64)
