"""Queues of replicas: lists linked through the requests, first come first served.

Who had to give way for want of memory goes to the head; who never began leaves when its patience is
over.
"""

from __future__ import annotations

import numpy as np

from twin.physics.serving.columns import Asked, Fate, Limits, PrefixCache, Replicas, RequestProgress
from twin.physics.serving.compiled import kernel
from twin.physics.serving.prefix_cache import release

WAITING = int(Fate.WAITING)
GIVEN_UP = int(Fate.GIVEN_UP)


@kernel
def push_first(progress: RequestProgress, replicas: Replicas, r: int, q: int) -> None:
    """Put a request at the head of a replica's queue."""
    progress.fate[q] = WAITING
    progress.behind[q] = replicas.head[r]
    if replicas.head[r] < 0:
        replicas.tail[r] = q
    replicas.head[r] = q
    replicas.waiting[r] += 1


@kernel
def push_last(progress: RequestProgress, replicas: Replicas, r: int, q: int) -> None:
    """Put a request at the end of a replica's queue."""
    progress.fate[q] = WAITING
    progress.behind[q] = -1
    if replicas.tail[r] < 0:
        replicas.head[r] = q
    else:
        progress.behind[replicas.tail[r]] = q
    replicas.tail[r] = q
    replicas.waiting[r] += 1


@kernel
def pop_first(progress: RequestProgress, replicas: Replicas, r: int) -> int:
    """Take the head of a replica's queue."""
    q: int = replicas.head[r]
    replicas.head[r] = progress.behind[q]
    if replicas.head[r] < 0:
        replicas.tail[r] = -1
    progress.behind[q] = -1
    replicas.waiting[r] -= 1
    return q


@kernel
def preempt_last(
    asked: Asked, progress: RequestProgress, replicas: Replicas, cache: PrefixCache, r: int
) -> int:
    """Send the sequence admitted last back to the head of the queue; all it held is lost."""
    replicas.occupied[r] -= 1
    q: int = replicas.running[r, replicas.occupied[r]]
    release(asked, progress, replicas, cache, r, q)
    progress.preemptions[q] += 1
    progress.context_tokens[q] = 0.0
    progress.chunk_tokens[q] = 0
    progress.left_tokens[q] = 0
    push_first(progress, replicas, r, q)
    return q


@kernel
def give_up_late(
    progress: RequestProgress, asked: Asked, replicas: Replicas, limits: Limits, r: int
) -> None:
    """Drop those at the head of the queue that never began and whose patience is over."""
    now = replicas.now_s[r]
    while replicas.head[r] >= 0:
        q = replicas.head[r]
        late = asked.arrival_s[q] + limits.patience_s
        if not np.isnan(progress.start_s[q]) or now < late or now <= asked.arrival_s[q]:
            return
        pop_first(progress, replicas, r)
        progress.fate[q] = GIVEN_UP
        progress.done_s[q] = late


@kernel
def give_up_anywhere(
    progress: RequestProgress, asked: Asked, replicas: Replicas, limits: Limits, r: int
) -> None:
    """Drop those who never began and whose patience is over, wherever in the queue they stand: of a
    replica out of service, whose head may be one that began.
    """
    now = replicas.now_s[r]
    for _ in range(replicas.waiting[r]):
        q = pop_first(progress, replicas, r)
        late = asked.arrival_s[q] + limits.patience_s
        if np.isnan(progress.start_s[q]) and now >= late:
            progress.fate[q] = GIVEN_UP
            progress.done_s[q] = late
        else:
            push_last(progress, replicas, r, q)
