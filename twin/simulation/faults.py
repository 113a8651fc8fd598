"""What goes wrong and when it is right again: time line, drills, random faults, and crews.

A component may be out for several reasons at once; it is back when the last of them has ended.
"""

from __future__ import annotations

import numpy as np

from twin.catalogue.equipment_kinds import Role, role
from twin.controls import Isolate
from twin.results.enums import EventKind
from twin.scenario.schema import FaultRates, TimedFault
from twin.seeds import member, stream
from twin.simulation.crews import Crews
from twin.simulation.kernel.discipline import Discipline
from twin.simulation.kernel.order import Stage
from twin.simulation.kernel.world import World

HOUR_S = 3600.0
RUNNING_HOURS_ONLY = (Role.STANDBY,)
"""Roles whose mean time between failures counts running hours; they do not fail while standing
by."""


class Faults(Discipline):
    """The fault discipline of one run."""

    def __init__(self, world: World, crews: Crews) -> None:
        self.world = world
        self.own = world.state.faults
        self.crews = crews
        self.components = world.facility.components
        self.rack_of_component = {int(c): r for r, c in enumerate(world.facility.racks.component)}
        self.timeline = world.facility.scenario.faults.timeline
        for name in ("begins", "ends", "repaired", "fails", "node_fails"):
            world.clock.can(f"fault {name}", getattr(self, f"_{name}"))
        world.clock.can("fault while running", self._fails_running)
        world.clock.can("drill begins", self._drill_begins)
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
            self._random(scenario.faults.rates)

    def _wait(self, delay_s: float, action: str, *who: str | int | float) -> None:
        self.world.clock.wait(Stage.FAULTS, delay_s, action, *who)

    def _begins(self, i: int) -> None:
        """A fault of the time line: with a known end, or until a crew has repaired it."""
        fault = self.timeline[i]
        out_s = _out_s(fault)
        if out_s is not None:
            self._outage(fault.component, out_s, EventKind.FAILED)
            return
        self._out(fault.component, EventKind.FAILED, "waits for a crew")
        self._repair(fault.component, self._repair_s(fault.component))

    def _drill_begins(self, i: int) -> None:
        drill = self.world.facility.scenario.drills[i]
        names = [drill.component] if isinstance(drill, Isolate) else self._utilities()
        for name in names:
            self._outage(name, drill.duration, EventKind.TAKEN_OUT)

    def _utilities(self) -> list[str]:
        table = self.components
        return [
            name
            for name, kind in zip(table.id, table.kind, strict=True)
            if role(kind) is Role.SUPPLY
        ]

    def _outage(self, name: str, out_s: float, why: EventKind) -> None:
        self._out(name, why, f"back after {seconds(out_s)}")
        self._wait(out_s, "fault ends", name)

    def _ends(self, name: str) -> None:
        self._back(name)

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

    def _repaired(self, name: str, *again: str) -> None:
        self._back(name)
        if again:
            self._wait_random(name)

    def _repair_s(self, name: str) -> float:
        hours = self.components.mttr_h[self.components.row[name.partition("/")[0]]]
        return float(hours) * HOUR_S if np.isfinite(hours) else HOUR_S

    def _random(self, rates: FaultRates) -> None:
        """The first failure of every component that can fail, and of the nodes of every rack."""
        kinds = set(rates.kinds)
        racks = self.world.facility.racks
        for name, kind, hours in zip(
            self.components.id, self.components.kind, self.components.mtbf_h, strict=True
        ):
            fails = np.isfinite(hours) and role(kind) not in RUNNING_HOURS_ONLY
            if fails and (not kinds or kind in kinds):
                self._start_random(name, float(hours) / rates.scale, member(name))
        for r, name in enumerate(racks.id) if rates.nodes else ():
            if np.isfinite(racks.node_mtbf_h[r]) and racks.nodes[r]:
                mean_h = float(racks.node_mtbf_h[r] / racks.nodes[r] / rates.scale)
                self._start_random(f"{name}/nodes", mean_h, member(name), "nodes")

    def _start_random(self, name: str, mean_h: float, *stream_name: str) -> None:
        seed = self.world.facility.scenario.seed
        self.own.draws[name] = stream(seed, "faults", *stream_name)
        self.own.mean_h[name] = mean_h
        self._wait_random(name)

    def _wait_random(self, name: str) -> None:
        delay_s = self.own.draws[name].exponential(self.own.mean_h[name]) * HOUR_S
        self._wait(delay_s, "fault node_fails" if name.endswith("/nodes") else "fault fails", name)

    def _fails(self, name: str) -> None:
        self._out(name, EventKind.FAILED, "at random; waits for a crew")
        self._repair(name, self.own.draws[name].exponential(self._repair_s(name)), "again")

    def _fails_running(self, name: str, node: int, since_s: float) -> None:
        """A generator fails while it runs, if this is still the run for which that was drawn."""
        supply = self.world.state.supply
        if not supply.running[node] or supply.running_since_s[node] != since_s:
            return
        ran_s = self.world.now_s - since_s
        self._out(name, EventKind.FAILED, f"after {ran_s:,.0f} s of running; waits for a crew")
        seed = self.world.facility.scenario.seed
        draw = stream(seed, "generator", "repair", member(name), repr(since_s))
        self._repair(name, draw.exponential(self._repair_s(name)))

    def _node_fails(self, nodes: str) -> None:
        """One node of a rack; the others go on failing while it is repaired."""
        draw = self.own.draws[nodes]
        rack = nodes.removesuffix("/nodes")
        count = self.world.facility.racks.nodes[self._rack(rack)]
        name = f"{rack}/node_{draw.integers(count) + 1}"
        self._out(name, EventKind.FAILED, "at random; waits for a crew")
        self._repair(name, draw.exponential(self._repair_s(name)))
        self._wait_random(nodes)

    def _out(self, name: str, what: EventKind, detail: str) -> None:
        self.world.note(name, what, detail)
        self._count(name, +1)

    def _back(self, name: str) -> None:
        self._count(name, -1)
        if self._fine(name):
            self.world.note(name, EventKind.REPAIRED, "in order again")
        else:
            self.world.note(name, EventKind.STILL_OUT, "another fault remains")

    def _rack(self, name: str) -> int:
        return self.rack_of_component[self.components.row[name]]

    def _node(self, name: str) -> int | None:
        """Node index of a name such as `rack/node_3`; None for a whole component."""
        rack, slash, node = name.partition("/")
        if not slash:
            return None
        first = self.world.facility.racks.first_node[self._rack(rack)]
        return int(first) + int(node.removeprefix("node_")) - 1

    def _count(self, name: str, change: int) -> None:
        own = self.own
        node = self._node(name)
        if node is None:
            row = self.components.row[name]
            own.reasons[row] += change
            own.component_ok[row] = own.reasons[row] == 0
        else:
            own.node_reasons[node] += change
            own.node_ok[node] = own.node_reasons[node] == 0
        own.version += 1
        self.world.stale = True

    def _fine(self, name: str) -> bool:
        node = self._node(name)
        if node is None:
            return bool(self.own.component_ok[self.components.row[name]])
        return bool(self.own.node_ok[node])


def seconds(span_s: float) -> str:
    """A span in seconds, as events say it."""
    return f"{span_s:,.0f} s" if span_s >= 10 else f"{span_s:g} s"


def _out_s(fault: TimedFault) -> float | None:
    """How long a fault of the time line lasts; None where a crew decides."""
    if fault.repair_after is not None:
        return fault.repair_after
    return fault.repair_at - fault.at if fault.repair_at is not None else None
