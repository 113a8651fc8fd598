"""What the request engine works on: arrays in named columns, one row a request or a replica.

Every column is an array, so that the state of a run is data: it can be copied, saved and gone on
with.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum
from typing import NamedTuple

import numpy as np

from twin.arrays import Array, Index


class Fate(IntEnum):
    """Where a request is on its way."""

    TO_COME = 0
    WAITING = 1
    RUNNING = 2
    DONE = 3
    GIVEN_UP = 4
    """Waited longer than its patience."""
    REFUSED = 5
    """Longer than the memory of any replica."""


class Asked(NamedTuple):
    """Requests in order of arrival, (request,) where nothing else is said; never changed."""

    arrival_s: Array
    prompt_tokens: Index
    output_tokens: Index
    cached_tokens: Index
    """Of the prompt, found in memory whatever the engine has seen; counted as held."""
    first_block: Index
    """Where each request's blocks begin in `block`."""
    end_block: Index
    """Behind the last of them; requests that begin alike may have the same ones."""
    block: Index
    """Names of the prompts' leading full blocks, numbered from 0."""
    ready: Index
    """1 where the prompt was read elsewhere and its keys and values have come over the network."""
    adapter: Index
    """That each asks for; empty where none is ever loaded."""


class RequestProgress(NamedTuple):
    """How far every request is, (request,)."""

    fate: Index
    """A `Fate`."""
    replica: Index
    """The one it was sent to; -1 before."""
    behind: Index
    """The next request in the same queue; -1 for the last."""
    left_tokens: Index
    """Of the prompt still to read."""
    chunk_tokens: Index
    """Of the prompt read in the iteration under way."""
    context_tokens: Array
    """Keys and values held, its own and shared ones."""
    made_tokens: Array
    """Output made so far; a mean where drafts are accepted at random."""
    pages: Index
    """Memory pages of its own."""
    shared_blocks: Index
    """Leading blocks that it holds together with others."""
    hit_tokens: Index
    """Prompt tokens found in the prefix cache when it last began."""
    preemptions: Index
    start_s: Array
    first_token_s: Array
    done_s: Array
    """Completion, or the moment it was given up."""


class Replicas(NamedTuple):
    """Every replica, (replica,) where nothing else is said. What runs is a plan: `steps` iterations
    from `now_s` to `end_s`, the first taking `fixed_s + slope_s * context`.
    """

    now_s: Array
    end_s: Array
    """inf while it idles or is out of service."""
    steps: Index
    reading: Index
    """1 while the iteration under way reads prompts."""
    fixed_s: Array
    slope_s: Array
    context_tokens: Array
    """Held by sequences that make tokens, when the plan began."""
    decoding: Index
    """How many these are."""
    running: Index
    """(replica, slot) requests in order of admission."""
    occupied: Index
    """Slots in use."""
    """Sequences that run."""
    head: Index
    """First of the queue; -1 where it is empty."""
    tail: Index
    waiting: Index
    free_pages: Index
    in_service: Index
    """1 while it is sent requests, 2 while it only ends what it has begun, 0 out of service."""
    level: Index
    """Lower of the two clock levels that it runs between."""
    blend: Array
    """Weight of the upper one."""
    pace: Array
    """Of its iterations, over what the law has."""
    place_of: Index
    """(replica, adapter) place that holds it; -1 where it is not there."""
    place_adapter: Index
    """(replica, place) what is in it; -1 for none."""
    place_users: Index
    """(replica, place) running requests that use it."""
    place_used_s: Array
    """(replica, place) when it was last in use; -inf for never."""
    totals: Array
    """(replica, `TOTALS`) so far."""
    cursor: Index
    """(2,) the next request to arrive, and the replica where a tie was last broken."""


TOTALS = ("busy_s", "iterations", "made", "read", "context", "sequences")
"""Busy time; iterations; tokens made; prompt tokens read; context tokens read by decoding, and
sequences that decoded, both summed over iterations."""


