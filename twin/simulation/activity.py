"""How busy every node is: what its job or service asks of it."""

from __future__ import annotations

import numpy as np

from twin.arrays import Array, Index
from twin.simulation.compute.racks import Compute
from twin.simulation.jobs.scheduler import Scheduler
from twin.simulation.kernel.discipline import Discipline
from twin.simulation.kernel.world import World
from twin.simulation.serving.serving import Serving

_IDLE = (0.0, 0.0, 1.0, 0.0)


class Activity(Discipline):
    """The activity of every node, and what it sums up to in every rack."""

    def __init__(self, world: World, compute: Compute, jobs: Scheduler, serving: Serving) -> None:
        self.world = world
        self.own = world.state.activity
        self.compute = compute
        self.jobs = jobs
        self.serving = serving
        self.of_services = serving.nodes
        """Nodes that services hold, for good."""
        self._none = np.zeros(0, dtype=np.int64)
        self._asked: tuple[object, ...] = ()
        self._left: tuple[int, Array] = (-1, self.own.gpu_activity)
        """Version of faults and activity of GPUs as they were left."""

    def settle(self) -> bool:
        """Set GPU and CPU activity (node,) from jobs and services, and what else moves with them;
        nodes out of order are idle.
        """
        own = self.own
        state = self.world.state
        versions = state.jobs.version + state.serving.version + state.faults.version
        if versions == own.work_version:
            return False
        own.work_version = versions
        asked = (self.jobs.of_nodes.asked(), state.faults.version, state.serving.version)
        if asked == self._asked:
            return False
        jobs_known = asked[:2] == self._asked[:2]
        self._asked = asked
        moved = self._none if jobs_known else self._moved()
        if moved is None:
            touched = None
            own.version += self._enter_anew()
        else:
            touched = np.concatenate([moved, self.of_services]) if moved.size else self.of_services
            own.version += self._enter_at(touched, moved)
        self._left = (state.faults.version, own.gpu_activity)
        self.compute.sum_activity(touched)
        return False

    def _now(self) -> list[Array]:
        """(node,) GPU and CPU activity, share of the gain and busiest GPU."""
        own = self.own
        return [own.gpu_activity, own.cpu_activity, own.gain_frac, own.gpu_busiest]

    def _moved(self) -> Index | None:
        """Nodes that changed hands, or whose job does something else; None where every node has to
        be looked at.
        """
        of_nodes = self.jobs.of_nodes
        moved = of_nodes.moved()
        faults_version, gpu = self._left
        stands = gpu is self.own.gpu_activity
        stands &= faults_version == self.world.state.faults.version
        if not stands or of_nodes.sharing.parts.any:
            return None
        return moved

    def _enter_at(self, nodes: Index, moved: Index) -> bool:
        """Write what has changed of some nodes, in place; True where anything has.

        moved   those that are not looked at for services, which come first
        """
        found = self.serving.activities()
        if moved.size:
            of_jobs = [np.full(moved.size, idle) for idle in _IDLE]
            self.jobs.of_nodes.enter_whole(moved, *of_jobs)
            found = [np.concatenate(both) for both in zip(of_jobs, found, strict=True)]
        node_ok = self.world.state.faults.node_ok
        if not node_ok.all():
            gpu, cpu, gain, busiest = found
            ok = node_ok.take(nodes)
            found = [gpu * ok, cpu * ok, gain, busiest * ok]
        pairs = zip(found, self._now(), strict=True)
        changed = any((values != was.take(nodes)).any() for values, was in pairs)
        if changed:
            own = self.own
            gpu, cpu, gain, busiest = found
            own.gpu_activity[nodes] = gpu
            own.cpu_activity[nodes] = cpu
            own.gain_frac[nodes] = gain
            own.gpu_busiest[nodes] = busiest
        return changed

    def _enter_anew(self) -> bool:
        """Other arrays of all nodes, so that whoever follows these looks at all of them."""
        own = self.own
        before = self._now()
        found = [np.full(before[0].size, idle) for idle in _IDLE]
        self.jobs.of_nodes.enter(*found)
        self.serving.enter_activity(*found)
        for values in self._stopped(found):
            values *= self.world.state.faults.node_ok
        gpu, cpu, gain, busiest = found
        own.gpu_activity = gpu
        own.cpu_activity = cpu
        own.gain_frac = gain
        own.gpu_busiest = busiest
        return any((values != was).any() for values, was in zip(found, before, strict=True))

    @staticmethod
    def _stopped(of_nodes: list[Array]) -> list[Array]:
        """Those that are nothing on nodes out of order."""
        gpu, cpu, _, busiest = of_nodes
        return [gpu, cpu, busiest]
