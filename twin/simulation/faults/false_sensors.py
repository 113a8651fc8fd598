"""Sensors that lie: what they say, and when somebody, or a second sensor, sees it."""

from __future__ import annotations

import numpy as np

from twin.catalogue.equipment_kinds import Role, of_role
from twin.facility.compromise import answer
from twin.quantities import power
from twin.results.enums import EventKind
from twin.scenario.schema import TimedFault
from twin.simulation.crews import Crews
from twin.simulation.faults.altered import Altered
from twin.simulation.faults.commands import (
    FROZEN,
    SPOOFED,
    coils_now,
    coolant_units,
    meters,
    valves_now,
)
from twin.simulation.faults.false_readings import begin_reading
from twin.simulation.kernel.order import Stage
from twin.simulation.kernel.world import World

_NEVER_S = -1.0
"""Stands for a difference that no comparison has found."""


class FalseSensors:
    """What lies; part of the fault discipline, and told by what it writes down as altered."""

    def __init__(self, world: World, crews: Crews, altered: Altered) -> None:
        self.world = world
        self.crews = crews
        self.altered = altered
        tree = world.facility.power
        feeds = np.flatnonzero(of_role(tree.kind, Role.SUPPLY))
        self.feeds = {tree.id[node]: feeds[k : k + 1] for k, node in enumerate(feeds.tolist())}
        world.clock.can("sensors compared", self._compare)
        world.clock.can("lie detected", self._detected)
        world.clock.can("second sensor trusted", self._trusted)

    def begin(self, fault: TimedFault) -> None:
        """A sensor lies from now on; what waits says all, for a fork may have others."""
        name = fault.component
        if name in self.feeds:
            self._meter_lies(fault)
            return
        if fault.sensor in ("pressure", "humidity"):
            found = answer(self.altered.kind(name), fault)
            what = begin_reading(self.world, self.altered, fault)
            self._wait(found.detected_s, "lie detected", *what, found.restore_s)
            return
        reading = self.truth_degc(name)
        mode = FROZEN if fault.frozen else SPOOFED
        amount = self._control(name) if fault.frozen else fault.amount
        told = f"stands at {reading:.1f} °C" if fault.frozen else f"reads {amount:+g} K"
        self.altered.alter(mode, name, amount, EventKind.SENSOR_SPOOFED, told)
        found = answer(self.altered.kind(name), fault)
        limit_k = fault.second_sensor_limit
        if limit_k is None:
            self._wait(found.detected_s, "lie detected", mode, name, amount, found.restore_s)
        elif fault.frozen:
            seen = (reading, float(limit_k), found.detected_s, _NEVER_S)
            self._wait(0.0, "sensors compared", name, amount, *seen)
        elif abs(amount) > limit_k:
            self._wait(found.detected_s, "second sensor trusted", mode, name, amount)

    def _meter_lies(self, fault: TimedFault) -> None:
        """The meter of a utility feed reads a share of what is drawn, or stands still, until
        somebody sees it.
        """
        name = fault.component
        mode = FROZEN if fault.frozen else SPOOFED
        amount = self._metered_w(name) if fault.frozen else fault.amount
        reads = f"reads {amount:.4g} of what is drawn"
        told = f"stands at {power(amount)}" if fault.frozen else reads
        self.altered.alter(mode, name, amount, EventKind.SENSOR_SPOOFED, told)
        found = answer(self.altered.kind(name), fault)
        self._wait(found.detected_s, "lie detected", mode, name, amount, found.restore_s)

    def _metered_w(self, name: str) -> float:
        """What the meter of a utility feed reads."""
        node = self.feeds[name]
        drawn_w = self.world.state.supply.input_w[node]
        told = meters(self.world, node)
        return float((drawn_w if told is None else told.read_w(drawn_w))[0])

    def truth_degc(self, name: str) -> float:
        """What an honest sensor of a plant's water, a handler's air or a unit's coolant would
        read.
        """
        degc = self.world.state.heat.temperature_degc
        cooling = self.world.facility.cooling
        for plant in cooling.plants:
            if plant.id == name:
                return float(degc[plant.node])
        if name in self._coolant_units():
            loop = cooling.units.zone[cooling.units.id.index(name)]
            return float(degc[cooling.loop_node[loop]])
        return float(self._supplied()[0][self._handler(name)])

    def _control(self, name: str) -> float:
        """What a sensor that stands still leaves of control: the temperature that a plant sees, the
        share of its coil that a handler has open, or of its exchanger that a coolant unit has.
        """
        if any(plant.id == name for plant in self.world.facility.cooling.plants):
            return self.truth_degc(name)
        if name in self._coolant_units():
            return self._opening_frac(name)
        return float(self._supplied()[1][self._handler(name)])

    def _coolant_units(self) -> list[str]:
        ids = self.world.facility.cooling.units.id
        return [ids[u] for u in coolant_units(self.world).tolist()]

    def _opening_frac(self, name: str) -> float:
        """Share of its exchange that the valve of a coolant unit lets pass."""
        cooling = self.world.facility.cooling
        degc = self.world.state.heat.temperature_degc
        loop = cooling.units.zone[coolant_units(self.world)]
        water = np.array([plant.node for plant in cooling.plants], dtype=np.int64)
        ends = (degc[cooling.loop_node[loop]], degc[water[cooling.loop_plant[loop]]])
        shares = valves_now(self.world).opening_frac(self.world.state.valves.piece, *ends)
        return float(shares[self._coolant_units().index(name)])

    def _handler(self, name: str) -> int:
        cooling = self.world.facility.cooling
        return [cooling.units.id[u] for u in cooling.air.handler_unit].index(name)

    def _supplied(self) -> tuple[np.ndarray, np.ndarray]:
        """(handler,) supply air, and the share of each coil that is open."""
        cooling = self.world.facility.cooling
        degc = self.world.state.heat.temperature_degc
        air = (degc[cooling.air.handler_node], degc[cooling.water_of_handler])
        coils = coils_now(self.world)
        share = coils.opening_frac(self.world.state.coils.piece, *air)
        return coils._replace(open_w_k=coils.open_w_k * share).behind_degc(*air), share

    def _compare(
        self,
        name: str,
        amount: float,
        reading_degc: float,
        limit_k: float,
        detected_s: float,
        since_s: float,
    ) -> None:
        """Compare a frozen sensor with the second one; trust that once they have differed for long
        enough.
        """
        differs = abs(self.truth_degc(name) - reading_degc) > limit_k
        now_s = float(self.world.now_s)
        since_s = (now_s if since_s < 0 else since_s) if differs else _NEVER_S
        if differs and now_s - since_s >= detected_s:
            self._trusted(FROZEN, name, amount)
            return
        period_s = float(self.world.facility.scenario.controls.plant_period)
        seen = (reading_degc, limit_k, detected_s, since_s)
        self._wait(period_s, "sensors compared", name, amount, *seen)

    def _trusted(self, mode: str, name: str, amount: float) -> None:
        """Controls go over to the second sensor."""
        self.world.note(name, EventKind.INTRUSION_DETECTED, "controls follow the second sensor")
        self.altered.put_right(mode, name, amount)

    def _detected(self, mode: str, name: str, amount: float, restore_s: float) -> None:
        """Somebody has seen it: a crew puts the sensor right."""
        self.world.note(name, EventKind.INTRUSION_DETECTED, "waits for a crew")
        kind = self.altered.kind(name)
        self.crews.send(kind, restore_s, "fault put right", mode, name, amount)

    def _wait(self, delay_s: float, action: str, *who: str | float) -> None:
        self.world.clock.wait(Stage.FAULTS, delay_s, action, *who)
