"""The energy of jobs over many spans at once, in which they moved ahead of power.

Every sum has the order that it has span by span.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from twin.arrays import Array, Index, Mask
from twin.simulation.compute.racks_ahead import NodeRows, NodesInTurn, RackRows
from twin.simulation.jobs.job_energy import Held, JobMeter, sum_each
from twin.simulation.jobs.nodes_of_jobs import PartsAtWork


class _Span(NamedTuple):
    """A span over which nothing of what jobs draw changes."""

    row: int
    """Set that holds in it."""
    running: Index
    held: Held
    others: list[int]
    """Jobs that hold other nodes than in the span before."""
    parts: PartsAtWork | None


class JobEnergyAhead:
    """Spans of one stretch of work."""

    def __init__(self, meter: JobMeter) -> None:
        self.meter = meter
        self.own = meter.own
        self._spans: list[_Span] = []
        self._span_s: list[float] = []
        self._hands = -1
        self._held: Held = {}
        self._running = np.zeros(0, dtype=np.int64)

    def note(self, row: int, span_s: float) -> None:
        """Jobs go on for a span as they are, after so many sets."""
        own = self.own
        others: list[int] = []
        if self._hands != own.hands:
            self._hands = own.hands
            self._held, others = self.meter.held_after(self._held)
            self._running = np.array(own.running, dtype=np.int64)
        of_nodes = self.meter.of_nodes
        shared = bool(own.running) and of_nodes.sharing.parts.any
        parts = of_nodes.parts() if shared else None
        self._spans.append(_Span(row, self._running, self._held, others, parts))
        self._span_s.append(span_s)

    def enter(self, rows: NodeRows) -> None:
        """Add what every job drew over all spans."""
        runs = [span.running for span in self._spans]
        many = [each.size for each in runs]
        drawn_w = np.concatenate(self._drawn_w(rows))
        np.add.at(self.own.energy_j, np.concatenate(runs), drawn_w * np.repeat(self._span_s, many))

    def _drawn_w(self, rows: NodeRows) -> list[Array]:
        """(running,) power of jobs in every span."""
        found = []
        whole_w = np.zeros(self.own.energy_j.size)
        in_turn = NodesInTurn(rows)
        for span, anew in zip(self._spans, self._summed_anew(rows.rows), strict=True):
            node_w = in_turn.go_to(span.row)
            jobs = [j for j in np.flatnonzero(anew).tolist() if j in span.held]
            if jobs:
                nodes = [span.held[j][1] for j in jobs]
                whole_w[jobs] = sum_each(nodes, node_w.take(np.concatenate(nodes)))
            drawn_w = whole_w.take(span.running)
            if span.parts is not None:
                rack_w = rows.rows.rack_w[span.row]
                drawn_w += self.meter.of_parts_w(span.parts, span.running, node_w, rack_w)
            found.append(drawn_w)
        return found

    def _summed_anew(self, rows: RackRows) -> Mask:
        """(span, job) whether each is summed anew: it holds other nodes than before, or held one in
        a rack that was noted.
        """
        anew = np.zeros((len(self._spans), self.own.energy_j.size), dtype=bool)
        for s, span in enumerate(self._spans):
            anew[s, span.others] = True
        first = np.searchsorted([span.row for span in self._spans], rows.row)
        since = first.take(rows.noted.place)
        owner = rows.noted.owner
        some = (owner >= 0) & (since < len(anew))
        anew[since[some], owner[some]] = True
        return anew
