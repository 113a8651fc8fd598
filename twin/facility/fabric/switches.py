"""The scale-out network as built: switches with names, and who hangs on which.

A leaf domain is the set of nodes that share the same leaves, one leaf a rail and plane: a scalable
unit of a rail-optimised fabric, a chassis of a dragonfly. A pod is the set of domains that reach
one another without the top of the fabric: the leaves under the same spines, or a dragonfly group.
"""

from __future__ import annotations

import numpy as np

from twin.errors import InputError, Problem
from twin.facility.model.fabric import CORE, LEAF, SPINE, Fabric, Ints
from twin.physics.network import ClosCounts, clos_counts, spines_of_pod


def rail_fabric(
    nodes: int,
    nodes_per_su: int,
    nics_per_node: int,
    planes: int,
    switch_ports: int,
    nic_bandwidth_b_s: float,
    gpus_per_node: int | None = None,
    oversubscription: float = 1.0,
) -> Fabric:
    """A rail-optimised fabric of two or three tiers; the last unit may lack nodes, never leaves.

    gpus_per_node   as many as NICs where not given; other arguments as for
    `physics.network.clos_counts`. Raises InputError where the nodes do not fit the switches.
    Source: NVIDIA DGX SuperPOD reference architectures (full units are built, ports stay empty).
    """
    _require(
        nodes > 0 and nodes_per_su > 0,
        "fabric.nodes",
        f"{nodes} in units of {nodes_per_su}",
        "at least 1",
    )
    _require(nic_bandwidth_b_s > 0, "fabric.nic_bandwidth", f"{nic_bandwidth_b_s:g}", "above 0")
    su_count = -(-nodes // nodes_per_su)
    shape = (nodes_per_su, su_count, nics_per_node, planes, switch_ports)
    counts = _counted(shape, oversubscription)
    pod_of_su = np.arange(su_count, dtype=np.int32) // counts.su_per_pod
    names, tier, pod, plane = _rail_switches(counts, pod_of_su, nics_per_node, planes, switch_ports)
    spines = np.bincount(pod[tier == SPINE], minlength=counts.pods) // planes
    return Fabric(
        kind="rail_optimised",
        switches=names,
        tier=tier,
        pod=pod,
        plane=plane,
        rack_of_switch=np.full(len(names), -1, np.int32),
        domain_of_node=np.arange(nodes, dtype=np.int32) // np.int32(nodes_per_su),
        leaf_of_domain=np.arange(counts.leaf, dtype=np.int32).reshape(su_count, -1),
        pod_of_domain=pod_of_su,
        rails=nics_per_node,
        planes=planes,
        gpus_per_node=gpus_per_node or nics_per_node,
        nic_bandwidth_b_s=nic_bandwidth_b_s,
        uplinks_per_leaf=counts.uplinks_per_leaf,
        links_leaf_spine=(counts.uplinks_per_leaf // spines).astype(np.int32),
        taper_frac=1.0,
        oversubscription=oversubscription,
    )


def _counted(shape: tuple[int, int, int, int, int], oversubscription: float) -> ClosCounts:
    """Counts of a shape, or why its switches cannot carry it."""
    try:
        return clos_counts(*shape, oversubscription=oversubscription)
    except ValueError as error:
        allowed = "a fabric its switches can carry"
        raise InputError([Problem("fabric", str(error), allowed)]) from error


def group_fabric(
    nodes: int,
    nodes_per_group: int,
    switches_per_group: int,
    nics_per_node: int,
    nic_bandwidth_b_s: float,
    taper_frac: float = 1.0,
    gpus_per_node: int | None = None,
    oversubscription: float = 1.0,
) -> Fabric:
    """A dragonfly of groups whose switches all reach one another, as in a Slingshot cabinet.

    Each node's NICs go to different switches of its group. A lost switch takes its port from the
    nodes it serves and its share of the group's links to other groups. Frontier: 128 nodes, 32
    switches and 4 NICs of 25 GB/s (one group a rack). Raises InputError where switches or nodes do
    not divide evenly. Source: Kim et al., Technology-Driven, Highly-Scalable Dragonfly Topology,
    ISCA 2008.
    """
    sets = _sets_of_switches(nodes, nodes_per_group, switches_per_group, nics_per_node)
    _require(nic_bandwidth_b_s > 0, "fabric.nic_bandwidth", f"{nic_bandwidth_b_s:g}", "above 0")
    _require(0 < taper_frac <= 1, "fabric.taper_frac", f"{taper_frac:g}", "above 0, up to 1")
    groups = -(-nodes // nodes_per_group)
    group = np.repeat(np.arange(groups, dtype=np.int32), switches_per_group)
    return Fabric(
        kind="dragonfly",
        switches=_group_switches(groups, switches_per_group),
        tier=np.full(len(group), LEAF, np.int32),
        pod=group,
        plane=np.zeros(len(group), np.int32),
        rack_of_switch=np.full(len(group), -1, np.int32),
        domain_of_node=np.arange(nodes, dtype=np.int32) // np.int32(nodes_per_group // sets),
        leaf_of_domain=np.arange(len(group), dtype=np.int32).reshape(-1, nics_per_node),
        pod_of_domain=np.repeat(np.arange(groups, dtype=np.int32), sets),
        rails=nics_per_node,
        planes=1,
        gpus_per_node=gpus_per_node or nics_per_node,
        nic_bandwidth_b_s=nic_bandwidth_b_s,
        uplinks_per_leaf=0,
        links_leaf_spine=np.zeros(groups, np.int32),
        taper_frac=taper_frac,
        oversubscription=oversubscription,
    )


def _group_switches(groups: int, switches_per_group: int) -> tuple[str, ...]:
    return tuple(
        f"leaf_group{g + 1}_{s + 1}" for g in range(groups) for s in range(switches_per_group)
    )


def _sets_of_switches(
    nodes: int, nodes_per_group: int, switches_per_group: int, nics_per_node: int
) -> int:
    """Sets of switches in a group, one switch a NIC; each set serves an equal part of its nodes."""
    in_groups = f"{nodes} in groups of {nodes_per_group}"
    _require(nodes > 0 < nodes_per_group, "fabric.nodes", in_groups, "at least 1")
    sets = switches_per_group // max(nics_per_node, 1)
    fits = nics_per_node > 0 and sets > 0 and switches_per_group % nics_per_node == 0
    allowed = f"a multiple of {nics_per_node} NICs"
    _require(fits, "fabric.switches_per_group", str(switches_per_group), allowed)
    even = nodes_per_group % sets == 0
    _require(even, "fabric.nodes_per_group", str(nodes_per_group), f"a multiple of {sets}")
    return sets


def no_fabric(nodes: int, gpus_per_node: int = 0) -> Fabric:
    """A layout whose scale-out network is not described: no switch, hence nothing that can be
    lost.
    """
    none = np.zeros(0, np.int32)
    return Fabric(
        kind="none",
        switches=(),
        tier=none,
        pod=none,
        plane=none,
        rack_of_switch=none,
        domain_of_node=np.zeros(nodes, np.int32),
        leaf_of_domain=np.zeros((1, 0), np.int32),
        pod_of_domain=np.zeros(1, np.int32),
        rails=0,
        planes=1,
        gpus_per_node=gpus_per_node,
        nic_bandwidth_b_s=0.0,
        uplinks_per_leaf=0,
        links_leaf_spine=none,
        taper_frac=1.0,
    )


def _rail_switches(
    counts: ClosCounts, pod_of_su: Ints, rails: int, planes: int, switch_ports: int
) -> tuple[tuple[str, ...], Ints, Ints, Ints]:
    """Names, tiers, pods and planes of all switches, leaves first."""
    leaves = [(LEAF, pod_of_su[s], p, f"leaf_su{s + 1}_rail{r + 1}") for s in range(len(pod_of_su))
              for r in range(rails) for p in range(planes)]  # fmt: skip
    flat = counts.tiers == 2
    units = np.bincount(pod_of_su).tolist()
    per_pod = [spines_of_pod(n * rails, counts.uplinks_per_leaf, switch_ports, flat) for n in units]
    prefix = "spine_" if counts.tiers == 2 else "spine_pod{}_"
    spines = [(SPINE, d, p, prefix.format(d + 1) + str(i + 1)) for d, n in enumerate(per_pod)
              for p in range(planes) for i in range(n)]  # fmt: skip
    cores = [
        (CORE, -1, p, f"core_{i + 1}") for p in range(planes) for i in range(counts.core // planes)
    ]
    rows = leaves + spines + cores
    names = tuple(name if planes == 1 else f"{name}_plane{p + 1}" for _, _, p, name in rows)
    tier, pod, plane = np.array([row[:3] for row in rows], np.int32).T
    return names, tier, pod, plane


def _require(holds: bool, where: str, found: str, allowed: str) -> None:
    if not holds:
        raise InputError([Problem(where, found, allowed)])
