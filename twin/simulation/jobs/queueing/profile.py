"""Free nodes of every kind, and watts, from now on, as steps in time."""

from __future__ import annotations

from bisect import bisect_left

import numpy as np

from twin.arrays import Index
from twin.simulation.jobs.queueing.view import SLACK_S, SLACK_W


def place_of(times_s: list[float], time_s: float) -> tuple[int, bool]:
    """Where a step that begins at a moment stands among beginnings, and whether it is there."""
    place = bisect_left(times_s, time_s - SLACK_S)
    return place, place < len(times_s) and times_s[place] <= time_s + SLACK_S


class FreeProfile:
    """What will be free once everybody ends as expected."""

    def __init__(self, now_s: float, free: Index, headroom_w: float) -> None:
        self.times_s = [now_s]
        """Where steps begin; the last lasts for ever."""
        self.nodes = [free.astype(float).tolist()]
        """(step)(kind)"""
        self.watts = [headroom_w]

    def _step_at(self, time_s: float) -> int:
        """The step that begins at a moment, made where there is none."""
        place, there = place_of(self.times_s, time_s)
        if there:
            return place
        before = max(place - 1, 0)
        self.times_s.insert(place, time_s)
        self.nodes.insert(place, list(self.nodes[before]))
        self.watts.insert(place, self.watts[before])
        return place

    def take(self, start_s: float, span_s: float, kind: int, nodes: float, watts: float) -> None:
        """Let a job have nodes and watts for a while; negative numbers give them back."""
        first = self._step_at(start_s)
        end_s = start_s + span_s
        last = self._step_at(end_s) if np.isfinite(end_s) else len(self.times_s)
        for step in range(first, last):
            self.nodes[step][kind] -= nodes
            self.watts[step] -= watts

    def give_from(self, time_s: float, kind: int, nodes: float, watts: float) -> None:
        """Have nodes and watts back from a moment on."""
        if np.isfinite(time_s):
            for step in range(self._step_at(time_s), len(self.times_s)):
                self.nodes[step][kind] += nodes
                self.watts[step] += watts

    def holds(self, start_s: float, span_s: float, kind: int, nodes: float, watts: float) -> bool:
        """Whether there is room for a job at a moment."""
        return self._first_without(self._step_at(start_s), start_s + span_s, kind, nodes, watts) < 0

    def _first_without(self, step: int, end_s: float, kind: int, nodes: float, watts: float) -> int:
        """The first step from `step` on, before an end, that has no room; -1 for none."""
        while step < len(self.times_s) and self.times_s[step] < end_s - SLACK_S:
            if self.nodes[step][kind] < nodes or self.watts[step] < watts - SLACK_W:
                return step
            step += 1
        return -1

    def earliest_s(self, span_s: float, kind: int, nodes: float, watts: float) -> float:
        """The first moment from which there is room for a whole job; inf for never."""
        step = 0
        while step < len(self.times_s):
            blocked = self._first_without(step, self.times_s[step] + span_s, kind, nodes, watts)
            if blocked < 0:
                return self.times_s[step]
            step = blocked + 1
        return np.inf
