"""Time of the collectives that training and serving wait for.

A collective costs its steps and its volume. Inside one node the two overlap as in a pipeline whose
segments are chosen well, which adds a term in the geometric mean of both: t = a + w + r sqrt(a w).
Between nodes NCCL sends fixed chunks, and t = a + w with its own latencies fits better.

Constants: ring and in-switch (NVLS) rates from public nccl-tests runs on H200; start and hop inside
a node fitted to H100 SXM runs of NCCL 2.27; latencies between nodes from NCCL's tuner
(src/graph/tuning.cc, protocol Simple). Errors met on measured points stand in
tests/validation/test_collectives.py: 5 % at the median from 8 MiB with 4 or 8 GPUs, 21 % too fast
for pairs of GPUs, which do not fill their links. Not modelled: the tree over in-switch reduction,
which lets two nodes of 8 exceed the sum of their NICs by about a fifth.

Sizes follow nccl-tests: the buffer of one rank for all-reduce and all-to-all, the gathered whole
for all-gather, the whole before it is scattered for reduce-scatter.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import ceil, inf, sqrt


@dataclass(frozen=True)
class Library:
    """What a communication library makes of its links: shares of line rate, and latencies."""

    ring_frac: float = 0.81
    """Of NVLink's one-direction rate, in a ring."""
    nvls_frac: float = 0.69
    """Of NVLink's one-direction rate when switches reduce in flight; 0 where they cannot."""
    nic_frac: float = 0.96
    """Of the NIC's rate, large messages."""
    start_s: float = 4.7e-6
    hop_s: float = 0.8e-6
    """One step of a ring inside the node."""
    peer_s: float = 0.25e-6
    """One more peer in an all-to-all."""
    token_frac: float = 0.81
    """Of NVLink's one-direction rate, where kernels forward whole tokens (`token_exchange_s`)."""
    ramp: float = 1.2
    """Weight of the geometric mean of latency and volume time."""
    net_start_s: float = 8.4e-6
    net_local_hop_s: float = 3.4e-6
    net_hop_s: float = 14e-6
    """One step between nodes; multiply it for long distances."""


HOPPER = Library()
AMPERE = Library(nvls_frac=0.0)
BLACKWELL = Library(nvls_frac=0.60, token_frac=0.52)
"""NCCL's tuner rates in-switch reduction at 0.74 on Blackwell where Hopper has 0.85: 0.69 * 0.74 /
0.85. Tokens that are forwarded on 8 to 36 GPUs of a domain go at 0.48 to 0.55 of the line (the
sixteen calls in bf16 on B200 and GB200 in the tables of `token_exchange_s`)."""


def allreduce_s(
    size_bytes: float,
    ranks: int,
    ranks_per_node: int,
    bandwidth_intra_b_s: float,
    bandwidth_inter_b_s: float,
    library: Library = HOPPER,
) -> float:
    """Time of an all-reduce: ring, or in-switch reduction where one node holds all ranks and it is
    faster.

    size_bytes            buffer of each rank, B
    bandwidth_intra_b_s   one rank's NVLink, one direction, B/s
    bandwidth_inter_b_s   one rank's share of its node's NICs, B/s; times the fabric's degraded
                          share
    returns               s; inf where a needed bandwidth is 0

    A ring moves 2(n-1)/n of the buffer over every link; NVLS moves (n+1)/n, which is why bus
    bandwidths above the link rate are real. Source: NCCL src/graph/tuning.cc; nccl-tests
    doc/PERFORMANCE.md.
    """
    ring_s = _ring_s(
        size_bytes, ranks, ranks_per_node, bandwidth_intra_b_s, bandwidth_inter_b_s, 2, library
    )
    if not 1 < ranks <= ranks_per_node:
        return ring_s
    volume_bytes = (ranks + 1) / ranks * size_bytes
    nvls_s = seconds_over(volume_bytes, library.nvls_frac * bandwidth_intra_b_s)
    return min(ring_s, _ramped(_local_latency_s(ranks, 2, library), nvls_s, library))


def allgather_s(
    size_bytes: float,
    ranks: int,
    ranks_per_node: int,
    bandwidth_intra_b_s: float,
    bandwidth_inter_b_s: float,
    library: Library = HOPPER,
) -> float:
    """Time of a ring all-gather, and of a reduce-scatter, which is its mirror.

    size_bytes is the whole over all ranks; the other arguments as for `allreduce_s`.
    Source: nccl-tests doc/PERFORMANCE.md, (n-1)/n of the whole over every link.
    """
    return _ring_s(
        size_bytes, ranks, ranks_per_node, bandwidth_intra_b_s, bandwidth_inter_b_s, 1, library
    )


