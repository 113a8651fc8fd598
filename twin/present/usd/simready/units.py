"""From SI to the units of the AIF profile, in one place.

One asset mixes them: lengths in millimetres, power in kW and W, flow in m³/s, L/s, LPM, GPM and
CFM, temperatures in kelvin and °C. Factors: NIST SP 811, appendix B; foot of water at 4 °C.
"""

from __future__ import annotations

_PER_SI: dict[str, float] = {
    "": 1.0,
    "%": 100.0,
    "A": 1.0,
    "Hz": 1.0,
    "V": 1.0,
    "kg": 1.0,
    "m": 1.0,
    "m²": 1.0,
    "mm": 1e3,
    "m³/s": 1.0,
    "L": 1e3,
    "L/s": 1e3,
    "LPM": 6e4,
    "GPM": 1 / 6.30901964e-5,
    "CFM": 1 / 4.719474432e-4,
    "FPM": 1 / 5.08e-3,
    "Pa": 1.0,
    "kPa": 1e-3,
    "ft of water": 1 / 2988.98,
    "W": 1.0,
    "kW": 1e-3,
    "hp": 1 / 745.6998715822702,
    "s": 1.0,
    "°C": 1.0,
    "K": 1.0,
}
"""By unit, how many of it one SI unit is."""

_ZERO_DEGC = {"K": 273.15}
"""By unit of temperature, what 0 °C is in it; inside twin temperatures are in °C."""

UNITS = tuple(_PER_SI)
"""Every unit that an attribute may be stated in."""


def from_si(value: float, unit: str) -> float:
    """A figure of twin (SI, temperatures in °C, shares of one) in a unit of the profile.

    KeyError for a unit that the profile does not use.
    """
    return value * _PER_SI[unit] + _ZERO_DEGC.get(unit, 0.0)
