"""The scale-out network as arrays: switches, and who hangs on which."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Literal

import numpy as np
from numpy.typing import NDArray

Ints = NDArray[np.int32]
Bools = NDArray[np.bool_]
LEAF = 1
SPINE = 2
CORE = 3


@dataclass(frozen=True, eq=False)
class Fabric:
    """Switches and attachments; frozen, a run keeps which switches are up in an array of its own.

    Columns of a node's attachments are rail by rail, and within a rail plane by plane.
    """

    kind: Literal["rail_optimised", "dragonfly", "none"]
    switches: tuple[str, ...]
    """(switch,) Stable ids, leaves first, then spines, then cores."""
    tier: Ints
    """(switch,) LEAF, SPINE or CORE."""
    pod: Ints
    """(switch,) Pod of a leaf or spine; -1 for a core."""
    plane: Ints
    """(switch,)"""
    rack_of_switch: Ints
    """(switch,) -1 until whoever places the switches says otherwise."""
    domain_of_node: Ints
    """(node,)"""
    leaf_of_domain: Ints
    """(domain, rail * planes)"""
    pod_of_domain: Ints
    """(domain,)"""
    rails: int
    planes: int
    gpus_per_node: int
    nic_bandwidth_b_s: float
    """One NIC, one direction, its planes together."""
    uplinks_per_leaf: int
    links_leaf_spine: Ints
    """(pod,) Parallel links between a leaf and each spine of its pod."""
    taper_frac: float
    """Bandwidth between pods over the NICs' own, all switches up."""
    oversubscription: float = 1.0
    """Bandwidth towards nodes over that towards others: of a leaf, or of a group of a dragonfly."""

    @cached_property
    def transit(self) -> tuple[NDArray[np.intp], NDArray[np.intp], NDArray[np.intp]]:
        """Switches that carry traffic between domains, the bundle of each, and the size of each
        bundle.

        A bundle is the spines of one pod and plane, then the cores of one plane; in a dragonfly,
        which has neither, the switches of one group.
        """
        switch = np.flatnonzero((self.tier > LEAF) | (self.kind == "dragonfly"))
        pod = np.where(self.tier == CORE, len(self.links_leaf_spine), self.pod)[switch]
        bundle = (pod * self.planes + self.plane[switch]).astype(np.intp)
        return switch, bundle, np.bincount(bundle).astype(np.intp)

    @cached_property
    def tapered_frac(self) -> float:
        """Bandwidth of a gang in several pods over its NICs' own, all switches up: the mean over
        rails of means over planes.
        """
        ports = np.full((self.rails, self.planes), self.taper_frac)
        return float(ports.mean(axis=1).mean())

    @property
    def leaf_of_node_rail(self) -> Ints:
        """(node, rail * planes) Leaf at the other end of each NIC port."""
        return self.leaf_of_domain[self.domain_of_node]

    @property
    def node_bandwidth_b_s(self) -> float:
        """All NICs of a node, one direction, B/s."""
        return self.rails * self.nic_bandwidth_b_s
