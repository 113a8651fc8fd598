"""Racks and chips: who is on, who boots, and what each rack draws."""

from __future__ import annotations

import numpy as np

from twin.physics.chip import dynamic_frac
from twin.simulation.kernel.state import Array, Mask, total_by
from twin.simulation.kernel.world import World


class Compute:
    """The compute discipline of one run."""

    def __init__(self, world: World) -> None:
        racks = world.facility.racks
        self.world = world
        self.racks = racks
        self.rack_of_node = racks.rack_of_node
        self.gpu_span_w = (racks.gpus_per_node * racks.gpu_span_w)[self.rack_of_node]
        self.cpu_span_w = racks.cpu_span_w[self.rack_of_node]
        self.nodes = np.flatnonzero(racks.nodes)
        self.starts = racks.first_node[self.nodes]
        self.gpu_w = np.zeros(len(racks.id))
        self.cpu_w = np.zeros(len(racks.id))

    def available(self) -> Mask:
        """(rack,) powered, in order and cool enough to run."""
        state = self.world.state
        facility = self.world.facility
        powered = state.live[facility.power.load_of_rack]
        return powered & state.component_ok[self.racks.component] & ~state.overheated

    def presence(self) -> bool:
        """Find out which racks are on; those that come back boot first. True where that changed."""
        state = self.world.state
        before = (self.world.state.rack_on, self.world.state.rack_lit)
        lit = self.available()
        back = lit & ~state.rack_lit
        if self.world.now_s > 0:
            state.boot_until_s = np.where(
                back, self.world.now_s + self.racks.boot_s, state.boot_until_s
            )
        state.rack_lit = lit
        state.rack_on = lit & (state.boot_until_s <= self.world.now_s)
        for r in np.flatnonzero(state.rack_on != before[0]):
            self.world.note(
                self.racks.id[r],
                "on" if state.rack_on[r] else "off",
                "booted" if state.rack_on[r] else self.why_off(int(r)),
            )
        return bool((state.rack_on != before[0]).any() or (lit != before[1]).any())

    def why_off(self, rack: int) -> str:
        """The cause of a rack being off, as in the losses table."""
        state = self.world.state
        if state.overheated[rack]:
            return "overheated"
        if not state.component_ok[self.racks.component[rack]]:
            return "failed"
        return (
            "restarting"
            if state.live[self.world.facility.power.load_of_rack[rack]]
            else "power_lost"
        )

    def activity(self) -> None:
        """Sum node activities into racks: watts at full clock, the busiest GPU and the busy
        nodes.
        """
        state = self.world.state
        count = len(self.racks.id)
        rack = self.rack_of_node
        self.gpu_w = total_by(rack, state.gpu_activity * self.gpu_span_w, count)
        self.cpu_w = total_by(rack, state.cpu_activity * self.cpu_span_w, count)
        peak = np.zeros(count)
        if self.nodes.size:
            peak[self.nodes] = np.maximum.reduceat(state.gpu_activity, self.starts)
        state.peak_activity = peak
        state.busy_nodes = total_by(rack, state.work_of_node != -1, count)

    def settle(self) -> None:
        """Power of every rack at its clock."""
        state = self.world.state
        chips = self.cpu_w + self.gpu_w * dynamic_frac(state.clock_frac)
        drawn = (
            self.racks.idle_w
            + self.racks.gpu_gain * np.where(state.rack_on, chips, 0.0)
            + self._support_w()
        )
        state.rack_w = np.where(state.rack_lit, drawn, 0.0)

    def _support_w(self) -> Array:
        """(rack,) what storage, network and management racks draw above idle: it follows the share
        of nodes at work.
        """
        whole = float(self.racks.nodes.sum())
        busy = (
            float((self.world.state.busy_nodes * self.world.state.rack_on).sum()) / whole
            if whole
            else 0.0
        )
        return np.where(self.racks.nodes == 0, busy * (self.racks.rated_w - self.racks.idle_w), 0.0)

    def gpu_peak_w(self, clock_frac: Array) -> Array:
        """(rack,) power of the busiest GPU at a clock."""
        state = self.world.state
        busy = np.where(state.rack_on, state.peak_activity, 0.0)
        chip = self.racks.gpu_idle_w + self.racks.gpu_span_w * busy * dynamic_frac(clock_frac)
        return np.where(state.rack_lit, chip, 0.0)

    def junction_degc(self) -> Array:
        """(rack,) hottest GPU."""
        state = self.world.state
        coolant = state.temperature_degc[: len(self.racks.id)]
        return coolant + state.junction_k_w * self.gpu_peak_w(state.clock_frac)

    def next_s(self) -> float:
        """Seconds until the next rack has booted."""
        state = self.world.state
        booting = state.boot_until_s[state.rack_lit & ~state.rack_on]
        return float(booting.min() - self.world.now_s) if booting.size else np.inf