def alltoall_s(
    size_bytes: float,
    ranks: int,
    ranks_per_node: int,
    bandwidth_intra_b_s: float,
    bandwidth_inter_b_s: float,
    library: Library = HOPPER,
) -> float:
    """Time of an all-to-all in which each rank sends size_bytes / ranks to every rank.

    Peers inside the node and beyond it are served side by side, so the slower of the two sets the
    time. The other arguments as for `allreduce_s`. Source: nccl-tests doc/PERFORMANCE.md.
    """
    if ranks <= 1:
        return 0.0
    local = min(ranks, ranks_per_node)
    piece_bytes = size_bytes / ranks
    volume_s = max(
        seconds_over(piece_bytes * (local - 1), library.ring_frac * bandwidth_intra_b_s),
        seconds_over(piece_bytes * (ranks - local), library.nic_frac * bandwidth_inter_b_s),
    )
    net_s = library.net_hop_s if ranks > local else 0.0
    return _ramped(library.start_s + library.peer_s * (local - 1) + net_s, volume_s, library)


def token_exchange_s(
    token_bytes: float,
    chosen: int,
    ranks: int,
    ranks_per_node: int,
    bandwidth_intra_b_s: float,
    bandwidth_inter_b_s: float,
    library: Library = HOPPER,
) -> float:
    """Time in which tokens reach their experts, each once a node and there once a rank.

    A token crosses the fabric to each other node that holds an expert of it, whatever their number,
    and is forwarded over NVLink to the ranks that do; one after the other, as calls on H100 last.
    Experts are chosen evenly.

    token_bytes   of all tokens of one rank, each counted once, B
    chosen        experts of a token
    Source: DeepSeek-V3, arXiv 2412.19437, section 3.2.2; tables of HybridEP (deepseek-ai/DeepEP,
    branch hybrid-ep, commit 94a9f8f), which tests/validation/test_token_exchange.py holds.
    """
    if ranks <= 1:
        return 0.0
    local = min(ranks, ranks_per_node)
    inside, beyond = crossings_of_token(chosen, ranks, local)
    volume_s = seconds_over(beyond * token_bytes, library.nic_frac * bandwidth_inter_b_s)
    volume_s += seconds_over(inside * token_bytes, library.token_frac * bandwidth_intra_b_s)
    net_s = library.net_hop_s if ranks > local else 0.0
    return library.start_s + library.peer_s * (local - 1) + net_s + volume_s


def bus_factor(collective: str, ranks: int) -> float:
    """Bytes a link carries over the size, by which nccl-tests turns size over time into bus
    bandwidth.

    collective   all_reduce, all_gather, reduce_scatter, alltoall, broadcast or send_recv
    Raises KeyError on another name. Source: nccl-tests doc/PERFORMANCE.md.
    """
    once = (ranks - 1) / ranks
    factors = {"all_reduce": 2 * once, "broadcast": 1.0, "send_recv": 1.0}
    return (factors | dict.fromkeys(("all_gather", "reduce_scatter", "alltoall"), once))[collective]


def bus_bandwidth_b_s(collective: str, size_bytes: float, ranks: int, time_s: float) -> float:
    """Bus bandwidth as nccl-tests reports it, B/s."""
    return bus_factor(collective, ranks) * size_bytes / time_s


def _ring_s(
    size_bytes: float,
    ranks: int,
    local: int,
    intra_b_s: float,
    inter_b_s: float,
    turns: int,
    library: Library,
) -> float:
    """Time of `turns` (1 or 2) passes of a ring; across nodes one ring a NIC, `local` of them at
    once.
    """
    if ranks <= 1:
        return 0.0
    volume_bytes = turns * (ranks - 1) / ranks * size_bytes
    local_s = seconds_over(volume_bytes, library.ring_frac * intra_b_s)
    if ranks <= local:
        return _ramped(_local_latency_s(ranks, turns, library), local_s, library)
    net_s = seconds_over(volume_bytes, library.nic_frac * inter_b_s * local)
    net_hops = turns * (ceil(ranks / local) - 1)
    local_hops = turns * (ranks - 1) - net_hops
    latency_s = (
        library.net_start_s + local_hops * library.net_local_hop_s + net_hops * library.net_hop_s
    )
    return latency_s + (max(local_s, net_s) if local > 1 else net_s)


def _local_latency_s(ranks: int, turns: int, library: Library) -> float:
    return library.start_s + library.hop_s * turns * (ranks - 1)


def _ramped(latency_s: float, volume_s: float, library: Library) -> float:
    return latency_s + volume_s + library.ramp * sqrt(latency_s * volume_s)


def crossings_of_token(chosen: int, ranks: int, local: int) -> tuple[float, float]:
    """How often a token is sent within nodes and to other nodes, if it goes once to each node that
    holds an expert of it, and there once to each rank; experts are chosen evenly.

    chosen   experts of a token
    local    ranks of a node
    """
    nodes = ranks / local
    beyond = (nodes - 1) * (1 - (1 - 1 / nodes) ** chosen)
    inside = nodes * (local - 1) * (1 - (1 - 1 / ranks) ** chosen)
    return inside, beyond


def seconds_over(size_bytes: float, bandwidth_b_s: float) -> float:
    """Size over bandwidth; nothing to move takes no time, and no bandwidth takes for ever."""
    if size_bytes <= 0:
        return 0.0
    return size_bytes / bandwidth_b_s if bandwidth_b_s > 0 else inf
