"""Requests told apart whose prompts are read on one fleet and answered on another.

A prompt is read on a replica of the first; its keys and values then leave by the lines of that
replica, one prompt after another, and the request joins a queue of the second. A transfer keeps the
line that it began with; where there is none, it waits for one. The first token reaches the user
with the first iteration after it.
"""

from __future__ import annotations

import numpy as np

from twin.arrays import Array, Index, Mask
from twin.facility.airflow.installed import need_numba
from twin.physics.serving.columns import Fate
from twin.physics.serving.handover import ahead_s, transfer_s
from twin.physics.serving.requests import RequestList
from twin.simulation.serving.replica_engine import ReplicaEngine
from twin.simulation.serving.single_requests import RequestService, lost
from twin.simulation.state.work import ServiceState

READING = "reading_"
"""Before the names of the columns of the replicas that read."""


class SplitRequests(RequestService):
    """A service whose requests are told apart, prefill and decode on fleets of their own."""

    own: ServiceState

    def _engines(self, stated: RequestList) -> ReplicaEngine:
        assert self.readers is not None
        need_numba(f"workload {self.pool.name}: detail: requests")
        from twin.physics.serving.transfers import hand_over

        self.send = hand_over
        reads = self.readers.speed.engine
        prompts = stated.asked(reads.prefix_cache, reads.block_tokens)
        ones = np.ones(stated.count, dtype=np.int64)
        self.reading = ReplicaEngine(
            self.readers,
            self.own,
            self._with_adapters(prompts, reads)._replace(output_tokens=ones),
            READING,
        )
        self.own.engine["handed_s"] = np.full(stated.count, np.nan)
        self.own.engine["open"] = np.zeros(1, dtype=np.int64)
        self.own.engine["line_free_s"] = np.zeros(self.reading.rack_of_replica.size)
        ready = np.ones(stated.count, dtype=np.int64)
        makes = self.speed.engine
        shared = makes.prefix_cache and stated.shared_tokens > 0
        answers = stated.asked(shared, makes.block_tokens)._replace(
            arrival_s=self.own.engine["handed_s"], ready=ready
        )
        return ReplicaEngine(self.fleet, self.own, self._with_adapters(answers, makes))

    def _follow(self) -> None:
        self._handed_s()
        self.reading.follow(self.reading.fleet.every_node)
        self.engine.follow(self.autoscaler.awake)

    def _arrived(self) -> int:
        return int(self.reading.column("replica_cursor")[0])

    def _queued(self) -> float:
        reading = self.reading.column("request_fate") == Fate.WAITING
        making = self.engine.column("request_fate") == Fate.WAITING
        return float(self.output[reading | making].sum())

    def _given_up(self) -> float:
        gone = lost(self.reading) | lost(self.engine)
        return float(self.output[gone].sum())

    def _live(self, until_s: float) -> None:
        """Read, hand over, and make tokens up to a moment."""
        self.reading.advance(until_s)
        self._hand_over(until_s)
        handed_s = self._handed_s()
        here = self._open()
        fate = self.engine.column("request_fate")[here]
        waiting = here.start + np.flatnonzero((fate == Fate.TO_COME) & (handed_s[here] < until_s))
        order = waiting[np.argsort(handed_s[waiting], kind="stable")]
        self.engine.advance_given(order, until_s)

    def _open(self) -> slice:
        """Requests that have arrived, but for the first ones as long as all of them have ended."""
        begun = int(self.own.engine["open"][0])
        here = slice(begun, self._arrived())
        ended = (self.engine.column("request_fate")[here] >= Fate.DONE) | lost(self.reading)[here]
        more = int(np.argmin(ended)) if not ended.all() else ended.size
        self.own.engine["open"] = np.array([begun + more])
        return slice(begun + more, here.stop)

    def _handed_s(self) -> Array:
        """(request,) when its keys and values have come over; the engine reads the same array."""
        held = self.own.engine["handed_s"]
        self.engine.asked = self.engine.asked._replace(arrival_s=held)
        return held

    def _hand_over(self, until_s: float) -> None:
        """Send off what was read since the last time, if there is a line; who would wait for one
        longer than patience lasts gives up.
        """
        handed_s = self._handed_s()
        here = self._open()
        done = self.reading.column("request_fate")[here] == Fate.DONE
        still = self.engine.column("request_fate")[here] == Fate.TO_COME
        read = here.start + np.flatnonzero(done & still & np.isnan(handed_s[here]))
        if read.size:
            line_b_s = self._line_b_s(read)
            late = self._give_up_unsent(read, line_b_s, until_s)
            self._send(read[(line_b_s > 0) & ~late])

    def _line_b_s(self, requests: Index) -> Array:
        """(request,) the line by which it would leave now."""
        lines = self.handover.line_b_s()[self.reading.rack_of_replica]
        return np.asarray(lines[self.reading.column("request_replica")[requests]])

    def _give_up_unsent(self, read: Index, line_b_s: Array, until_s: float) -> Mask:
        """Who waits for a line for too long; that stands in their fate from now on."""
        read_s = self.reading.column("request_done_s")[read]
        sent_s = np.where(line_b_s > 0, np.maximum(self.world.now_s, read_s), until_s)
        late = np.asarray(sent_s - read_s > self.pool.patience_s)
        self.engine.give_up(read[late], read_s[late] + self.pool.patience_s)
        return late

    def _send(self, requests: Index) -> None:
        read_s = self.reading.column("request_done_s")
        order = requests[np.argsort(read_s[requests], kind="stable")]
        tokens = self.stated.prompt_tokens[order].astype(float)
        takes_s = transfer_s(self.handover.bytes_of(tokens), self._line_b_s(order))
        replica = self.reading.column("request_replica").astype(np.int64)
        pieces = self.handover.pieces
        began_s = self.reading.column("request_start_s")
        first_s = ahead_s((read_s - began_s)[order], pieces)
        self.send(
            order, read_s, replica, takes_s, first_s, pieces, self.world.now_s,
            self.own.engine["line_free_s"], self._handed_s(),
        )  # fmt: skip
