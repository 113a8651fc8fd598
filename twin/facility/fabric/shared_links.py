"""Links that all nodes of a place share towards others: uplinks of a unit, or of a group."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from twin.arrays import Array, Index
from twin.facility.model.fabric import Fabric


@dataclass(frozen=True)
class SharedLinks:
    """Places of nodes, and what leaves each; only where a fabric is oversubscribed."""

    place_of_node: Index
    """(node,)"""
    capacity: Array
    """(place,) nodes whose whole bandwidth fits, all switches up."""


def shared_links(fabric: Fabric) -> SharedLinks | None:
    """None where links out of every place carry all that its nodes can send."""
    if fabric.oversubscription <= 1 or not fabric.switches:
        return None
    domain = fabric.domain_of_node.astype(np.int64)
    if fabric.kind == "rail_optimised":
        capacity = np.full(len(fabric.pod_of_domain), float(fabric.uplinks_per_leaf))
        return SharedLinks(domain, capacity)
    group = fabric.pod_of_domain.astype(np.int64)[domain]
    size = float(np.bincount(group).max())
    return SharedLinks(group, np.full(group.max() + 1, size / fabric.oversubscription))
