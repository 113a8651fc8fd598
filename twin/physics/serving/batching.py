"""One replica from iteration to iteration: who runs, for how long, and what that changes.

At the end of an iteration (`plan`): sequences that make tokens get the page that they need, and
where memory is out the one admitted last gives way and will be computed again; prompts under way
are read on within the token budget; those that wait are admitted in order while slots, budget and
memory last. Then as many iterations as nothing can interrupt are taken at once (`commit`).

Sources: Yu et al. (2022), Orca, OSDI; Kwon et al. (2023), arXiv 2309.06180; Agrawal et al. (2024),
arXiv 2403.02310.
"""

from __future__ import annotations

import numpy as np

from twin.physics.serving.adapter_slots import bring_forward, load_adapter, note_adapters
from twin.physics.serving.ahead import extra_pages, pages_of, uninterrupted
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
from twin.physics.serving.iteration import attention_s, decode_law, mixed_s, steps_s
from twin.physics.serving.prefix_cache import (
    available,
    block_needs,
    hold_blocks,
    leading_hits,
    take_pages,
)
from twin.physics.serving.queues import give_up_late, pop_first, preempt_last

RUNNING = int(Fate.RUNNING)


@kernel
def grow(
    asked: Asked,
    progress: RequestProgress,
    replicas: Replicas,
    cache: PrefixCache,
    limits: Limits,
    r: int,
) -> bool:
    """Give every sequence that makes tokens the pages of its next iteration; True where one had to
    give way.
    """
    context = progress.context_tokens
    pages = progress.pages
    shared = progress.shared_blocks
    left = progress.left_tokens
    running = replicas.running[r]
    preempted = False
    i = 0
    while i < replicas.occupied[r]:
        q = running[i]
        lacking = 0
        if left[q] == 0:
            lacking = extra_pages(
                context[q] + limits.grow_tokens, shared[q], pages[q], limits.page_tokens,
                limits.block_pages,
            )  # fmt: skip
        if lacking > 0:
            while i < replicas.occupied[r] and available(replicas, cache, limits, r) < lacking:
                preempt_last(asked, progress, replicas, cache, r)
                preempted = True
            if i < replicas.occupied[r]:
                take_pages(replicas, cache, limits, r, lacking)
                pages[q] += lacking
        i += 1
    return preempted


