"""Free nodes of every kind, and watts, from now on, as steps in time."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence

import numpy as np

from twin.arrays import Array, Index
from twin.simulation.jobs.queueing.view import SLACK_S, SLACK_W

SPARE = 64
"""Steps that can be made before arrays grow."""


def place_of(times_s: Sequence[float] | Array, time_s: float) -> tuple[int, bool]:
    """Where a step that begins at a moment stands among beginnings, and whether it is there."""
    place = bisect_left(times_s, time_s - SLACK_S)
    return place, place < len(times_s) and bool(times_s[place] <= time_s + SLACK_S)


def merged(times_s: Array) -> tuple[Array, Index]:
    """(step,) moments in order, those within rounding as one, the first stated of them; and the
    step (moment,) of each.
    """
    order = np.argsort(times_s, kind="stable")
    opens = np.concatenate([[True], np.diff(times_s[order]) > SLACK_S])
    step = np.empty(times_s.size, dtype=np.int64)
    step[order] = np.cumsum(opens) - 1
    first = np.minimum.reduceat(order, np.flatnonzero(opens))
    return times_s[first], step


class FreeProfile:
    """What will be free once everybody ends as expected."""

    def __init__(self, times_s: Array, free: Index, headroom_w: float) -> None:
        """The same all the time.

        times_s   (step,) where steps begin
        free      (kind,) nodes
        """
        self.count = times_s.size
        """Steps."""
        self.times_s = times_s
        """(step,) the last lasts for ever; inf follows, to have place."""
        self.nodes = np.repeat(free[:, None].astype(float), times_s.size, axis=1)
        """(kind, step)"""
        self.watts = np.full(times_s.size, headroom_w)
        """(step,)"""
        self._grow()

    def change(self, step: Index, kind: Index, nodes: Array | Index, watts: Array) -> None:
        """Have more nodes (change,) and watts from steps on; none from the step past the last."""
        more = np.zeros((len(self.nodes), self.count + 1))
        more_w = np.zeros(self.count + 1)
        np.add.at(more, (kind, step), nodes)
        np.add.at(more_w, step, watts)
        self.nodes[:, : self.count] += np.cumsum(more, axis=1)[:, :-1]
        self.watts[: self.count] += np.cumsum(more_w)[:-1]

    def _grow(self) -> None:
        """Have place for one more step, and inf behind it."""
        if self.count + 1 < self.times_s.size:
            return
        spare = np.zeros((len(self.nodes), SPARE))
        self.times_s = np.concatenate([self.times_s, np.full(SPARE, np.inf)])
        self.nodes = np.concatenate([self.nodes, spare], axis=1)
        self.watts = np.concatenate([self.watts, spare[0]])

    def _step_at(self, time_s: float) -> int:
        """The step that begins at a moment, made where there is none."""
        place, there = place_of(self.times_s, time_s)
        if there:
            return place
        self._grow()
        before = max(place - 1, 0)
        old = slice(before, self.count)
        new = slice(before + 1, self.count + 1)
        for values in (self.times_s, self.nodes, self.watts):
            values[..., new] = values[..., old]
        self.times_s[place] = time_s
        self.count += 1
        return place

    def steps(self, start_s: float, span_s: float) -> slice:
        """The steps of a job, made where there are none."""
        first = self._step_at(start_s)
        end_s = start_s + span_s
        return slice(first, self._step_at(end_s) if np.isfinite(end_s) else self.count)

    def take(self, steps: slice, kind: int, nodes: float, watts: float) -> None:
        """Let a job have nodes and watts for some steps; negative numbers give them back."""
        self.nodes[kind, steps] -= nodes
        self.watts[steps] -= watts

    def earliest_s(
        self, span_s: float, kind: int, nodes: float, watts: float, before: int | None = None
    ) -> float:
        """The first moment from which there is room for a whole job; inf for never.

        before   step from which on there is room for it as it is, if there is one
        """
        steps = slice(0, self.count if before is None else before)
        lacks = self.nodes[kind, steps] < nodes
        if self.watts[0] < np.inf:
            lacks |= self.watts[steps] < watts - SLACK_W
        gaps = lacks.nonzero()[0]
        if not gaps.size:
            return float(self.times_s[0])
        if gaps[0] > 0 and self.times_s[0] + span_s - SLACK_S <= self.times_s[gaps[0]]:
            return float(self.times_s[0])
        begins_s = self.times_s[1:][gaps]
        long = begins_s[:-1] + span_s - SLACK_S <= self.times_s[gaps[1:]]
        return float(begins_s[long.argmax()] if long.any() else begins_s[-1])
