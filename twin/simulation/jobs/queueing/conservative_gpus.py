"""Conservative backfill where jobs share nodes: a promise is a start, and the nodes that go with
it, so that two promises never count on the same GPUs.
"""

from __future__ import annotations

import numpy as np

from twin.simulation.jobs.queueing.gpu_profile import GpuProfile, Promise
from twin.simulation.jobs.queueing.gpu_room import GpuRoom
from twin.simulation.jobs.queueing.view import SLACK_S, Decision, GpusView, QueueView


def conservative_gpus(view: QueueView, gpus: GpusView) -> Decision:
    """Move every promise to the earliest start, and start whose turn it is."""
    front = view.queue[: view.depth].tolist()
    profile = GpuProfile(view, gpus)
    promises = _kept(view, front, profile)
    if promises is None:
        profile = GpuProfile(view, gpus)
        promises = {}
    room = GpuRoom(view, gpus)
    decision = Decision()
    for j in front:
        start_s, kind, nodes = _moved(view, j, promises.get(j), profile, room)
        decision.promises[j] = (start_s, kind)
        decision.nodes[j] = nodes
        if start_s <= view.now_s + SLACK_S:
            decision.starts.append((j, kind))
    return decision


def _kept(view: QueueView, front: list[int], profile: GpuProfile) -> dict[int, Promise] | None:
    """Promises made before, entered in the profile; None where one cannot be kept."""
    kept: dict[int, Promise] = {}
    for j in front:
        start_s = float(view.reserved_s[j])
        if not np.isfinite(start_s):
            continue
        promise = (start_s, int(view.reserved_kind[j]), profile.gpus.reserved[j])
        if start_s < view.now_s - SLACK_S or not profile.holds(j, promise):
            return None
        profile.take(j, promise)
        kept[j] = promise
    return kept


def _moved(
    view: QueueView, j: int, promise: Promise | None, profile: GpuProfile, room: GpuRoom
) -> Promise:
    """The earliest start of a job beside all other promises, entered in the profile."""
    if promise is not None:
        profile.take(j, promise, sign=-1)
    kinds = np.flatnonzero(view.suits[j]).tolist()
    for kind in kinds:
        beside = profile.beside_others(j, kind, room)
        if beside is not None:
            room.take_on(j, kind, beside[2])
            profile.take(j, beside, on_gpus=False)
            return beside
    found = [profile.earliest(j, kind) for kind in kinds]
    never: Promise = (np.inf, 0, np.zeros(0, dtype=np.int64))
    best = min([*found, never], key=lambda one: one[:2])
    if np.isfinite(best[0]):
        profile.take(j, best)
    if best[0] <= view.now_s + SLACK_S:
        room.take_on(j, best[1], best[2])
    return best
