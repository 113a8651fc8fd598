"""Values as people read them, by the unit that their names end in."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

from twin.quantities import (
    NONE,
    degrees,
    duration,
    energy,
    figures,
    mass,
    money,
    percent,
    power,
    scaled,
    short_number,
)


def _with(unit: str) -> Callable[[Any], str]:
    return lambda value: f"{figures(value)} {unit}"


def _prefixed(unit: str) -> Callable[[Any], str]:
    return partial(scaled, unit=unit)


_SHOWS: dict[str, Callable[[Any], str]] = {
    "_tokens_per_s": _prefixed("token/s"),
    "_per_token_j": _with("J/token"),
    "_j_per_token": _with("J/token"),
    "_l_per_kwh": _with("L/kWh"),
    "_kg_per_kwh": _with("kg/kWh"),
    "_usd_per_kwh": _with("USD/kWh"),
    "_usd_per_mtok": _with("USD/Mtok"),
    "usd_per_gpu_h": _with("USD/h"),
    "usd_per_gpu_h_installed": _with("USD/h"),
    "usd_per_mtok_served": _with("USD/Mtok"),
    "usd_per_mtok_trained": _with("USD/Mtok"),
    "usd_per_w": _with("USD/W"),
    "usd_energy_per_mtok_served": _with("USD/Mtok"),
    "usd_energy_per_mtok_trained": _with("USD/Mtok"),
    "usd_per_year": _with("USD/year"),
    "usd_lost_by_fault": money,
    "_gpu_hours": _with("GPU h"),
    "_per_s": _prefixed("/s"),
    "_m3_s": _with("m³/s"),
    "_kg_s": _with("kg/s"),
    "_flop_s": _prefixed("flop/s"),
    "_b_s": _prefixed("B/s"),
    "_k_w": _with("K/W"),
    "_j_k": _with("J/K"),
    "_bytes": _prefixed("B"),
    "_tokens": _prefixed("token"),
    "_hours": _with("h"),
    "_years": _with("years"),
    "_degc": degrees,
    "_frac": percent,
    "_usd": money,
    "_kg": mass,
    "_m3": _with("m³"),
    "_m2": _with("m²"),
    "_hz": _prefixed("Hz"),
    "_pa": _prefixed("Pa"),
    "_w": power,
    "_j": energy,
    "_h": _with("h"),
    "_s": duration,
    "_m": _with("m"),
    "_v": _prefixed("V"),
    "_a": _prefixed("A"),
    "_k": _with("K"),
}
"""How a number shows by the end of its name; longer ends first."""


def readable(name: str, value: Any) -> str:
    """A value of that name with its unit: `energy_j` 7.2e9 is '2.00 MWh'; a dash where there is
    none.
    """
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, list | tuple):
        return ", ".join(readable(name, item) for item in value)
    if not isinstance(value, int | float):
        return NONE if value is None else str(value)
    return _SHOWS.get(_end(name), _bare(name))(value)


def spoken(name: str) -> str:
    """A name without its unit and underscores: `energy_j` is 'energy'."""
    return (name.removesuffix(_end(name)) or name).replace("_", " ")


def _end(name: str) -> str:
    return next((end for end in _SHOWS if name.endswith(end)), "")


def _bare(name: str) -> Callable[[Any], str]:
    """A number without a unit: whole ones as they are, tokens with a prefix."""
    if name.startswith("tokens"):
        return _prefixed("")
    if name.endswith("pue"):
        return partial(figures, digits=4)  # 1.132 and 1.126 are not one design
    return lambda value: f"{value:,d}" if isinstance(value, int) else short_number(value)
