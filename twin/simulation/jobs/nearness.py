"""Nearness: nodes that see one another over few switches.

Levels, nearest first: one rack, which is one NVLink domain where racks are built so; the same leaf
switches, one a rail; one pod; the whole fabric. Slurm calls this topology/tree and topology/block,
Kueue topology-aware scheduling.
"""

from __future__ import annotations

import numpy as np

from twin.arrays import Index
from twin.facility.model.fabric import Fabric


class Nearness:
    """Groups of nodes at each level."""

    def __init__(self, fabric: Fabric, rack_of_node: Index) -> None:
        whole = np.zeros(rack_of_node.size, dtype=np.int64)
        domain = fabric.domain_of_node.astype(np.int64)
        pod = fabric.pod_of_domain.astype(np.int64)
        wired = domain.size == whole.size and domain.size > 0
        between = (domain, pod[domain]) if wired else ()
        self.levels: tuple[Index, ...] = (rack_of_node, *between, whole)
        """(level)(node,) group of every node, nearest level first."""

    def closest(self, free: Index, nodes: int) -> Index:
        """The first `nodes` of some free nodes that lie within the smallest group that holds them;
        of several groups the one with fewest left over, so that large gaps stay.
        """
        for n, level in enumerate(self.levels):
            groups, count = np.unique(level[free], return_counts=True)
            enough = count >= nodes
            if enough.any():
                fitting = np.where(enough, count, np.iinfo(np.int64).max)
                group = groups[int(np.argmin(fitting))]
                return self._fill(free[level[free] == group], nodes, n)
        return free[:nodes]

    def _fill(self, there: Index, nodes: int, level: int) -> Index:
        """Of the nodes of a group, whole subgroups of the level below, the fullest first: the
        fewest of them are touched.
        """
        if level == 0 or there.size == nodes:
            return there[:nodes]
        below = self.levels[level - 1][there]
        groups, inverse, count = np.unique(below, return_inverse=True, return_counts=True)
        order = np.lexsort((there, groups[inverse], -count[inverse]))
        return np.sort(there[order][:nodes])
