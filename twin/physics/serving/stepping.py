"""What a plan changes once it has been lived through."""

from __future__ import annotations

import numpy as np

from twin.physics.serving.ahead import ALMOST, extra_pages
from twin.physics.serving.batching import plan
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
from twin.physics.serving.iteration import steps_s
from twin.physics.serving.prefix_cache import release, take_pages

DONE = int(Fate.DONE)


@kernel
def count_up(replicas: Replicas, limits: Limits, r: int, read: int, made: float) -> None:
    """Add what a plan did to the totals."""
    steps = replicas.steps[r]
    many = replicas.decoding[r]
    growth = many * limits.grow_tokens
    totals = replicas.totals[r]
    totals[0] += replicas.end_s[r] - replicas.now_s[r]
    totals[1] += steps
    totals[2] += made
    totals[3] += read
    totals[4] += steps * replicas.context_tokens[r] + growth * (steps * (steps - 1) / 2)
    totals[5] += steps * many


@kernel
def make_tokens(
    asked: Asked, progress: RequestProgress, replicas: Replicas, limits: Limits, r: int,
    first_end_s: float,
) -> tuple[float, int]:  # fmt: skip
    """Move all sequences that make tokens on by a plan's iterations; the tokens that come out, and
    the pages that they take.
    """
    output = asked.output_tokens
    made = progress.made_tokens
    context = progress.context_tokens
    own = progress.pages
    shared = progress.shared_blocks
    left = progress.left_tokens
    first = progress.first_token_s
    running = replicas.running[r]
    grown = replicas.steps[r] * limits.grow_tokens
    came = 0.0
    taken = 0
    for i in range(replicas.occupied[r]):
        q = running[i]
        if left[q] > 0:
            continue
        context[q] += grown
        lacking = extra_pages(context[q], shared[q], own[q], limits.page_tokens, limits.block_pages)
        own[q] += lacking
        taken += lacking
        before = made[q]
        if np.isnan(first[q]):
            first[q] = first_end_s
            before = 0.0
        made[q] += grown
        if made[q] > output[q] - ALMOST:
            made[q] = output[q]
        came += made[q] - before
    return came, taken


@kernel
def read_prompts(progress: RequestProgress, replicas: Replicas, r: int) -> tuple[int, float]:
    """Enter the chunks of an iteration; the tokens read, and those that came out."""
    read = 0
    made = 0.0
    for i in range(replicas.occupied[r]):
        q = replicas.running[r, i]
        if progress.chunk_tokens[q] > 0:
            read += progress.chunk_tokens[q]
            made += read_prompt(progress, q, replicas.end_s[r])
    return read, made


@kernel
def read_prompt(progress: RequestProgress, q: int, end_s: float) -> float:
    """Enter a chunk that was read; one token comes out at the end of a prompt."""
    progress.context_tokens[q] += progress.chunk_tokens[q]
    progress.left_tokens[q] -= progress.chunk_tokens[q]
    progress.chunk_tokens[q] = 0
    if progress.left_tokens[q] > 0:
        return 0.0
    progress.made_tokens[q] += 1
    if np.isnan(progress.first_token_s[q]):
        progress.first_token_s[q] = end_s
    return 1.0


@kernel
def move_on(
    asked: Asked,
    progress: RequestProgress,
    replicas: Replicas,
    cache: PrefixCache,
    limits: Limits,
    r: int,
) -> None:
    """Enter what the iterations of a plan read and made."""
    first_end_s = replicas.end_s[r]
    if replicas.steps[r] > 1:
        first_end_s = replicas.now_s[r] + steps_s(
            1, replicas.fixed_s[r], replicas.slope_s[r], replicas.context_tokens[r], 0.0
        )
    made, taken = make_tokens(asked, progress, replicas, limits, r, first_end_s)
    take_pages(replicas, cache, limits, r, taken)
    read = 0
    if replicas.reading[r] == 1:
        read, more = read_prompts(progress, replicas, r)
        made += more
    count_up(replicas, limits, r, read, made)


@kernel
def complete(
    asked: Asked, progress: RequestProgress, replicas: Replicas, cache: PrefixCache, r: int
) -> None:
    """Let those go that have all their tokens; the others keep their order."""
    output = asked.output_tokens
    made = progress.made_tokens
    left = progress.left_tokens
    running = replicas.running[r]
    count = replicas.occupied[r]
    kept = 0
    for i in range(count):
        q = running[i]
        if left[q] == 0 and made[q] >= output[q]:
            progress.done_s[q] = replicas.now_s[r]
            progress.fate[q] = DONE
            release(asked, progress, replicas, cache, r, q)
        else:
            running[kept] = q
            kept += 1
    replicas.occupied[r] = kept


@kernel
def advance_replica(
    asked: Asked, progress: RequestProgress, replicas: Replicas, cache: PrefixCache, law: LawTables,
    limits: Limits, r: int, until_s: float,
) -> None:  # fmt: skip
    """Live through every plan of a replica that ends before a moment."""
    while replicas.end_s[r] < until_s:
        if replicas.steps[r] > 0:
            move_on(asked, progress, replicas, cache, limits, r)
        replicas.now_s[r] = replicas.end_s[r]
        complete(asked, progress, replicas, cache, r)
        plan(asked, progress, replicas, cache, law, limits, r)
