"""Which names a cable joins, for tables and drawings."""

from __future__ import annotations

import numpy as np

from twin.facility.model.fabric import CORE, LEAF, SPINE, Fabric, Ints


def links(fabric: Fabric, rack_of_node: Ints, rack_names: tuple[str, ...]) -> list[tuple[str, str]]:
    """Pairs of names that a cable joins: rack and leaf, leaf and spine, spine and core; each pair
    once.

    rack_of_node   (node,) index into rack_names
    The links between the switches of a dragonfly are left out: there every pair is joined.
    """
    attached = np.stack(
        [np.repeat(rack_of_node, fabric.leaf_of_domain.shape[1]), fabric.leaf_of_node_rail.ravel()]
    )
    names = fabric.switches
    pairs = [(rack_names[r], names[s]) for r, s in np.unique(attached, axis=1).T]
    pairs += [(names[a], names[b]) for a, b in _joined(fabric, LEAF, SPINE, fabric.pod)]
    return pairs + [
        (names[a], names[b]) for a, b in _joined(fabric, SPINE, CORE, _core_group(fabric))
    ]


def _core_group(fabric: Fabric) -> Ints:
    """(switch,) Which spines and cores are joined: spines of one place in their pods share a set of
    cores.
    """
    group = np.full(len(fabric.switches), -1, np.int32)
    cores = int((fabric.tier == CORE).sum()) // fabric.planes
    groups = int(np.gcd(cores, fabric.uplinks_per_leaf)) if cores else 1
    for tier in (SPINE, CORE):
        chosen = np.flatnonzero(fabric.tier == tier)
        bundle = fabric.pod[chosen] * fabric.planes + fabric.plane[chosen]
        first = np.searchsorted(bundle, bundle)
        group[chosen] = (np.arange(len(chosen)) - first) % groups
    return group


def _joined(fabric: Fabric, lower: int, upper: int, group: Ints) -> list[tuple[int, int]]:
    """Switch pairs of two tiers that share a group and a plane."""
    low = np.flatnonzero(fabric.tier == lower)
    high = np.flatnonzero(fabric.tier == upper)
    same = (group[low][:, None] == group[high]) & (fabric.plane[low][:, None] == fabric.plane[high])
    a, b = np.nonzero(same)
    return list(zip(low[a].tolist(), high[b].tolist(), strict=True))
