"""Random failures: when each component fails next, alone or by a cause that it shares."""

from __future__ import annotations

from datetime import datetime

import numpy as np

from twin.arrays import Array
from twin.catalogue.equipment_kinds import Role, role
from twin.facility.stop_causes import node_causes
from twin.physics.seasons import due_s
from twin.scenario.schema import FaultRates
from twin.seeds import member, stream
from twin.simulation.kernel.order import Stage
from twin.simulation.kernel.world import World

HOUR_S = 3600.0
RUNNING_HOURS_ONLY = (Role.STANDBY,)
"""Roles whose mean time between failures counts running hours; they do not fail while standing
by."""
SHARED = "common cause "
"""What the names of shared causes begin with among the draws."""


class Chances:
    """Draws of the random failures; part of the fault discipline, whose block it writes."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.own = world.state.faults
        self.components = world.facility.components
        self.seed = world.facility.scenario.fault_seed
        self.causes = {
            cause.name: tuple(m for name in cause.components for m in self.components.members(name))
            for cause in world.facility.scenario.plan.common_causes
        }
        self.node_causes = node_causes(world.facility.scenario)
        self.edges_s = month_edges_s(world.facility.scenario.start, world.end_s)
        self.factors = self._factors()

    def _factors(self) -> dict[str, Array]:
        """By kind, (month,) what its rate is multiplied by, where that has seasons."""
        scenario = self.world.facility.scenario
        rates = scenario.faults.rates
        months = (scenario.start.month - 1 + np.arange(self.edges_s.size - 1)) % 12
        return {
            kind: np.array(season.months)[months]
            for season in (rates.seasons if rates else ())
            for kind in season.kinds
        }

    def start(self, rates: FaultRates) -> None:
        """The first failure of every component that can fail, of the nodes of every rack, and of
        every shared cause.
        """
        alone = self._alone_frac()
        kinds = set(rates.kinds)
        for name, kind, hours in zip(
            self.components.id, self.components.kind, self.components.mtbf_h, strict=True
        ):
            fails = np.isfinite(hours) and role(kind) not in RUNNING_HOURS_ONLY
            if fails and (not kinds or kind in kinds) and alone.get(name, 1.0) > 0:
                mean_h = float(hours) / rates.scale / alone.get(name, 1.0)
                self._begin(name, mean_h, member(name))
        if rates.nodes:
            self._start_nodes(rates)
        self._start_shared(rates)

    def _alone_frac(self) -> dict[str, float]:
        """Share of its failures that each member of a group has alone."""
        shared = self.world.facility.scenario.plan.common_causes
        return {name: 1.0 - cause.beta for cause in shared for name in self.causes[cause.name]}

    def _start_nodes(self, rates: FaultRates) -> None:
        racks = self.world.facility.racks
        for r, name in enumerate(racks.id):
            if np.isfinite(racks.node_mtbf_h[r]) and racks.nodes[r]:
                mean_h = float(racks.node_mtbf_h[r] / racks.nodes[r] / rates.scale)
                self._begin(f"{name}/nodes", mean_h, member(name), "nodes")

    def _start_shared(self, rates: FaultRates) -> None:
        """Causes that groups share: beta of the mean rate of their members that may fail."""
        kinds = set(rates.kinds)
        for cause in self.world.facility.scenario.plan.common_causes:
            rows = [self.components.row[name] for name in self.causes[cause.name]]
            rows = [r for r in rows if not kinds or self.components.kind[r] in kinds]
            rate_per_h = np.nan_to_num(1.0 / self.components.mtbf_h[rows])
            if rate_per_h.sum() > 0:
                mean_h = 1.0 / (cause.beta * float(rate_per_h.mean()) * rates.scale)
                self._begin(f"{SHARED}{cause.name}", mean_h, "common cause", cause.name)

    def cause_of(self, node: str) -> int:
        """Which component of a node fails now, among the causes; draws nobody else's numbers."""
        draw = stream(self.seed, "faults", "cause", member(node), repr(self.world.now_s))
        shares = np.cumsum(list(self.node_causes.values()))
        return min(int(np.searchsorted(shares, float(draw.random()))), shares.size - 1)

    def _begin(self, name: str, mean_h: float, *stream_name: str) -> None:
        self.own.draws[name] = stream(self.seed, "faults", *stream_name)
        self.own.mean_h[name] = mean_h
        self.wait(name)

    def wait(self, name: str) -> None:
        """Draw when it fails next, and wait for that."""
        hours = self.own.draws[name].exponential(self.own.mean_h[name])
        delay_s = self._delay_s(name, hours * HOUR_S)
        if np.isfinite(delay_s):
            self.world.clock.wait(Stage.FAULTS, delay_s, _action(name), name)

    def _delay_s(self, name: str, hazard_s: float) -> float:
        """As drawn; where the rate of its kind has seasons, until they add up to that."""
        row = self.components.row.get(name)
        factor = None if row is None else self.factors.get(self.components.kind[row])
        if factor is None:
            return hazard_s
        now_s = self.world.now_s
        return due_s(hazard_s, now_s, self.edges_s, factor) - now_s


def _action(name: str) -> str:
    if name.startswith(SHARED):
        return "fault strikes"
    return "fault node_fails" if name.endswith("/nodes") else "fault fails"


def month_edges_s(start: datetime, horizon_s: float) -> Array:
    """(month + 1,) the start of the run, and of every month after it until one past the end, in
    seconds since the start.
    """
    edges = [0.0]
    year = start.year
    month = start.month
    while edges[-1] <= horizon_s:
        year = year + month // 12
        month = month % 12 + 1
        edges.append((datetime(year, month, 1, tzinfo=start.tzinfo) - start).total_seconds())
    return np.array(edges)
