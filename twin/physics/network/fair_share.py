"""Max-min fair rates of flows that share links, by batch progressive filling.

A link is a local bottleneck when no flow on it is held lower elsewhere. All flows on all local
bottlenecks freeze together, which gives the textbook answer (one bottleneck at a time; Bertsekas
and Gallager, Data Networks, 2nd ed., section 6.5.2) in a handful of rounds.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]
Index = NDArray[np.integer]


def maxmin(
    capacity_b_s: Array,
    ptr: Index,
    idx: Index,
    frac: Array | None = None,
    count: Array | None = None,
) -> Array:
    """Max-min fair rate of each flow class.

    capacity_b_s   (link,)     >= 0; a flow over a link of capacity 0 gets 0
    ptr, idx       (flow+1,), (entry,)   links of flow f are idx[ptr[f]:ptr[f + 1]], each named once
    frac           (entry,)    share of the flow's rate that the link carries, > 0; 1 where not
                   given
    count          (flow,)     equal flows in the class, > 0; 1 where not given
    returns        (flow,)     rate of one flow of the class, B/s; inf where its route is empty

    Raises ValueError where the arrays do not fit together.
    """
    _check(capacity_b_s, ptr, idx, frac, count)
    lengths = np.diff(ptr)
    weight = np.ones(len(idx)) if frac is None else np.asarray(frac, dtype=float)
    if count is not None:
        weight = weight * np.repeat(count, lengths)
    rate = np.full(len(lengths), np.inf)
    flows = np.flatnonzero(lengths)
    left = np.asarray(capacity_b_s, dtype=float)
    while len(flows):
        frozen, share, used = _round(left, lengths[flows], idx, weight)
        rate[flows[frozen]] = share[frozen]
        left = np.maximum(left - used, 0.0)
        keep = np.repeat(~frozen, lengths[flows])
        flows = flows[~frozen]
        idx = idx[keep]
        weight = weight[keep]
    return rate


def _round(
    left: Array, lengths: Index, idx: Index, weight: Array
) -> tuple[NDArray[np.bool_], Array, Array]:
    """Which active flows freeze now, the share each is offered, and what the frozen ones take of
    each link.
    """
    starts = np.cumsum(lengths) - lengths
    load = np.bincount(idx, weight, len(left))
    link_share = np.divide(left, load, out=np.full(len(left), np.inf), where=load > 0)
    flow_share = np.minimum.reduceat(link_share[idx], starts)
    lowest = np.full(len(left), np.inf)
    np.minimum.at(lowest, idx, np.repeat(flow_share, lengths))
    frozen = np.logical_or.reduceat((lowest >= link_share)[idx], starts)
    taken = np.repeat(np.where(frozen, flow_share, 0.0), lengths)
    used = np.bincount(idx, weight * taken, len(left)).astype(float)
    return frozen, flow_share, used


def _check(
    capacity: Array, ptr: Index, idx: Index, frac: Array | None, count: Array | None
) -> None:
    if len(ptr) < 1 or ptr[0] != 0 or ptr[-1] != len(idx) or np.any(np.diff(ptr) < 0):
        raise ValueError("ptr must rise from 0 to the number of entries in idx")
    if len(idx) and (idx.min() < 0 or idx.max() >= len(capacity)):
        raise ValueError("idx names a link that has no capacity")
    if not np.all(np.asarray(capacity) >= 0):
        raise ValueError("a link's capacity must be 0 or more")
    _check_weights(frac, len(idx), "frac")
    _check_weights(count, len(ptr) - 1, "count")


def _check_weights(weight: Array | None, size: int, name: str) -> None:
    if weight is not None and (len(weight) != size or not np.all(np.asarray(weight) > 0)):
        raise ValueError(f"{name} needs {size} values above 0")
