"""Tanks of cold water: when they take heat for chillers, and when chillers fill them."""

from __future__ import annotations

import numpy as np

from twin.arrays import Array
from twin.facility.cooling.outdoors import entering_degc
from twin.facility.model import Plant
from twin.physics.chiller import available_w
from twin.physics.cold_store import lasts_s
from twin.quantities import percent
from twin.results.enums import EventKind
from twin.simulation.cooling.flows import Flows
from twin.simulation.cooling.plant import DISCHARGING, Plants
from twin.simulation.cooling.segments import taken_w
from twin.simulation.kernel.discipline import Discipline
from twin.simulation.kernel.world import World

IDLE_MODE = 0
FILLING = 2
ENOUGH_FRAC = 0.95
"""A tank rests again when chillers carry the heat with this share of what they can; assumed."""
SPARE_FRAC = 0.9
"""Chillers fill a tank with what this share of their capacity leaves; assumed."""
LEAST_WAIT_S = 1e-3
"""Between two looks at a tank that is nearly empty, or full."""
EMPTY_FRAC = 1e-9
"""Of a full tank: less is nothing."""


class Stores(Discipline):
    """The tanks of one run. Plants without one have no cold and never move."""

    def __init__(self, world: World, flows: Flows, plants: Plants) -> None:
        self.world = world
        self.own = world.state.stores
        self.flows = flows
        self.plants = plants
        self.with_tank = [
            (p, plant) for p, plant in enumerate(plants.plants) if plant.store is not None
        ]
        self.in_pipe = np.array([p.primary_w_k is not None for p in plants.plants], dtype=bool)

    def settle(self) -> bool:
        """Choose what each tank does, when the controls look around."""
        own = self.own
        scan = self.world.state.plants.scan
        if not self.with_tank or own.scan == scan:
            return False
        own.scan = scan
        for p, plant in self.with_tank:
            before = int(own.mode[p])
            found = self._mode(p, plant)
            if found != before:
                own.mode[p] = found
                self._tell(plant, before, found)
        return False

    def _mode(self, p: int, plant: Plant) -> int:
        own = self.own
        assert plant.store is not None
        asked_w = self._asked_w(p, plant)
        most_w = self._most_w(p, plant)
        self.own.filling_w[p] = 0.0
        if plant.primary_w_k is not None:
            return self._mode_in_pipe(p, plant, SPARE_FRAC * most_w - asked_w)
        limit = ENOUGH_FRAC * most_w if own.mode[p] == DISCHARGING else most_w
        if asked_w > limit and own.cold_j[p] > EMPTY_FRAC * plant.store.full_j:
            return DISCHARGING
        spare_w = SPARE_FRAC * most_w - asked_w
        room_j = plant.store.full_j - own.cold_j[p]
        if spare_w > 0 and room_j > EMPTY_FRAC * plant.store.full_j:
            own.filling_w[p] = min(spare_w, plant.store.charge_w)
            return FILLING
        return IDLE_MODE

    def _mode_in_pipe(self, p: int, plant: Plant, spare_w: float) -> int:
        """A tank in the common pipe gives what the chillers' pumps move too little, and fills with
        what they move too much, as warm as its warm zone, while chillers can cool that.
        """
        store = plant.store
        assert store is not None
        pipe = self.plants.common_pipe_with(p, tank=True)
        least_j = EMPTY_FRAC * store.full_j
        self.own.flow_w[p] = 0.0
        if pipe.tank_w_k > 0 and self.own.cold_j[p] > least_j:
            self.own.flow_w[p] = -pipe.tank_w_k * store.rise_k
            return DISCHARGING
        room_j = store.full_j - float(self.own.cold_j[p])
        if spare_w <= 0 or pipe.surplus_w_k <= 0 or room_j <= least_j:
            return IDLE_MODE
        warm_frac = max(float(self.own.warm_j[p]), 0.0) / room_j
        most_w = min(store.charge_w, pipe.surplus_w_k * store.rise_k)
        self.own.flow_w[p] = min(most_w, spare_w / max(warm_frac, EMPTY_FRAC))
        self.own.filling_w[p] = self.own.flow_w[p] * warm_frac
        return FILLING

    def _asked_w(self, p: int, plant: Plant) -> float:
        """Heat of the water, without what fills the tank."""
        state = self.world.state
        water = float(state.heat.temperature_degc[plant.node])
        return float(taken_w(state.plants.segment[p], water) - self.own.filling_w[p])

    def _most_w(self, p: int, plant: Plant) -> float:
        """What chillers that run can take in this weather."""
        assert plant.curve is not None
        state = self.world.state
        dry = float(state.plants.outdoor_degc[0])
        wet = float(state.plants.outdoor_degc[1])
        supply = self.plants.set_degc(p)
        each = float(np.asarray(available_w(plant.curve, supply, entering_degc(plant, dry, wet))))
        return self.flows.running_units(plant) * each

    def _tell(self, plant: Plant, before: int, found: int) -> None:
        if DISCHARGING in (before, found):
            what = EventKind.STORE_GIVES if found == DISCHARGING else EventKind.STORE_RESTS
            self.world.note(plant.id, what, f"{percent(self._full_frac(plant), 0)} full")

    def _full_frac(self, plant: Plant) -> float:
        assert plant.store is not None
        p = self.plants.plants.index(plant)
        return float(self.own.cold_j[p] / plant.store.full_j)

    def hold(self) -> None:
        """Heat that each tank takes until the next event."""
        own = self.own
        own.taken_w = np.zeros(len(self.plants.plants))
        for p, plant in self.with_tank:
            if own.mode[p] == DISCHARGING:
                assert plant.store is not None
                own.chillers_w[p] = self._most_w(p, plant)
                asked_w = self._asked_w(p, plant)
                left_w = max(asked_w - own.chillers_w[p], self._tank_frac(p) * asked_w, 0.0)
                own.taken_w[p] = min(left_w, plant.store.discharge_w)

    def _tank_frac(self, p: int) -> float:
        """Share of the heat that the water of a tank in a common pipe takes; 0 of any other."""
        return self.plants.common_pipe(p).tank_frac

    def advance(self, span_s: float) -> None:
        """Move what is in the tanks."""
        own = self.own
        if not self.with_tank:
            return
        gone_j = self.world.state.heat.plant_j - own.heat_j
        left_j = np.maximum(gone_j - own.chillers_w * span_s, 0.0)
        for p in np.flatnonzero(self.in_pipe & (own.mode == DISCHARGING)).tolist():
            left_j[p] = max(left_j[p], self._tank_frac(p) * gone_j[p])
        gained_j = own.filling_w * span_s - np.where(own.mode == DISCHARGING, left_j, 0.0)
        own.warm_j = np.where(self.in_pipe, own.warm_j - gained_j, own.warm_j)
        gained_j = np.where(self.in_pipe, own.flow_w * span_s, gained_j)
        own.cold_j = np.clip(own.cold_j + gained_j, 0.0, self._full_j())
        own.heat_j = self.world.state.heat.plant_j.copy()

    def _full_j(self) -> Array:
        full = (plant.store.full_j if plant.store else 0.0 for plant in self.plants.plants)
        return np.fromiter(full, dtype=float)

    def act(self) -> None:
        """An empty or a full tank makes the controls look around."""
        for p, plant in self.with_tank:
            assert plant.store is not None
            least_j = EMPTY_FRAC * plant.store.full_j
            mode = self.own.mode[p]
            empty = mode == DISCHARGING and self.own.cold_j[p] <= least_j
            full = mode == FILLING and self.own.cold_j[p] >= plant.store.full_j - least_j
            if empty or full:
                self.plants.rescan()

    def next_s(self) -> float:
        """Seconds until a tank is empty or full."""
        own = self.own
        first = float("inf")
        for p, plant in self.with_tank:
            assert plant.store is not None
            room_j = plant.store.full_j - float(own.cold_j[p])
            out_w = -own.flow_w[p] if self.in_pipe[p] else own.taken_w[p]
            in_w = own.flow_w[p] if self.in_pipe[p] else own.filling_w[p]
            empty_s = lasts_s(float(own.cold_j[p]), float(out_w))
            full_s = lasts_s(room_j, float(in_w))
            first = min(first, empty_s, full_s)
        return max(first, LEAST_WAIT_S)
