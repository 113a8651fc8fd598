"""Which replica a request is sent to, and many replicas under one stream."""

from __future__ import annotations

from enum import IntEnum

import numpy as np

from twin.arrays import Index
from twin.physics.serving.ahead import pages_of
from twin.physics.serving.batching import set_end
from twin.physics.serving.columns import (
    Asked,
    Fate,
    LawTables,
    Limits,
    PrefixCache,
    Replicas,
    RequestProgress,
)
from twin.physics.serving.compiled import kernel
from twin.physics.serving.iteration import steps_until
from twin.physics.serving.prefix_cache import leading_hits
from twin.physics.serving.queues import give_up_anywhere, push_last
from twin.physics.serving.stepping import advance_replica


class Routing(IntEnum):
    """How a request finds its replica."""

    ROUND_ROBIN = 0
    LEAST_OUTSTANDING = 1
    """Fewest requests that wait or run."""
    LEAST_KV = 2
    """Fewest tokens held and waited for."""
    PREFIX_AWARE = 3
    """The longest prefix found in a cache, unless that replica has much more to do than others."""


ROUND_ROBIN = int(Routing.ROUND_ROBIN)
LEAST_KV = int(Routing.LEAST_KV)
PREFIX_AWARE = int(Routing.PREFIX_AWARE)
REFUSED = int(Fate.REFUSED)
PREFIX_FRAC = 0.5
"""Share of the prompt's blocks that must be found for the prefix to decide; SGLang's router."""
UNBALANCED = 32
"""Requests more than the least loaded replica has, beyond which load decides; SGLang's router."""


@kernel
def kv_load(asked: Asked, progress: RequestProgress, replicas: Replicas, r: int) -> float:
    """Tokens that a replica holds, has to read and has waiting."""
    tokens = 0.0
    for i in range(replicas.occupied[r]):
        q = replicas.running[r, i]
        tokens += progress.context_tokens[q] + progress.left_tokens[q]
    q = replicas.head[r]
    while q >= 0:
        tokens += asked.prompt_tokens[q]
        q = progress.behind[q]
    return tokens


@kernel
def least_loaded(asked: Asked, progress: RequestProgress, replicas: Replicas, routing: int) -> int:
    """The replica in service with the least to do; ties go round. -1 where none is in service."""
    in_service = replicas.in_service
    running = replicas.occupied
    waiting = replicas.waiting
    last = replicas.cursor[1]
    best = -1
    least = np.inf
    for step in range(1, running.size + 1):
        r: int = (last + step) % running.size
        if in_service[r] != 1:
            continue
        if routing == ROUND_ROBIN:
            return r
        load = float(running[r] + waiting[r])
        if routing == LEAST_KV:
            load = kv_load(asked, progress, replicas, r)
        if load < least:
            least = load
            best = r
    return best


@kernel
def longest_prefix(
    asked: Asked,
    progress: RequestProgress,
    replicas: Replicas,
    cache: PrefixCache,
    q: int,
    least: int,
) -> int:
    """The replica with most of a request's prefix, or the least loaded one."""
    blocks = asked.end_block[q] - asked.first_block[q]
    best = least
    most = PREFIX_FRAC * blocks
    lowest = replicas.occupied[least] + replicas.waiting[least]
    for r in range(replicas.now_s.size):
        balanced = replicas.occupied[r] + replicas.waiting[r] <= lowest + UNBALANCED
        if replicas.in_service[r] == 1 and balanced:
            hits = leading_hits(asked, cache, r, q)
            if hits > most:
                most = hits
                best = r
    return best


@kernel
def route(
    asked: Asked,
    progress: RequestProgress,
    replicas: Replicas,
    cache: PrefixCache,
    routing: int,
    q: int,
) -> int:
    """The replica that a request is sent to; where none is in service it waits at one that does
    nothing.
    """
    best = least_loaded(asked, progress, replicas, routing)
    if best < 0:
        return int(np.argmin(replicas.in_service))
    replicas.cursor[1] = best
    if routing == PREFIX_AWARE:
        best = longest_prefix(asked, progress, replicas, cache, q, best)
    return best


