"""What goes wrong and when it is right again: time line, drills, random faults, and crews.

A component may be out for several reasons at once; it is back when the last of them has ended.
"""

from __future__ import annotations

import numpy as np

from twin.catalogue.equipment_kinds import Role, role
from twin.controls import Isolate, PlannedTransfer, Sag
from twin.facility.power.planned import planned_boards
from twin.results.enums import EventKind
from twin.seeds import member, stream
from twin.simulation.crews import Crews
from twin.simulation.faults.alterations import Alterations
from twin.simulation.faults.chances import SHARED, Chances
from twin.simulation.faults.commands import COMPROMISE
from twin.simulation.faults.drains import Drains
from twin.simulation.faults.gpus import GPU, GpuFaults, names_gpu
from twin.simulation.faults.mistakes import mistaken
from twin.simulation.faults.words import lasts_s, seconds
from twin.simulation.kernel.discipline import Discipline
from twin.simulation.kernel.order import Stage
from twin.simulation.kernel.world import World

HOUR_S = 3600.0
PUT_RIGHT_S = 900.0
"""From a switching error to its end, when the wrong component is back and the right one is opened:
time to see it, to ask and to switch; assumed."""


class Faults(Discipline):
    """The fault discipline of one run."""

    def __init__(self, world: World, crews: Crews) -> None:
        self.world = world
        self.own = world.state.faults
        self.crews = crews
        self.chances = Chances(world)
        self.alterations = Alterations(world, crews)
        self.gpus = GpuFaults(world, crews, self.place)
        self.drains = Drains(world, self.place, self._take_out)
        self.components = world.facility.components
        self.rack_of_component = {int(c): r for r, c in enumerate(world.facility.racks.component)}
        self.timeline = world.facility.scenario.faults.timeline
        tree = world.facility.power
        self.in_halves = {tree.id[p]: p for p in np.flatnonzero(tree.clears_half).tolist()}
        for name in ("begins", "ends", "repaired", "fails", "node_fails", "strikes"):
            world.clock.can(f"fault {name}", getattr(self, f"_{name}"))
        world.clock.can("fault while running", self._fails_running)
        world.clock.can("drill begins", self._drill_begins)
        world.clock.can("drill goes on", self._take_out)
        world.clock.can("spare arrives", self._spare_arrives)
        self.lead_s = {one.type: one.lead_time for one in world.facility.scenario.plan.spares}

    def schedule(self) -> None:
        """Put everything that is known to come on the clock."""
        scenario = self.world.facility.scenario
        for i, fault in enumerate(self.timeline):
            self._wait(fault.at, "fault begins", i)
        for i, drill in enumerate(scenario.drills):
            self._wait(drill.at, "drill begins", i)
        if scenario.faults.rates is not None:
            self.chances.start(scenario.faults.rates)

    def _wait(self, delay_s: float, action: str, *who: str | int | float) -> None:
        self.world.clock.wait(Stage.FAULTS, delay_s, action, *who)

    def _begins(self, i: int) -> None:
        """A fault of the time line: with a known end, or until a crew has repaired it."""
        fault = self.timeline[i]
        out_s = lasts_s(fault)
        if not fault.takes_out:
            self.alterations.begin(fault, out_s, self._repair_s)
            return
        if fault.mode == COMPROMISE:
            self._out(fault.component, EventKind.SWITCHED_BY_INTRUDER, "not seen yet")
            self.alterations.unseen(fault)
            return
        if names_gpu(fault.component):
            self._gpu_begins(fault.component, out_s)
            return
        if out_s is not None:
            self._outage(fault.component, out_s, EventKind.FAILED)
            return
        self._out(fault.component, EventKind.FAILED, "waits for a crew")
        self._repair(fault.component, self._repair_s(fault.component))

    def _gpu_begins(self, name: str, out_s: float | None) -> None:
        """One GPU, told among stops by that name where the causes have it."""
        if GPU in self.chances.node_causes:
            self.own.node_cause[self.place(name)[0]] = list(self.chances.node_causes).index(GPU)
        self.gpus.fails(name, "", out_s, self._node_repair_s(name, GPU))

    def _drill_begins(self, i: int) -> None:
        drill = self.world.facility.scenario.drills[i]
        if isinstance(drill, Sag):
            self._sag(drill)
            return
        if isinstance(drill, PlannedTransfer):
            self._transfer(drill)
            return
        if not isinstance(drill, Isolate):
            for name in self._utilities():
                self._take_out(name, drill.duration)
            return
        if drill.drain is not None:
            self.drains.begin(drill.component, float(drill.drain), float(drill.duration))
            return
        wrong = mistaken(self.world.facility, drill)
        if wrong is None:
            self._take_out(drill.component, drill.duration)
            return
        detail = f"instead of {drill.component}; back after {seconds(PUT_RIGHT_S)}"
        self._out(wrong, EventKind.OPENED_BY_MISTAKE, detail)
        self._wait(PUT_RIGHT_S, "fault ends", wrong, EventKind.BACK_IN_SERVICE)
        self._wait(PUT_RIGHT_S, "drill goes on", drill.component, float(drill.duration))

    def _sag(self, drill: Sag) -> None:
        """Every sag of a drill; what waits says all, for a fork may have other drills."""
        node = self.world.facility.power.id.index(drill.target)
        for n in range(drill.count):
            self.world.clock.wait(
                Stage.POWER, n * (drill.spacing or 0.0), "sag begins", node,
                float(drill.remaining_voltage), float(drill.duration),
            )  # fmt: skip

    def _transfer(self, drill: PlannedTransfer) -> None:
        """Every board of a drill; what waits says all, for a fork may have other drills."""
        gap_s = float(drill.gap or 0.0)
        for board in planned_boards(self.world.facility, drill).tolist():
            self.world.clock.wait(Stage.POWER, 0.0, "transfer begins", board, gap_s)
            self.world.clock.wait(Stage.POWER, float(drill.duration), "transfer ends", board)

    def _take_out(self, name: str, out_s: float) -> None:
        """One component by a drill; what waits says all, for a fork may have other drills."""
        self._outage(name, out_s, EventKind.TAKEN_OUT)

    def _utilities(self) -> list[str]:
        table = self.components
        return [
            name
            for name, kind in zip(table.id, table.kind, strict=True)
            if role(kind) is Role.SUPPLY
        ]

    def _outage(self, name: str, out_s: float, why: EventKind) -> None:
        self._out(name, why, f"back after {seconds(out_s)}")
        ends = EventKind.REPAIRED if why is EventKind.FAILED else EventKind.BACK_IN_SERVICE
        self._wait(out_s, "fault ends", name, ends)

    def _ends(self, name: str, what: str = EventKind.REPAIRED) -> None:
        self._back(name, EventKind(what))

    def _repair(self, name: str, repair_s: float, *again: str) -> None:
        """Take a spare part where parts are counted, and queue for a crew; `again` names the action
        that follows the repair.
        """
        part = self._part(name)
        if part in self.own.stock:
            self._wait(self.lead_s[part], "spare arrives", part)
            if not self.own.stock[part]:
                self.own.without_spare.append([part, name, repair_s, *again])
                self.world.note(name, EventKind.WAITS_FOR_SPARE, f"none of {part} is left")
                return
            self.own.stock[part] -= 1
        self._send(name, repair_s, *again)

    def _part(self, name: str) -> str:
        """The type of a component; nothing for a node of a rack."""
        return "" if "/" in name else self.components.type[self.components.row[name]]

    def _spare_arrives(self, part: str) -> None:
        """It goes to whoever has waited longest, else into store."""
        for i, (wanted, name, repair_s, *again) in enumerate(self.own.without_spare):
            if wanted == part:
                del self.own.without_spare[i]
                self._send(str(name), float(repair_s), *map(str, again))
                return
        self.own.stock[part] += 1

    def _send(self, name: str, repair_s: float, *again: str) -> None:
        row = self.components.row[name.partition("/")[0]]
        kind = self.components.kind[row]
        self.crews.send(kind, repair_s, "fault repaired", name, *again)

    def settle(self) -> bool:
        """Crews come for GPUs whose nodes are empty now, and what was drained is taken out."""
        self.gpus.settle()
        return self.drains.settle()

    def apart(self) -> bool:
        """Nobody waits for a node or a rack to run empty: a crew, or planned work."""
        return not (self.own.emptying or self.own.draining)

    def _repaired(self, name: str, *again: str) -> None:
        self._back(name)
        if again:
            self.chances.wait(name)

    def _repair_s(self, name: str) -> float:
        hours = self.components.mttr_h[self.components.row[name.partition("/")[0]]]
        return float(hours) * HOUR_S if np.isfinite(hours) else HOUR_S

    def _node_repair_s(self, name: str, cause: str) -> float:
        """Mean work of a crew on a node, by the component that failed."""
        stated = self.world.facility.scenario.faults.node_repairs
        return float(stated.get(cause, self._repair_s(name)))

    def _fails(self, name: str) -> None:
        self._out(name, EventKind.FAILED, "at random; waits for a crew")
        self._repair(name, self.own.draws[name].exponential(self._repair_s(name)), "again")

    def _strikes(self, shared: str) -> None:
        """A cause that a group shares takes all of it at once."""
        draw = self.own.draws[shared]
        for name in self.chances.causes[shared.removeprefix(SHARED)]:
            self._out(name, EventKind.FAILED, f"by a {shared}; waits for a crew")
            self._repair(name, draw.exponential(self._repair_s(name)))
        self.chances.wait(shared)

    def _fails_running(self, name: str, node: int, since_s: float) -> None:
        """A generator fails while it runs, if this is still the run for which that was drawn."""
        supply = self.world.state.supply
        if not supply.running[node] or supply.running_since_s[node] != since_s:
            return
        ran_s = self.world.now_s - since_s
        self._out(name, EventKind.FAILED, f"after {ran_s:,.0f} s of running; waits for a crew")
        seed = self.world.facility.scenario.fault_seed
        draw = stream(seed, "generator", "repair", member(name), repr(since_s))
        self._repair(name, draw.exponential(self._repair_s(name)))

    def _node_fails(self, nodes: str) -> None:
        """One node of a rack; the others go on failing while it is repaired."""
        draw = self.own.draws[nodes]
        rack = nodes.removesuffix("/nodes")
        count = self.world.facility.racks.nodes[self._rack(rack)]
        name = f"{rack}/node_{draw.integers(count) + 1}"
        cause = self._cause(name)
        repair_s = draw.exponential(self._node_repair_s(name, cause))
        why = f"at random ({cause.replace('_', ' ')}); "
        if cause.startswith(GPU):
            self.gpus.fails(f"{name}/{self.gpus.drawn(name)}", why, None, repair_s)
        else:
            self._out(name, EventKind.FAILED, f"{why}waits for a crew")
            self._repair(name, repair_s)
        self.chances.wait(nodes)

    def _cause(self, name: str) -> str:
        """Draw which component of a node has failed, and enter it."""
        cause = self.chances.cause_of(name)
        self.own.node_cause[self.place(name)[0]] = cause
        return list(self.chances.node_causes)[cause]

    def _out(self, name: str, what: EventKind, detail: str) -> None:
        self.world.note(name, what, detail)
        if what is EventKind.FAILED and name in self.in_halves:
            self.world.clock.wait(Stage.POWER, 0.0, "half opens", self.in_halves[name])
        self._count(name, +1)

    def _back(self, name: str, what: EventKind = EventKind.REPAIRED) -> None:
        self._count(name, -1)
        if self._fine(name):
            self.world.note(name, what, "in order again" if what is EventKind.REPAIRED else "")
        else:
            self.world.note(name, EventKind.STILL_OUT, "another fault remains")

    def _rack(self, name: str) -> int:
        return self.rack_of_component[self.components.row[name]]

    def place(self, name: str) -> tuple[int, int]:
        """Node, and GPU or -1, of a name such as `rack/node_3/gpu_2`; -1 for a whole component."""
        rack, _, rest = name.partition("/")
        if not rest:
            return -1, -1
        node, _, gpu = rest.partition("/")
        first = int(self.world.facility.racks.first_node[self._rack(rack)])
        number = int(gpu.removeprefix("gpu_")) - 1 if gpu else -1
        return first + int(node.removeprefix("node_")) - 1, number

    def _count(self, name: str, change: int) -> None:
        node, _ = self.place(name)
        if node >= 0:
            self.gpus.count_node(node, change)
            return
        own = self.own
        row = self.components.row[name]
        own.reasons[row] += change
        own.component_ok[row] = own.reasons[row] == 0
        own.version += 1
        self.world.stale = True

    def _fine(self, name: str) -> bool:
        node, _ = self.place(name)
        if node < 0:
            return bool(self.own.component_ok[self.components.row[name]])
        return bool(self.own.node_ok[node])
