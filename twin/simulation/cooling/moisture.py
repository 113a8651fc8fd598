"""Moisture of the halls that state it: moved by straight lines between looks around of the
controls, each towards where the exact law comes to by the next look, so that water and its heat
close whatever happens in between.
"""

from __future__ import annotations

import numpy as np

from twin.arrays import Array, Mask, total_by
from twin.facility.cooling.moist_halls import Flow, moist_halls
from twin.facility.cooling.moisture import (
    ALLOWED_DEW_DEGC,
    ALLOWED_HUMIDITY_FRAC,
    LEAST_HUMIDITY_FRAC,
)
from twin.physics import hall_moisture, humidity_control, moist_air
from twin.results.enums import EventKind
from twin.simulation.cooling.alarms import note_changes
from twin.simulation.cooling.humidity_sensors import HumiditySensors
from twin.simulation.cooling.plant import Plants
from twin.simulation.faults.commands import coils_now, handler_fans_w
from twin.simulation.kernel.discipline import Discipline
from twin.simulation.kernel.stretch import Stretch
from twin.simulation.kernel.world import World

TOUCH_K = 1e-6
"""A dew point passes a mark by more than this."""
TOUCH_FRAC = 1e-7
"""The same of a relative humidity."""
_ANY_COIL = 1.0
"""Stands for the coils of a quiet hall, which take nothing."""


