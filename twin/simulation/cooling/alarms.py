"""What the building controls raise an alarm for when they look around: frost, dew, warm coolant,
and coils and exchangers that cannot hold their air and coolant.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from twin.arrays import Array, Mask
from twin.facility.cooling.moist_halls import moist_halls
from twin.physics.coil import OPEN, SATURATED_K
from twin.physics.moist_air import dew_point_degc, ratio_of_wet_bulb
from twin.results.enums import EventKind
from twin.simulation.cooling.segments import FROST_MARGIN_K
from twin.simulation.faults.commands import coils_now, coolant_units, valves_now
from twin.simulation.kernel.world import World

NEAR_WET_BULB_K = 0.01
"""More than the rounding of a dew point."""


class Alarms:
    """Reads temperatures, flows and weather; part of the plant discipline, and writes no state."""

    def __init__(self, world: World) -> None:
        self.world = world
        cooling = world.facility.cooling
        racks = world.facility.racks
        self.plants = cooling.plants
        self.air = cooling.air
        self.water_node = np.array([p.node for p in cooling.plants], dtype=np.int64)
        self.water_of_handler = cooling.water_of_handler
        self.freezes_degc = np.array([p.freezes_degc for p in cooling.plants])
        self.outdoors = np.array([p.coils_outdoors.size > 0 for p in cooling.plants], dtype=bool)
        self.loop_node = cooling.loop_node
        self.in_outdoor_air = ~moist_halls(world.facility).of_loop.any(axis=1)
        self.pressure_pa = np.array(cooling.pressure_pa)
        self.most_degc = racks.coolest_limit_degc(cooling.loop_node)
        self.coolant_unit = coolant_units(world)
        self.loop_of_unit = cooling.units.zone[self.coolant_unit]
        self.water_of_unit = self.water_node[cooling.loop_plant[self.loop_of_unit]]
        self.names = (
            *((p.id, EventKind.WATER_NEAR_FREEZING) for p in cooling.plants),
            *((name, EventKind.COOLANT_TOO_WARM) for name in cooling.loop_id),
            *((name, EventKind.BELOW_DEW_POINT) for name in cooling.loop_id),
            *((cooling.units.id[u], EventKind.COIL_SATURATED) for u in self.air.handler_unit),
            *((cooling.units.id[u], EventKind.EXCHANGER_SATURATED) for u in self.coolant_unit),
        )

    def found(self, temperature_degc: Array, outdoor_degc: Array) -> Mask:
        """(..., alarm) what is raised at temperatures (..., node) and weather (..., 2)."""
        coolant = temperature_degc[..., self.loop_node]
        dry = outdoor_degc[..., 0]
        wet = outdoor_degc[..., 1]
        parts = (
            self._frost(temperature_degc, dry),
            coolant > self.most_degc + 1e-6,
            self._below_dew_point(coolant, dry, wet),
            self._saturated(temperature_degc),
            self._exchanger_saturated(temperature_degc),
        )
        return np.concatenate(parts, axis=-1)

    def _below_dew_point(self, coolant_degc: Array, dry_degc: Array, wet_degc: Array) -> Mask:
        """(..., loop) coolant on which outdoor air would leave dew. No dew point is above the wet
        bulb, so that it is asked for only where coolant is as cold.
        """
        if (coolant_degc > np.asarray(wet_degc)[..., None] + NEAR_WET_BULB_K).all():
            return np.zeros(coolant_degc.shape, dtype=bool)
        ratio = ratio_of_wet_bulb(dry_degc, wet_degc, self.pressure_pa)
        dew_degc = dew_point_degc(ratio, self.pressure_pa)
        return np.asarray(self.in_outdoor_air & (coolant_degc < dew_degc[..., None] - 1e-6))

    def _frost(self, temperature_degc: Array, dry_bulb_degc: Array) -> Mask:
        """(..., plant) water near freezing, or standing still in coils that frost reaches."""
        cold = temperature_degc[..., self.water_node] < self.freezes_degc + FROST_MARGIN_K
        still = self.outdoors & (self.world.state.flows.water_frac <= 0)
        return np.asarray(cold | (still & (dry_bulb_degc[..., None] < self.freezes_degc)))

    def _saturated(self, temperature_degc: Array) -> Mask:
        """(..., handler) valves wide open, and the air behind too warm all the same."""
        coils = coils_now(self.world)
        drawn = temperature_degc[..., self.air.handler_node]
        behind = coils.behind_degc(drawn, temperature_degc[..., self.water_of_handler])
        full = (self.world.state.coils.piece == OPEN) & (coils.stream_w_k > 0)
        return np.asarray(full & (behind > coils.set_degc + SATURATED_K))

    def _exchanger_saturated(self, temperature_degc: Array) -> Mask:
        """(..., coolant unit) valves wide open, and the coolant too warm all the same, of loops
        whose set-point is stated.
        """
        stated = np.isfinite(self.world.state.controls.coolant_degc[self.loop_of_unit])
        if not stated.any():
            return np.zeros((*temperature_degc.shape[:-1], stated.size), dtype=bool)
        valves = valves_now(self.world)
        coolant = temperature_degc[..., self.loop_node[self.loop_of_unit]]
        held = valves.behind_degc(coolant, temperature_degc[..., self.water_of_unit])
        full = stated & (self.world.state.valves.piece == OPEN) & (valves.open_w_k > 0)
        return np.asarray(full & (np.minimum(held, coolant) > valves.set_degc + SATURATED_K))

    def note(self, before: Mask, after: Mask) -> None:
        """Tell what was raised, and what is over."""
        note_changes(self.world, self.names, _DETAIL, before, after)


def note_changes(
    world: World,
    names: Sequence[tuple[str, EventKind]],
    detail: Mapping[EventKind, str],
    before: Mask,
    after: Mask,
) -> None:
    """Events of alarms (alarm,) that were raised, and of those that are over."""
    for k in np.flatnonzero(before != after):
        name, kind = names[int(k)]
        if after[k]:
            world.note(name, kind, detail[kind])
        else:
            world.note(name, EventKind.BACK_IN_RANGE, str(kind))


_DETAIL = {
    EventKind.WATER_NEAR_FREEZING: "its water may freeze",
    EventKind.COOLANT_TOO_WARM: "coolant is warmer than its racks take",
    EventKind.BELOW_DEW_POINT: "coolant is colder than the dew point of outdoor air",
    EventKind.COIL_SATURATED: "its valve is open, and its air is too warm all the same",
    EventKind.EXCHANGER_SATURATED: "its valve is open, and its coolant is too warm all the same",
}
