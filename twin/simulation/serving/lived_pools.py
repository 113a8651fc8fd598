"""Replicas that are lived through for their tails, each load once."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from typing import NamedTuple

from twin.physics.serving.latency import LengthLaw, Objective
from twin.physics.serving.law import Engine, ReplicaLaw, tabulated
from twin.physics.serving.lived_law import LivedLaw
from twin.physics.serving.tails import LivedPool, SeenAtLoad

LONGEST_TOKENS = 262_144.0
"""Contexts up to which attention is tabulated; longer ones go on in a straight line."""


class AskedPool(NamedTuple):
    """All that the tails of a pool hang on."""

    law: ReplicaLaw
    draft_s: float
    engine: Engine
    lengths: LengthLaw
    capacity_tokens_per_s: float
    in_turn: int
    objective: Objective
    fewest: bool

    def seen_at(self, load: float) -> SeenAtLoad:
        """What users see at one of the loads of `tails.LOADS`."""
        return _seen_at(self, load)


SeenAt = Callable[[AskedPool, float], SeenAtLoad]
"""What users see of a pool at one of the loads of `tails.LOADS`."""


@lru_cache(maxsize=2048)
def _seen_at(pool: AskedPool, load: float) -> SeenAtLoad:
    """The same question is answered once."""
    times = _times(pool.law, pool.engine, pool.draft_s)
    return LivedPool(times, *pool[2:]).seen_at(load)


@lru_cache(maxsize=2)
def _times(law: ReplicaLaw, engine: Engine, draft_s: float) -> LivedLaw:
    """Iteration times, and those that were asked before: the same prompts come at each load."""
    return LivedLaw(tabulated([law], engine, LONGEST_TOKENS, draft_s))
