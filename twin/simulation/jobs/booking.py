"""Booking: what every job does not make from one event to the next, and why.

A job is measured by what it would make at full speed from its submission on. All of that is made,
lost to a fault or to throttling, or not made for a cause that is no fault.
"""

from __future__ import annotations

import numpy as np

from twin.arrays import Array, Index
from twin.physics.training import WHOLE
from twin.results.enums import Cause
from twin.simulation.compute.racks import Compute
from twin.simulation.jobs.learning import Learning
from twin.simulation.jobs.pace import SHORT, PaceOfJobs
from twin.simulation.jobs.phase import CHECKPOINTING, CUT_OFF, RESTARTING, Phase
from twin.simulation.jobs.placement import Placement
from twin.simulation.jobs.turns import Turns
from twin.simulation.jobs.verdicts import OVER
from twin.simulation.kernel.world import World
from twin.simulation.record.losses import Losses
from twin.workload import Job

_GONE = (Phase.AWAITED, *OVER)
"""Phases in which a job is not at work and does not wait for it."""


class Booking:
    """Part of the job discipline; enters rates with the losses."""

    def __init__(
        self,
        world: World,
        jobs: tuple[Job, ...],
        compute: Compute,
        placement: Placement,
        learning: Learning,
        losses: Losses,
        turns: Turns,
        pace: PaceOfJobs,
    ) -> None:
        self.world = world
        self.own = world.state.jobs
        self.jobs = jobs
        self.compute = compute
        self.placement = placement
        self.learning = learning
        self.losses = losses
        self.turns = turns
        self.pace = pace

    def hold(self) -> None:
        """Enter what each job is losing now, by its slowest rack or by why it waits."""
        if self.own.running:
            self._book_running()
        if self.own.queue:
            self._book_queued()
        if len(self.placement.gpu_types) > 1:
            self._book_other_gpus()

    def _book_running(self) -> None:
        """Jobs that hold nodes and make less than they could."""
        own = self.own
        for j in self.pace.now().short:
            if own.cause[j] == Cause.PREEMPTED and own.phase[j] == RESTARTING:
                self._miss_whole(j, Cause.PREEMPTED)
            elif own.phase[j] == RESTARTING:
                self._lose_whole(j, Cause.RESTARTING)
            elif own.phase[j] == CUT_OFF:
                self._lose_whole(j, Cause.FABRIC)
            elif own.phase[j] == CHECKPOINTING:
                self._miss_whole(j, Cause.CHECKPOINTING)
            else:
                self._lose_share(j)

    def _book_queued(self) -> None:
        """Jobs that wait: for a fault that stopped them, for nodes out of service, or their
        turn.
        """
        own = self.own
        waiting = np.array(own.queue, dtype=np.int64)
        stopped = own.restarts[waiting] + own.preemptions[waiting] > 0
        told = stopped | (own.tokens_per_s[waiting] > 0)
        queue = waiting[told]
        if not queue.size:
            return
        stopped = stopped[told]
        for j in queue[stopped].tolist():
            self._book_stopped(j, Cause(own.cause[j]))
        waiting = queue[~stopped & (own.tokens_per_s[queue] > 0)].tolist()
        kept_out = self._lose_kept_out() if waiting else set()
        for j in waiting:
            if j not in kept_out:
                self._miss_whole(j, Cause.QUEUED)

    def _book_stopped(self, j: int, cause: Cause) -> None:
        """A job that ran before: stopped by a fault, or for one of higher priority."""
        if cause is Cause.PREEMPTED:
            self._miss_whole(j, cause)
        else:
            self._lose_whole(j, cause)

    def _lose_kept_out(self) -> set[int]:
        """Jobs that never ran and would, were it not for nodes that are out of service."""
        own = self.own
        kept_out: set[int] = set()
        unheld = self.placement.unheld()
        out = np.setdiff1d(unheld, self.placement.free())
        if not out.size:
            return kept_out
        cause, rack = self._why_out(int(out[0]))
        left = (unheld, self.turns.sharing.without_faults())
        for j in own.queue:
            rest = self._after(j, *left)
            if rest is None:
                break
            left = rest
            if not own.restarts[j] + own.preemptions[j] and own.tokens_per_s[j]:
                key = (cause, rack, self.jobs[j].name)
                gpus = float(own.learned_gpus[j])
                self.losses.rate(key, float(own.tokens_per_s[j]), gpus)
                kept_out.add(j)
        return kept_out

    def _after(self, j: int, unheld: Index, free: Array) -> tuple[Index, Array] | None:
        """Nodes (of all) and shares of GPUs (node, GPU) that are left once a job has its own; None
        where there are not enough.
        """
        if self.turns.sharing.parts.any:
            rest = self.turns.sharing.after(j, free, self.turns.suits[j])
            return None if rest is None else (unheld, rest)
        nodes = self.placement.of_one_type(unheld, self.jobs[j].nodes)
        return None if nodes is None else (np.setdiff1d(unheld, nodes), free)

    def _why_out(self, node: int) -> tuple[Cause, str]:
        """Why a node takes no work, and its rack; coolant that stands still counts as failed."""
        rack = int(self.compute.rack_of_node[node])
        state = self.world.state
        dark = state.faults.node_ok[node] and not state.racks.rack_on[rack]
        cause = self.compute.why_off(rack) if dark else Cause.FAILED
        return cause, self.world.facility.racks.id[rack]

    def _lose_whole(self, j: int, cause: Cause) -> None:
        tokens_per_s = float(self.own.tokens_per_s[j])
        self.losses.rate((cause, "", self.jobs[j].name), tokens_per_s, float(self.own.gpus[j]))

    def _lose_share(self, j: int) -> None:
        """A slow job misses what gangs on the same links take; of the rest it loses by its slowest
        racks where these are throttled, else by the fabric.
        """
        own = self.own
        beside = self._beside_others(j)
        left = max(beside - float(own.speed[j]), 0.0)
        if beside < 1.0:
            self._miss_share(j, Cause.CONTENDED, 1.0 - beside)
        if left <= SHORT:
            return
        clock_frac = self.world.state.throttling.clock_frac
        held = np.unique(self.compute.rack_of_node[own.held[j]])
        slowest = held[clock_frac[held] == clock_frac[held].min()]
        if self._curtailed(slowest):
            self._miss_share(j, Cause.CURTAILED, left)
            return
        if self._capped(slowest):
            self._miss_share(j, Cause.CAPPED, left)
            return
        racks = self.world.facility.racks.id
        name = self.jobs[j].name
        keys = [(Cause.THROTTLED, racks[r], name) for r in slowest]
        if clock_frac[slowest[0]] >= 1.0:
            keys = [(Cause.FABRIC, "", name)]
        share = left / len(keys)
        for key in keys:
            self.losses.rate(key, share * float(own.tokens_per_s[j]), share * float(own.gpus[j]))

    def _beside_others(self, j: int) -> float:
        """Rate of progress that those on the same links leave it at full clock and whole fabric."""
        if self.learning.beside(j) == WHOLE:
            return 1.0
        return self.learning.progress_per_s(j, 1.0, 1.0)

    def _miss_share(self, j: int, cause: Cause, share: float) -> None:
        """A job makes less than it could, by a share of its full rate, and no fault is the
        cause.
        """
        missing = share * float(self.own.tokens_per_s[j])
        self.losses.usual_rate(cause, self.jobs[j].name, missing)

    def _capped(self, racks: Index) -> bool:
        """Whether these are as slow as operators have them, and no slower."""
        clocks = self.world.state.throttling
        ordered = clocks.ordered_notch[racks]
        return bool((ordered > 0).any() and (clocks.notch[racks] <= ordered).all())

    def _curtailed(self, racks: Index) -> bool:
        """Whether these are as slow as demand response has them, and no slower."""
        ceiling = self.world.state.response.ceiling_frac[racks]
        clock = self.world.state.throttling.clock_frac[racks]
        return bool((ceiling < 1.0).any() and (clock >= ceiling - 1e-9).all())

    def _miss_whole(self, j: int, cause: Cause) -> None:
        """A job makes nothing, and no fault is the cause."""
        tokens_per_s = float(self.own.tokens_per_s[j])
        if tokens_per_s > 0:
            self.losses.usual_rate(cause, self.jobs[j].name, tokens_per_s)

    def _book_other_gpus(self) -> None:
        """Jobs that run, or ran last, on another type of GPU than the one they are measured by."""
        own = self.own
        paced = self.learning.paced
        more = self.learning.reference_tokens_per_s[paced] - own.tokens_per_s[paced]
        moved = (more != 0.0) & ~np.isin(own.phase[paced], _GONE)
        for j, tokens_per_s in zip(paced[moved].tolist(), more[moved].tolist(), strict=True):
            self.losses.usual_rate(Cause.OTHER_GPU, self.jobs[j].name, tokens_per_s)
