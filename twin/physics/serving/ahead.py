"""How many iterations nothing can interrupt: until an answer is complete, memory is out, or someone
who waits gives up.
"""

from __future__ import annotations

import math

import numpy as np

from twin.physics.serving.columns import Asked, Limits, PrefixCache, Replicas, RequestProgress
from twin.physics.serving.compiled import kernel
from twin.physics.serving.iteration import steps_until
from twin.physics.serving.prefix_cache import available

ALMOST = 1e-9
"""Of a token: rounding."""


@kernel
def pages_of(tokens: float, limits: Limits) -> int:
    """Pages that hold this many tokens."""
    return math.ceil((tokens - ALMOST) / limits.page_tokens)


@kernel
def extra_pages(tokens: float, shared: int, own: int, page: int, block_pages: int) -> int:
    """Pages that a sequence of `tokens` lacks beside its shared blocks and its own pages."""
    return max(math.ceil((tokens - ALMOST) / page) - shared * block_pages - own, 0)


@kernel
def uninterrupted(
    asked: Asked, progress: RequestProgress, replicas: Replicas, cache: PrefixCache, limits: Limits,
    r: int, fixed: float, slope: float, context: float, many: int,
) -> int:  # fmt: skip
    """Iterations until a sequence is complete, memory is out, or the head of the queue gives up."""
    steps = fitting(
        progress, replicas, r, fewest_left(asked, progress, replicas, limits, r), limits,
        available(replicas, cache, limits, r),
    )  # fmt: skip
    head = replicas.head[r]
    if head >= 0 and np.isnan(progress.start_s[head]) and np.isfinite(limits.patience_s):
        late = asked.arrival_s[head] + limits.patience_s
        growth = many * limits.grow_tokens
        steps = min(steps, steps_until(replicas.now_s[r], late, fixed, slope, context, growth))
    return steps


@kernel
def fewest_left(
    asked: Asked, progress: RequestProgress, replicas: Replicas, limits: Limits, r: int
) -> int:
    """Iterations until the first sequence is complete."""
    output = asked.output_tokens
    made = progress.made_tokens
    running = replicas.running[r]
    fewest = np.inf
    for i in range(replicas.occupied[r]):
        q = running[i]
        fewest = min(fewest, output[q] - made[q])
    return max(1, math.ceil(fewest / limits.grow_tokens - ALMOST))


@kernel
def fitting(
    progress: RequestProgress, replicas: Replicas, r: int, steps: int, limits: Limits, room: int
) -> int:
    """The most iterations up to `steps` for which there is room; one has its pages already."""
    sure = room // max(replicas.occupied[r], 1) * limits.page_tokens
    if steps * limits.grow_tokens <= sure:
        return steps
    if lacking_pages(progress, replicas, limits, r, steps) <= room:
        return steps
    low = 1
    high = steps
    while high - low > 1:
        middle = (low + high) // 2
        if lacking_pages(progress, replicas, limits, r, middle) <= room:
            low = middle
        else:
            high = middle
    return low


@kernel
def lacking_pages(
    progress: RequestProgress, replicas: Replicas, limits: Limits, r: int, steps: int
) -> int:
    """Pages that all sequences lack for so many iterations."""
    context = progress.context_tokens
    own = progress.pages
    shared = progress.shared_blocks
    running = replicas.running[r]
    grown = steps * limits.grow_tokens
    pages = 0
    for i in range(replicas.occupied[r]):
        q = running[i]
        pages += extra_pages(
            context[q] + grown, shared[q], own[q], limits.page_tokens, limits.block_pages
        )
    return pages
