"""What fuel and water cost, and the carbon that fuel stands for."""

from __future__ import annotations

J_PER_KWH = 3.6e6
WATER_KG_M3 = 1000.0
DIESEL_L_PER_KWH = 0.27
"""Fuel of a large standby set near 656 L/h at 2,500 kW; maker's figure from memory, assumed."""
DIESEL_KG_PER_L = 2.70
"""CO2 of a litre of diesel: 10.21 kg a US gallon, EPA emission factors."""
DIESEL_USD_PER_L = 1.0
"""Price of diesel; assumed."""


def diesel_usd(generator_j: float) -> float:
    """Diesel burnt for a generator's output, USD."""
    return generator_j / J_PER_KWH * DIESEL_L_PER_KWH * DIESEL_USD_PER_L


def diesel_carbon_kg(generator_j: float) -> float:
    """Carbon of the diesel burnt for a generator's output, kg CO2e."""
    return generator_j / J_PER_KWH * DIESEL_L_PER_KWH * DIESEL_KG_PER_L


def water_usd(water_kg: float, price_usd_m3: float) -> float:
    """Make-up water, USD."""
    return water_kg / WATER_KG_M3 * price_usd_m3
