"""Halls whose moisture is followed in a run: what their layout states, as arrays."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from twin.arrays import Array, Index, Mask
from twin.facility.cooling.moisture import HOUR_S, leakage_kg_s
from twin.facility.model import Facility
from twin.physics import moist_air
from twin.physics.hall_moisture import HallMoisture, steady
from twin.physics.hall_moisture_path import MoistAir, passed
from twin.physics.humidity_control import HUMIDIFIERS, evaporates_kg_s
from twin.scenario.schema.room import MoistureSpec

Flow = tuple[Array, Array]
"""Air in kg/s and its ratio, or water that comes and goes, (hall,) each."""


@dataclass(frozen=True)
class MoistHalls:
    """Halls that state their moisture and have air handlers. Arrays are (hall,) over these."""

    hall: Index
    """Of the facility's halls."""
    air_kg: Array
    leakage_kg_s: Array
    """Outdoor air that leaks in."""
    low: Array
    high: Array
    """Ratios of the window that humidifiers and dehumidifiers hold."""
    humidifier_kg_s: Array
    dehumidifier_kg_s: Array
    """The most that they give and take."""
    humidifier_j_kg: Array
    """Electricity for a kilogram that humidifiers give."""
    bleed_frac: Array
    """Water that they drain over what they give."""
    inlet_nodes: tuple[Index, ...]
    """Thermal nodes of the air that racks draw in, by hall."""
    of_handler: Array
    """(hall, handler) 1 where it stands there."""
    of_loop: Mask
    """(loop, hall) coolant loops whose racks all stand in such halls."""

    def humidity_frac(self, ratio: Array, temperature_degc: Array, pressure_pa: float) -> Array:
        """(..., hall) relative humidity of the coldest air that racks draw in, at ratios (...,
        hall) and temperatures (..., node).
        """
        coldest = [temperature_degc[..., nodes].min(axis=-1) for nodes in self.inlet_nodes]
        at = np.stack(coldest, axis=-1) if coldest else np.zeros(ratio.shape)
        return moist_air.relative_humidity_frac(at, ratio, np.asarray(pressure_pa))

    def driest_frac(self, ratio: Array, temperature_degc: Array, pressure_pa: float) -> Array:
        """(..., hall) the same of the warmest air that racks draw in."""
        warmest = [temperature_degc[..., nodes].max(axis=-1) for nodes in self.inlet_nodes]
        at = np.stack(warmest, axis=-1) if warmest else np.zeros(ratio.shape)
        return moist_air.relative_humidity_frac(at, ratio, np.asarray(pressure_pa))

    def wettest(self, temperature_degc: Array, pressure_pa: float) -> Array:
        """(..., hall) ratio at which the coldest air that racks draw in is saturated."""
        coldest = [temperature_degc[..., nodes].min(axis=-1) for nodes in self.inlet_nodes]
        return moist_air.saturated_ratio(np.stack(coldest, axis=-1), pressure_pa)

    def most(self, able: Array, heat_w: Array) -> Flow:
        """The most that humidifiers and dehumidifiers give and take.

        able     (hall,) share of them that can work
        heat_w   (hall,) sensible heat that its air is given
        """
        wet = evaporates_kg_s(able * self.humidifier_kg_s, heat_w, self.humidifier_j_kg)
        return wet, able * self.dehumidifier_kg_s

    def steady(self, outdoor: Flow, coil: Flow, most: Flow) -> HallMoisture:
        """The moisture that balances; arguments as in `passed`."""
        return steady(*outdoor, *coil, (self.low, self.high), most)

    def passed(
        self, ratio: Array, span_s: float, outdoor: Flow, coil: Flow, window: Flow, most: Flow
    ) -> Array:
        """(water, hall) water over a span, kg/s on average, by the ways of `Passed`.

        outdoor   air in kg/s (hall,), and its ratio (hall,)
        coil      air through coils times effectiveness (hall,), and saturation there (hall,)
        window    (hall,) ratios that humidifiers hold from below, and dehumidifiers from above
        most      (hall,) what humidifiers can give, and dehumidifiers take
        """
        rows = zip(
            self.air_kg.tolist(),
            outdoor[0].tolist(),
            outdoor[1].tolist(),
            coil[0].tolist(),
            coil[1].tolist(),
            window[0].tolist(),
            window[1].tolist(),
            most[0].tolist(),
            most[1].tolist(),
            strict=True,
        )
        found = [
            passed(MoistAir(*row), at, span_s) for row, at in zip(rows, ratio.tolist(), strict=True)
        ]
        return np.array(found).T


def moist_halls(facility: Facility) -> MoistHalls:
    """The halls of a facility whose moisture is followed."""
    cooling = facility.cooling
    pressure = cooling.pressure_pa
    specs = _stated(facility)
    halls = [facility.scenario.plan.halls[h] for h in specs]
    volume_m3 = np.array([float(np.prod(hall.size)) for hall in halls])
    hall = np.array(list(specs), dtype=np.int64)
    stated = list(specs.values())
    kinds = [HUMIDIFIERS[spec.humidifier_type] for spec in stated]

    def held(dew_degc: list[float]) -> Array:
        return moist_air.saturated_ratio(np.array(dew_degc, dtype=float), pressure)

    leaks = [leakage_kg_s(facility, *pair) for pair in zip(halls, stated, strict=True)]
    return MoistHalls(
        hall=hall,
        air_kg=volume_m3 * cooling.air_density_kg_m3,
        leakage_kg_s=np.array(leaks, dtype=float),
        low=held([spec.dew_point_low for spec in stated]),
        high=held([spec.dew_point_high for spec in stated]),
        humidifier_kg_s=np.array([spec.humidifier for spec in stated], dtype=float) / HOUR_S,
        dehumidifier_kg_s=np.array([spec.dehumidifier for spec in stated], dtype=float) / HOUR_S,
        humidifier_j_kg=np.array([kind.electricity_j_kg for kind in kinds], dtype=float),
        bleed_frac=np.array([kind.bleed_frac for kind in kinds], dtype=float),
        inlet_nodes=tuple(cooling.air.zone_node[cooling.air.zone_hall == h] for h in hall),
        of_handler=(hall[:, None] == cooling.air.handler_hall).astype(float),
        of_loop=_of_loop(facility, hall),
    )


def _of_loop(facility: Facility, hall: Index) -> Mask:
    """(loop, hall) loops whose racks all stand in the halls (hall,)."""
    racks = facility.racks
    out = np.zeros((len(facility.cooling.loop_id), hall.size), dtype=bool)
    for k, node in enumerate(facility.cooling.loop_node):
        at = np.unique(racks.hall[(racks.zone == node) & (racks.liquid_frac > 0)])
        if at.size and np.isin(at, hall).all():
            out[k] = np.isin(hall, at)
    return out


def _stated(facility: Facility) -> dict[int, MoistureSpec]:
    """What is stated by hall, of halls with air handlers."""
    handled = set(facility.cooling.air.handler_hall.tolist())
    halls = enumerate(facility.scenario.plan.halls)
    return {h: hall.moisture for h, hall in halls if hall.moisture is not None and h in handled}
