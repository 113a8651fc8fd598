"""How nodes of a fleet reach one another, where its replicas stand on several."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from twin.arrays import Array, Index, Mask, total_by
from twin.facility.fabric import node_bandwidth_frac
from twin.simulation.kernel.world import World


class Reach:
    """What lost switches leave of the network that replicas of a fleet hand over by.

    nodes     (node,) of the fleet
    rack      (node,) of each
    in_row    nodes in a row that a replica stands on; 0 where it is any of a rack
    pace_at   pace of a replica by lines that are a share as wide, over its own
    needed    whether one replica hands over from node to node by the network
    """

    def __init__(
        self, world: World, nodes: Index, rack: Index, in_row: int,
        pace_at: Callable[[float], float], needed: bool,
    ) -> None:  # fmt: skip
        self.world = world
        self.nodes = nodes
        self.rack = rack
        self.racks = np.unique(rack)
        self.in_row = in_row
        self.pace_at = pace_at
        self.needed = needed
        self._share = (-1, np.ones(nodes.size))
        self._whole = np.ones(self.racks.size)
        self._pace = (-1, self._whole)
        self._paces = {1.0: 1.0}

    def _share_of_line(self) -> Array:
        """(node,) bandwidth to the others, over what its adapters give."""
        network = self.world.state.network
        if self._share[0] != network.version:
            fabric = self.world.facility.fabric
            share = node_bandwidth_frac(fabric, self.nodes.astype(np.int32), network.switch_ok)
            self._share = (network.version, share)
        return self._share[1]

    def joined(self) -> Mask:
        """(node,) that has a way to others."""
        return np.asarray(self._share_of_line() > 0)

    def pace_by_rack(self) -> Array:
        """(rack of the fleet,) pace of its replicas over that by whole lines: an exchange waits for
        its narrowest one. Nodes without any way are no part of it.
        """
        if not self.needed:
            return self._whole
        version = self.world.state.network.version
        if self._pace[0] != version:
            self._pace = (version, self._pace_now())
        return self._pace[1]

    def slowest_by_rack(self, clock_frac: Array) -> Array:
        """(rack of the fleet,) clock at which replicas there go: ranks wait for the slowest rack
        that their replica stands on.

        clock_frac   (rack,) of all racks
        """
        if not self.in_row:
            return clock_frac[self.racks]
        slowest = np.full(int(self.racks[-1]) + 1, np.inf)
        np.minimum.at(slowest, self.rack, self._least_in_row(clock_frac[self.rack]))
        return slowest[self.racks]

    def slowest_beside(self, rack: int, clock_frac: Array) -> int:
        """The slowest rack that replicas on a rack stand on."""
        if not self.in_row:
            return rack
        row = np.arange(self.rack.size) // self.in_row
        beside = self.rack[np.isin(row, row[self.rack == rack])]
        return int(beside[np.argmin(clock_frac[beside])])

    def _least_in_row(self, of_node: Array) -> Array:
        """(node,) the least of those that its replica stands on; a new array."""
        whole = of_node.size // self.in_row * self.in_row
        least = of_node[:whole].reshape(-1, self.in_row).min(axis=1)
        return np.concatenate([np.repeat(least, self.in_row), of_node[whole:]])

    def _pace_now(self) -> Array:
        pace = np.array([self._found_once(share) for share in self._narrowest().tolist()])
        racks = int(self.racks[-1]) + 1
        many = np.maximum(total_by(self.rack, np.ones(pace.size), racks), 1.0)
        return np.asarray((total_by(self.rack, pace, racks) / many)[self.racks])

    def _found_once(self, share: float) -> float:
        if share not in self._paces:
            self._paces[share] = self.pace_at(share)
        return self._paces[share]

    def _narrowest(self) -> Array:
        """(node,) the narrowest line of the nodes that its replica stands on."""
        share = np.where(self._share_of_line() > 0, self._share_of_line(), 1.0)
        if not self.in_row:
            least = np.full(int(self.racks[-1]) + 1, 1.0)
            np.minimum.at(least, self.rack, share)
            return np.asarray(least[self.rack])
        return self._least_in_row(share)
