"""The power of nodes: their part of what their racks draw."""

from __future__ import annotations

import numpy as np

from twin.arrays import Array, Index, total_by
from twin.simulation.compute.at_work import AtWork
from twin.simulation.compute.racks import Compute
from twin.simulation.kernel.world import World


class NodePower:
    """Power of all nodes, worked out anew in racks whose activity or power has changed."""

    def __init__(self, world: World, compute: Compute) -> None:
        self.world = world
        self.racks = world.facility.racks
        self.compute = compute
        self.nodes = compute.nodes
        self.alike_of_rack = 1.0 / np.maximum(self.racks.nodes, 1)
        self._activity: tuple[Array | None, int] = (None, -1)
        """Of GPUs as last looked at, and the turn of their sums."""
        self._rack_w = np.full(len(self.racks.id), np.nan)
        self._node_w = np.zeros(compute.rack_of_node.size)

    @property
    def node_w(self) -> Array:
        """(node,) as last looked at: idle power of its rack shared alike, the rest by what its
        chips draw.
        """
        return self._node_w

    @property
    def rack_w(self) -> Array:
        """(rack,) as last looked at."""
        return self._rack_w

    def look(self) -> Index:
        """Nodes whose power may be another than when last looked at.

        Every holding has another array of racks' power, and nothing changes between two.
        """
        if self.world.state.racks.rack_w is self._rack_w:
            return np.zeros(0, dtype=np.int64)
        at_work = self.nodes.of(self._changed())
        self._node_w[at_work.nodes] = self.shared_w(at_work, self._rack_w.take(at_work.racks))
        return at_work.nodes

    def stands(self, node_w: Array) -> None:
        """Powers of all nodes at this moment, which somebody else has worked out."""
        self._changed()
        self._node_w = node_w

    def _changed(self) -> Index:
        """Racks with nodes of another activity, or another power, than when last asked."""
        gpu, turn = self._activity
        now = self.world.state.activity.gpu_activity
        changed, turn = self.compute.summed_since(turn if now is gpu else -1)
        self._activity = (now, turn)
        rack_w = self.world.state.racks.rack_w
        changed |= rack_w != self._rack_w
        self._rack_w = rack_w
        return np.flatnonzero(changed)

    def shared_w(self, at_work: AtWork, rack_w: Array) -> Array:
        """(node,) of some racks.

        rack_w   (rack,) of these
        """
        place = at_work.place
        chips = at_work.gpu * self.nodes.gpu_span_w.take(at_work.nodes)
        chips += at_work.cpu * self.nodes.cpu_span_w.take(at_work.nodes)
        chips *= at_work.gain
        whole = total_by(place, chips, at_work.racks.size)
        idle_w = np.minimum(self.racks.idle_w.take(at_work.racks), rack_w)
        alike = self.alike_of_rack.take(at_work.racks)
        busy = whole > 0
        shared = chips / np.where(busy, whole, 1.0).take(place)
        shared = np.where(busy.take(place), shared, alike.take(place))
        shared *= (rack_w - idle_w).take(place)
        shared += (idle_w * alike).take(place)
        return shared
