"""Latency of a replica over its load: the tails that the fluid form takes.

One replica is lived through at a few loads, with the iteration law, the slots, the token budget and
the memory of the request engine; sequences are moved by counts, so this needs no compiled code.
Left out are preemption and prefixes that come and go. A pool that sends its requests round gives
each of R replicas arrivals of a gamma law of shape R; of one that sends each request to the replica
with the fewest outstanding, up to `TOGETHER_MAX` replicas are lived through together. What runs at
first is drawn from renewals.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from twin.arrays import Array
from twin.physics.serving.latency import NOTHING_PROMISED, LengthLaw, LoadCurve, Objective
from twin.physics.serving.law import Engine
from twin.physics.serving.lived import LivedReplica
from twin.physics.serving.lived_law import LivedLaw
from twin.physics.serving.load_requests import MOST_REQUESTS, REQUESTS, STAYS, LoadRequests

LOADS = np.array(
    [1e-6, 1e-3, 3e-3, 0.01, 0.03, 0.1, 0.2, 0.4, 0.55, 0.7, 0.8, 0.85, 0.9, 0.94, 0.97, 1.0]
)  # fmt: skip
"""Shares of capacity at which a replica is lived through; at the first each request is alone, and
soon after it a second one meets an iteration under way. At the last a queue grows as long as the
replica lives; it is told apart, and what is read there is the time between tokens."""
NEAR_FULL = 0.85
"""Load from which most requests are lived through."""


def next_load(load_frac: float) -> float:
    """The first of `LOADS` that is no lower, or the last."""
    return float(LOADS[min(int(np.searchsorted(LOADS, load_frac)), LOADS.size - 1)])


def last_load(load_frac: float) -> float:
    """The last of `LOADS` that is no higher, or the first; never that of a full replica."""
    k = int(np.searchsorted(LOADS, load_frac, "right")) - 1
    return float(LOADS[min(max(k, 0), LOADS.size - 2)])


def loads_between(from_load: float, upto_load: float) -> Array:
    """Those of `LOADS` at which a replica is lived through that is asked from one load up to
    another; beyond `LOADS` on either side it is not.
    """
    first = int(np.searchsorted(LOADS, last_load(from_load)))
    return LOADS[first : int(np.searchsorted(LOADS, next_load(upto_load))) + 1]


class SeenAtLoad(NamedTuple):
    """What a replica's users see at one load; the latencies by percentile."""

    ttft_s: Array
    tpot_s: Array
    met_frac: float
    batch: float
    busy_frac: float


@dataclass(frozen=True)
class LivedPool:
    """Replicas that are lived through at any load; the same requests at each, closer together, and
    more of them near capacity.
    """

    times: LivedLaw
    engine: Engine
    lengths: LengthLaw
    capacity_tokens_per_s: float
    in_turn: int = 1
    """Replicas that share the stream one after another."""
    objective: Objective = NOTHING_PROMISED
    fewest: bool = False
    """Whether each goes to the replica with the fewest outstanding, and not in turn."""
    seed: int = 1

    def seen_at(self, load: float) -> SeenAtLoad:
        """Live through one load."""
        asked = self._requests(load)
        many = LivedReplica(self.times, self.engine, asked).under_way()
        count = _enough(load, many * asked.replicas)
        if count > asked.count:
            asked = self._requests(load, count)
        pool = [LivedReplica(self.times, self.engine, asked) for _ in range(asked.replicas)]
        for lived in pool:
            lived.fill(many)
        _live_through(pool, asked)
        full = load == LOADS[-1]
        told = Objective(tpot_s=self.objective.tpot_s) if full else self.objective
        return SeenAtLoad(*asked.measured(told, pool))

    def _requests(self, load: float, count: int = REQUESTS) -> LoadRequests:
        rate = load * self.capacity_tokens_per_s / self.lengths.output_tokens
        asked = LoadRequests(self.lengths, rate, self.in_turn, self.fewest, self.seed, count)
        asked.load(self.engine.loading, self.seed + 2)
        return asked


def load_curve(loads: Array, seen: Sequence[SeenAtLoad]) -> LoadCurve:
    """What was seen at some of `LOADS` as curves that no load makes better."""
    ttft, tpot, met, batch, busy = (np.array(column) for column in zip(*seen, strict=True))
    if loads[-1] == LOADS[-1]:
        ttft[-1] = ttft[-2]
    return LoadCurve(
        loads, np.maximum.accumulate(ttft), np.maximum.accumulate(tpot),
        np.minimum.accumulate(met), batch, busy,
    )  # fmt: skip


def _enough(load_frac: float, under_way: int) -> int:
    """Requests that bring replicas into balance which have so many under way."""
    least = MOST_REQUESTS if load_frac >= NEAR_FULL else REQUESTS
    return min(max(STAYS * under_way, least), MOST_REQUESTS)


def _live_through(pool: list[LivedReplica], asked: LoadRequests) -> None:
    """Send each request to the replica with the fewest outstanding, ties in turn, and let all of
    them end.
    """
    many = len(pool)
    changes = [0.0] * many
    held = [lived.outstanding for lived in pool]
    last = 0
    for q, at_s in enumerate(asked.arrival.tolist()):
        for r, change_s in enumerate(changes):
            if change_s <= at_s:
                pool[r].live(at_s)
                changes[r] = pool[r].change_s()
                held[r] = pool[r].outstanding
        in_turn = held[last + 1 :] + held[: last + 1]
        last = (last + 1 + in_turn.index(min(in_turn))) % many
        pool[last].live(at_s)
        pool[last].enter(q, at_s)
        held[last] = pool[last].outstanding
        changes[last] = 0.0
    for lived in pool:
        lived.live(np.inf)
