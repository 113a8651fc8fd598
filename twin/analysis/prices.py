"""What fuel and water cost, and the carbon that fuel stands for."""

from __future__ import annotations

J_PER_KWH = 3.6e6
WATER_KG_M3 = 1000.0
L_PER_M3 = 1000.0
DIESEL_KG_PER_L = 2.70
"""CO2 of a litre of diesel: 10.21 kg a US gallon, EPA emission factors."""
DIESEL_USD_PER_L = 1.0
"""Price of diesel; assumed."""


def diesel_usd(fuel_m3: float) -> float:
    """Diesel burnt, USD."""
    return fuel_m3 * L_PER_M3 * DIESEL_USD_PER_L


def diesel_carbon_kg(fuel_m3: float) -> float:
    """Carbon of the diesel burnt, kg CO2e."""
    return fuel_m3 * L_PER_M3 * DIESEL_KG_PER_L


def water_usd(water_kg: float, price_usd_m3: float) -> float:
    """Make-up water, USD."""
    return water_kg / WATER_KG_M3 * price_usd_m3