@kernel
def admit(
    asked: Asked,
    progress: RequestProgress,
    replicas: Replicas,
    cache: PrefixCache,
    limits: Limits,
    r: int,
) -> bool:
    """Let the head of the queue begin, if its whole prompt has room."""
    q = replicas.head[r]
    prompt = asked.prompt_tokens[q] + int(progress.made_tokens[q])
    brought = asked.ready[q] == 1 and progress.preemptions[q] == 0
    blocks = asked.end_block[q] - asked.first_block[q]
    missing, idle = block_needs(asked, cache, r, q)
    tokens = prompt + (limits.grow_tokens if brought else 0.0)
    own = max(pages_of(tokens, limits) - blocks * limits.block_pages, 0)
    room = available(replicas, cache, limits, r) - idle * limits.block_pages
    if own + missing * limits.block_pages > room:
        return False
    pop_first(progress, replicas, r)
    known = leading_hits(asked, cache, r, q) * limits.block_pages * limits.page_tokens
    hit = min(max(known, asked.cached_tokens[q]), prompt - 1)
    if known > hit:
        whole = limits.block_pages * limits.page_tokens
        hit = max(hit // whole * whole, min(asked.cached_tokens[q], prompt - 1))
    hold_blocks(asked, progress, replicas, cache, limits, r, q)
    take_pages(replicas, cache, limits, r, own)
    begin(asked, progress, replicas, r, q, prompt, prompt if brought else hit)
    progress.pages[q] = own
    progress.hit_tokens[q] = hit
    return True


@kernel
def begin(
    asked: Asked,
    progress: RequestProgress,
    replicas: Replicas,
    r: int,
    q: int,
    prompt: int,
    held: int,
) -> None:
    """Enter a request among those that run, with `held` tokens of its prompt in memory."""
    progress.fate[q] = RUNNING
    progress.context_tokens[q] = held
    progress.left_tokens[q] = prompt - held
    if prompt == held:
        progress.made_tokens[q] = max(progress.made_tokens[q], 1.0)
    if np.isnan(progress.start_s[q]):
        progress.start_s[q] = replicas.now_s[r]
    replicas.running[r, replicas.occupied[r]] = q
    replicas.occupied[r] += 1


@kernel
def decoding(progress: RequestProgress, replicas: Replicas, r: int) -> tuple[int, float]:
    """Sequences that make tokens, and the context that they hold."""
    left = progress.left_tokens
    held = progress.context_tokens
    running = replicas.running[r]
    many = 0
    context = 0.0
    for i in range(replicas.occupied[r]):
        if left[running[i]] == 0:
            many += 1
            context += held[running[i]]
    return many, context


@kernel
def read_chunk(
    progress: RequestProgress, law: LawTables, replicas: Replicas, r: int, q: int, budget: int
) -> float:
    """Let a prompt be read on within the budget; seconds of its attention."""
    tokens = min(progress.left_tokens[q], budget)
    progress.chunk_tokens[q] = tokens
    if tokens <= 0:
        return 0.0
    before = progress.context_tokens[q]
    return attention_s(law, replicas.level[r], replicas.blend[r], tokens, before)


@kernel
def plan(
    asked: Asked, progress: RequestProgress, replicas: Replicas, cache: PrefixCache, law: LawTables,
    limits: Limits, r: int,
) -> None:  # fmt: skip
    """Decide what a replica does from now on."""
    preempted = grow(asked, progress, replicas, cache, limits, r)
    many, _ = decoding(progress, replicas, r)
    budget = limits.token_budget - many * limits.checked_tokens
    whole = budget
    attention = 0.0
    for i in range(replicas.occupied[r] if many < replicas.occupied[r] else 0):
        q = replicas.running[r, i]
        if progress.left_tokens[q] > 0:
            attention += read_chunk(progress, law, replicas, r, q, budget)
            budget -= progress.chunk_tokens[q]
    give_up_late(progress, asked, replicas, limits, r)
    loading = 0.0
    if asked.adapter.size > 0:
        note_adapters(asked, progress, replicas, r)
    while not preempted and replicas.head[r] >= 0 and budget > 0:
        if replicas.occupied[r] >= limits.max_sequences:
            break
        if asked.adapter.size > 0 and not bring_forward(asked, progress, replicas, r):
            break
        if not admit(asked, progress, replicas, cache, limits, r):
            break
        q = replicas.running[r, replicas.occupied[r] - 1]
        if asked.adapter.size > 0:
            loading += load_adapter(asked, replicas, limits, r, q)
        attention += read_chunk(progress, law, replicas, r, q, budget)
        budget -= progress.chunk_tokens[q]
        give_up_late(progress, asked, replicas, limits, r)
    read = whole - budget
    enter_plan(asked, progress, replicas, cache, law, limits, r, read, attention, loading)


@kernel
def enter_plan(
    asked: Asked, progress: RequestProgress, replicas: Replicas, cache: PrefixCache, law: LawTables,
    limits: Limits, r: int, tokens: int, attention: float, loading: float,
) -> None:  # fmt: skip
    """Set how many iterations follow and when they end; `tokens` of prompt are read in the first,
    before which all wait for `loading`.
    """
    many, context = decoding(progress, replicas, r)
    level = replicas.level[r]
    blend = replicas.blend[r]
    fixed, slope = decode_law(law, level, blend, many)
    fixed /= replicas.pace[r]
    slope /= replicas.pace[r]
    steps = 1
    if tokens > 0:
        fixed = (mixed_s(law, level, blend, many, tokens) + attention) / replicas.pace[r]
    elif many > 0 and loading == 0.0:
        steps = uninterrupted(
            asked, progress, replicas, cache, limits, r, fixed, slope, context, many
        )
    fixed += loading
    replicas.reading[r] = 1 if tokens > 0 else 0
    replicas.decoding[r] = many
    replicas.context_tokens[r] = context
    replicas.fixed_s[r] = fixed
    replicas.slope_s[r] = slope
    if replicas.occupied[r] == 0:
        replicas.steps[r] = 0
        replicas.end_s[r] = np.inf
        return
    replicas.steps[r] = steps
    set_end(replicas, limits, r)


@kernel
def set_end(replicas: Replicas, limits: Limits, r: int) -> None:
    """When the plan of a replica ends, with the steps that it now has."""
    growth = replicas.decoding[r] * limits.grow_tokens
    took = steps_s(
        replicas.steps[r], replicas.fixed_s[r], replicas.slope_s[r], replicas.context_tokens[r],
        growth,
    )  # fmt: skip
    replicas.end_s[r] = replicas.now_s[r] + took
