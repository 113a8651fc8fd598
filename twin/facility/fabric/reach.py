"""What lost switches leave of each node's way to others."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from twin.facility.fabric.degraded import between_domains
from twin.facility.model.fabric import Bools, Fabric, Ints


def node_bandwidth_frac(fabric: Fabric, nodes: Ints, switch_up: Bools) -> NDArray[np.float64]:
    """(node,) bandwidth of each node to the others, over what its adapters give.

    nodes       (node,)    those that send to one another, each on its own (no gang)
    switch_up   (switch,)

    A port counts whose leaf is up; traffic between leaves is spread over the spines that are left.
    """
    if len(nodes) <= 1 or not fabric.switches:
        return np.ones(len(nodes))
    domain = fabric.domain_of_node[nodes]
    ports = switch_up[fabric.leaf_of_domain[domain]].astype(float)
    if np.unique(domain).size > 1:
        pods = np.unique(fabric.pod_of_domain[domain]).astype(np.intp)
        ports *= np.tile(between_domains(fabric, pods, switch_up), fabric.rails)
    return np.asarray(ports.mean(axis=1))
