"""What a reviewer remarks about cold: air below what servers like, frost, dew, and chillers outside
their curves.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from twin.analysis.review.beyond_curves import beyond_curves
from twin.analysis.review.cooling import at_unit
from twin.arrays import total_by
from twin.facility.cooling.peak import air_degc, plant_heat_w, water_degc
from twin.facility.model import Array, Facility, Plant
from twin.findings import Finding, FindingCode
from twin.physics.chiller import STAGE_UP_FRAC

RECOMMENDED_MIN_DEGC = 18.0
"""Coldest inlet air that ASHRAE TC 9.9 recommends, all classes."""
ALLOWED_MIN_DEGC = 15.0
"""Coldest inlet air of class A1, ASHRAE TC 9.9; A2 begins at 10 °C, A3 and A4 at 5 °C."""
DEW_MARGIN_K = 2.0
"""Coolant is to stay this far above the dew point; usual for coolant units."""


def findings(facility: Facility) -> Iterator[Finding]:
    """Halls, then plants, then loops."""
    yield from _cold_air(facility)
    for plant in facility.cooling.plants:
        yield from beyond_curves(facility, plant)
        yield from _frost(facility, plant)
        yield from _basins(facility, plant)
    yield from _dew(facility)


def _idle_air_degc(facility: Facility) -> Array:
    """(hall,) Air that racks draw in while all idle, from water at its set-point; nan without
    handlers. It stands above the water as at peak load, by the share of the heat.
    """
    cooling = facility.cooling
    racks = facility.racks
    into_air = 1 - racks.liquid_frac
    halls = len(cooling.hall_id)
    idle = total_by(racks.hall, racks.idle_w * into_air, halls)
    rated = total_by(racks.hall, racks.rated_w * into_air, halls)
    plant = np.maximum(cooling.hall_plant, 0)
    above_k = air_degc(facility) - water_degc(facility)[plant]
    supply = np.array([p.supply_degc for p in cooling.plants])[plant]
    free = supply + above_k * idle / np.maximum(rated, 1e-9)
    asked = np.full(halls, np.nan)
    np.fmin.at(asked, cooling.air.handler_hall, cooling.air.supply_degc)
    return np.asarray(np.fmax(free, asked))


def _cold_air(facility: Facility) -> Iterator[Finding]:
    """Halls whose racks idle in air colder than what is allowed, or than what is recommended."""
    cooling = facility.cooling
    air = _idle_air_degc(facility)
    for h in np.flatnonzero(air < RECOMMENDED_MIN_DEGC - 1e-9):
        plant = cooling.plants[cooling.hall_plant[h]]
        too_cold = air[h] < ALLOWED_MIN_DEGC
        limit = (
            f"class A1 allows {ALLOWED_MIN_DEGC:g} °C at least, and {RECOMMENDED_MIN_DEGC:g} °C is "
            "recommended"
            if too_cold
            else f"{RECOMMENDED_MIN_DEGC:g} °C at least is recommended"
        )
        yield at_unit(
            facility,
            FindingCode.AIR_TOO_COLD if too_cold else FindingCode.AIR_COLD,
            cooling.hall_id[h],
            int(plant.units[0]),
            f"inlet air of {air[h]:.1f} °C while racks idle, from facility water set to "
            f"{plant.supply_degc:g} °C; {limit}",
        )


def _frost(facility: Facility, plant: Plant) -> Iterator[Finding]:
    """Coils outdoors whose water would freeze in the coldest hour of the run."""
    coldest = float(facility.weather.dry_bulb_degc.min())
    coils = plant.coils_outdoors
    if coils.size and coldest < plant.freezes_degc:
        name = facility.cooling.units.id[int(coils[0])]
        yield at_unit(
            facility,
            FindingCode.WATER_MAY_FREEZE,
            name,
            int(coils[0]),
            f"its water freezes at {plant.freezes_degc:.1f} °C, and outdoor air falls to "
            f"{coldest:.1f} °C",
        )


def _basins(facility: Facility, plant: Plant) -> Iterator[Finding]:
    """Basins without heaters, of towers that stand in frost: those that rated heat leaves over."""
    coldest = float(facility.weather.dry_bulb_degc.min())
    if plant.tower is None or plant.curve is None or plant.tower.basin_w_k or coldest >= 0:
        return
    heat_w = float(plant_heat_w(facility)[facility.cooling.plants.index(plant)])
    turn = max(int(np.ceil(heat_w / (STAGE_UP_FRAC * plant.capacity_w))), 1)
    stand = plant.units.size - turn
    if stand > 0:
        says = (
            f"{stand} of its {plant.units.size} towers stand at full load, outdoor air falls to "
            f"{coldest:.1f} °C, and no basin_heater_w_k is stated: water in their basins freezes"
        )
        unit = int(plant.units[-1])
        yield at_unit(facility, FindingCode.WATER_MAY_FREEZE, plant.id, unit, says)


def _dew(facility: Facility) -> Iterator[Finding]:
    """Coolant loops colder than the dew point that outdoor air brings, told once a plant."""
    cooling = facility.cooling
    dew = float(facility.weather.dew_point_degc.max())
    for p, plant in enumerate(cooling.plants):
        loops = np.flatnonzero(cooling.loop_plant == p)
        if loops.size and plant.supply_degc < dew + DEW_MARGIN_K:
            yield at_unit(
                facility,
                FindingCode.CONDENSATION,
                cooling.loop_id[int(loops[0])],
                int(plant.units[0]),
                f"coolant may fall to the {plant.supply_degc:g} °C of its facility water; outdoor "
                f"air has a dew point of up to {dew:.1f} °C, and {DEW_MARGIN_K:g} K above it are "
                "kept",
            )
