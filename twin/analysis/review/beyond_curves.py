"""What a reviewer remarks of chillers beyond their curves: how much of a year's energy is unsure,
where that is worth a remark.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from twin.analysis.review.cooling import at_unit
from twin.facility.cooling.outdoors import entering_degc, wetted_degc
from twin.facility.cooling.peak import plant_heat_w
from twin.facility.model import Array, Facility, Mask, Plant
from twin.findings import Finding, FindingCode
from twin.physics.chiller import (
    STAGE_UP_FRAC,
    ChillerCurve,
    available_w,
    beyond_frac,
    beyond_k,
    power_w,
    unsure_frac,
)
from twin.physics.tower import hold
from twin.quantities import percent

WORTH_FRAC = 0.01
"""Energy that is unsure, over the heat that a plant carries, from which it is told."""
YEAR_H = 8760.0


@dataclass(frozen=True)
class _Year:
    """Rows of weather at the heat that a plant has with every rack at rated power."""

    met_degc: Array
    """(row,) What condensers meet."""
    power_w: Array
    """(row,) What its chillers draw; 0 where free cooling takes all."""
    by_frac: Array
    """(row,) Power over that at the nearest point of the curves."""
    unsure_w: Array

    def mwh(self, watts: Array) -> float:
        """Of a year of such weather."""
        return float(np.mean(watts)) * YEAR_H / 1e6


def beyond_curves(facility: Facility, plant: Plant) -> Iterator[Finding]:
    """Chillers whose energy of a year is unsure by `WORTH_FRAC` of the heat that they carry, for
    water and weather that their curves do not reach.
    """
    heat_w = float(plant_heat_w(facility)[facility.cooling.plants.index(plant)])
    if plant.curve is None or heat_w <= 0:
        return
    year = _year(facility, plant, plant.curve, heat_w)
    unsure_w = float(np.mean(year.unsure_w))
    if unsure_w < WORTH_FRAC * heat_w:
        return
    of_pue = unsure_w / float(facility.racks.rated_w.sum())
    off = year.mwh(year.power_w) / year.mwh(year.power_w / year.by_frac) - 1
    yield at_unit(
        facility,
        FindingCode.CHILLER_OUTSIDE_CURVE,
        plant.id,
        int(plant.units[0]),
        f"{_where(plant, plant.curve, year)} than the curves of its chillers reach: their "
        f"{year.mwh(year.power_w):,.0f} MWh of a year in such weather at rated load are "
        f"extrapolated by the lift, {percent(abs(off), 0)} {'more' if off > 0 else 'less'} than at "
        f"the nearest point of the curves; nine of ten machines lie within "
        f"{year.mwh(year.unsure_w):,.0f} MWh of it, {of_pue:.3f} of PUE, {_side(plant, year)}",
    )


def _year(facility: Facility, plant: Plant, curve: ChillerCurve, heat_w: float) -> _Year:
    """As many chillers as the heat asks for in each row, loaded alike."""
    weather = facility.weather
    met = np.asarray(entering_degc(plant, weather.dry_bulb_degc, weather.wet_bulb_degc), float)
    full_w = STAGE_UP_FRAC * available_w(curve, plant.supply_degc, met)
    turn = np.minimum(np.ceil(heat_w / full_w), plant.units.size)
    drawn = turn * power_w(curve, heat_w / turn, plant.supply_degc, met)
    drawn = np.where(_free(facility, plant, heat_w), 0.0, drawn)
    by_frac = beyond_frac(curve, plant.supply_degc, met)
    unsure = unsure_frac(curve, plant.supply_degc, met)
    return _Year(met, drawn, by_frac, drawn * unsure)


def _free(facility: Facility, plant: Plant, heat_w: float) -> Mask:
    """(row,) Whether free cooling takes all of the heat, so that chillers rest."""
    dry = facility.weather.dry_bulb_degc
    wet = facility.weather.wet_bulb_degc
    free = plant.free
    if free is None:
        return np.zeros(dry.size, dtype=bool)
    if free.units.size:
        under_k = plant.supply_degc - wetted_degc(plant, dry, wet)
        return np.asarray(free.units.size * free.conductance_w_k * under_k >= heat_w)
    assert plant.tower is not None
    wanted = plant.supply_degc - free.exchanger_k
    return np.asarray(hold(plant.tower, plant.tower.heat_w, wet, wanted).water_degc <= wanted)


def _where(plant: Plant, curve: ChillerCurve, year: _Year) -> str:
    """How far water, and the median of what is met outside, lie beyond the curves."""
    water_k, met_k = beyond_k(curve, plant.supply_degc, year.met_degc)
    outside = (met_k != 0) & (year.power_w > 0)
    met = "median outdoor air" if plant.tower is None else "median condenser water"
    told = [_beyond("water", plant.supply_degc, float(water_k), "colder", "warmer")]
    if outside.any():
        degc = float(np.median(year.met_degc[outside]))
        by_k = float(beyond_k(curve, plant.supply_degc, degc)[1])
        share = "" if outside.all() else f" in {percent(float(np.mean(outside)), 0)} of the hours"
        told.append(_beyond(met + share, degc, by_k, "cooler", "hotter"))
    return " and ".join(text for text in told if text)


def _beyond(what: str, degc: float, by_k: float, below: str, above: str) -> str:
    """How far a temperature lies outside; empty where it does not."""
    side = above if by_k > 0 else below
    reach = f"({degc - by_k:g} °C)"
    return f"{what} of {degc:.4g} °C is {abs(by_k):.1f} K {side} {reach}" if by_k else ""


def _side(plant: Plant, year: _Year) -> str:
    """On which side of what is told they lie: in hotter air all draw more."""
    assert plant.curve is not None
    water_k, met_k = beyond_k(plant.curve, plant.supply_degc, year.met_degc)
    outside = year.unsure_w > 0
    above = not water_k and bool(np.all(met_k[outside] > 0))
    return "all of them above" if above else "on either side"
