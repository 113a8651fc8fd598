"""Conservative backfill: every job in the front of the queue is promised a start, and nobody
starts later than promised because another overtakes (Mu'alem and Feitelson, IEEE TPDS 2001).

Promises are kept from instant to instant. Where something ends early each job in turn moves to the
earliest start beside the promises of all others, which is never later than its own. Promises are
made anew only where they cannot be kept: nodes went out of service, or a job runs longer than
anybody expected.
"""

from __future__ import annotations

import numpy as np

from twin.arrays import Index
from twin.simulation.jobs.queueing.conservative_gpus import conservative_gpus
from twin.simulation.jobs.queueing.profile import FreeProfile, merged
from twin.simulation.jobs.queueing.view import SLACK_S, SLACK_W, Decision, QueueView


def conservative(view: QueueView) -> Decision:
    """Move every promise to the earliest start, and start whose turn it is."""
    if view.gpus is not None:
        return conservative_gpus(view, view.gpus)
    front = view.queue[: view.depth]
    promised = front[np.isfinite(view.reserved_s[front])]
    profile, holds = _beside(view, promised)
    if not holds:
        promised = promised[:0]
        profile, _ = _beside(view, promised)
    kept = set(promised.tolist())
    decision = Decision()
    for j in front.tolist():
        start_s, kind = _moved(view, j, profile) if j in kept else _placed(view, j, profile)
        decision.promises[j] = (start_s, kind)
        if start_s <= view.now_s + SLACK_S:
            decision.starts.append((j, kind))
    return decision


def _beside(view: QueueView, jobs: Index) -> tuple[FreeProfile, bool]:
    """What is free beside jobs that run and promises made before, and whether all promises hold."""
    ends = np.isfinite(view.ends_s)
    running = view.running[ends]
    starts_s = view.reserved_s[jobs]
    bounds_s = np.stack([starts_s, starts_s + view.expected_s[jobs]], axis=1)
    lasts = np.isfinite(bounds_s)
    moments_s = np.concatenate([[view.now_s], view.ends_s[ends], bounds_s[lasts]])
    times_s, step = merged(moments_s)
    bounds = np.full(bounds_s.shape, times_s.size)
    bounds[lasts] = step[1 + running.size :]
    profile = FreeProfile(times_s, view.free, view.headroom_w)
    back = step[1 : 1 + running.size]
    profile.change(back, view.running_kind[ends], view.back()[ends], view.watts[running])
    kinds = view.reserved_kind[jobs]
    nodes = profile.nodes.copy()
    profile.change(bounds[:, 0], kinds, -view.nodes[jobs], -view.watts[jobs])
    profile.change(bounds[:, 1], kinds, view.nodes[jobs], view.watts[jobs])
    short_w = (profile.watts < -SLACK_W) & (profile.nodes != nodes).any(axis=0)
    overdue = (starts_s < view.now_s - SLACK_S).any()
    return profile, not (overdue or (profile.nodes < 0).any() or short_w.any())


def _moved(view: QueueView, j: int, profile: FreeProfile) -> tuple[float, int]:
    """The earliest start of a job that holds a promise, beside all others; entered if it moves."""
    span_s = float(view.expected_s[j])
    nodes = int(view.nodes[j])
    watts = float(view.watts[j])
    kind = int(view.reserved_kind[j])
    steps = profile.steps(float(view.reserved_s[j]), span_s)
    if view.suits[j].sum() == view.suits[j, kind] == 1:
        start_s = profile.earliest_s(span_s, kind, nodes, watts, steps.start)
        if start_s == profile.times_s[steps.start]:
            return start_s, kind
    profile.take(steps, kind, -nodes, -watts)
    return _placed(view, j, profile)


def _placed(view: QueueView, j: int, profile: FreeProfile) -> tuple[float, int]:
    """The earliest start of a job beside all that is entered; entered too."""
    span_s = float(view.expected_s[j])
    nodes = int(view.nodes[j])
    watts = float(view.watts[j])
    kinds = np.flatnonzero(view.suits[j]).tolist()
    found = [(profile.earliest_s(span_s, kind, nodes, watts), kind) for kind in kinds]
    best = min(found, default=(np.inf, 0))
    if np.isfinite(best[0]):
        profile.take(profile.steps(best[0], span_s), best[1], nodes, watts)
    return best