@kernel
def enter(
    progress: RequestProgress, replicas: Replicas, limits: Limits, r: int, q: int, now_s: float
) -> None:
    """Put a request into a replica's queue; iterations under way end where it can be seen."""
    progress.replica[q] = r
    first = replicas.head[r] < 0
    push_last(progress, replicas, r, q)
    if replicas.in_service[r] == 0:
        return
    if replicas.steps[r] == 0:
        replicas.now_s[r] = now_s
        replicas.end_s[r] = now_s
    elif first and replicas.steps[r] > 1 and replicas.occupied[r] < limits.max_sequences:
        cut(replicas, limits, r, now_s)


@kernel
def cut(replicas: Replicas, limits: Limits, r: int, at_s: float) -> None:
    """Let a plan end with the iteration during which it is `at_s`."""
    growth = replicas.decoding[r] * limits.grow_tokens
    steps = steps_until(
        replicas.now_s[r], at_s, replicas.fixed_s[r], replicas.slope_s[r],
        replicas.context_tokens[r], growth,
    )  # fmt: skip
    if steps < replicas.steps[r]:
        replicas.steps[r] = steps
        set_end(replicas, limits, r)


@kernel
def arrive(
    asked: Asked, progress: RequestProgress, replicas: Replicas, cache: PrefixCache, limits: Limits,
    routing: int, q: int,
) -> None:  # fmt: skip
    """Send a request to a replica, or refuse it where no replica could ever hold it."""
    longest = asked.prompt_tokens[q] + asked.output_tokens[q] - 1 + limits.grow_tokens
    if pages_of(longest, limits) > limits.capacity_pages:
        progress.fate[q] = REFUSED
        progress.done_s[q] = asked.arrival_s[q]
        return
    r = route(asked, progress, replicas, cache, routing, q)
    enter(progress, replicas, limits, r, q, asked.arrival_s[q])


@kernel
def receive(
    asked: Asked, progress: RequestProgress, replicas: Replicas, cache: PrefixCache, law: LawTables,
    limits: Limits, routing: int, q: int,
) -> None:  # fmt: skip
    """Bring every replica up to the moment at which a request arrives, and send it to one."""
    end_s = replicas.end_s
    now_s = asked.arrival_s[q]
    for r in range(end_s.size):
        if end_s[r] < now_s:
            advance_replica(asked, progress, replicas, cache, law, limits, r, now_s)
    arrive(asked, progress, replicas, cache, limits, routing, q)


@kernel
def catch_up(
    asked: Asked, progress: RequestProgress, replicas: Replicas, cache: PrefixCache, law: LawTables,
    limits: Limits, until_s: float,
) -> None:  # fmt: skip
    """Bring every replica up to a moment; iterations under way then go on."""
    for r in range(replicas.end_s.size):
        advance_replica(asked, progress, replicas, cache, law, limits, r, until_s)
        if replicas.in_service[r] == 0:
            replicas.now_s[r] = until_s
            give_up_anywhere(progress, asked, replicas, limits, r)


@kernel
def advance(
    asked: Asked, progress: RequestProgress, replicas: Replicas, cache: PrefixCache, law: LawTables,
    limits: Limits, routing: int, until_s: float,
) -> None:  # fmt: skip
    """Let requests arrive and replicas work up to a moment."""
    while replicas.cursor[0] < asked.arrival_s.size:
        q = replicas.cursor[0]
        if asked.arrival_s[q] >= until_s:
            break
        receive(asked, progress, replicas, cache, law, limits, routing, q)
        replicas.cursor[0] += 1
    catch_up(asked, progress, replicas, cache, law, limits, until_s)


@kernel
def advance_given(
    asked: Asked, progress: RequestProgress, replicas: Replicas, cache: PrefixCache, law: LawTables,
    limits: Limits, routing: int, order: Index, until_s: float,
) -> None:  # fmt: skip
    """The same where requests arrive in another order than they are numbered in: all of `order`
    do so before the moment.
    """
    for q in order:
        receive(asked, progress, replicas, cache, law, limits, routing, q)
    catch_up(asked, progress, replicas, cache, law, limits, until_s)
