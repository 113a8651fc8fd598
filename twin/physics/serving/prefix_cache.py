"""The prefix cache of a replica: full blocks of prompts by name, kept until their pages are needed.

Idle blocks stand in a list by last use; the oldest goes first. A prompt's last blocks count as
older than its first ones, so that what remains is a prefix.
Source: Kwon et al. (2023), arXiv 2309.06180; vLLM, design of automatic prefix caching.
"""

from __future__ import annotations

from twin.physics.serving.columns import Asked, Limits, PrefixCache, Replicas, RequestProgress
from twin.physics.serving.compiled import kernel


@kernel
def unlink(cache: PrefixCache, r: int, b: int) -> None:
    """Take a block out of the list of idle ones."""
    older = cache.older[r, b]
    newer = cache.newer[r, b]
    if older >= 0:
        cache.newer[r, older] = newer
    else:
        cache.ends[r, 0] = newer
    if newer >= 0:
        cache.older[r, newer] = older
    else:
        cache.ends[r, 1] = older
    cache.idle[r] -= 1


@kernel
def link_newest(cache: PrefixCache, r: int, b: int) -> None:
    """Put a block that nobody uses any more at the end of the list."""
    last = cache.ends[r, 1]
    cache.older[r, b] = last
    cache.newer[r, b] = -1
    if last >= 0:
        cache.newer[r, last] = b
    else:
        cache.ends[r, 0] = b
    cache.ends[r, 1] = b
    cache.idle[r] += 1


@kernel
def available(replicas: Replicas, cache: PrefixCache, limits: Limits, r: int) -> int:
    """Pages that are free or can be made so."""
    pages: int = replicas.free_pages[r] + cache.idle[r] * limits.block_pages
    return pages


@kernel
def take_pages(replicas: Replicas, cache: PrefixCache, limits: Limits, r: int, pages: int) -> None:
    """Take pages, forgetting the oldest idle blocks where too few are free."""
    while replicas.free_pages[r] < pages and cache.ends[r, 0] >= 0:
        oldest = cache.ends[r, 0]
        unlink(cache, r, oldest)
        cache.users[r, oldest] = -1
        replicas.free_pages[r] += limits.block_pages
    replicas.free_pages[r] -= pages


@kernel
def leading_hits(asked: Asked, cache: PrefixCache, r: int, q: int) -> int:
    """How many of a request's leading blocks the replica holds."""
    hits = 0
    for at in range(asked.first_block[q], asked.end_block[q]):
        if cache.users[r, asked.block[at]] < 0:
            break
        hits += 1
    return hits


@kernel
def block_needs(asked: Asked, cache: PrefixCache, r: int, q: int) -> tuple[int, int]:
    """Of a request's blocks, those that are not held yet, and those held that are idle."""
    missing = 0
    idle = 0
    for at in range(asked.first_block[q], asked.end_block[q]):
        users = cache.users[r, asked.block[at]]
        if users < 0:
            missing += 1
        elif users == 0:
            idle += 1
    return missing, idle


@kernel
def hold_blocks(
    asked: Asked, progress: RequestProgress, replicas: Replicas, cache: PrefixCache, limits: Limits,
    r: int, q: int,
) -> None:  # fmt: skip
    """Hold all blocks of a request's prompt, those that were there first."""
    begin = asked.first_block[q]
    end = asked.end_block[q]
    for at in range(begin, end):
        b = asked.block[at]
        if cache.users[r, b] == 0:
            unlink(cache, r, b)
        if cache.users[r, b] >= 0:
            cache.users[r, b] += 1
    for at in range(begin, end):
        b = asked.block[at]
        if cache.users[r, b] < 0:
            take_pages(replicas, cache, limits, r, limits.block_pages)
            cache.users[r, b] = 1
    progress.shared_blocks[q] = end - begin


@kernel
def release(
    asked: Asked, progress: RequestProgress, replicas: Replicas, cache: PrefixCache, r: int, q: int
) -> None:
    """Give back a request's pages; its blocks stay as idle ones where nobody else holds them."""
    replicas.free_pages[r] += progress.pages[q]
    progress.pages[q] = 0
    begin = asked.first_block[q]
    for at in range(begin + progress.shared_blocks[q] - 1, begin - 1, -1):
        b = asked.block[at]
        cache.users[r, b] -= 1
        if cache.users[r, b] == 0:
            link_newest(cache, r, b)
    progress.shared_blocks[q] = 0
