"""The ten facilities of the published study, hour by hour, for a kilowatt of IT.

Heat in the room is IT, losses of UPS and distribution, lights and fans; fans move it with a stated
rise of the air. What compressors carry, what outdoor air or tower water carries instead, and the
water for it follow hour by hour. Inputs that the study leaves out for a facility take the value of
`STANDING`.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from twin import catalogue
from twin.analysis.climate.air_side import FreeAir, SupplyWindow, free_air
from twin.analysis.climate.answer import Hours
from twin.analysis.climate.water_side import (
    AIR_APART_K,
    AIR_LEAST_DEGC,
    WATER_APART_K,
    WATER_LEAST_DEGC,
    StudyTower,
    blowing_frac,
    economiser_frac,
    performance,
    pumping_frac,
    vaporisation_j_kg,
)
from twin.arrays import Array
from twin.catalogue.facility_types import FacilityType
from twin.catalogue.rows import Chiller
from twin.physics.chiller import ChillerCurve
from twin.scenario.series import YearOfAir

IT_W = 1000.0
"""Everything is in proportion to it."""
STANDING = {"coil_effectiveness": 0.8, "fan_heat": 1.0}
"""Effectiveness of coils where the study does not describe any: assumed, the middle of its large
facilities. Share of the fans' power that is heat in the room: none in the study, whose water use is
the same for any fan and any altitude; 1 is what physics says."""
CURVES = {"water": "york_yt_1055", "air": "carrier_30xa450"}
"""Chillers of the catalogue; the study's regressed COP is not published as a formula."""
DIRECT_COP = 2.7
"""Compressor and condenser of a direct-expansion unit at 35 °C: the least sensible COP of 1.9 that
ASHRAE 90.1-2010, table 6.8.1K, asks of large ones, fans taken out."""
DIRECT_EIRFT = (0.342414409, 0.034885008, -0.0006237, 0.004977216, 0.000437951, -0.000728028)
"""Power over heat by wet bulb of the return air and dry bulb outdoors, relative to 19.4 and 35 °C:
direct-expansion coil of EnergyPlus' example files."""
CONDENSING_FLOOR_DEGC = 18.0
"""Fans of air-cooled condensers hold the pressure as at this outdoor temperature; assumed."""


def study_hours(facility: FacilityType, values: Mapping[str, float], year: YearOfAir) -> Hours:
    """The year of one of the ten facilities, for IT_W of IT."""
    v = {**STANDING, **values}
    one = np.full(year.dry_bulb_degc.size, IT_W)
    losses = {
        "loss_ups": one * (1.0 / v["ups_efficiency"] - 1.0),
        "loss_distribution": one * v["distribution_loss"],
        "lighting": one * v["lighting"],
    }
    fan = blowing_frac(
        v["fan_pressure"], v["fan_efficiency"], v["air_rise"], v["supply_air_high"],
        year.pressure_pa,
    )  # fmt: skip
    still_w = IT_W * (1.0 / v["ups_efficiency"] + v["distribution_loss"] + v["lighting"])
    heat = still_w / (1.0 - v["fan_heat"] * fan)
    air = _outdoor_air(facility, v, year)
    power = {"it": one, **losses, "fans": fan * heat}
    carried = np.where(air.free, 0.0, heat)
    wetted_kg_s = air.water_frac * heat / (1006.0 * v["air_rise"])
    cooling, mechanical, water = _COOLING[facility.chiller](facility, v, year, carried)
    humidity_w, humidity_kg_s = _humidity(facility, v, carried, wetted_kg_s)
    power |= {**cooling, "humidifiers": humidity_w}
    return Hours(power, {**water, "humidifiers": humidity_kg_s}, mechanical / heat)


def _outdoor_air(facility: FacilityType, v: Mapping[str, float], year: YearOfAir) -> FreeAir:
    if facility.economiser not in ("air", "adiabatic"):
        hours = year.dry_bulb_degc.size
        return FreeAir(np.zeros(hours, dtype=bool), np.zeros(hours))
    window = SupplyWindow(
        v["supply_air_low"], v["supply_air_high"], v["dew_point_low"], v["dew_point_high"],
        v["humidity_low"], v["humidity_high"],
    )  # fmt: skip
    return free_air(year, window, v["air_rise"], facility.economiser == "adiabatic")


