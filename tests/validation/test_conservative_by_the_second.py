"""Claim: conservative backfill promises what a plan on a grid of seconds promises, which has no
steps, keeps no profile and is filled second by second, whatever the jobs, kinds and watts.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.validation.test_schedulers import ONE_KIND, Jobs, SmallWorld, some_jobs
from twin.simulation.jobs.queueing import QueueView
from twin.simulation.jobs.queueing.conservative import conservative
from twin.simulation.jobs.queueing.profile import FreeProfile

SECONDS = 4000
FEW = settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))


class Grid:
    """Free nodes (second, kind) and watts (second,) from now on."""

    def __init__(self, view: QueueView) -> None:
        self.view = view
        self.free = np.tile(view.free, (SECONDS, 1))
        self.watts = np.full(SECONDS, view.headroom_w)
        rows = zip(view.running.tolist(), view.running_kind.tolist(), view.ends_s, strict=True)
        for j, kind, end_s in rows:
            self.give(j, (end_s, kind), SECONDS)

    def give(self, j: int, at: tuple[float, int], span_s: float, sign: int = 1) -> None:
        first = round(at[0] - self.view.now_s)
        self.free[first : first + round(span_s), at[1]] += sign * self.view.nodes[j]
        self.watts[first : first + round(span_s)] += sign * self.view.watts[j]

    def first(self, j: int) -> tuple[float, int]:
        span = round(self.view.expected_s[j])
        lacks = (self.free < self.view.nodes[j]) | ~self.view.suits[j]
        lacks |= (self.watts < self.view.watts[j])[:, None]
        missed = np.cumsum(np.concatenate([np.zeros((1, lacks.shape[1])), lacks]), axis=0)
        fits = missed[span:] == missed[:-span]
        second = int(np.argmax(fits.any(axis=1)))
        if not fits[second].any():
            return np.inf, 0
        return self.view.now_s + second, int(np.argmax(fits[second]))

    def promises(self) -> dict[int, tuple[float, int]]:
        view = self.view
        front = view.queue[: view.depth].tolist()
        kept = {j: (view.reserved_s[j], int(view.reserved_kind[j])) for j in front}
        kept = {j: at for j, at in kept.items() if np.isfinite(at[0])}
        for j, at in kept.items():
            self.give(j, at, view.expected_s[j], -1)
        assert self.free.min() >= 0
        found = {}
        for j in front:
            if j in kept:
                self.give(j, kept[j], view.expected_s[j])
            found[j] = self.first(j)
            if np.isfinite(found[j][0]):
                self.give(j, found[j], view.expected_s[j], -1)
        return found


def promised(view: QueueView) -> dict[int, tuple[float, int]]:
    """Whoever never starts is of no kind."""
    promises = conservative(view).promises
    return {j: at if np.isfinite(at[0]) else (np.inf, 0) for j, at in promises.items()}


@FEW
@given(some_jobs(), st.sampled_from([ONE_KIND, np.array([8, 5])]), st.sampled_from([2, 100]))
def test_promises_are_those_of_a_grid_of_seconds(jobs: Jobs, there: np.ndarray, depth: int) -> None:
    for view, _ in SmallWorld(jobs, there, "conservative").live().decisions:
        asked = replace(view, depth=depth)
        assert promised(asked) == Grid(asked).promises()


@FEW
@given(some_jobs(), st.integers(8, 20), st.data())
def test_under_a_cap_a_plan_from_nothing_is_that_of_the_grid(
    jobs: Jobs, most_w: int, data: st.DataObject
) -> None:
    """Promises made without watts are dropped, for they may not hold with them."""
    for view, _ in SmallWorld(jobs, np.array([8, 5]), "conservative").live().decisions:
        count = view.nodes.size
        watts = data.draw(st.lists(st.integers(0, 8), min_size=count, max_size=count))
        suits = data.draw(st.lists(st.booleans(), min_size=2 * count, max_size=2 * count))
        asked = replace(
            view,
            watts=np.array(watts, dtype=float),
            suits=np.array(suits).reshape(count, 2),
            headroom_w=float(most_w),
            reserved_s=np.full(count, np.inf),
        )
        assert promised(asked) == Grid(asked).promises()


def test_a_profile_grows_as_far_as_jobs_need() -> None:
    """Two hundred jobs of one node, each a second longer than the one before."""
    profile = FreeProfile(np.zeros(1), np.array([200]), np.inf)
    for span_s in range(1, 201):
        profile.take(profile.steps(0.0, float(span_s)), 0, 1, 0.0)
    assert profile.count == 201
    assert profile.nodes[0, :201].tolist() == list(range(201))
    assert profile.earliest_s(5.0, 0, 120, 0.0) == pytest.approx(120.0)
