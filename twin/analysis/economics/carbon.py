"""Carbon by the hour: of the energy by location and by contract, of fuel, and of making what stands
there.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from twin.analysis.economics.blocks import Money
from twin.analysis.economics.capital import floor_m2
from twin.analysis.economics.price_list import PriceList
from twin.arrays import Array
from twin.catalogue.equipment_kinds import COOLING_ROLES, POWER_ROLES, of_role
from twin.facility.model import Facility
from twin.physics.reliability.gates import HOURS_PER_YEAR
from twin.results import Columns

HOUR_S = 3600.0


@dataclass(frozen=True)
class Embodied:
    """Carbon of making what stands there, kg. Arrays are (1 + draw,)."""

    it_kg: Array
    facility_kg: Array
    per_year_kg: Array
    """Over the lives of racks and of plant and building."""


def embodied(facility: Facility, prices: PriceList, money: Money) -> Embodied:
    """By GPUs, nodes, the rating of power and cooling equipment, and floor of a new building."""
    rated = of_role(facility.components.kind, *POWER_ROLES, *COOLING_ROLES)
    plant_w = float(facility.components.rating_w[rated].sum())
    racks = facility.racks
    it_kg = racks.gpu_count * prices.value("embodied_gpu")
    it_kg = it_kg + racks.node_count * prices.value("embodied_node")
    facility_kg = plant_w * prices.value("embodied_plant")
    if facility.scenario.economics.building == "new":
        facility_kg = facility_kg + floor_m2(facility) * prices.value("embodied_building")
    a_year = it_kg / money.life_it + facility_kg / money.life_facility
    return Embodied(it_kg, facility_kg, a_year)


def carbon_by_hour(
    facility: Facility, site: Columns, fuel_kg: float, embodied_year_kg: float
) -> dict[str, Array]:
    """Columns of the table `carbon`, from the periods of the table `site`; a period that is longer
    than an hour stands for itself. Carbon of fuel, `fuel_kg` in all, goes by what generators gave.
    """
    end_s = site["time_s"]
    if not end_s.size:
        return {}
    start_s = np.concatenate([[0.0], end_s[:-1]])
    energy_j = site["utility_power_w"] * (end_s - start_s)
    intensity = facility.tariff.carbon_kg_per_j.integrals(start_s, end_s) / (end_s - start_s)
    generated = site["generator_power_w"] * (end_s - start_s)
    whole = generated.sum()
    columns = {
        "energy_j": energy_j,
        "location_kg": energy_j * intensity,
        "market_kg": energy_j * market_intensity(facility, intensity),
        "fuel_kg": fuel_kg * (generated / whole if whole > 0 else generated),
        "embodied_kg": embodied_year_kg * (end_s - start_s) / (HOURS_PER_YEAR * HOUR_S),
    }
    return _by_hour(end_s, columns)


def market_intensity(facility: Facility, location: Array) -> Array:
    """kg/J by contract: the covered share at its carbon, the rest at that of the residual mix."""
    contract = facility.scenario.economics.power_contract
    rest = location if contract.residual_carbon is None else contract.residual_carbon
    return np.asarray(contract.share * contract.carbon + (1.0 - contract.share) * rest)


def _by_hour(end_s: Array, columns: dict[str, Array]) -> dict[str, Array]:
    hour = np.ceil(end_s / HOUR_S - 1e-9).astype(int)
    first = np.flatnonzero(np.diff(hour, prepend=hour[0] - 1))
    last = np.append(first[1:], end_s.size) - 1
    summed = {name: np.add.reduceat(values, first) for name, values in columns.items()}
    return {"time_s": end_s[last], **summed}
