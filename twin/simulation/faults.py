"""What goes wrong and when it is right again: time line, drills, random faults, and crews.

A component may be out for several reasons at once; it is back when the last of them has ended.
"""

from __future__ import annotations

import numpy as np

from twin.controls import Isolate
from twin.scenario.schema import FaultRates, TimedFault
from twin.seeds import member, stream
from twin.simulation.kernel.clock import Process, Stage
from twin.simulation.kernel.world import World

HOUR_S = 3600.0
RUNNING_HOURS_ONLY = ("generator",)
"""Kinds whose mean time between failures counts running hours; they do not fail while standing
by."""


class Faults:
    """The fault discipline of one run."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.components = world.facility.components
        self.reasons = np.zeros(len(self.components.id), dtype=np.int64)
        self.node_reasons = np.zeros(world.facility.racks.node_count, dtype=np.int64)
        self.rack_of_component = {int(c): r for r, c in enumerate(world.facility.racks.component)}
        self.crews = world.clock.crews(world.facility.scenario.faults.crews)
        scenario = world.facility.scenario
        for fault in scenario.faults.timeline:
            world.clock.start(self._timed(fault))
        for drill in scenario.drills:
            names = [drill.component] if isinstance(drill, Isolate) else self._utilities()
            for name in names:
                world.clock.start(
                    self._outage(name, drill.at, drill.duration, "taken out on purpose")
                )
        if scenario.faults.rates is not None:
            self._random(scenario.faults.rates)

    def _utilities(self) -> list[str]:
        return [
            id_
            for id_, kind in zip(self.components.id, self.components.kind, strict=True)
            if kind == "utility"
        ]

    def _timed(self, fault: TimedFault) -> Process:
        if fault.repair_at is not None or fault.repair_after is not None:
            out_s = (
                fault.repair_after
                if fault.repair_after is not None
                else (fault.repair_at or 0.0) - fault.at
            )
            yield from self._outage(fault.component, fault.at, out_s, "failed")
            return
        yield self.world.clock.wait(Stage.FAULTS, fault.at)
        self._out(fault.component, "failed", "waits for a crew")
        yield from self._repair(fault.component, self._repair_s(fault.component))

    def _outage(self, name: str, at_s: float, out_s: float, why: str) -> Process:
        yield self.world.clock.wait(Stage.FAULTS, at_s)
        self._out(name, why, f"back after {out_s / 60:,.0f} min")
        yield self.world.clock.wait(Stage.FAULTS, out_s)
        self._back(name)

    def _repair(self, name: str, repair_s: float) -> Process:
        """Queue for a crew, then be repaired."""
        with self.crews.request() as turn:
            yield turn
            yield self.world.clock.wait(Stage.FAULTS, repair_s)
        self._back(name)

    def _repair_s(self, name: str) -> float:
        hours = self.components.mttr_h[self.components.row[name.partition("/")[0]]]
        return float(hours) * HOUR_S if np.isfinite(hours) else HOUR_S

    def _random(self, rates: FaultRates) -> None:
        """One process a component that can fail, and one a rack for its nodes."""
        kinds = set(rates.kinds)
        facility = self.world.facility
        for c, id_ in enumerate(self.components.id):
            kind = self.components.kind[c]
            mean_h = float(self.components.mtbf_h[c]) / rates.scale
            if (
                np.isfinite(mean_h)
                and kind not in RUNNING_HOURS_ONLY
                and (not kinds or kind in kinds)
            ):
                self.world.clock.start(self._fails(id_, mean_h))
        if rates.nodes:
            for r, id_ in enumerate(facility.racks.id):
                if np.isfinite(facility.racks.node_mtbf_h[r]) and facility.racks.nodes[r]:
                    mean_h = facility.racks.node_mtbf_h[r] / facility.racks.nodes[r] / rates.scale
                    self.world.clock.start(self._node_fails(id_, r, float(mean_h)))

    def _fails(self, name: str, mean_h: float) -> Process:
        draw = stream(self.world.facility.scenario.seed, "faults", member(name))
        while True:
            yield self.world.clock.wait(Stage.FAULTS, draw.exponential(mean_h) * HOUR_S)
            self._out(name, "failed", "at random; waits for a crew")
            yield from self._repair(name, draw.exponential(self._repair_s(name)))

    def _node_fails(self, rack: str, r: int, mean_h: float) -> Process:
        draw = stream(self.world.facility.scenario.seed, "faults", member(rack), "nodes")
        while True:
            yield self.world.clock.wait(Stage.FAULTS, draw.exponential(mean_h) * HOUR_S)
            name = f"{rack}/node_{draw.integers(self.world.facility.racks.nodes[r]) + 1}"
            self._out(name, "failed", "at random; waits for a crew")
            self.world.clock.start(self._repair(name, draw.exponential(self._repair_s(name))))

    def _out(self, name: str, what: str, detail: str) -> None:
        self.world.note(name, what, detail)
        self._count(name, +1)

    def _back(self, name: str) -> None:
        self._count(name, -1)
        self.world.note(
            name,
            "repaired" if self._fine(name) else "still out",
            "in order again" if self._fine(name) else "another fault remains",
        )

    def _node(self, name: str) -> int | None:
        """Node index of a name such as `rack/node_3`; None for a whole component."""
        rack, slash, node = name.partition("/")
        if not slash:
            return None
        r = self.rack_of_component[self.components.row[rack]]
        return int(self.world.facility.racks.first_node[r]) + int(node.removeprefix("node_")) - 1

    def _count(self, name: str, change: int) -> None:
        state = self.world.state
        node = self._node(name)
        if node is None:
            row = self.components.row[name]
            self.reasons[row] += change
            state.component_ok[row] = self.reasons[row] == 0
        else:
            self.node_reasons[node] += change
            state.node_ok[node] = self.node_reasons[node] == 0
        self.world.stale = True

    def _fine(self, name: str) -> bool:
        node = self._node(name)
        if node is None:
            return bool(self.world.state.component_ok[self.components.row[name]])
        return bool(self.world.state.node_ok[node])
