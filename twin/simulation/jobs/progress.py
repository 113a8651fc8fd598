"""Progress: work moves on, is checkpointed, rolled back, and slowed by clocks, fabric and storage.

Work is counted in seconds at full speed.
"""

from __future__ import annotations

import numpy as np

from twin.facility.fabric import bandwidth_frac
from twin.results.enums import Cause, EventKind
from twin.simulation.jobs.job_checkpoints import JobCheckpoints
from twin.simulation.jobs.job_speeds import JobSpeeds
from twin.simulation.jobs.learning import Learning
from twin.simulation.jobs.milestones import tell
from twin.simulation.jobs.pace import PaceOfJobs
from twin.simulation.jobs.phase import CHECKPOINTING, CUT_OFF, END_PHASE, RESTARTING, RUNNING, Phase
from twin.simulation.kernel.world import World
from twin.simulation.record.losses import Losses
from twin.workload import Job

_DONE_S = 1e-7
"""Work left that counts as none: rounding."""


class JobProgress:
    """Moves running jobs; part of the job discipline, whose block it writes."""

    def __init__(
        self, world: World, jobs: tuple[Job, ...], learning: Learning, losses: Losses
    ) -> None:
        self.world = world
        self.own = world.state.jobs
        self.jobs = jobs
        self.learning = learning
        self.losses = losses
        self.storage = world.facility.storage
        self.checkpoints = JobCheckpoints(world, jobs)
        self.speeds = JobSpeeds(world, learning, self.checkpoints)
        self.pace = PaceOfJobs(self.own, self.speeds)
        self._network_seen = -1

    def advance(self, span_s: float) -> None:
        """Move work and waits on."""
        own = self.own
        pace = self.pace.now()
        own.done_s[pace.running] += pace.speed * span_s
        own.holding_s[pace.running] += span_s
        if pace.waiting.size:
            own.wait_s[pace.waiting] -= span_s * own.wait_rate[pace.waiting]

    def next_s(self) -> float:
        """Seconds until a gang reaches its next checkpoint, its end, or the end of a wait."""
        own = self.own
        pace = self.pace.now()
        left_s = pace.target_s - own.done_s.take(pace.running)
        soonest = (left_s[pace.moves] / pace.speed[pace.moves]).min(initial=np.inf)
        if pace.waiting.size:
            waits_s = own.wait_s[pace.waiting] / own.wait_rate[pace.waiting]
            soonest = min(soonest, waits_s.min(initial=np.inf))
        return max(float(soonest), 0.0)

    def due(self) -> list[int]:
        """Running jobs whose phase ends now."""
        own = self.own
        pace = self.pace.now()
        ends = pace.target_s - own.done_s.take(pace.running) <= _DONE_S
        if pace.waiting.size:
            ends = np.where(pace.works, ends, own.wait_s[pace.running] <= _DONE_S)
        due: list[int] = pace.running[ends].tolist()
        return due

    def end_phase(self, j: int) -> bool:
        """Carry a job over into its next phase; True where it is complete."""
        if self.own.phase[j] == RUNNING:
            return self._reached(j)
        self.resume(j)
        return False

    def _reached(self, j: int) -> bool:
        own = self.own
        self.changed()
        self.checkpoints.keep_written(j)
        if own.work_s[j] - own.done_s[j] <= _DONE_S:
            own.done_s[j] = own.work_s[j]
            own.kept_s[j] = own.work_s[j]
            own.phase[j] = END_PHASE[self.jobs[j].end]
            own.finished_s[j] = self.world.now_s
            tell(self.world, self.jobs[j])
            return True
        if own.checkpoint_bytes[j]:
            own.phase[j] = CHECKPOINTING
            own.wait_s[j] = self.checkpoints.stop_s(j)
        else:
            self.resume(j)
        return False

    def resume(self, j: int) -> None:
        """Go on after a checkpoint or a restart; a checkpoint keeps what is done."""
        own = self.own
        if own.phase[j] != RESTARTING:
            self.checkpoints.keep(j)
        own.phase[j] = RUNNING
        own.cause[j] = ""
        self.aim(j)
        self.changed()

    def aim(self, j: int) -> None:
        """Run to the next checkpoint or to the end."""
        own = self.own
        own.target_s[j] = min(own.work_s[j], own.done_s[j] + self.checkpoints.interval_s(j))

    def changed(self) -> None:
        """Let the others see that a job stands elsewhere."""
        self.own.version += 1
        self.world.stale = True

    def roll_back(self, j: int, cause: Cause, rack: str, component: str = "") -> None:
        """Take a gang's work back to its last checkpoint.

        component   of a node that failed; empty where the cause says all
        """
        own = self.own
        self.checkpoints.keep_written(j)
        own.write_ends_s[j] = np.inf
        name = self.jobs[j].name
        back_s = float(own.done_s[j] - own.kept_s[j])
        tokens = float(back_s * own.tokens_per_s[j])
        self.losses.at_once((Cause.ROLLED_BACK, rack, name), tokens)
        self._count_stop((name, component or str(cause)), back_s, tokens)
        what = f"{cause} ({component})" if component else str(cause)
        where = f" in {rack}" if rack else ""
        again = "" if self.jobs[j].requeue else "; it is not run again"
        detail = f"{what.replace('_', ' ')}{where}; {back_s:,.0f} s of work lost{again}"
        self.world.note(name, EventKind.STOPPED, detail)
        self.take_back(j, tokens)
        own.restarts[j] += self.jobs[j].requeue
        own.leaving[j] = False

    def end(self, j: int, phase: Phase) -> None:
        """A job ends before its work is done; what it has done stays done."""
        self.changed()
        self.own.phase[j] = phase
        self.own.finished_s[j] = self.world.now_s
        self.own.leaving[j] = False

    def take_back(self, j: int, tokens: float) -> None:
        """Go back to what is kept, which throws these tokens away now."""
        own = self.own
        own.done_s[j] = own.kept_s[j]
        if tokens > 0:
            own.back_s.append(self.world.now_s)
            own.back_tokens.append(tokens)

    def _count_stop(self, key: tuple[str, str], back_s: float, tokens: float) -> None:
        """One more stop of a job by a component."""
        own = self.own
        own.stops[key] = own.stops.get(key, 0.0) + 1.0
        own.stops_lost_s[key] = own.stops_lost_s.get(key, 0.0) + back_s
        own.stops_lost_tokens[key] = own.stops_lost_tokens.get(key, 0.0) + tokens

    def restart(self, j: int) -> None:
        """Load the last checkpoint before going on, once there is a network to do so."""
        own = self.own
        if own.fabric_frac[j] <= 0:
            self.cut_off(j)
            return
        size = float(own.checkpoint_bytes[j])
        load_s = self.storage.load_s(size, self.jobs[j].nodes) if size else 0.0
        own.phase[j] = RESTARTING
        own.wait_s[j] = self.jobs[j].restart_delay_s + load_s
        self.own.version += 1

    def see_switches(self) -> list[int]:
        """Bandwidth of every gang, after a switch changed state; who lost a leaf restarts without
        it, who lost all waits until there is a network again. Jobs that are not run again.
        """
        own = self.own
        network = self.world.state.network
        if self._network_seen == network.version:
            return []
        self._network_seen = network.version
        switch_ok = network.switch_ok
        if np.array_equal(own.switch_seen, switch_ok):
            return []
        lost = own.switch_seen & ~switch_ok
        own.switch_seen = switch_ok.copy()
        fabric = self.world.facility.fabric
        for j in own.running:
            held = own.held[j]
            self.set_bandwidth(j)
            leaves = fabric.leaf_of_domain[fabric.domain_of_node[held]]
            self._follow_network(j, held.size > 1 and bool(lost[leaves].any()))
        return [j for j in own.running if own.phase[j] == Phase.NODE_FAIL]

    def _follow_network(self, j: int, lost_leaf: bool) -> None:
        """Roll a gang back that lost a leaf or its whole network; let one go on that has it
        again.
        """
        joined = self.own.fabric_frac[j] > 0
        if self.own.phase[j] == CUT_OFF:
            if joined:
                self.start(j, "the network is back; ")
        elif lost_leaf or not joined:
            self.roll_back(j, Cause.FABRIC, "")
            if self.jobs[j].requeue:
                self.restart(j)
            else:
                self.end(j, Phase.NODE_FAIL)

    def start(self, j: int, why: str) -> None:
        """Set a gang that has its nodes to work, from its last checkpoint where it ran before."""
        own = self.own
        self.aim(j)
        own.phase[j] = RUNNING
        own.version += 1
        if own.fabric_frac[j] <= 0:
            self.cut_off(j)
        elif own.restarts[j] + own.preemptions[j] > 0:
            self.restart(j)
            detail = f"{why}from its last checkpoint on {self.jobs[j].nodes} nodes"
            self.world.note(self.jobs[j].name, EventKind.RESTARTING, detail)

    def cut_off(self, j: int) -> None:
        """Let a gang stand idle on its nodes until a network joins them."""
        own = self.own
        own.phase[j] = Phase.CUT_OFF
        own.wait_s[j] = np.inf
        own.version += 1

    def set_bandwidth(self, j: int) -> None:
        """Inter-node bandwidth of a gang on the switches that are up."""
        held = self.own.held[j].astype(np.int32)
        fabric = self.world.facility.fabric
        self.own.fabric_frac[j] = bandwidth_frac(fabric, held, self.own.switch_seen)
        self.own.version += 1

    def set_speeds(self) -> None:
        """Speed of every running job, after clocks, phases, nodes or switches changed."""
        self.speeds.set()
