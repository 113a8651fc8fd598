"""Energy that jobs and services draw: their nodes' part of what racks draw."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import numpy as np

from twin.arrays import Array
from twin.simulation.compute.racks import Compute
from twin.simulation.compute.racks_ahead import NodesInTurn, RackRows, RacksAhead
from twin.simulation.jobs.energy_ahead import JobEnergyAhead
from twin.simulation.jobs.scheduler import Scheduler
from twin.simulation.kernel.discipline import Discipline
from twin.simulation.serving.serving import Serving


class WorkMeters(Discipline):
    """Adds up what work draws, from one event to the next or over many instants of work."""

    def __init__(self, compute: Compute, jobs: Scheduler, serving: Serving) -> None:
        self.compute = compute
        self.jobs = jobs
        self.serving = serving
        self.power = jobs.meter.power

    def advance(self, span_s: float) -> None:
        """Add what jobs and services drew over a span."""
        running = bool(self.jobs.own.running)
        if running or self.serving.services:
            self.look()
        if running:
            self.jobs.meter.advance(span_s)
        self.serving.add_energy(self.power.node_w, span_s)

    def look(self) -> None:
        """See what nodes draw now."""
        self.jobs.meter.see(self.power.look())

    def ahead(self) -> WorkDrawn:
        """From here on work moves ahead."""
        self.look()
        return WorkDrawn(self)


class WorkDrawn:
    """What work draws while it moves ahead of power: noted at every instant, worked out at once."""

    def __init__(self, meters: WorkMeters) -> None:
        self.meters = meters
        self.racks = RacksAhead(meters.compute, meters.power)
        self.jobs = JobEnergyAhead(meters.jobs.meter)
        self._span_s: list[float] = []
        self._row: list[int] = []
        """Set that holds in each span."""
        self.rows: RackRows

    @contextmanager
    def noting(self) -> Iterator[None]:
        """What nodes do is noted meanwhile; afterwards racks stand as work has left them."""
        compute = self.meters.compute
        compute.notes = self.racks.note
        try:
            yield
        finally:
            compute.notes = None
        self.rows = self.racks.rows()
        compute.stands(self.rows.last(), self.rows.rack_w[-1])

    def span(self, span_s: float) -> None:
        """Everything goes on for a span as it is."""
        row = self.racks.sets - 1
        self.jobs.note(row, span_s)
        self._row.append(row)
        self._span_s.append(span_s)

    def set_anew(self) -> None:
        """From here on something else may hold."""
        self.racks.sets += 1

    def enter(self) -> list[Array]:
        """Add what jobs and services drew; (span,) energy of each service after every span."""
        meters = self.meters
        rows = self.rows.nodes()
        self.jobs.enter(rows)
        span_s = np.array(self._span_s)
        found = meters.serving.add_energies(rows, np.array(self._row), span_s)
        meters.power.stands(NodesInTurn(rows).go_to(-1))
        meters.jobs.meter.see_all()
        return found
