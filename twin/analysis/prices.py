"""What fuel and water cost, and the carbon that fuel stands for."""

from __future__ import annotations

J_PER_KWH = 3.6e6
WATER_KG_M3 = 1000.0
L_PER_M3 = 1000.0
DIESEL_KG_PER_L = 2.70
"""CO2 of a litre of diesel: 10.21 kg a US gallon, EPA emission factors."""
DIESEL_USD_PER_L = 1.0
"""Price of diesel; assumed."""
GAS_KG_PER_J = 53.06 / 1.05506e9
"""CO2 of natural gas by its higher heating value: 53.06 kg a million Btu, EPA emission factors."""
GAS_USD_PER_J = 4.0 / 1.05506e9
"""Price of natural gas, 4 USD a million Btu; assumed."""


def diesel_usd(fuel_m3: float) -> float:
    """Diesel burnt, USD."""
    return fuel_m3 * L_PER_M3 * DIESEL_USD_PER_L


def diesel_carbon_kg(fuel_m3: float) -> float:
    """Carbon of the diesel burnt, kg CO2e."""
    return fuel_m3 * L_PER_M3 * DIESEL_KG_PER_L


def gas_usd(gas_j: float) -> float:
    """Natural gas burnt, in J of its higher heating value, USD."""
    return gas_j * GAS_USD_PER_J


def gas_carbon_kg(gas_j: float) -> float:
    """Carbon of the gas burnt, kg CO2e."""
    return gas_j * GAS_KG_PER_J


def water_usd(water_kg: float, price_usd_m3: float) -> float:
    """Make-up water, USD."""
    return water_kg / WATER_KG_M3 * price_usd_m3
