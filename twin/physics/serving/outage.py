"""Replicas that go out of service, come back, or change their clock."""

from __future__ import annotations

import numpy as np

from twin.physics.serving.adapter_slots import forget_adapters
from twin.physics.serving.batching import set_end
from twin.physics.serving.columns import Asked, Limits, PrefixCache, Replicas, RequestProgress
from twin.physics.serving.compiled import kernel
from twin.physics.serving.queues import preempt_last
from twin.physics.serving.routing import cut, enter, route
from twin.physics.serving.stepping import complete, move_on


@kernel
def change_clock(
    replicas: Replicas, limits: Limits, r: int, level: int, blend: float, now_s: float
) -> None:
    """Let a replica go on at another clock after the iteration under way."""
    replicas.level[r] = level
    replicas.blend[r] = blend
    if replicas.steps[r] > 1:
        cut(replicas, limits, r, now_s)


@kernel
def change_pace(replicas: Replicas, limits: Limits, r: int, pace_frac: float, now_s: float) -> None:
    """Let all iterations of a replica go at a share of their pace, after the one under way."""
    replicas.pace[r] = pace_frac
    if replicas.steps[r] > 1:
        cut(replicas, limits, r, now_s)


@kernel
def finish_whole_steps(
    asked: Asked, progress: RequestProgress, replicas: Replicas, cache: PrefixCache, limits: Limits,
    r: int, now_s: float,
) -> None:  # fmt: skip
    """Keep the iterations of a plan that have ended by now."""
    if replicas.steps[r] <= 1:
        return
    cut(replicas, limits, r, now_s)
    if replicas.end_s[r] > now_s:
        replicas.steps[r] -= 1
        set_end(replicas, limits, r)
    if replicas.steps[r] > 0:
        move_on(asked, progress, replicas, cache, limits, r)
        replicas.now_s[r] = replicas.end_s[r]
        complete(asked, progress, replicas, cache, r)


@kernel
def stop_replica(
    asked: Asked, progress: RequestProgress, replicas: Replicas, cache: PrefixCache, limits: Limits,
    routing: int, r: int, now_s: float,
) -> None:  # fmt: skip
    """Take a replica out of service: what it held is lost, and its requests go to others."""
    finish_whole_steps(asked, progress, replicas, cache, limits, r, now_s)
    while replicas.occupied[r] > 0:
        preempt_last(asked, progress, replicas, cache, r)
    forget_blocks(replicas, cache, limits, r)
    forget_adapters(replicas, r)
    replicas.in_service[r] = 0
    replicas.steps[r] = 0
    replicas.end_s[r] = np.inf
    hand_on(asked, progress, replicas, cache, limits, routing, r, now_s)


@kernel
def hand_on(
    asked: Asked, progress: RequestProgress, replicas: Replicas, cache: PrefixCache, limits: Limits,
    routing: int, r: int, now_s: float,
) -> None:  # fmt: skip
    """Send all that wait at a replica to where they would be sent now."""
    q = replicas.head[r]
    replicas.head[r] = -1
    replicas.tail[r] = -1
    replicas.waiting[r] = 0
    while q >= 0:
        behind = progress.behind[q]
        other = route(asked, progress, replicas, cache, routing, q)
        enter(progress, replicas, limits, other, q, now_s)
        q = behind


@kernel
def start_replica(replicas: Replicas, r: int, now_s: float) -> None:
    """Put a replica into service; it looks at its queue now."""
    replicas.in_service[r] = 1
    replicas.steps[r] = 0
    replicas.now_s[r] = now_s
    replicas.end_s[r] = now_s


@kernel
def forget_blocks(replicas: Replicas, cache: PrefixCache, limits: Limits, r: int) -> None:
    """Drop every idle block of the prefix cache."""
    replicas.free_pages[r] += cache.idle[r] * limits.block_pages
    b = cache.ends[r, 0]
    while b >= 0:
        cache.users[r, b] = -1
        b = cache.newer[r, b]
    cache.ends[r, 0] = -1
    cache.ends[r, 1] = -1
    cache.idle[r] = 0
