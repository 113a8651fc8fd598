"""Sizes of a rail-optimised Clos fabric, from five numbers.

Every node has one NIC a rail and every scalable unit (SU) one leaf a rail and plane, so a rail
stays on one switch inside an SU. Leaves spend half their ports on uplinks whether or not all nodes
are there. The rule reproduces the 16 published fabrics of the NVIDIA DGX SuperPOD reference
architectures (H100, B200, B300).
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
) -> ClosCounts:
    """Switches and cables of a non-blocking rail-optimised fabric.

    nodes_per_su, su_count    scalable units are always built whole
    nics_per_node             rails
    planes                    independent copies of the fabric (2 for twin-port NICs)
    switch_ports              ports of every switch at the NIC's line rate
    nodes                     nodes really there, where fewer than the units hold
    manager_cables            cables from leaves to fabric managers, counted with the node cables

    Raises ValueError where the units do not fit the switches.
    Source: NVIDIA DGX SuperPOD reference architectures H100, B200, B300, component counts.
    """
    _check(nodes_per_su, su_count, nics_per_node, planes, switch_ports)
    leaf_per_plane = su_count * nics_per_node
    half = switch_ports // 2
    flat = leaf_per_plane <= switch_ports
    spine_per_plane = _flat_spines(leaf_per_plane, switch_ports) if flat else leaf_per_plane
    su_per_pod = su_count if flat else half // nics_per_node
    built = nodes_per_su * su_count if nodes is None else nodes
    return ClosCounts(
        leaf=leaf_per_plane * planes,
        spine=spine_per_plane * planes,
        core=0 if flat else -(-spine_per_plane // 2) * planes,
        cables_node_leaf=built * nics_per_node + manager_cables,
        cables_leaf_spine=leaf_per_plane * half,
        cables_spine_core=0 if flat else spine_per_plane * half,
        uplinks_per_leaf=half,
        su_per_pod=su_per_pod,
        pods=-(-su_count // su_per_pod),
    )


def _flat_spines(leaves: int, switch_ports: int) -> int:
    """The fewest spines that carry all uplinks and divide a leaf's uplinks evenly."""
    half = switch_ports // 2
    return next(s for s in range(-(-leaves // 2), half + 1) if half % s == 0)


def _check(
    nodes_per_su: int, su_count: int, nics_per_node: int, planes: int, switch_ports: int
) -> None:
    half = switch_ports // 2
    if min(nodes_per_su, su_count, nics_per_node, planes) < 1:
        raise ValueError("nodes, units, NICs and planes must each be at least 1")
    if switch_ports < 2 or switch_ports % 2:
        raise ValueError(f"a switch needs an even number of ports, not {switch_ports}")
    if nodes_per_su > half:
        raise ValueError(
            f"{nodes_per_su} nodes in a unit need more than the {half} down-ports of a leaf"
        )
    if su_count * nics_per_node <= switch_ports:
        return
    if nics_per_node > half or su_count > (half // nics_per_node) * switch_ports:
        raise ValueError(
            f"{su_count} units of {nics_per_node} rails outgrow three tiers of {switch_ports} ports"
        )
