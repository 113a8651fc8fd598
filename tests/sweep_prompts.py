"""Prompts that a published sweep sends again, and what of them an engine's prefix cache holds.

silybench (its `perf.py` and `config.py`, tgarg01/silybench-bench at 95cf7d93) has `vllm bench
serve` make max(50, 5 x concurrency) random prompts at each load, three times with seeds 42, 43 and
44, against one server a format, whose prefix cache is on as vLLM ships it. The first prompts of a
seed are the same at every load (numpy draws them one after another), so they are found where they
have not been put out: replayed here as a cache that puts out what was used longest ago.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Sequence

import numpy as np

REPEATS = 3
PROMPTS_LEAST = 50
PROMPTS_EACH = 5
BLOCK_TOKENS = 16
Load = tuple[int, int, int]
"""Tokens in, tokens out, requests in flight."""


def found_frac(loads: Sequence[Load], capacity_tokens: float) -> dict[Load, float]:
    """Share of the prompts of each load that the cache holds, the median of its repeats as the
    rates are; loads in the order in which they ran.
    """
    cache: OrderedDict[tuple[int, int, int, int], int] = OrderedDict()
    found: dict[Load, float] = {}
    for load in loads:
        prompts = max(PROMPTS_LEAST, PROMPTS_EACH * load[2])
        shares = [_found(cache, load, seed, prompts, capacity_tokens) for seed in range(REPEATS)]
        found[load] = float(np.median(shares))
    return found


def _found(cache: OrderedDict, load: Load, seed: int, prompts: int, capacity: float) -> float:
    """Share found in one repeat; what is asked last stays longest."""
    again = 0
    held = sum(cache.values())
    for prompt in range(prompts):
        key = (load[0], load[1], seed, prompt)
        again += key in cache
        held += 0 if key in cache else load[0] + load[1]
        cache[key] = load[0] + load[1]
        cache.move_to_end(key)
        while held > capacity:
            held -= cache.popitem(last=False)[1]
    return again / prompts


def whole_blocks(prompt_tokens: int) -> int:
    """Tokens of a known prompt that are not read again: whole blocks before its last token."""
    return (prompt_tokens - 1) // BLOCK_TOKENS * BLOCK_TOKENS
