"""Weather and prices that a planner brings, each as a witness with its range over the run."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from twin.arrays import Array
from twin.catalogue.witness import Witness
from twin.facility.model import Facility
from twin.scenario.schema import GridFile, WeatherFile

J_PER_KWH = 3.6e6


def witnesses(facility: Facility) -> Iterator[Witness]:
    """Ranges of what stands in the weather and grid files, and the demand charge."""
    site = facility.scenario.site
    if isinstance(site.climate, WeatherFile):
        name = Path(site.climate.file).name
        air = facility.weather
        yield _witness(f"weather {name}", "dry_bulb_degc", air.dry_bulb_degc, "degC", name)
        yield _witness(f"weather {name}", "wet_bulb_degc", air.wet_bulb_degc, "degC", name)
    if isinstance(site.grid, GridFile):
        name = Path(site.grid.file).name
        tariff = facility.tariff
        price = tariff.price_usd_per_j.value * J_PER_KWH
        carbon = tariff.carbon_kg_per_j.value * J_PER_KWH
        yield _witness(f"grid {name}", "price_usd_per_kwh", price, "USD/kWh", name)
        yield _witness(f"grid {name}", "carbon_kg_per_kwh", carbon, "kg/kWh", name)


def _witness(subject: str, parameter: str, values: Array, unit: str, name: str) -> Witness:
    low = f"{float(values.min()):.6g}"
    high = f"{float(values.max()):.6g}"
    return {
        "subject": subject,
        "parameter": parameter,
        "value": low if low == high else f"{low} to {high}",
        "unit": unit,
        "status": "assumed",
        "source": f"the file {name} that the scenario names",
        "accessed": "",
    }
