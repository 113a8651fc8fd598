"""Racks and chips: who is on, who boots, and what each rack draws."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from twin.arrays import Array, Index, Mask, total_by
from twin.results.enums import Cause, EventKind
from twin.simulation.compute.at_work import AtWork, RackSums
from twin.simulation.compute.node_work import NodeWork
from twin.simulation.cooling.server_fans import working_frac
from twin.simulation.kernel.discipline import Discipline
from twin.simulation.kernel.world import World


class Compute(Discipline):
    """The compute discipline of one run."""

    def __init__(self, world: World) -> None:
        racks = world.facility.racks
        self.world = world
        self.own = world.state.racks
        self.racks = racks
        self.rack_of_node = racks.rack_of_node
        self.nodes = NodeWork(world)
        self.support_span_w = np.where(racks.nodes == 0, racks.rated_w - racks.idle_w, 0.0)
        self.supports = bool(self.support_span_w.any())
        self._seen_version = (-1, -1, -1)
        self._peak: tuple[object, Array] = (None, np.zeros(0))
        self._seen_s = -np.inf
        self.notes: Callable[[AtWork], None] | None = None
        """Who takes note of what nodes do, while work is ahead."""
        self._turn = 0
        self._summed_at = np.zeros(len(racks.id), dtype=np.int64)
        self._last_boot_s = np.inf
        self.load = world.facility.power.load_of_rack
        self._hold_up_end = ((-1, -1), np.inf)

    def available(self) -> Mask:
        """(rack,) powered, in order and cool enough to run."""
        state = self.world.state
        held_s = (state.supply.lost_s + state.supply.ride_s)[self.load]
        powered = state.supply.good[self.load] | (self.world.now_s < held_s)
        in_order = state.faults.component_ok[self.racks.component]
        return powered & in_order & ~state.throttling.overheated

    def settle(self) -> bool:
        """Find out which racks are on; those that come back boot first. True where that changed."""
        own = self.own
        if self._nothing_new():
            return False
        lit = self.available()
        on_before = own.rack_on
        lit_before = own.rack_lit
        back = lit & ~lit_before
        if self.world.now_s > 0 and back.any():
            booted_s = self.world.now_s + self.racks.boot_s
            own.boot_until_s = np.where(back, booted_s, own.boot_until_s)
        self._last_boot_s = float(own.boot_until_s.max(initial=-np.inf))
        own.rack_lit = lit
        own.rack_on = lit & (own.boot_until_s <= self.world.now_s)
        changed_on = own.rack_on != on_before
        if not (changed_on.any() or (lit != lit_before).any()):
            return False
        own.version += 1
        for r in np.flatnonzero(changed_on):
            self._note(int(r))
        return True

    def _nothing_new(self) -> bool:
        """Whether nothing that decides who is on can have changed since it was worked out."""
        state = self.world.state
        version = (state.supply.version, state.faults.version, state.throttling.version)
        unchanged = (
            version == self._seen_version
            and self._last_boot_s <= self._seen_s
            and self.world.now_s < self._hold_up_ends_s()
        )
        self._seen_version = version
        self._seen_s = self.world.now_s
        return unchanged

    def _hold_up_ends_s(self) -> float:
        """When the next rack without voltage has held up for as long as it can."""
        supply = self.world.state.supply
        version = (supply.version, self.own.version)
        if version != self._hold_up_end[0]:
            dark = self.load[self.own.rack_lit & ~supply.good[self.load]]
            held_s = supply.lost_s[dark] + supply.ride_s[dark]
            self._hold_up_end = (version, float(held_s.min(initial=np.inf)))
        return self._hold_up_end[1]

    def _note(self, rack: int) -> None:
        if self.own.rack_on[rack]:
            self.world.note(self.racks.id[rack], EventKind.ON, "booted")
        else:
            self.world.note(self.racks.id[rack], EventKind.OFF, self.why_off(rack))

    def why_off(self, rack: int) -> Cause:
        """The cause of a rack being off, as in the losses table."""
        state = self.world.state
        if state.throttling.overheated[rack]:
            return Cause.OVERHEATED
        if not state.faults.component_ok[self.racks.component[rack]]:
            return Cause.FAILED
        good = state.supply.good[self.world.facility.power.load_of_rack[rack]]
        return Cause.RESTARTING if good else Cause.POWER_LOST

    def sum_activity(self, touched: Index | None) -> None:
        """Sum node activities into racks: watts at full clock, the busiest GPU and the busy
        nodes; while work is ahead what nodes do is only noted.

        touched   nodes whose activity or owner may be another than before, None for all; racks
                  without any keep their sums
        """
        at_work = self.nodes.touched(touched)
        if not at_work.racks.size:
            return
        if self.notes is not None:
            self.notes(at_work)
            return
        own = self.own
        sums = self.nodes.summed(at_work)
        own.gpu_w = _with(own.gpu_w, at_work.racks, sums.gpu_w)
        own.cpu_w = _with(own.cpu_w, at_work.racks, sums.cpu_w)
        own.peak_activity = _with(own.peak_activity, at_work.racks, sums.peak_activity)
        own.busy_nodes = _with(own.busy_nodes, at_work.racks, sums.busy_nodes)
        self._turn += 1
        self._summed_at[at_work.racks] = self._turn

    def sums(self) -> RackSums:
        """(rack,) as they stand."""
        own = self.own
        return RackSums(own.gpu_w, own.cpu_w, own.peak_activity, own.busy_nodes)

    def stands(self, sums: RackSums, rack_w: Array) -> None:
        """What holds at this moment, which was worked out of all that was noted."""
        own = self.own
        own.gpu_w = sums.gpu_w
        own.cpu_w = sums.cpu_w
        own.peak_activity = sums.peak_activity
        own.busy_nodes = sums.busy_nodes
        own.rack_w = rack_w
        self._turn += 1
        self._summed_at[:] = self._turn

    def summed_since(self, turn: int) -> tuple[Mask, int]:
        """(rack,) whose sums were made after a turn, and the turn that it is now."""
        return self._summed_at > turn, self._turn

    def hold(self) -> None:
        """Power of every rack at its clock."""
        self.own.rack_w = self.drawn_w(self.sums())

    def drawn_w(self, sums: RackSums) -> Array:
        """(..., rack) power at these sums (..., rack), as all else is now."""
        own = self.own
        state = self.world.state
        chips = sums.cpu_w + sums.gpu_w * state.throttling.power_frac
        dynamic = self.racks.gpu_gain * np.where(own.rack_on, chips, 0.0)
        beside = self._support_w(sums.busy_nodes) + state.fans.power_w + state.leakage.rack_w
        drawn = self.racks.idle_w + dynamic + beside - self._failed_w()
        live = state.supply.live[self.load]
        return np.where(own.rack_lit & live, drawn, 0.0)

    def _failed_w(self) -> Array | float:
        """(rack,) idle power of its GPUs that have failed: they draw none; at the chips."""
        faults = self.world.state.faults
        if not faults.gpus_out:
            return 0.0
        failed = faults.gpu_reasons > 0
        count = total_by(self.rack_of_node, failed.sum(axis=1).astype(float), len(self.racks.id))
        return np.minimum(count * self.racks.gpu_idle_w, self.racks.idle_w)

    def _support_w(self, busy_nodes: Array) -> Array | float:
        """(..., rack) what storage, network and management racks draw above idle: it follows the
        share of nodes at work.
        """
        if not self.supports:
            return 0.0
        working = np.asarray(working_frac(self.world, busy_nodes))[..., None]
        return np.where(self.racks.nodes == 0, working * self.support_span_w, 0.0)

    def hottest_w(self) -> Array:
        """(rack,) power of the busiest GPU at its clock and temperature."""
        return self.gpu_peak_w() + self.world.state.leakage.chip_w

    def hottest_at_w(self, peak_activity: Array) -> Array:
        """(..., rack) the same at activities of their busiest GPUs."""
        return self._gpu_peak_w(peak_activity) + self.world.state.leakage.chip_w

    def gpu_peak_w(self) -> Array:
        """(rack,) power of the busiest GPU at its clock, without what its temperature adds."""
        state = self.world.state
        versions = (self.own.version, state.activity.version, state.throttling.version)
        if versions != self._peak[0]:
            self._peak = (versions, self._gpu_peak_w(self.own.peak_activity))
        return self._peak[1]

    def _gpu_peak_w(self, peak_activity: Array) -> Array:
        busy = np.where(self.own.rack_on, peak_activity, 0.0)
        span_w = self.racks.gpu_span_w * busy * self.world.state.throttling.power_frac
        return np.where(self.own.rack_lit, self.racks.gpu_idle_w + span_w, 0.0)

    def junction_degc(self) -> Array:
        """(rack,) hottest GPU."""
        state = self.world.state
        coolant = state.heat.temperature_degc[: len(self.racks.id)]
        return coolant + state.flows.junction_k_w * self.hottest_w()

    def next_s(self) -> float:
        """Seconds until the next rack has booted, or can hold up no longer."""
        now = self.world.now_s
        hold_up_s = self._hold_up_ends_s() - now
        if self._last_boot_s <= now:
            return hold_up_s
        booting = self.own.boot_until_s[self.own.rack_lit & ~self.own.rack_on]
        return min(float(booting.min(initial=np.inf)) - now, hold_up_s)


def _with(values: Array, racks: Index, now: Array) -> Array:
    """(rack,) another array, with other values of some racks."""
    found = values.copy()
    found[racks] = now
    return found
