"""The request engine on the replicas of one fleet, its columns kept in a service's state."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from twin.arrays import Array, Index, Mask
from twin.facility.airflow.installed import need_numba
from twin.physics.serving.columns import (
    TOTALS,
    Asked,
    EngineState,
    Fate,
    PrefixCache,
    Replicas,
    RequestProgress,
)
from twin.simulation.serving.fleet import Fleet
from twin.simulation.serving.replica import CLOCKS
from twin.simulation.state.work import ServiceState

AWAY = 0
SERVES = 1
ENDS = 2
"""Is sent nothing more, and ends what it has begun."""
Parts = tuple[RequestProgress, Replicas, PrefixCache]


class ReplicaEngine:
    """One fleet's requests, told apart.

    asked    requests that it is sent; never changed, but for moments of arrival that come to be
             known
    prefix   of its columns' names in the state
    """

    def __init__(self, fleet: Fleet, own: ServiceState, asked: Asked, prefix: str = "") -> None:
        need_numba(f"workload {fleet.pool.name}: detail: requests")
        from twin.physics.serving import engine, outage, routing

        self.fleet = fleet
        self.own = own
        self.asked = asked
        self.prefix = prefix
        self.routing = routing
        self.outage = outage
        self.limits = fleet.speed.engine.limits()
        self.law = fleet.speed.law()
        self.way = int(routing.Routing[fleet.pool.engine.routing.upper()])
        whole = fleet.every_replica.astype(int)
        self.rack_of_replica = np.repeat(np.arange(whole.size), whole)
        self.number = np.concatenate([np.arange(n) for n in whole])
        state = engine.fresh_state(asked, self.limits, self.rack_of_replica.size)
        own.engine |= {prefix + name: column for name, column in columns(state).items()}

    def column(self, name: str) -> Array:
        """One of its columns."""
        return self.own.engine[self.prefix + name]

    @property
    def made(self) -> float:
        """Output tokens so far."""
        return float(self.column("replica_totals")[:, TOTALS.index("made")].sum())

    def give_up(self, requests: Index, at_s: Array) -> None:
        """Requests that left before they came here."""
        self.own.engine[self.prefix + "request_fate"][requests] = Fate.GIVEN_UP
        self.own.engine[self.prefix + "request_done_s"][requests] = at_s

    def parts(self) -> Parts:
        """The columns as the engine takes them."""
        held: Mapping[str, Any] = self.own.engine
        mine = self.prefix
        return (
            RequestProgress(*(held[f"{mine}request_{name}"] for name in RequestProgress._fields)),
            Replicas(*(held[f"{mine}replica_{name}"] for name in Replicas._fields)),
            PrefixCache(*(held[f"{mine}cache_{name}"] for name in PrefixCache._fields)),
        )

    def follow(self, awake: Mask) -> None:
        """Stop and start replicas as nodes die, live, sleep and wake, and set their clocks. One
        that goes to sleep ends what it has begun; what waited while none served is dealt out anew.
        """
        parts = self.parts()
        now = self.fleet.world.now_s
        replicas = parts[1]
        wanted = self._turns(awake)
        deal = not (replicas.in_service == SERVES).any() and bool((wanted == SERVES).any())
        for r in np.flatnonzero(wanted != replicas.in_service).tolist():
            self._turn(parts, r, int(wanted[r]), now)
        for r in np.flatnonzero(deal & (replicas.waiting > 0)).tolist():
            self.outage.hand_on(self.asked, *parts, self.limits, self.way, r, now)
        self._set_clocks(replicas, now)

    def _turns(self, awake: Mask) -> Index:
        """(replica,) what each is to do. Of each rack the first ones are awake, of which the last
        ones stand on what failed.
        """
        standing = self.fleet.standing
        serve = self._of_replica(standing * awake)
        up = self._of_replica(awake)
        ends = self.number < up + self._of_replica(standing) - serve
        asleep = np.where((self.number >= up) & ends, ENDS, AWAY)
        return np.asarray(np.where(self.number < serve, SERVES, asleep))

    def _of_replica(self, nodes: Mask | Array) -> Array:
        """(replica,) how many of its rack stand on these shares of nodes."""
        return self.fleet.replicas_by_rack(nodes)[self.rack_of_replica]

    def _turn(self, parts: Parts, r: int, wanted: int, now: float) -> None:
        """Let a replica serve, end what it has begun, or stop."""
        replicas = parts[1]
        if wanted == AWAY:
            self.outage.stop_replica(self.asked, *parts, self.limits, self.way, r, now)
        elif replicas.in_service[r] != AWAY:
            replicas.in_service[r] = wanted
        elif wanted == SERVES:
            self.outage.start_replica(replicas, r, now)

    def _set_clocks(self, replicas: Replicas, now: float) -> None:
        fleet = self.fleet
        clock = fleet.clocks[self.rack_of_replica]
        place = np.interp(clock, CLOCKS, np.arange(CLOCKS.size))
        level = np.minimum(place.astype(int), CLOCKS.size - 2)
        other = (replicas.level != level) | (replicas.blend != place - level)
        for r in np.flatnonzero(other).tolist():
            blend = float(place[r] - level[r])
            self.outage.change_clock(replicas, self.limits, r, int(level[r]), blend, now)
        pace = fleet.reach.pace_by_rack()[self.rack_of_replica]
        for r in np.flatnonzero(replicas.pace != pace).tolist():
            self.outage.change_pace(replicas, self.limits, r, float(pace[r]), now)

    def advance(self, until_s: float) -> None:
        """Let requests arrive as they come, and replicas work up to a moment."""
        self.routing.advance(
            self.asked, *self.parts(), self.law, self.limits, self.way, until_s
        )  # fmt: skip

    def advance_given(self, order: Index, until_s: float) -> None:
        """The same for requests that arrive in this order, and no others."""
        self.routing.advance_given(
            self.asked, *self.parts(), self.law, self.limits, self.way, order, until_s
        )  # fmt: skip


def columns(state: EngineState) -> dict[str, Array]:
    """Every column of an engine by its part and its name: parts share some names."""
    columns_of: dict[str, dict[str, Array]] = {
        "request": state.progress._asdict(),
        "replica": state.replicas._asdict(),
        "cache": state.cache._asdict(),
    }
    return {
        f"{of}_{name}": array for of, part in columns_of.items() for name, array in part.items()
    }
