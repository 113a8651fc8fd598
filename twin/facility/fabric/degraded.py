"""What lost switches leave of a gang's bandwidth."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from twin.facility.model.fabric import Bools, Fabric, Ints


def bandwidth_frac(fabric: Fabric, nodes: Ints, switch_up: Bools, restripe: bool = True) -> float:
    """Inter-node bandwidth that a synchronous gang gets, over what its NICs give.

    nodes       (gang,)    distinct nodes of the gang
    switch_up   (switch,)
    restripe    whether the library moves the traffic of a lost rail to the others. NCCL builds its
                rings from
                the NICs it finds at start, so a job that restarts after a lost leaf goes on with
                fewer rails; False is the job that has no such restart and stops at the lost rail
    returns     1 when all is well (the taper, where a gang spans dragonfly groups), 0 when it
                cannot go on

    A rail counts only where every node of the gang has it, for rings stay on their rail. Traffic
    between leaves is spread over all surviving spines, as adaptive routing does; a gang packed unit
    by unit needs less, so this is the pessimistic side. One node alone never leaves its NVLink.
    """
    if len(nodes) <= 1 or not fabric.switches:
        return 1.0
    if switch_up.all():
        pod = fabric.pod_of_domain[fabric.domain_of_node[nodes]]
        return fabric.tapered_frac if (pod != pod[0]).any() else 1.0
    domains = _distinct(fabric.domain_of_node[nodes], len(fabric.pod_of_domain))
    ports = switch_up[fabric.leaf_of_domain[domains]].all(axis=0).astype(float)
    if len(domains) > 1:
        pods = _distinct(fabric.pod_of_domain[domains], len(fabric.links_leaf_spine))
        ports *= np.tile(between_domains(fabric, pods, switch_up), fabric.rails)
    per_rail = ports.reshape(fabric.rails, fabric.planes).mean(axis=1)
    return float(per_rail.mean() if restripe else per_rail.min())


def scale_up_bandwidth(bandwidth_b_s: float, lost_chips: int, chips: int) -> float:
    """One GPU's NVLink bandwidth, one direction, when some switch chips of its domain are lost,
    B/s.

    Every GPU has one link to each chip (18 chips in an NVL72 rack), so each chip carries an equal
    share. Source: NVIDIA DGX SuperPOD GB200 reference architecture.
    """
    return bandwidth_b_s * max(chips - lost_chips, 0) / chips


def _distinct(index: Ints, size: int) -> NDArray[np.intp]:
    """The values that occur, in order; faster than sorting."""
    seen = np.zeros(size, bool)
    seen[index] = True
    return np.flatnonzero(seen)


def between_domains(
    fabric: Fabric, pods: NDArray[np.intp], switch_up: Bools
) -> NDArray[np.float64]:
    """(plane,) Share of the bandwidth between domains that is left, the worst of the pods a gang
    stands in.
    """
    across = len(pods) > 1
    if fabric.kind == "dragonfly" and not across:
        return np.ones(fabric.planes)
    if switch_up.all():
        return np.full(fabric.planes, fabric.taper_frac if across else 1.0)
    switch, bundle, size = fabric.transit
    share = (np.bincount(bundle, switch_up[switch]) / size).reshape(-1, fabric.planes)
    left: NDArray[np.float64] = share[pods].min(axis=0)
    if not across:
        return left
    top = share[len(fabric.links_leaf_spine) :].min(axis=0, initial=1.0)
    return np.asarray(np.minimum(left, top) * fabric.taper_frac, float)
