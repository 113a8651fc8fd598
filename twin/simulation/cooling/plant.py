"""Plants: when the building controls look around, and the heat that each takes from its water."""

from __future__ import annotations

from collections.abc import Callable
from functools import cached_property

import numpy as np

from twin.arrays import Array, Mask
from twin.facility.cooling.peak import plant_heat_w
from twin.facility.model import CommonPipe, Plant
from twin.simulation.cooling.alarms import Alarms
from twin.simulation.cooling.reuse import relieved_rows, reused_frac
from twin.simulation.cooling.segments import (
    FROST_MARGIN_K,
    TOUCH_K,
    chosen,
    frozen_rows,
    segment_rows,
    taken_w,
)
from twin.simulation.faults.commands import frozen, lie_k, written
from twin.simulation.kernel.discipline import Discipline
from twin.simulation.kernel.order import Stage
from twin.simulation.kernel.stretch import Stretch
from twin.simulation.kernel.world import World

DISCHARGING = 1
"""Mode of a tank that takes heat."""


class Plants(Discipline):
    """The plant discipline of one run; heat itself moves in `heat`, power is drawn in `units`."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.own = world.state.plants
        self.plants = world.facility.cooling.plants
        world.clock.can("plant scan", self._scan)
        self.alarms = Alarms(world)
        self.stays_w: Callable[[int], float] = lambda _: 0.0
        """Heat that the water of a node keeps now; `heat` knows it."""
        self._tanks = any(plant.store is not None for plant in self.plants)
        self._known: list[tuple[object, Array]] = [(None, np.zeros(0)) for _ in self.plants]
        self._counted: tuple[int, list[tuple[float, int, int]]] = (-1, [])

    def schedule(self) -> None:
        """Let the building controls look around at their period."""
        period_s = self.world.facility.scenario.controls.plant_period
        self.world.clock.repeat(Stage.PLANT, period_s, self.world.end_s, "plant scan")

    def _scan(self, _: int) -> None:
        """The building controls look around: weather, fans and compressors are set anew."""
        self.own.outdoor_degc = np.array(self.world.facility.weather.at(self.world.now_s))
        before_frac = self.own.pump_frac
        self._follow_load()
        self.own.reused_frac = np.array([self._reused_frac(*one) for one in enumerate(self.plants)])
        if self._tanks or not np.array_equal(before_frac, self.own.pump_frac):
            self.world.stale = True
        self.rescan()

    def _follow_load(self) -> None:
        """Set water pumps and set-points by the heat that plants take now."""
        own = self.own
        raised = np.zeros(len(self.plants))
        speed = np.ones(len(self.plants))
        for p, plant in enumerate(self.plants):
            if plant.load_reset is not None:
                raised[p] = plant.load_raised_k(self._load_frac(p, plant))
            if plant.pump_least_frac is not None:
                speed[p] = plant.pump_speed_frac(self._load_frac(p, plant))
        own.load_raise_k = raised
        own.pump_frac = speed

    def _reused_frac(self, p: int, plant: Plant) -> float:
        """Share of the heat that arrives from the house and somebody takes until the next look."""
        if plant.reuse is None:
            return 0.0
        stream_w_k = plant.water_w_k * float(self.world.state.flows.water_frac[p])
        arrives_w = np.array(self._arrives_w(p, plant))
        return float(reused_frac(plant, self._rows_alone(p, plant), arrives_w, stream_w_k))

    def _load_frac(self, p: int, plant: Plant) -> float:
        """Heat that arrives from the house, over that at the design point."""
        return self._arrives_w(p, plant) / max(float(self._design_w[p]), 1.0)

    def _arrives_w(self, p: int, plant: Plant) -> float:
        """Heat that a plant takes, and what stays in its water: both arrive from the house.

        By the heat taken alone, a raised set-point would ask for a higher one, and faster pumps,
        behind which more is mixed and less taken, for slower ones.
        """
        water = float(self.world.state.heat.temperature_degc[plant.node])
        return float(taken_w(self.own.segment[p], water)) + self.stays_w(plant.node)

    @cached_property
    def _design_w(self) -> Array:
        return plant_heat_w(self.world.facility)

    def at_rest(self) -> bool:
        """No plant follows its load or a clock, and no damper the weather."""
        economises = self.world.facility.cooling.air.economises
        return not economises and not any(plant.follows for plant in self.plants)

    def rescan(self) -> None:
        """Let the building controls look around at the next settling."""
        self.own.scan += 1

    @property
    def scan_due(self) -> bool:
        """Whether fans and compressors are yet to be set by the last look around."""
        return self.own.scan != self.world.state.units.scan

    def settle(self) -> bool:
        """Changed flows make the controls look around at once."""
        version = self.world.state.flows.version
        if version != self.own.flows_version:
            self.own.flows_version = version
            self.rescan()
        return False

    def hold(self) -> None:
        """Raise alarms at a look around, and put every plant on its segment."""
        if self.scan_due:
            self._raise_alarms()
        self.own.segment = self._segments()

    def _raise_alarms(self) -> None:
        own = self.own
        degc = self.world.state.heat.temperature_degc
        found = self.alarms.found(degc, own.outdoor_degc)
        if not np.array_equal(found, own.alarms):
            self.alarms.note(own.alarms, found)
            own.alarms = found

    def choose_segments(self) -> bool:
        """Put every plant on the segment its water temperature lies in; True where one changed."""
        before = self.own.segment
        self.own.segment = self._segments()
        return not np.array_equal(self.own.segment, before)

    def _segments(self) -> Array:
        """(plant, field) the segment that each plant's water lies in."""
        found = np.empty_like(self.own.segment)
        for p, plant in enumerate(self.plants):
            found[p] = self._segment(p, plant)
        return found

    def _segment(self, p: int, plant: Plant) -> Array:
        rows = self._rows(p, plant)
        water = self.world.state.heat.temperature_degc[plant.node]
        return np.asarray(rows[int(chosen(rows, water))])

    def _rows(self, p: int, plant: Plant) -> Array:
        """(PIECES, field) the segments of a plant in the weather that the controls read last, with
        what somebody takes of its heat.
        """
        rows = self._rows_alone(p, plant)
        return rows if plant.reuse is None else relieved_rows(rows, self.own.reused_frac[p])

    def _rows_alone(self, p: int, plant: Plant) -> Array:
        """The same without."""
        dry_bulb = float(self.own.outdoor_degc[0])
        wet_bulb = float(self.own.outdoor_degc[1])
        running, free_running, _ = self._counts()[p]
        supply_degc = float(self.asked_degc(p, dry_bulb))
        store_w = self._store_w(p, plant)
        weather = (dry_bulb, wet_bulb)
        common = self.common_pipe(p)
        asked = (running, supply_degc, *weather, free_running, store_w, common)
        reading = frozen(self.world, plant.id)
        if self._known[p][0] != (asked, reading):
            rows = segment_rows(plant, *asked)
            seen = rows if reading is None else frozen_rows(plant, rows, reading)
            self._known[p] = ((asked, reading), seen)
        return self._known[p][1]

    def common_pipe(self, p: int) -> CommonPipe:
        """Water on both sides of the common pipe of a plant, and of a tank in it that gives."""
        gives = self.world.state.stores.mode[p] == DISCHARGING
        return self.common_pipe_with(p, tank=bool(gives))

    def common_pipe_with(self, p: int, *, tank: bool) -> CommonPipe:
        """The same with a tank that gives or not, whatever it does now."""
        water_frac = float(self.world.state.flows.water_frac[p])
        return self.plants[p].common_pipe(self._counts()[p][2], water_frac, tank=tank)

    def set_degc(self, p: int) -> float:
        """Set-point of a plant's water, as its load has it; weather may raise it further."""
        return float(self._as_sensed(p, self._held_degc(p)))

    def _held_degc(self, p: int) -> float:
        """What the controls would hold by an honest sensor; what an intruder wrote stands as it
        is.
        """
        command = written(self.world, self.plants[p].id)
        if command is not None:
            return command
        return float(self.world.state.controls.supply_degc[p] + self.own.load_raise_k[p])

    def _as_sensed(self, p: int, held_degc: Array | float) -> Array | float:
        """Water that stands at a set-point for a sensor that may lie; frost guards do not."""
        lie = lie_k(self.world, self.plants[p].id) if self.world.state.faults.altered else 0.0
        if not lie:
            return held_degc
        guard = self.plants[p].freezes_degc + FROST_MARGIN_K
        return np.maximum(np.asarray(held_degc) - lie, np.minimum(held_degc, guard))

    def asked_degc(self, p: int, dry_bulb: Array | float) -> Array:
        """Set-point of a plant's water at outdoor temperatures, of their shape."""
        raised_k = self.plants[p].raised_k(dry_bulb)
        altered = self.world.state.faults.altered
        free = not altered or written(self.world, self.plants[p].id) is None
        return np.asarray(self._as_sensed(p, self._held_degc(p) + raised_k * free))

    def _store_w(self, p: int, plant: Plant) -> float:
        """Heat that its tank can take, where it does."""
        gives = self.world.state.stores.mode[p] == DISCHARGING
        if not gives or plant.store is None:
            return 0.0
        if plant.primary_w_k is None:
            return plant.store.discharge_w
        return self.common_pipe(p).tank_w_k * plant.store.rise_k

    def _counts(self) -> list[tuple[float, int, int]]:
        """By plant, what runs of it; counted anew where flows have changed."""
        version = self.world.state.flows.version
        if self._counted[0] != version:
            self._counted = (version, [self._running(plant) for plant in self.plants])
        return self._counted[1]

    def _running(self, plant: Plant) -> tuple[float, int, int]:
        """Chillers or coolers of a plant that run, those coming up by their share, dry coolers
        beside its chillers, and chillers or coolers whose pumps run.
        """
        flows = self.world.state.flows
        running = flows.unit_running
        free = running[plant.free.units] if plant.free is not None else running[:0]
        if plant.primary_w_k is not None and not running[plant.units].any():
            free = free[:0]
        units = float((running[plant.units] * flows.capacity_frac[plant.units]).sum())
        pumps = int(np.count_nonzero(running[plant.units]))
        return units, int(np.count_nonzero(free)), pumps

    def foretell(self, stretch: Stretch) -> None:
        """The weather at looks, and segments that plants stay on if they stay, of one slope."""
        own = self.own
        outdoor = self.world.facility.weather.table(stretch.look_times_s)
        outdoor = np.concatenate([own.outdoor_degc[None], outdoor])
        segment = np.empty((len(outdoor), *own.segment.shape))
        known = True
        for p in range(len(self.plants)):
            rows = self._rows_of(p, outdoor)
            here = (rows[0] == own.segment[p]).all(axis=-1)
            segment[:, p] = rows[:, int(here.argmax())]
            known &= bool(here.any())
        stretch.outdoor_degc = outdoor[stretch.of_look]
        stretch.segment = segment[stretch.of_look]
        conductance = stretch.segment[..., 0]
        stretch.cut_sets((conductance[1:] == conductance[0]).all(axis=1))
        if not known:
            stretch.cut(0)

    def _rows_of(self, p: int, outdoor_degc: Array) -> Array:
        """(look, PIECES, field) the segments of a plant in weather (look, 2)."""
        plant = self.plants[p]
        running, free_running, _ = self._counts()[p]
        dry_bulb = outdoor_degc[:, 0]
        wet_bulb = outdoor_degc[:, 1]
        supply_degc = self.asked_degc(p, dry_bulb)
        weather = (dry_bulb, wet_bulb)
        common = self.common_pipe(p)
        rows = segment_rows(plant, running, supply_degc, *weather, free_running, common=common)
        reading = frozen(self.world, plant.id)
        return rows if reading is None else frozen_rows(plant, rows, reading)

    def stays(self, stretch: Stretch) -> Mask:
        """(set,) whether every plant is still on the segment that the stretch has for it."""
        fine = np.ones(len(stretch.outdoor_degc) - 1, dtype=bool)
        at_sets = stretch.temperature_degc[1:][stretch.sets]
        for p, plant in enumerate(self.plants):
            rows = self._rows_of(p, stretch.outdoor_degc[1:])
            found = chosen(rows, at_sets[:, plant.node])
            now = rows[np.arange(len(rows)), found]
            fine &= (now == stretch.segment[1:, p]).all(axis=-1)
        alarms = self.alarms.found(at_sets, stretch.outdoor_degc[1:])
        return np.asarray(fine & (alarms == self.own.alarms).all(axis=-1))

    def live_through(self, stretch: Stretch) -> None:
        """What the last look saw holds."""
        self.own.outdoor_degc = stretch.outdoor_degc[-1].copy()
        self.own.segment = stretch.segment[-1].copy()
        self.own.scan += int(np.count_nonzero(stretch.looks))

    def limits(self, upper: Array, lower: Array) -> None:
        """Enter the temperatures at which a plant leaves its segment."""
        for plant, segment in zip(self.plants, self.own.segment, strict=True):
            upper[plant.node] = segment[4]
            lower[plant.node] = segment[3] - 3 * TOUCH_K
