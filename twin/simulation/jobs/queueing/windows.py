"""Nodes that are reserved for a while, and who may have them before and after."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from twin.arrays import Array, Index, Mask

SLACK_S = 1e-6
"""Ends that lie this close count as one: rounding."""


@dataclass(frozen=True)
class WindowsView:
    """Reserved nodes at one instant. A window that is over keeps nobody off."""

    now_s: float
    begin_s: Array
    """(window,)"""
    end_s: Array
    """(window,)"""
    held: Mask
    """(window, node) reserved meanwhile."""
    limit_s: Array
    """(job,) after which it is stopped; inf for one that nobody knows the end of."""

    @cached_property
    def next_s(self) -> Array:
        """(node,) when its next window begins; -inf within one, inf where none comes."""
        begins = np.where(self.begin_s <= self.now_s + SLACK_S, -np.inf, self.begin_s)
        begins = np.where(self.end_s <= self.now_s + SLACK_S, np.inf, begins)
        return np.asarray(np.where(self.held, begins[:, None], np.inf).min(axis=0))

    @cached_property
    def bounds_s(self) -> Array:
        """(bound,) beginnings that tell nodes apart, the soonest first, and inf."""
        return np.unique(np.append(self.next_s, np.inf))

    def bucket(self, jobs: Index) -> Index:
        """(of jobs,) the first bound that each ends before, were it to start now."""
        ends_s = self.now_s + self.limit_s[jobs]
        return np.searchsorted(self.bounds_s, ends_s - SLACK_S)

    def clear(self, j: int) -> Mask:
        """(node,) on which a job could start now and end before the next window."""
        return np.asarray(self.next_s >= self.now_s + self.limit_s[j] - SLACK_S)

    def first_s(self, j: int, ready_s: Array, nodes: int) -> float:
        """The first moment at which so many nodes are ready and stay clear for a whole job; inf for
        never.

        ready_s   (node,) when each has room for it
        """
        moments_s = np.unique(np.concatenate([ready_s[np.isfinite(ready_s)], self.end_s]))
        moments_s = moments_s[moments_s >= self.now_s - SLACK_S]
        for time_s in moments_s.tolist():
            room = (ready_s <= time_s + SLACK_S) & ~self.taken(time_s, float(self.limit_s[j]))
            if np.count_nonzero(room) >= nodes:
                return float(time_s)
        return np.inf

    def taken(self, time_s: float, span_s: float) -> Mask:
        """(node,) reserved at some time of a span that begins then."""
        meets = (self.begin_s < time_s + span_s - SLACK_S) & (self.end_s > time_s + SLACK_S)
        return np.asarray(self.held[meets].any(axis=0))
