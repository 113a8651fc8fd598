"""Latency of a replica over its load: the tails that the fluid form takes.

One replica is lived through at a few loads, with the iteration law, the slots, the token budget and
the memory of the request engine; sequences are moved by counts, so this needs no compiled code.
Left out are preemption and prefixes that come and go. A pool that sends its requests round gives
each of R replicas arrivals of a gamma law of shape R; of one that sends each request to the replica
with the fewest outstanding, up to `TOGETHER_MAX` replicas are lived through together. What runs at
first is drawn from renewals.
"""

from __future__ import annotations

import numpy as np

from twin.physics.serving.columns import LawTables
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


def load_curve(
    law: LawTables,
    engine: Engine,
    lengths: LengthLaw,
    capacity_tokens_per_s: float,
    in_turn: int = 1,
    objective: Objective = NOTHING_PROMISED,
    seed: int = 1,
    from_load: float = 0.0,
    upto_load: float = 1.0,
    fewest: bool = False,
) -> LoadCurve:
    """Live a replica through at the loads of `LOADS`; the same requests at each, closer together,
    and more of them near its capacity.

    in_turn     replicas that share the stream one after another
    from_load   the lowest load that will be asked, and the highest; beyond those of `LOADS` on
    upto_load   either side nothing is lived through
    fewest      whether each goes to the replica with the fewest outstanding, and not in turn
    """
    rows = []
    times = LivedLaw(law)
    first = int(np.searchsorted(LOADS, last_load(from_load)))
    loads = LOADS[first : int(np.searchsorted(LOADS, upto_load)) + 1]
    for load in loads:
        rate = load * capacity_tokens_per_s / lengths.output_tokens
        asked = LoadRequests(lengths, rate, in_turn, fewest, seed)
        many = LivedReplica(times, engine, asked).under_way()
        count = _enough(load, many * asked.replicas)
        if count > asked.count:
            asked = LoadRequests(lengths, rate, in_turn, fewest, seed, count)
        pool = [LivedReplica(times, engine, asked) for _ in range(asked.replicas)]
        for lived in pool:
            lived.fill(many)
        _live_through(pool, asked)
        full = load == LOADS[-1]
        rows.append(asked.measured(Objective(tpot_s=objective.tpot_s) if full else objective, pool))
    columns = [np.array(column) for column in zip(*rows, strict=True)]
    ttft, tpot, met, batch, busy = columns
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
