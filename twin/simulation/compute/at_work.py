"""What nodes of some racks do, and what these sum up to."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from twin.arrays import Array, Index


@dataclass(frozen=True)
class AtWork:
    """All nodes of some racks, one rack after another; a rack may come again, as it was at another
    moment.
    """

    racks: Index
    """(rack,)"""
    starts: Index
    """(rack,) where the nodes of each begin."""
    nodes: Index
    """(node,)"""
    gpu: Array
    """(node,) GPU activity, and so on as in the state of activity."""
    cpu: Array
    gain: Array
    busiest: Array
    owner: Index
    """(node,) what holds it, as in the state of jobs."""
    working: Array
    """(node,) 1 with work; of a node that jobs share, the share that they hold."""

    @property
    def place(self) -> Index:
        """(node,) which of the racks it is in."""
        count = np.diff(self.starts, append=self.nodes.size)
        return np.repeat(np.arange(self.racks.size), count)


@dataclass(frozen=True)
class RackSums:
    """What nodes sum up to; (..., rack)."""

    gpu_w: Array
    """Dynamic power of its GPUs at full clock."""
    cpu_w: Array
    peak_activity: Array
    busy_nodes: Array

    def take(self, which: Index) -> RackSums:
        """Of some of the racks, in any order and shape."""
        return RackSums(
            self.gpu_w.take(which),
            self.cpu_w.take(which),
            self.peak_activity.take(which),
            self.busy_nodes.take(which),
        )


def joined(parts: Sequence[AtWork]) -> AtWork:
    """All racks of some, one after another."""
    before = np.cumsum([0, *(part.nodes.size for part in parts[:-1])])
    starts = [part.starts + first for part, first in zip(parts, before.tolist(), strict=True)]
    return AtWork(
        racks=np.concatenate([part.racks for part in parts]),
        starts=np.concatenate(starts),
        nodes=np.concatenate([part.nodes for part in parts]),
        gpu=np.concatenate([part.gpu for part in parts]),
        cpu=np.concatenate([part.cpu for part in parts]),
        gain=np.concatenate([part.gain for part in parts]),
        busiest=np.concatenate([part.busiest for part in parts]),
        owner=np.concatenate([part.owner for part in parts]),
        working=np.concatenate([part.working for part in parts]),
    )


def joined_sums(parts: Sequence[RackSums]) -> RackSums:
    """All racks of some, one after another."""
    return RackSums(
        np.concatenate([part.gpu_w for part in parts]),
        np.concatenate([part.cpu_w for part in parts]),
        np.concatenate([part.peak_activity for part in parts]),
        np.concatenate([part.busy_nodes for part in parts]),
    )