class PrefixCache(NamedTuple):
    """Blocks of prompts that a replica holds, (replica, block); idle ones in order of last use."""

    users: Index
    """Running requests that hold it; -1 where it is not held at all."""
    older: Index
    newer: Index
    ends: Index
    """(replica, 2) oldest and newest idle block; -1 where there is none."""
    idle: Index
    """(replica,) idle blocks."""


class Limits(NamedTuple):
    """What an engine allows, as plain numbers."""

    max_sequences: int
    token_budget: int
    page_tokens: int
    capacity_pages: int
    block_pages: int
    """Pages of one block of the prefix cache."""
    patience_s: float
    grow_tokens: float
    """Tokens that a sequence makes in one iteration; above 1 with accepted drafts."""
    checked_tokens: int
    """Tokens that it takes of the budget: one, and its drafts."""
    adapters: int = 0
    """That have to be loaded in turn; 0 where all are there."""
    places: int = 0
    """For them on a replica."""
    load_s: float = 0.0
    """To load one."""


class LawTables(NamedTuple):
    """Iteration times on grids; (level, ...) for each clock level."""

    decode_s: Array
    """(level, sequences) an iteration that only makes tokens, without its context."""
    context_s: Array
    """(level, sequences) a token of context."""
    mixed_s: Array
    """(level, sequence grid, prompt grid) an iteration that reads prompts too."""
    attention_s: Array
    """(level, prompt grid, before grid) attention of a chunk of prompt."""
    sequences: Array
    prompts: Array
    befores: Array


@dataclass(frozen=True)
class EngineState:
    """All that changes while requests are served."""

    progress: RequestProgress
    replicas: Replicas
    cache: PrefixCache


def fresh_progress(count: int) -> RequestProgress:
    """All still to come."""
    zeros = np.zeros(count, dtype=np.int64)
    nowhere = np.full(count, -1, dtype=np.int64)
    never = np.full(count, np.nan)
    return RequestProgress(
        fate=zeros.copy(), replica=nowhere.copy(), behind=nowhere, left_tokens=zeros.copy(),
        chunk_tokens=zeros.copy(), context_tokens=np.zeros(count), made_tokens=np.zeros(count),
        pages=zeros.copy(), shared_blocks=zeros.copy(), hit_tokens=zeros.copy(),
        preemptions=zeros, start_s=never.copy(), first_token_s=never.copy(), done_s=never,
    )  # fmt: skip


def fresh_replicas(count: int, limits: Limits) -> Replicas:
    """All idle and empty, at the highest clock."""
    zeros = np.zeros(count, dtype=np.int64)
    nobody = np.full(count, -1, dtype=np.int64)
    return Replicas(
        now_s=np.zeros(count), end_s=np.full(count, np.inf), steps=zeros.copy(),
        reading=zeros.copy(), fixed_s=np.zeros(count), slope_s=np.zeros(count),
        context_tokens=np.zeros(count), decoding=zeros.copy(),
        running=np.full((count, limits.max_sequences), -1, dtype=np.int64), occupied=zeros.copy(),
        head=nobody.copy(), tail=nobody, waiting=zeros.copy(),
        free_pages=np.full(count, limits.capacity_pages, dtype=np.int64),
        in_service=np.ones(count, dtype=np.int64), level=zeros, blend=np.zeros(count),
        pace=np.ones(count), place_of=np.full((count, limits.adapters), -1, dtype=np.int64),
        place_adapter=np.full((count, limits.places), -1, dtype=np.int64),
        place_users=np.zeros((count, limits.places), dtype=np.int64),
        place_used_s=np.full((count, limits.places), -np.inf),
        totals=np.zeros((count, len(TOTALS))), cursor=np.zeros(2, dtype=np.int64),
    )  # fmt: skip


def fresh_cache(count: int, blocks: int) -> PrefixCache:
    """Empty."""
    shape = (count, blocks)
    return PrefixCache(
        np.full(shape, -1, dtype=np.int64), np.full(shape, -1, dtype=np.int64),
        np.full(shape, -1, dtype=np.int64), np.full((count, 2), -1, dtype=np.int64),
        np.zeros(count, dtype=np.int64),
    )  # fmt: skip