class Moisture(Discipline):
    """The moisture of one run's halls; it has nothing to do where no hall states any."""

    def __init__(self, world: World, plants: Plants) -> None:
        self.world = world
        self.own = world.state.moisture
        self.plants = plants
        self.cooling = world.facility.cooling
        self.halls = moist_halls(world.facility)
        self.followed = bool(self.halls.hall.size)
        self.period_s = world.facility.scenario.controls.plant_period
        nodes = np.array([p.node for p in self.cooling.plants], dtype=np.int64)
        self.water_node = nodes[self.cooling.hall_plant[self.halls.hall]]
        self.of_loop = self.halls.of_loop
        self.hall_names = [self.cooling.hall_id[h] for h in self.halls.hall]
        self.senses = HumiditySensors(world, self.halls, self.hall_names)
        self.names = (
            *((name, EventKind.COILS_CONDENSE) for name in self.hall_names),
            *((name, EventKind.AIR_TOO_DRY) for name in self.hall_names),
            *((name, EventKind.AIR_TOO_HUMID) for name in self.hall_names),
            *((name, EventKind.BELOW_DEW_POINT) for name in self.cooling.loop_id),
        )

    def hold(self) -> None:
        """Set what flows until the next look around, and raise alarms, at a look around."""
        if not (self.followed and self.plants.scan_due):
            return
        own = self.own
        brought = self._outdoor_ratio(self.world.state.plants.outdoor_degc)
        outdoor = (self._outdoor_kg_s(), np.broadcast_to(brought, own.ratio.shape))
        degc = self.world.state.heat.temperature_degc
        coil = (self._coil_kg_s(), self._saturated(degc))
        most = self._most()
        if self.world.now_s <= 0.0:
            own.ratio = self.halls.steady(outdoor, coil, most).ratio
            own.start_ratio = own.ratio.copy()
        own.water_kg_s = self._passed(own.ratio, outdoor, coil, self.senses.window(degc), most)
        own.unit_w = self._unit_w()
        given = (*own.water_kg_s[1:3], self.halls.humidifier_j_kg)
        own.air_w = self._of_halls(humidity_control.air_heat_w(*given))
        own.coil_w = self._of_halls(humidity_control.latent_w(own.water_kg_s[3]))
        found = self._alarms(own.ratio, degc)
        if not np.array_equal(found, own.alarms):
            note_changes(self.world, self.names, _DETAIL, own.alarms, found)
            own.alarms = found

    def _passed(self, ratio: Array, outdoor: Flow, coil: Flow, window: Flow, most: Flow) -> Array:
        """(water, hall) kg/s up to the next look."""
        return self.halls.passed(ratio, self.period_s, outdoor, coil, window, most)

    def _most(self) -> Flow:
        """What humidifiers can give and dehumidifiers take: water that evaporates takes no more
        heat than racks and fans give to the air.
        """
        racks = self.world.facility.racks
        given_w = self.world.state.racks.rack_w * (1.0 - racks.liquid_frac)
        of_hall = total_by(racks.hall, given_w, len(self.cooling.hall_id))[self.halls.hall]
        fans_w = self.halls.of_handler @ handler_fans_w(self.world)
        return self.senses.most(self.halls.most(self._able(), of_hall + fans_w))

    def _outdoor_ratio(self, outdoor_degc: Array) -> Array:
        """(...,) of weather (..., 2)."""
        air = (outdoor_degc[..., 0], outdoor_degc[..., 1])
        return moist_air.ratio_of_wet_bulb(*air, np.asarray(self.cooling.pressure_pa))

    def _saturated(self, temperature_degc: Array) -> Array:
        """(..., hall) ratio of saturated air at the water of its coils."""
        water = temperature_degc[..., self.water_node]
        return moist_air.saturated_ratio(water, self.cooling.pressure_pa)

    def _outdoor_kg_s(self) -> Array:
        """(hall,) leakage and dampers, as they stood at the last look."""
        stream = coils_now(self.world).stream_w_k * self.world.state.coils.outdoor_frac
        damped = self.halls.of_handler @ stream / moist_air.AIR_J_KG_K
        return np.asarray(self.halls.leakage_kg_s + damped)

    def _coil_kg_s(self) -> Array:
        """(hall,) air through coils times their effectiveness, by the heat that they take now."""
        degc = self.world.state.heat.temperature_degc
        drawn = degc[self.cooling.air.handler_node]
        water = degc[self.cooling.water_of_handler]
        coils = coils_now(self.world)
        piece = coils.piece(self.world.state.coils.piece, drawn, water)
        of_air, of_water, constant = coils.terms(piece)
        taken_w = of_air * drawn - of_water * water + constant
        passing = hall_moisture.coil_kg_s(taken_w, drawn, water, coils.open_w_k)
        return np.asarray(self.halls.of_handler @ passing)

    def _able(self) -> Array:
        """(hall,) share of its air handlers that run, and humidify."""
        running = self.world.state.flows.unit_running[self.cooling.air.handler_unit]
        mine = self.halls.of_handler
        return np.asarray((mine @ running) / mine.sum(axis=1))

    def _of_halls(self, values: Array) -> Array:
        """(hall of the facility,) values of these halls, nothing for the others."""
        out = np.zeros(len(self.cooling.hall_id))
        out[self.halls.hall] = values
        return out

    def _unit_w(self) -> Array:
        """(unit,) what holds the window, shared by the handlers that run."""
        unit = self.cooling.air.handler_unit
        running = self.world.state.flows.unit_running[unit]
        _, humidified, dehumidified, _ = self.own.water_kg_s
        each_j_kg = self.halls.humidifier_j_kg
        hall_w = humidity_control.power_w(humidified, dehumidified, each_j_kg)
        count = np.maximum(self.halls.of_handler @ running, 1)
        out = np.zeros(self.own.unit_w.size)
        out[unit] = np.where(running, (hall_w / count) @ self.halls.of_handler, 0.0)
        return out

    def _alarms(self, ratio: Array, temperature_degc: Array) -> Mask:
        """(..., alarm) what is raised at ratios (..., hall) and temperatures (..., node)."""
        dew = moist_air.dew_point_degc(ratio, np.asarray(self.cooling.pressure_pa))
        low, high = ALLOWED_DEW_DEGC
        coolant = temperature_degc[..., self.cooling.loop_node]
        at_loop = np.where(self.of_loop, dew[..., None, :], -np.inf)
        dew_of_loop = at_loop.max(axis=-1, initial=-np.inf)
        moist_frac = self.humidity_frac(ratio, temperature_degc)
        pressure_pa = self.cooling.pressure_pa
        driest_frac = self.halls.driest_frac(ratio, temperature_degc, pressure_pa)
        parts = (
            dew > temperature_degc[..., self.water_node] + TOUCH_K,
            (dew < low - TOUCH_K) | (driest_frac < LEAST_HUMIDITY_FRAC - TOUCH_FRAC),
            (dew > high + TOUCH_K) | (moist_frac > ALLOWED_HUMIDITY_FRAC + TOUCH_FRAC),
            coolant < dew_of_loop - TOUCH_K,
        )
        return np.concatenate(parts, axis=-1)

    def humidity_frac(self, ratio: Array, temperature_degc: Array) -> Array:
        """(..., hall) relative humidity of the coldest air that racks draw in."""
        return self.halls.humidity_frac(ratio, temperature_degc, self.cooling.pressure_pa)

    def advance(self, span_s: float) -> None:
        """Move on in a straight line, and sum the water that passed."""
        if self.followed:
            ratio, water_kg = self._moved(*self._now(), span_s)
            self.own.ratio = ratio
            self.own.water_kg = water_kg

    def _now(self) -> tuple[Array, Array, Array]:
        return self.own.ratio, self.own.water_kg, self.own.water_kg_s

    def _moved(
        self, ratio: Array, water_kg: Array, water_kg_s: Array, span_s: float
    ) -> tuple[Array, Array]:
        """Ratio and sums after a span."""
        brought, humidified, dehumidified, condensed = water_kg_s
        gained = brought + humidified - dehumidified - condensed
        return ratio + gained * span_s / self.halls.air_kg, water_kg + water_kg_s * span_s

    def at_rest(self) -> bool:
        """Outdoor air alone changes it: what takes heat or power waits for every look."""
        return not self.own.water_kg_s[1:].any()

    def apart(self) -> bool:
        """Nobody follows the moisture of halls."""
        return not self.followed

    def foretell(self, stretch: Stretch) -> None:
        """A look at which coils, humidifiers or alarms begin is lived through as an event."""
        if not self.followed:
            return
        ratio, _, rates = self._path(stretch)
        quiet = ~rates[stretch.looks][:, 1:].any(axis=(1, 2))
        alarms = self._alarms(ratio, stretch.temperature_degc[1:])[stretch.looks]
        stretch.cut_sets(quiet & (alarms == self.own.alarms).all(axis=1))

    def _path(self, stretch: Stretch) -> tuple[Array, Array, Array]:
        """(instant, ...) ratio and sums reached, and what flows from then on, while quiet."""
        outdoor = self._outdoor_ratio(stretch.outdoor_degc[1:])
        cold = self._saturated(stretch.temperature_degc[1:])
        any_coil = np.full(self.halls.hall.size, _ANY_COIL)
        leaks = self._outdoor_kg_s()
        most = self._most()
        ratio, water_kg, rates = self._now()
        reached = []
        low, high = self.senses.window(stretch.temperature_degc[1:])
        ends = zip(*np.broadcast_arrays(low, high, cold), strict=True)
        rows = zip(stretch.span_s.tolist(), stretch.looks, stretch.row, ends, strict=True)
        for span_s, looks, row, (lowest, highest, saturated) in rows:
            ratio, water_kg = self._moved(ratio, water_kg, rates, span_s)
            if looks:
                brought = np.broadcast_to(outdoor[row], ratio.shape)
                coil = (any_coil, saturated)
                rates = self._passed(ratio, (leaks, brought), coil, (lowest, highest), most)
            reached.append((ratio, water_kg, rates))
        ratios, sums, flows = (np.array(each) for each in zip(*reached, strict=True))
        return ratios, sums, flows

    def live_through(self, stretch: Stretch) -> None:
        """Moisture, and the water that passed."""
        if not self.followed:
            return
        own = self.own
        ratio, water_kg, rates = self._path(stretch)
        own.ratio = ratio[-1].copy()
        own.water_kg = water_kg[-1].copy()
        own.water_kg_s = rates[-1].copy()
        periods = stretch.periods
        stretch.samples["moist_ratio"] = ratio[periods]
        stretch.samples["moist_kg"] = water_kg.reshape(len(water_kg), -1)[periods]

    def residual_frac(self) -> float:
        """Water that came less what went and is held, over what moved: rounding."""
        own = self.own
        brought, humidified, dehumidified, condensed = own.water_kg.sum(axis=1)
        held = float(self.halls.air_kg @ (own.ratio - own.start_ratio))
        moved = float(np.abs(own.water_kg).sum() + self.halls.air_kg @ own.ratio)
        left = brought + humidified - dehumidified - condensed - held
        return float(left) / moved if moved > 0 else 0.0


_DETAIL = {
    EventKind.COILS_CONDENSE: "its dew point is above the water of its coils",
    EventKind.AIR_TOO_DRY: "drier than class A1 is allowed: dew point -12 °C, 8 % at an inlet",
    EventKind.AIR_TOO_HUMID: "moister than class A1 is allowed: dew point 17 °C, 80 % at an inlet",
    EventKind.BELOW_DEW_POINT: "coolant is colder than the dew point of its hall",
}
