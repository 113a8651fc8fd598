"""Racks and chips: who is on, who boots, and what each rack draws."""

from __future__ import annotations

import numpy as np

from twin.arrays import Array, Index, Mask, total_by
from twin.results.enums import Cause, EventKind
from twin.simulation.cooling.server_fans import working_frac
from twin.simulation.kernel.discipline import Discipline
from twin.simulation.kernel.world import World
from twin.simulation.state.work import FREE, SHARED


class Compute(Discipline):
    """The compute discipline of one run."""

    def __init__(self, world: World) -> None:
        racks = world.facility.racks
        self.world = world
        self.own = world.state.racks
        self.racks = racks
        self.rack_of_node = racks.rack_of_node
        self.gpu_span_w = (racks.gpus_per_node * racks.gpu_span_w)[self.rack_of_node]
        self.cpu_span_w = racks.cpu_span_w[self.rack_of_node]
        self.with_nodes = np.flatnonzero(racks.nodes)
        self.support_span_w = np.where(racks.nodes == 0, racks.rated_w - racks.idle_w, 0.0)
        self.supports = bool(self.support_span_w.any())
        self._seen_version = (-1, -1, -1)
        self._peak: tuple[object, Array] = (None, np.zeros(0))
        self._seen_s = -np.inf
        self._placed: tuple[Index | None, Index, Index, Index] | None = None
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
        nodes.

        touched   nodes whose activity or owner may be another than before, None for all; racks
                  without any keep their sums
        """
        racks, nodes, starts = self._places(touched)
        if not racks.size:
            return
        own = self.own
        activity = self.world.state.activity
        gain = activity.gain_frac.take(nodes)
        gpu_w = activity.gpu_activity.take(nodes) * gain * self.gpu_span_w.take(nodes)
        cpu_w = activity.cpu_activity.take(nodes) * gain * self.cpu_span_w.take(nodes)
        rack = self.rack_of_node.take(nodes)
        count = len(self.racks.id)
        busiest = np.maximum.reduceat(activity.gpu_busiest.take(nodes), starts)
        own.gpu_w = _with(own.gpu_w, racks, total_by(rack, gpu_w, count).take(racks))
        own.cpu_w = _with(own.cpu_w, racks, total_by(rack, cpu_w, count).take(racks))
        own.peak_activity = _with(own.peak_activity, racks, busiest)
        busy = np.add.reduceat(self._working(nodes), starts)
        own.busy_nodes = _with(own.busy_nodes, racks, busy)
        self._turn += 1
        self._summed_at[racks] = self._turn

    def _places(self, touched: Index | None) -> tuple[Index, Index, Index]:
        """Racks with touched nodes, all nodes of these, and where each rack begins; kept for the
        next time that the same array is asked for, as services do window after window.
        """
        if self._placed is None or self._placed[0] is not touched:
            racks = self.with_nodes if touched is None else self._racks_of(touched)
            nodes, starts = self.nodes_of(racks) if racks.size else (racks, racks)
            self._placed = (touched, racks, nodes, starts)
        return self._placed[1:]

    def _racks_of(self, nodes: Index) -> Index:
        touched = np.zeros(len(self.racks.id), dtype=bool)
        touched[self.rack_of_node.take(nodes)] = True
        return np.flatnonzero(touched)

    def nodes_of(self, racks: Index) -> tuple[Index, Index]:
        """(node,) of some racks, one rack after another, and where each begins."""
        count = self.racks.nodes.take(racks)
        ends = np.cumsum(count)
        starts = ends - count
        first = self.racks.first_node.take(racks)
        return np.arange(ends[-1]) + np.repeat(first - starts, count), starts

    def summed_since(self, turn: int) -> tuple[Mask, int]:
        """(rack,) whose sums were made after a turn, and the turn that it is now."""
        return self._summed_at > turn, self._turn

    def _working(self, nodes: Index) -> Array:
        """(of nodes,) 1 with work; of a node that jobs share, the share of its GPUs that they hold,
        or of its cores and memory where it has none.
        """
        jobs = self.world.state.jobs
        owner = jobs.work_of_node.take(nodes)
        working = (owner != FREE).astype(float)
        shares = owner == SHARED
        if shares.any():
            shared = nodes[shares]
            gpus = self.racks.gpus_per_node[self.rack_of_node[shared]]
            of_gpus = 1.0 - jobs.gpu_free[shared].sum(axis=1) / np.maximum(gpus, 1)
            of_host = 1.0 - jobs.host_free[shared].min(axis=1, initial=1.0)
            working[shares] = np.where(gpus > 0, of_gpus, of_host)
        return np.asarray(working)

    def hold(self) -> None:
        """Power of every rack at its clock."""
        own = self.own
        chips = own.cpu_w + own.gpu_w * self.world.state.throttling.power_frac
        dynamic = self.racks.gpu_gain * np.where(own.rack_on, chips, 0.0)
        state = self.world.state
        beside = self._support_w() + state.fans.power_w + state.leakage.rack_w
        drawn = self.racks.idle_w + dynamic + beside - self._failed_w()
        live = self.world.state.supply.live[self.load]
        own.rack_w = np.where(own.rack_lit & live, drawn, 0.0)

    def _failed_w(self) -> Array | float:
        """(rack,) idle power of its GPUs that have failed: they draw none; at the chips."""
        faults = self.world.state.faults
        if not faults.gpus_out:
            return 0.0
        failed = faults.gpu_reasons > 0
        count = total_by(self.rack_of_node, failed.sum(axis=1).astype(float), len(self.racks.id))
        return np.minimum(count * self.racks.gpu_idle_w, self.racks.idle_w)

    def _support_w(self) -> Array | float:
        """(rack,) what storage, network and management racks draw above idle: it follows the share
        of nodes at work.
        """
        if not self.supports:
            return 0.0
        return np.where(self.racks.nodes == 0, working_frac(self.world) * self.support_span_w, 0.0)

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