def _humidity(
    facility: FacilityType, v: Mapping[str, float], carried: Array, wetted_kg_s: Array
) -> tuple[Array, Array]:
    """Power and water of humidifiers: coils dry the air, and what they take out is given back.

    Sprays need the pressure of their pump; a direct-expansion unit makes steam.
    """
    latent = (1.0 / v["sensible_heat_ratio"] - 1.0) * carried
    water = latent / vaporisation_j_kg(v["supply_air_high"]) + wetted_kg_s
    if facility.chiller == "direct":
        return latent, water
    lift = v["humidifier_pump_pressure"] / (1000.0 * v["humidifier_pump_efficiency"])
    return water * lift, water


def _chilled_degc(v: Mapping[str, float]) -> float:
    """Water that the coils want: return air less the rise over their effectiveness."""
    return v["supply_air_high"] + v["air_rise"] * (1.0 - 1.0 / v["coil_effectiveness"])


def _curve(kind: str) -> ChillerCurve:
    row = catalogue.get(Chiller, CURVES[kind])
    return ChillerCurve(
        row.capacity_w, row.cop_reference, row.capft, row.eirft, row.eirplr,
        (row.x_min_degc, row.x_max_degc), (row.y_min_degc, row.y_max_degc), row.load_min_frac,
        water_cooled=row.condenser == "water",
    )  # fmt: skip


Cooling = tuple[dict[str, Array], Array, dict[str, Array]]
"""Power by use, heat carried by compressors, water by use."""


def _water_cooled(
    facility: FacilityType, v: Mapping[str, float], year: YearOfAir, heat: Array
) -> Cooling:
    chilled = _chilled_degc(v)
    rise = v["facility_water_rise"]
    wet = year.wet_bulb_degc
    spared = np.zeros(heat.size)
    power: dict[str, Array] = {}
    if facility.economiser == "water":
        coldest = wet + v["tower_approach"] + v["economiser_approach"]
        spared = economiser_frac(coldest, chilled, rise)
        lift = pumping_frac(v["economiser_pump_pressure"], v["economiser_pump_efficiency"], rise)
        power["economiser_pumps"] = np.where(spared > 0, heat, 0.0) * lift
    carried = heat * (1.0 - spared)
    cop = performance(
        _curve("water"),
        v["chiller_part_load"],
        chilled,
        wet + v["tower_approach"],
        WATER_APART_K,
        WATER_LEAST_DEGC,
    )
    compressor = carried / (cop * (1.0 + v["cop_error"]))
    tower = _tower(v)
    rejected = heat + compressor
    power |= {
        "chillers": compressor,
        "chilled_water_pumps": np.where(carried > 0, heat, 0.0) * _chilled_pump(v),
        "tower_pumps": tower.pump_w(rejected),
        "tower_fans": tower.fan_w(rejected, wet, year.pressure_pa),
    }
    water_degc = np.maximum(wet + v["tower_approach"], 0.0)
    return power, carried, {"towers": tower.make_up_kg_s(rejected, water_degc)}


def _tower(v: Mapping[str, float]) -> StudyTower:
    return StudyTower(
        v["tower_water_rise"], v["liquid_gas_ratio"], v["tower_pump_pressure"],
        v["tower_pump_efficiency"], v["tower_fan_pressure"], v["tower_fan_efficiency"],
        v["cycles"], v["windage"],
    )  # fmt: skip


def _chilled_pump(v: Mapping[str, float]) -> float:
    return pumping_frac(
        v["chiller_pump_pressure"], v["chiller_pump_efficiency"], v["facility_water_rise"]
    )


def _air_cooled(
    facility: FacilityType, v: Mapping[str, float], year: YearOfAir, heat: Array
) -> Cooling:
    cop = performance(
        _curve("air"), v["chiller_part_load"], _chilled_degc(v), year.dry_bulb_degc,
        AIR_APART_K, AIR_LEAST_DEGC,
    )  # fmt: skip
    compressor = heat / (cop * (1.0 + v["cop_error"]))
    return {"chillers": compressor, "chilled_water_pumps": heat * _chilled_pump(v)}, heat, {}


def _direct(
    facility: FacilityType, v: Mapping[str, float], year: YearOfAir, heat: Array
) -> Cooling:
    latent = (1.0 / v["sensible_heat_ratio"] - 1.0) * heat
    x = 18.0
    y = np.clip(year.dry_bulb_degc, CONDENSING_FLOOR_DEGC, 46.0)
    c = DIRECT_EIRFT
    ratio = c[0] + c[1] * x + c[2] * x**2 + c[3] * y + c[4] * y**2 + c[5] * x * y
    cop = DIRECT_COP / ratio * (1.0 + v["cop_error"])
    return {"chillers": (heat + latent) / cop}, heat, {}


_COOLING = {"water": _water_cooled, "air": _air_cooled, "direct": _direct}
