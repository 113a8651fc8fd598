"""GPUs of nodes that jobs share: which nodes have room, and which of them fit best.

Pure functions of free shares (node, GPU). A job needs as much of each of its nodes: so many whole
GPUs, a share of one, nothing, or `inf` for all of the node.
"""

from __future__ import annotations

import numpy as np

from twin.arrays import Array, Index, Mask

SLACK = 1e-9
"""Shares of a GPU that lie this close are one: rounding."""


def whole_free(free: Array) -> Index:
    """(node,) GPUs that nobody has any share of."""
    return np.asarray((free >= 1.0 - SLACK).sum(axis=1))


def room_on(free: Array, gpus: Index, need: float) -> Mask:
    """(node,) whether each has what a job needs.

    gpus   (node,) of the whole node
    """
    if np.isinf(need):
        return np.asarray(whole_free(free) == gpus)
    if need < 1.0:
        return np.asarray((free >= need - SLACK).any(axis=1))
    return np.asarray(whole_free(free) >= need)


def has_host(free: Array, need: Array) -> Mask:
    """(...,) whether free shares of nodes (..., resource) are enough for needs of the same shape;
    all are where no resource is counted.
    """
    return np.asarray((free >= need - SLACK).all(axis=-1))


def best_nodes(free: Array, room: Mask, need: float, nodes: int, rank: Index) -> Index:
    """(nodes,) those with room that have least left, so that whole GPUs and whole nodes stay free.

    Best fit: a share goes to the GPU that it fills most, then, as whole GPUs do, to the node with
    the fewest free ones; of equals to the first by rank (node,).
    """
    there = np.flatnonzero(room)
    keys = [rank[there]]
    if np.isfinite(need):
        keys.append(whole_free(free[there]))
    if 0.0 < need < 1.0:
        keys.append(np.where(free[there] >= need - SLACK, free[there], np.inf).min(axis=1))
    return np.asarray(there[np.lexsort(keys)[:nodes]])


def gpus_on(free: Array, gpus: Index, need: float, nodes: Index) -> Index:
    """(held,) GPUs that a job takes on some nodes, numbered through (node, GPU).

    gpus   (node,) of the whole node
    """
    width = free.shape[1]
    if need < 1.0:
        fitting = np.where(free[nodes] >= need - SLACK, free[nodes], np.inf)
        return np.asarray(nodes * width + fitting.argmin(axis=1))
    each = gpus[nodes] if np.isinf(need) else np.full(nodes.size, int(need))
    open_now = free[nodes] >= 1.0 - SLACK
    taken = open_now & (np.cumsum(open_now, axis=1) <= each[:, None])
    row, slot = np.nonzero(taken)
    return np.asarray(nodes[row] * width + slot)
