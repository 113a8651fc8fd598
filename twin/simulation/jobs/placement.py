"""Placement: which nodes are free, in which order they are given, and how many there can ever be.

Gangs are of one GPU type: a synchronous step would wait for the slower one.
"""

from __future__ import annotations

import numpy as np

from twin.arrays import Index
from twin.simulation.compute.racks import Compute
from twin.simulation.cooling.flows import Flows
from twin.simulation.kernel.world import World

FREE = -1
"""The owner of a node that nobody holds; jobs are 0 and up, services -2 and down."""


class Placement:
    """Looks at nodes; who gets them is the scheduler's."""

    def __init__(self, world: World, compute: Compute, flows: Flows) -> None:
        racks = world.facility.racks
        self.world = world
        self.flows = flows
        self.racks = racks
        self.rack_of_node = compute.rack_of_node
        self.node_gpus = racks.gpus_per_node[self.rack_of_node]
        self.has_gpus = self.node_gpus > 0
        self.gpu_types = tuple(sorted(set(racks.gpu_type) - {""}))
        type_of_rack = [self.gpu_types.index(g) if g else -1 for g in racks.gpu_type]
        self.type_of_node = np.array(type_of_rack)[self.rack_of_node]
        self.spread = world.facility.scenario.controls.placement == "spread"

    def free(self) -> Index:
        """Free nodes in the order of placement."""
        state = self.world.state
        ready = (state.jobs.work_of_node == FREE) & state.faults.node_ok & self.has_gpus
        accepts = state.racks.rack_on & self.flows.served()
        if not accepts.all():
            ready &= accepts[self.rack_of_node]
        free = np.flatnonzero(ready)
        if self.spread:
            rank = free - self.racks.first_node[self.rack_of_node[free]]
            free = free[np.lexsort((free, rank))]
        return free

    def unheld(self) -> Index:
        """Nodes that nobody holds, in order or not."""
        owner = self.world.state.jobs.work_of_node
        return np.flatnonzero((owner == FREE) & (self.node_gpus > 0))

    def of_one_type(self, free: Index, nodes: int) -> Index | None:
        """The first nodes that are enough and all hold one type of GPU."""
        if free.size < nodes:
            return None
        if len(self.gpu_types) == 1:
            return np.asarray(free[:nodes])
        types, first = np.unique(self.type_of_node[free], return_index=True)
        for kind in types[np.argsort(first)]:
            alike = free[self.type_of_node[free] == kind]
            if alike.size >= nodes:
                return np.asarray(alike[:nodes])
        return None

    def most_nodes(self) -> int:
        """Nodes of one GPU type that no service holds: no gang can ever be larger."""
        unheld = self.has_gpus & (self.world.state.jobs.work_of_node >= FREE)
        if len(self.gpu_types) == 1:
            return int(np.count_nonzero(unheld))
        return int(np.bincount(self.type_of_node[unheld], minlength=1).max())

    def first_of_each_type(self, nodes: int) -> list[Index]:
        """The first nodes of every GPU type that has enough of them."""
        found = [np.flatnonzero(self.type_of_node == k)[:nodes] for k in range(len(self.gpu_types))]
        return [of_type for of_type in found if of_type.size == nodes]
