"""GPUs that fail in nodes that go on: what else each failure takes, and when a crew comes."""

from __future__ import annotations

from collections.abc import Callable

from twin.results.enums import EventKind
from twin.seeds import member, stream
from twin.simulation.crews import Crews
from twin.simulation.faults.words import seconds
from twin.simulation.kernel.order import Stage
from twin.simulation.kernel.world import World
from twin.simulation.state.work import FIRST_POOL, FREE

GPU = "gpu"
"""What names of failures of one GPU begin with."""
WORDS = {
    "drain": "its node takes no new job",
    "gpu": "the others of its node work on",
    "node": "its node is out",
}
"""What a failure takes, as events say it."""


def names_gpu(name: str) -> bool:
    """Whether a name is that of one GPU, such as `rack/node_3/gpu_2`."""
    return name.count("/") == 2


class GpuFaults:
    """Part of the fault discipline, whose block it writes."""

    def __init__(self, world: World, crews: Crews, place: Callable[[str], tuple[int, int]]) -> None:
        self.world = world
        self.own = world.state.faults
        self.crews = crews
        self.place = place
        self.asked = world.facility.scenario.faults.gpu_failures
        self.components = world.facility.components
        world.clock.can("fault gpu_back", self._back)
        world.clock.can("fault gpu_swapped", self._swapped)
        world.clock.can("fault gpu_swap", self._swap)
        crews.first["fault gpu_swapped"] = "fault gpu_swap"

    def drawn(self, node: str) -> str:
        """Which GPU of a node fails now; draws nobody else's numbers."""
        seed = self.world.facility.scenario.fault_seed
        draw = stream(seed, "faults", GPU, member(node), repr(self.world.now_s))
        racks = self.world.facility.racks
        index, _ = self.place(node)
        gpus = int(racks.gpus_per_node[racks.rack_of_node[index]])
        return f"gpu_{draw.integers(max(gpus, 1)) + 1}"

    def fails(self, name: str, why: str, out_s: float | None, repair_s: float) -> None:
        """A GPU fails, back after a known time or when a crew has worked so long on its node."""
        node, _ = self.place(name)
        served = self.world.state.jobs.work_of_node[node] <= FIRST_POOL
        stays = self.asked.takes == "gpu"  # a service never ends, so its node never runs empty
        takes = "node" if served and not stays else self.asked.takes
        end = "waits for a crew" if out_s is None else f"back after {seconds(out_s)}"
        self.world.note(name, EventKind.FAILED, f"{why}{WORDS[takes]}; {end}")
        self._count(name, takes, +1)
        if out_s is not None:
            self.world.clock.wait(Stage.FAULTS, out_s, "fault gpu_back", name, takes)
        elif takes == "drain":
            self.own.emptying.append([name, takes, repair_s])
        else:
            self._send(name, takes, repair_s)

    def _send(self, name: str, takes: str, repair_s: float) -> None:
        kind = self.components.kind[self.components.row[name.partition("/")[0]]]
        self.crews.send(kind, repair_s, "fault gpu_swapped", name, takes)

    def settle(self) -> bool:
        """Send crews to nodes that have run empty."""
        own = self.own
        if not own.emptying:
            return False
        owner = self.world.state.jobs.work_of_node
        empty = [task for task in own.emptying if owner[self.place(str(task[0]))[0]] == FREE]
        own.emptying = [task for task in own.emptying if task not in empty]
        for name, takes, repair_s in empty:
            self._send(str(name), str(takes), float(repair_s))
        return False

    def _pulls(self, takes: str) -> bool:
        return takes == "gpu" and self.asked.swap == "node"

    def _swap(self, name: str, takes: str) -> None:
        """A crew begins to work on a node whose other GPUs work."""
        if self._pulls(takes):
            node = name.rpartition("/")[0]
            self.world.note(node, EventKind.TAKEN_OUT, "while a crew changes a GPU")
            self.count_node(self.place(name)[0], +1)

    def _swapped(self, name: str, takes: str) -> None:
        if self._pulls(takes):
            self.count_node(self.place(name)[0], -1)
        self._back(name, takes)

    def _back(self, name: str, takes: str) -> None:
        self._count(name, takes, -1)
        node, gpu = self.place(name)
        if self.own.gpu_reasons[node, gpu]:
            self.world.note(name, EventKind.STILL_OUT, "another fault remains")
        else:
            self.world.note(name, EventKind.REPAIRED, "in order again")

    def _count(self, name: str, takes: str, change: int) -> None:
        node, gpu = self.place(name)
        before = bool(self.own.gpu_reasons[node, gpu])
        self.own.gpu_reasons[node, gpu] += change
        self.own.gpus_out += bool(self.own.gpu_reasons[node, gpu]) - before
        self.own.node_drains[node] += change if takes == "drain" else 0
        self.count_node(node, change if takes == "node" else 0)

    def count_node(self, node: int, change: int) -> None:
        """Enter one more or one less reason of a node for being out; why it failed is forgotten
        once it and its GPUs are in order.
        """
        own = self.own
        own.node_reasons[node] += change
        own.node_ok[node] = own.node_reasons[node] == 0
        if own.node_ok[node] and not own.gpu_reasons[node].any():
            own.node_cause[node] = -1
        own.version += 1
        self.world.stale = True
