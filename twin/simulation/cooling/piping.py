"""Loops on pipes: what turns, what is open, and what flows then."""

from __future__ import annotations

import numpy as np

from twin.arrays import Array, Mask, total_by
from twin.facility.model.pipes import LoopPipes
from twin.physics.hydraulics.governed import GovernedFlow, governed_flow
from twin.physics.hydraulics.pump import coasting_level, next_level_s
from twin.simulation.faults.commands import pump_speed_frac
from twin.simulation.faults.sensed import Sensed, sensed
from twin.simulation.kernel.world import World

CACHE_MAX = 512
"""Solved states kept."""
VESSEL_MARKS = (0.5, 1.0)
"""Shares of the vessel lost at which an alarm comes, and at which pumps stop."""
_REACHED = 1.0 - 1e-9
"""A mark counts as reached this near to it."""


class Piping:
    """Reads flows and faults; part of the flow discipline, and writes no state."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.cooling = world.facility.cooling
        self.pipes = self.cooling.pipes
        self.piped = np.array([p.loop for p in self.pipes], dtype=np.int64)
        self.reserve_m3 = np.array([p.reserve_m3 for p in self.pipes])
        self.coast_s = np.zeros(len(self.cooling.pump_id))
        for p in self.pipes:
            self.coast_s[p.pumps] = p.coast_s
        self.link = [_links_by_name(world, p) for p in self.pipes]
        units = self.cooling.units.id
        self.sharing = [[units[u] for u in p.units.tolist()] for p in self.pipes]
        self._was_moving = True
        self._known: dict[bytes, GovernedFlow] = {}

    def leaks_m3_s(self) -> Array:
        """(loop on pipes,) what runs out."""
        altered = self.world.state.faults.altered
        leaks = [(name, flow) for mode, name, flow in altered if mode == "leak"]
        return np.array([sum(float(f) for n, f in leaks if n in link) for link in self.link])

    def wet(self) -> Mask:
        """(pump,) whose loop has coolant left; pumps of loops without pipes always have."""
        wet = np.ones(len(self.cooling.pump_id), dtype=bool)
        for p, stage in zip(self.pipes, self.vessel_stage().tolist(), strict=True):
            wet[p.pumps] = stage < len(VESSEL_MARKS)
        return wet

    def vessel_stage(self) -> Array:
        """(loop on pipes,) how many marks its vessel has passed."""
        lost = self.world.state.flows.leaked_m3[self.piped] / self.reserve_m3
        return np.asarray((lost[:, None] >= _REACHED * np.array(VESSEL_MARKS)).sum(axis=1))

    def speeds(self, pump_on: Mask) -> Array:
        """(pump,) speed of those that run down, are held by an intruder or follow a pressure that
        stands still; nan of those that follow their set-point.
        """
        own = self.world.state.flows
        driven = pump_speed_frac(self.world)[self.cooling.pump_unit]
        speeds = np.full(pump_on.size, np.nan)
        for k, p in enumerate(self.pipes):
            since_s = self.world.now_s - own.pump_off_s[p.pumps]
            level = coasting_level(since_s, p.coast_s)
            held = driven[p.pumps]
            held = np.where(np.isnan(held), self._sensed(k).stands, held)
            speeds[p.pumps] = np.where(pump_on[p.pumps], held, level * own.pump_speed[p.pumps])
        return speeds

    def _sensed(self, k: int) -> Sensed:
        """What the sensor between the headers of the k-th loop on pipes says."""
        return sensed(self.world, "pressure", self.sharing[k])

    def circulating(self, speeds: Array, openings: list[Array]) -> list[Array]:
        """What decides how much flows: speeds that are no pressure's, ways, and lies."""
        shares = [self._sensed(k).share for k in range(len(self.pipes))]
        lies = np.array([share for share in shares if share != 1.0])
        return [speeds[~np.isnan(speeds)], *openings, lies]

    def run_down(self) -> Mask:
        """(rack,) whose coolant no pump drives any more: it slows down within seconds, in which
        plate and coolant store the heat as where it stands still.
        """
        undriven = np.zeros(len(self.world.facility.racks.id), dtype=bool)
        for pipes in self.pipes:
            undriven[pipes.racks] = not self.world.state.flows.pump_on[pipes.pumps].any()
        return undriven

    def openings(self) -> list[Array]:
        """For each loop on pipes (link,) the share that is open."""
        return [self._opening(p, link) for p, link in zip(self.pipes, self.link, strict=True)]

    def _opening(self, pipes: LoopPipes, link: dict[str, int]) -> Array:
        opened = np.ones(pipes.net.network.links.size)
        for mode, name, amount in self.world.state.faults.altered:
            if mode in ("air_lock", "valve_closed") and name in link:
                left = max(1.0 - float(amount), 0.0)
                opened[link[str(name)]] = min(opened[link[str(name)]], left)
        return opened

    def flow(self, k: int, speeds: Array, opened: Array) -> GovernedFlow:
        """What flows in the k-th loop on pipes."""
        pipes = self.pipes[k]
        mine = speeds[pipes.pumps]
        told = self._sensed(k).share
        held_pa = None if pipes.held_pa is None else pipes.held_pa / told
        which = np.array([k, told])
        key = which.tobytes() + mine.tobytes() + opened.tobytes()
        if key not in self._known:
            if len(self._known) >= CACHE_MAX:
                self._known.clear()
            asked = (pipes.net, mine, opened, held_pa, pipes.fastest_frac)
            self._known[key] = governed_flow(*asked)
        return self._known[key]

    def moving(self) -> bool:
        """Whether a pump runs down or a vessel empties."""
        return bool(self.pipes) and bool(np.isfinite(self.next_s()))

    def moved(self) -> bool:
        """Whether one did when this was last asked, or does now."""
        before = self._was_moving
        self._was_moving = self.moving()
        return before or self._was_moving

    def next_s(self) -> float:
        """Seconds until a pump is a step slower or a vessel passes a mark."""
        if not self.pipes:
            return float("inf")
        return min(self._next_level_s(), self._next_mark_s())

    def _next_level_s(self) -> float:
        own = self.world.state.flows
        off = np.flatnonzero(~own.pump_on & (self.coast_s > 0) & np.isfinite(own.pump_off_s))
        now = self.world.now_s
        steps = (next_level_s(now - own.pump_off_s[p], self.coast_s[p]) for p in off)
        return min(steps, default=float("inf"))

    def _next_mark_s(self) -> float:
        lost = self.world.state.flows.leaked_m3[self.piped]
        first = float("inf")
        for k, leak in enumerate(self.leaks_m3_s().tolist()):
            left = np.array(VESSEL_MARKS) * self.reserve_m3[k] - lost[k]
            ahead = left[left > (1 - _REACHED) * self.reserve_m3[k]]
            if leak > 0 and ahead.size:
                first = min(first, float(ahead[0]) / leak)
        return first

    def leaked_m3(self, span_s: float) -> Array:
        """(loop,) lost over a span."""
        loops = len(self.cooling.loop_id)
        return total_by(self.piped, self.leaks_m3_s() * span_s, loops)


def _links_by_name(world: World, pipes: LoopPipes) -> dict[str, int]:
    """The link that a closed valve or an air lock of a rack, unit or pump narrows."""
    facility = world.facility
    cooling = facility.cooling
    named = [
        (facility.racks.id[r], link) for r, link in zip(pipes.racks, pipes.net.rack, strict=True)
    ]
    named += [
        (cooling.units.id[u], link) for u, link in zip(pipes.units, pipes.net.main, strict=True)
    ]
    named += [
        (cooling.pump_id[p], link) for p, link in zip(pipes.pumps, pipes.net.pump, strict=True)
    ]
    return {name: int(link) for name, link in named}
