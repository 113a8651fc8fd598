"""Adapters (LoRA) that a replica holds: who may begin, and what is loaded first.

An adapter that runs keeps its place; of the others the one that was used least recently makes way.
A request for which there is no place is passed over, as vLLM does it with `max_loras` (its
v1/core/sched/scheduler.py, read 2026). While one is loaded the whole replica waits.
"""

from __future__ import annotations

import numpy as np

from twin.physics.serving.columns import Asked, Limits, Replicas, RequestProgress
from twin.physics.serving.compiled import kernel


@kernel
def note_adapters(asked: Asked, progress: RequestProgress, replicas: Replicas, r: int) -> None:
    """Count who runs with each adapter that is there."""
    users = replicas.place_users[r]
    users[:] = 0
    for i in range(replicas.occupied[r]):
        place = replicas.place_of[r, asked.adapter[replicas.running[r, i]]]
        users[place] += 1
        replicas.place_used_s[r, place] = replicas.now_s[r]


@kernel
def place_for(replicas: Replicas, r: int, adapter: int) -> int:
    """Where an adapter is or may be put; -1 where all places are in use."""
    held: int = replicas.place_of[r, adapter]
    if held >= 0:
        return held
    best = -1
    oldest = np.inf
    for place in range(replicas.place_users.shape[1]):
        if replicas.place_users[r, place] == 0 and replicas.place_used_s[r, place] < oldest:
            oldest = replicas.place_used_s[r, place]
            best = place
    return best


@kernel
def bring_forward(asked: Asked, progress: RequestProgress, replicas: Replicas, r: int) -> bool:
    """Put the first in the queue whose adapter has a place at its head; False where there is
    none.
    """
    before = -1
    q = replicas.head[r]
    full = (replicas.place_users[r] > 0).all()
    while q >= 0 and full and replicas.place_of[r, asked.adapter[q]] < 0:
        before = q
        q = progress.behind[q]
    if q < 0:
        return False
    if before >= 0:
        progress.behind[before] = progress.behind[q]
        if replicas.tail[r] == q:
            replicas.tail[r] = before
        progress.behind[q] = replicas.head[r]
        replicas.head[r] = q
    return True


@kernel
def load_adapter(asked: Asked, replicas: Replicas, limits: Limits, r: int, q: int) -> float:
    """Give the adapter of a request that begins its place; seconds in which it is loaded."""
    adapter = asked.adapter[q]
    missing = replicas.place_of[r, adapter] < 0
    place = place_for(replicas, r, adapter)
    if missing:
        other = replicas.place_adapter[r, place]
        if other >= 0:
            replicas.place_of[r, other] = -1
        replicas.place_adapter[r, place] = adapter
        replicas.place_of[r, adapter] = place
    replicas.place_users[r, place] += 1
    replicas.place_used_s[r, place] = replicas.now_s[r]
    return limits.load_s if missing else 0.0


@kernel
def forget_adapters(replicas: Replicas, r: int) -> None:
    """Of a replica that stops."""
    replicas.place_of[r, :] = -1
    replicas.place_adapter[r, :] = -1
    replicas.place_users[r, :] = 0
    replicas.place_used_s[r, :] = -np.inf
