"""Networks as numbers: how many switches and cables, who gets which bandwidth, how long a
collective takes.

clos            counts of a rail-optimised leaf, spine and core fabric
fair_share      max-min fair rates of flows that share links
collectives     time of all-reduce, all-gather, reduce-scatter and all-to-all

Bandwidths are bytes a second in one direction, sizes bytes, times seconds.
"""

from __future__ import annotations

from twin.physics.network.clos import ClosCounts, clos_counts
from twin.physics.network.collectives import (
    AMPERE,
    BLACKWELL,
    HOPPER,
    Library,
    allgather_s,
    allreduce_s,
    alltoall_s,
    bus_bandwidth_b_s,
    bus_factor,
)
from twin.physics.network.fair_share import maxmin

__all__ = [
    "AMPERE",
    "BLACKWELL",
    "HOPPER",
    "ClosCounts",
    "Library",
    "allgather_s",
    "allreduce_s",
    "alltoall_s",
    "bus_bandwidth_b_s",
    "bus_factor",
    "clos_counts",
    "maxmin",
]
