"""Conservative backfill: every job in the front of the queue is promised a start, and nobody
starts later than promised because another overtakes (Mu'alem and Feitelson, IEEE TPDS 2001).

Promises are kept from instant to instant. Where something ends early each job in turn moves to the
earliest start beside the promises of all others, which is never later than its own. Promises are
made anew only where they cannot be kept: nodes went out of service, or a job runs longer than
anybody expected.
"""

from __future__ import annotations

import numpy as np

from twin.simulation.jobs.queueing.conservative_gpus import conservative_gpus
from twin.simulation.jobs.queueing.profile import FreeProfile
from twin.simulation.jobs.queueing.view import SLACK_S, Decision, QueueView

Promises = dict[int, tuple[float, int]]


def conservative(view: QueueView) -> Decision:
    """Move every promise to the earliest start, and start whose turn it is."""
    if view.gpus is not None:
        return conservative_gpus(view, view.gpus)
    front = view.queue[: view.depth].tolist()
    profile = _of_running(view)
    promises = _kept(view, front, profile)
    if promises is None:
        profile = _of_running(view)
        promises = {}
    starts = []
    for j in front:
        promises[j] = _moved(view, j, promises.get(j), profile)
        if promises[j][0] <= view.now_s + SLACK_S:
            starts.append((j, promises[j][1]))
    return Decision(starts=starts, promises=promises)


def _of_running(view: QueueView) -> FreeProfile:
    profile = FreeProfile(view.now_s, view.free, view.headroom_w)
    rows = zip(view.running.tolist(), view.running_kind.tolist(), view.ends_s.tolist(), strict=True)
    for j, kind, end_s in rows:
        profile.give_from(end_s, kind, int(view.nodes[j]), float(view.watts[j]))
    return profile


def _kept(view: QueueView, front: list[int], profile: FreeProfile) -> Promises | None:
    """Promises made before, entered in the profile; None where one cannot be kept."""
    kept: Promises = {}
    for j in front:
        start_s = float(view.reserved_s[j])
        if not np.isfinite(start_s):
            continue
        kind = int(view.reserved_kind[j])
        need = (float(view.expected_s[j]), kind, int(view.nodes[j]), float(view.watts[j]))
        if start_s < view.now_s - SLACK_S or not profile.holds(start_s, *need):
            return None
        profile.take(start_s, *need)
        kept[j] = (start_s, kind)
    return kept


def _moved(
    view: QueueView, j: int, promise: tuple[float, int] | None, profile: FreeProfile
) -> tuple[float, int]:
    """The earliest start of a job beside all other promises, entered in the profile."""
    span_s = float(view.expected_s[j])
    nodes = int(view.nodes[j])
    watts = float(view.watts[j])
    if promise is not None:
        profile.take(promise[0], span_s, promise[1], -nodes, -watts)
    kinds = np.flatnonzero(view.suits[j]).tolist()
    found = [(profile.earliest_s(span_s, kind, nodes, watts), kind) for kind in kinds]
    best = min(found, default=(np.inf, 0))
    if np.isfinite(best[0]):
        profile.take(best[0], span_s, best[1], nodes, watts)
    return best
