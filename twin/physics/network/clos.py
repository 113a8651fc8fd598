"""Sizes of a rail-optimised Clos fabric, from five numbers.

Every node has one NIC a rail and every scalable unit (SU) one leaf a rail and plane, so a rail
stays on one switch inside an SU. Leaves spend half their ports on uplinks whether or not all nodes
are there, or fewer where the fabric is oversubscribed. The rule reproduces the 16 published fabrics
of the NVIDIA DGX SuperPOD reference architectures (H100, B200, B300).
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class ClosCounts:
    """Switches by tier, all planes together, and cables between tiers.

    Cables are physical: with two planes one twin-port cable carries a link of each. A fabric of two
    tiers is one pod; with three tiers a pod is the units that share spines.
    """

    leaf: int
    spine: int
    core: int
    cables_node_leaf: int
    cables_leaf_spine: int
    cables_spine_core: int
    uplinks_per_leaf: int
    su_per_pod: int
    pods: int

    @property
    def tiers(self) -> int:
        """Two, or three where a core joins pods."""
        return 3 if self.core else 2


def clos_counts(
    nodes_per_su: int,
    su_count: int,
    nics_per_node: int,
    planes: int,
    switch_ports: int,
    nodes: int | None = None,
    manager_cables: int = 0,
    oversubscription: float = 1.0,
) -> ClosCounts:
    """Switches and cables of a rail-optimised fabric.

    nodes_per_su, su_count    scalable units are always built whole
    nics_per_node             rails
    planes                    independent copies of the fabric (2 for twin-port NICs)
    switch_ports              ports of every switch at the NIC's line rate
    nodes                     nodes really there, where fewer than the units hold
    manager_cables            cables from leaves to fabric managers, counted with the node cables
    oversubscription          nodes of a unit over uplinks of its leaves; 1 spends half the ports on
                              uplinks. Spines and cores are never oversubscribed

    Raises ValueError where the units do not fit the switches.
    Source: NVIDIA DGX SuperPOD reference architectures H100, B200, B300, component counts.
    """
    uplinks = leaf_uplinks(nodes_per_su, switch_ports, oversubscription)
    most = most_nodes(switch_ports, oversubscription)
    _check(nodes_per_su, su_count, nics_per_node, planes, switch_ports, most)
    leaf_per_plane = su_count * nics_per_node
    half = switch_ports // 2
    flat = leaf_per_plane <= switch_ports
    su_per_pod = su_count if flat else half // nics_per_node
    spine_per_plane = sum(
        spines_of_pod(n * nics_per_node, uplinks, switch_ports, flat)
        for n in _units_of_pods(su_count, su_per_pod)
    )
    built = nodes_per_su * su_count if nodes is None else nodes
    return ClosCounts(
        leaf=leaf_per_plane * planes,
        spine=spine_per_plane * planes,
        core=0 if flat else -(-spine_per_plane // 2) * planes,
        cables_node_leaf=built * nics_per_node + manager_cables,
        cables_leaf_spine=leaf_per_plane * uplinks,
        cables_spine_core=0 if flat else spine_per_plane * half,
        uplinks_per_leaf=uplinks,
        su_per_pod=su_per_pod,
        pods=-(-su_count // su_per_pod),
    )


def leaf_uplinks(nodes_per_su: int, switch_ports: int, oversubscription: float = 1.0) -> int:
    """Ports of a leaf towards spines: half of them, or so many that its nodes are so many times
    more, rounded down.
    """
    if oversubscription < 1:
        raise ValueError(f"oversubscription must be 1 or more, not {oversubscription:g}")
    if oversubscription == 1:
        return switch_ports // 2
    return max(int(nodes_per_su / oversubscription + 1e-9), 1)


def most_nodes(switch_ports: int, oversubscription: float = 1.0) -> int:
    """Nodes that a leaf can have beside the uplinks for them."""
    return int(switch_ports * oversubscription / (1 + oversubscription) + 1e-9)


def spines_of_pod(leaves: int, uplinks: int, switch_ports: int, flat: bool) -> int:
    """Spines of one pod and plane: the fewest that carry all uplinks and divide a leaf's evenly; in
    three tiers, where a spine has half its ports for leaves, one a leaf as published where nothing
    is oversubscribed.
    """
    if not flat and uplinks == switch_ports // 2:
        return leaves
    down = switch_ports if flat else switch_ports // 2
    least = -(-leaves * uplinks // down)
    return next(s for s in range(least, uplinks + 1) if uplinks % s == 0)


def _units_of_pods(units: int, per_pod: int) -> list[int]:
    """Units of every pod; the last may have fewer."""
    whole, rest = divmod(units, per_pod)
    return [per_pod] * whole + [rest] * (rest > 0)


def _check(
    nodes_per_su: int, su_count: int, nics_per_node: int, planes: int, switch_ports: int, most: int
) -> None:
    half = switch_ports // 2
    if min(nodes_per_su, su_count, nics_per_node, planes) < 1:
        raise ValueError("nodes, units, NICs and planes must each be at least 1")
    if switch_ports < 2 or switch_ports % 2:
        raise ValueError(f"a switch needs an even number of ports, not {switch_ports}")
    if nodes_per_su > most:
        raise ValueError(
            f"{nodes_per_su} nodes in a unit need more than the {most} down-ports of a leaf"
        )
    if su_count * nics_per_node <= switch_ports:
        return
    if nics_per_node > half or su_count > (half // nics_per_node) * switch_ports:
        raise ValueError(
            f"{su_count} units of {nics_per_node} rails outgrow three tiers of {switch_ports} ports"
        )
