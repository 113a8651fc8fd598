"""What a reviewer remarks about the moisture of halls that state it, in the run's own weather."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from twin.analysis.review.cooling import at_unit
from twin.arrays import Array, Index
from twin.facility.cooling.moisture import (
    ALLOWED_DEW_DEGC,
    ALLOWED_HUMIDITY_FRAC,
    HOUR_S,
    LEAST_HUMIDITY_FRAC,
    RECOMMENDED_HUMIDITY_FRAC,
    balance,
    coil_air,
    leakage_kg_s,
    warmest_rise_k,
)
from twin.facility.model import Facility
from twin.findings import Finding, FindingCode
from twin.physics import moist_air
from twin.physics.hall_moisture import HallMoisture
from twin.quantities import percent


def findings(facility: Facility) -> Iterator[Finding]:
    """Halls whose coils condense, halls outside what class A1 is allowed, dampers shut, and halls
    that no run follows.
    """
    halls = {hall.name: hall for hall in facility.scenario.plan.halls}
    air = facility.cooling.air
    for h, name in enumerate(facility.cooling.hall_id):
        spec = halls[name].moisture
        mine = np.flatnonzero(air.handler_hall == h)
        if spec is None:
            continue
        if not mine.size:
            yield _followed_nowhere(facility, h)
            continue
        cold = np.array([facility.cooling.plants[facility.cooling.hall_plant[h]].supply_degc])
        rack_w = facility.racks.rated_w
        coil = coil_air(facility, rack_w, mine, h, cold, np.zeros(1))
        outdoor = leakage_kg_s(facility, halls[name], spec)
        weather = facility.weather
        found = balance(spec, outdoor, weather.ratio, coil, cold, weather.pressure_pa)
        dew = moist_air.dew_point_degc(found.ratio, weather.pressure_pa)
        yield from _wet_coils(facility, name, mine, found, float(dew.max()), float(cold[0]))
        yield from _outside(facility, name, mine, dew)
        at = (coil.supply_degc, found.ratio, weather.pressure_pa)
        yield from _humid(facility, name, mine, moist_air.relative_humidity_frac(*at))
        warm_degc = coil.supply_degc + warmest_rise_k(facility, mine, h)
        at = (warm_degc, found.ratio, weather.pressure_pa)
        if dew.min() >= ALLOWED_DEW_DEGC[0]:  # else that is told
            yield from _dry(facility, name, mine, moist_air.relative_humidity_frac(*at))


def _followed_nowhere(facility: Facility, hall: int) -> Finding:
    says = "its moisture changes nothing, for no air handler cools it"
    at = ("layout", "halls", hall, "moisture")
    return Finding(FindingCode.CHANGES_NOTHING, facility.cooling.hall_id[hall], says, at)


def _wet_coils(
    facility: Facility, hall: str, mine: Index, found: HallMoisture, dew: float, cold: float
) -> Iterator[Finding]:
    if dew <= cold + 1e-9:
        return
    litres = float(found.condensed_kg_s.max()) * HOUR_S
    says = (
        f"its air comes to a dew point of {dew:.1f} °C above the {cold:g} °C of its coils' water, "
        f"which take out up to {litres:.3g} L an hour"
    )
    yield _at_handlers(facility, FindingCode.COILS_CONDENSE, hall, mine, says)


def _outside(facility: Facility, hall: str, mine: Index, dew: Array) -> Iterator[Finding]:
    low, high = ALLOWED_DEW_DEGC
    least, most = float(dew.min()), float(dew.max())
    if least >= low - 1e-9 and most <= high + 1e-9:
        return
    says = (
        f"its air comes to dew points of {least:.1f} to {most:.1f} °C; class A1 is allowed "
        f"{low:g} to {high:g} °C"
    )
    yield _at_handlers(facility, FindingCode.HALL_MOISTURE, hall, mine, says)


def _humid(facility: Facility, hall: str, mine: Index, humidity_frac: Array) -> Iterator[Finding]:
    most = float(humidity_frac.max())
    if most <= ALLOWED_HUMIDITY_FRAC + 1e-9:
        return
    says = (
        f"the air that handlers supply comes to a relative humidity of {percent(most, 0)}; class "
        f"A1 is allowed {percent(ALLOWED_HUMIDITY_FRAC, 0)}, and "
        f"{percent(RECOMMENDED_HUMIDITY_FRAC, 0)} is recommended"
    )
    yield _at_handlers(facility, FindingCode.HALL_MOISTURE, hall, mine, says)


def _dry(facility: Facility, hall: str, mine: Index, humidity_frac: Array) -> Iterator[Finding]:
    least = float(humidity_frac.min())
    if least >= LEAST_HUMIDITY_FRAC - 1e-9:
        return
    says = (
        f"the warmest air that racks draw in comes to a relative humidity of {percent(least, 1)}; "
        f"class A1 is allowed {percent(LEAST_HUMIDITY_FRAC, 0)} at least"
    )
    yield _at_handlers(facility, FindingCode.HALL_MOISTURE, hall, mine, says)


def _at_handlers(
    facility: Facility, code: FindingCode, hall: str, mine: Index, says: str
) -> Finding:
    """About a hall, at the first of its handlers."""
    unit = int(facility.cooling.air.handler_unit[mine[0]])
    return at_unit(facility, code, hall, unit, says)
