"""Claim: a tower's water is what its air takes up, hour by hour, and not all heat is latent.

A megawatt for a year, wet bulb and 4 K, five cycles: 1.253 kg/kWh in Chicago, 1.334 in San
Francisco and 1.423 at Golden by EnergyPlus 25.2 (saturated exit) on their typical years. The hourly
weather of the same places lies beside the project.
"""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

from twin.physics.tower import Tower, water

HOURS = Path(__file__).parents[3] / "shared/data/cooling/weather_us_zones_hourly.csv.gz"
ALL_LATENT = 3600 / 2450 * 1.25


@pytest.mark.skipif(not HOURS.exists(), reason="the hourly weather is not here")
@pytest.mark.parametrize(
    ("zone", "kg_per_kwh"), [("5A", 1.253), ("3C", 1.334), ("5B", 1.423)], ids=["IL", "CA", "CO"]
)
def test_a_year_of_water(zone: str, kg_per_kwh: float) -> None:
    hours = pd.read_csv(HOURS)
    pressure = float(hours[f"z{zone}_pressure_pa"].mean())
    tower = Tower(1e6, 1e6 / 5.56, 4.0, pressure_pa=pressure)
    dry = hours[f"z{zone}_dry_bulb_degc"].to_numpy(dtype=float)
    wet = hours[f"z{zone}_wet_bulb_degc"].to_numpy(dtype=float)
    found = float(water(tower, 1e6, dry, wet).make_up.mean()) * 3.6
    assert found == pytest.approx(kg_per_kwh, rel=0.015)
    assert found < 0.8 * ALL_LATENT


@pytest.mark.skipif(not HOURS.exists(), reason="the hourly weather is not here")
def test_the_latent_share_in_chicago_by_month() -> None:
    """0.46 of the heat in January, 0.88 in June."""
    hours = pd.read_csv(HOURS)
    dry = hours["z5A_dry_bulb_degc"].to_numpy(dtype=float)
    wet = hours["z5A_wet_bulb_degc"].to_numpy(dtype=float)
    share = water(Tower(1e6, 1e6 / 5.56, 4.0), 1e6, dry, wet).evaporated * 2.45
    assert share[:744].mean() == pytest.approx(0.46, abs=0.04)
    assert share[3624:4344].mean() == pytest.approx(0.88, abs=0.04)
