"""Networks as numbers: how many switches and cables, who gets which bandwidth, how long a
collective takes.

clos            counts of a rail-optimised leaf, spine and core fabric
fair_share      max-min fair rates of flows that share links
senders         nodes of a gang that send out of their place, by what they do together
contention      what gangs that send at times leave one another of links that they share
collectives     time of all-reduce, all-gather, reduce-scatter and all-to-all

Bandwidths are bytes a second in one direction, sizes bytes, times seconds.
"""

from __future__ import annotations

from twin.physics.network.clos import ClosCounts, clos_counts, most_nodes, spines_of_pod
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
from twin.physics.network.contention import GangTraffic, gang_shares
from twin.physics.network.fair_share import maxmin
from twin.physics.network.senders import exchange_senders, ring_senders

__all__ = [
    "AMPERE",
    "BLACKWELL",
    "HOPPER",
    "ClosCounts",
    "GangTraffic",
    "Library",
    "allgather_s",
    "allreduce_s",
    "alltoall_s",
    "bus_bandwidth_b_s",
    "bus_factor",
    "clos_counts",
    "exchange_senders",
    "gang_shares",
    "maxmin",
    "most_nodes",
    "ring_senders",
    "spines_of_pod",
]
