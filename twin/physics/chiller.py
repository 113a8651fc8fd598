"""Electric chillers by the EnergyPlus EIR curves (Chiller:Electric:EIR, the DOE-2 model)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]

STAGE_UP_FRAC = 0.9
"""Another chiller joins when the running ones pass this share of their capacity; assumed."""


@dataclass(frozen=True)
class ChillerCurve:
    """Reference capacity and COP with the three curves and the limits inside which they hold."""

    capacity_w: float
    cop: float
    capft: Sequence[float]
    eirft: Sequence[float]
    eirplr: Sequence[float]
    leaving_degc: tuple[float, float]
    entering_degc: tuple[float, float]
    load_min_frac: float
    """Part load below which the machine cycles."""
    unload_min_frac: float = 0.0
    """Part load below which its compressors unload no further: hot gas makes up for the rest, and
    the power stays that of this load; 0 where that is `load_min_frac`."""
    water_cooled: bool = False
    """Whether its condenser stands in water; in outdoor air otherwise."""


EFFECT_K = 130.0
"""Latent heat of the refrigerant at 3 °C over the specific heat of its liquid up to the condenser:
126 K (R410A), 133 K (R407C), 137 K (R134a) between 3 and 50 °C by CoolProp 8."""
LIFT_OVER_K = 18.0
"""Refrigerant lift over what outdoor air lies above the leaving water: 15 K of a condenser in air,
3 K of an evaporator; usual, assumed."""


def _biquadratic(c: Sequence[float], x: Array, y: Array) -> Array:
    return c[0] + c[1] * x + c[2] * x**2 + c[3] * y + c[4] * y**2 + c[5] * x * y


def available_w(
    curve: ChillerCurve, leaving_degc: Array | float, entering_degc: Array | float
) -> Array:
    """Capacity at a leaving chilled-water and an entering condenser temperature, both held at the
    limits of the curves: too little for warmer water, too much for colder water and for hotter
    condenser water. In hotter outdoor air it falls by the refrigerant (`_hotter_frac`).
    """
    x = _within(leaving_degc, curve.leaving_degc)
    y = _within(entering_degc, curve.entering_degc)
    less = _hotter_frac(curve, x, entering_degc)
    return np.asarray(curve.capacity_w * _biquadratic(curve.capft, x, y) * less)


def _hotter_frac(curve: ChillerCurve, x: Array, entering_degc: Array | float) -> Array | float:
    """Capacity in air hotter than the curves over that at their limit; 1 elsewhere.

    A kilogram of refrigerant takes up its latent heat less what its liquid brings from the
    condenser, r - c (T_cond - T_evap); the compressor's volume stays.
    """
    limit = curve.entering_degc[1]
    if curve.water_cooled or not np.any(np.asarray(entering_degc) > limit):
        return 1.0
    most_k = EFFECT_K - LIFT_OVER_K + x
    return np.maximum(most_k - np.maximum(entering_degc, limit), 0.0) / (most_k - limit)


def _within(degc: Array | float, limits_degc: tuple[float, float]) -> Array:
    """A temperature, or the limit that it passes; np.clip would take three times as long."""
    low, high = limits_degc
    return np.asarray(np.minimum(np.maximum(degc, low), high))


def power_w(
    curve: ChillerCurve,
    heat_w: Array | float,
    leaving_degc: Array | float,
    entering_degc: Array | float,
) -> Array:
    """Compressor power that carries `heat_w`.

    P = Q_available / COP * EIRFT * EIRFPLR(PLR) * cycling; below the least part load the machine
    cycles, and below the least unloading it draws what it draws there. Beyond the limits of the
    curves their nearest point, at the part load of `available_w`, follows the lift (`beyond_frac`).
    Source: EnergyPlus Engineering Reference, Chillers, EIR model.
    """
    x, y = nearest_degc(curve, leaving_degc, entering_degc)
    beyond = _of_lift_over(leaving_degc, entering_degc, x, y)
    less = _hotter_frac(curve, x, entering_degc)
    available = curve.capacity_w * _biquadratic(curve.capft, x, y) * less
    part = np.minimum(np.maximum(np.asarray(heat_w, dtype=float) / available, 0.0), 1.0)
    held = np.maximum(part, max(curve.load_min_frac, curve.unload_min_frac))
    cycling = np.minimum(part / curve.load_min_frac, 1.0) if curve.load_min_frac > 0 else 1.0
    by_load = curve.eirplr[0] + curve.eirplr[1] * held + curve.eirplr[2] * held**2
    by_degc = _biquadratic(curve.eirft, x, y) * beyond
    return np.asarray(available / curve.cop * by_degc * by_load * cycling)


def outside(
    curve: ChillerCurve, leaving_degc: Array | float, entering_degc: Array | float
) -> NDArray[np.bool_]:
    """True where the temperatures lie outside the curves' limits: power there is extrapolated."""
    low_x, high_x = curve.leaving_degc
    low_y, high_y = curve.entering_degc
    x = np.asarray(leaving_degc)
    y = np.asarray(entering_degc)
    return np.asarray(~((low_x <= x) & (x <= high_x) & (low_y <= y) & (y <= high_y)))


def safely_outside(
    curve: ChillerCurve, leaving_degc: Array | float, entering_degc: Array | float
) -> NDArray[np.bool_]:
    """True where capacity cannot be overstated: warmer water or cooler outdoor air than the curves
    know.
    """
    warm = np.asarray(leaving_degc) >= curve.leaving_degc[0]
    return np.asarray(warm & (np.asarray(entering_degc) <= curve.entering_degc[1]))


def beyond_k(
    curve: ChillerCurve, leaving_degc: Array | float, entering_degc: Array | float
) -> tuple[Array, Array]:
    """Kelvin that each temperature lies outside the curves, negative below them, 0 inside: leaving
    water, then condenser entering.
    """
    x = np.asarray(leaving_degc, dtype=float)
    y = np.asarray(entering_degc, dtype=float)
    return x - _within(x, curve.leaving_degc), y - _within(y, curve.entering_degc)


APART_K = 30.0
"""What a machine's power says of its lift beside what enters and leaves it: films of both
exchangers, and fans and friction that do not follow the lift. Chosen on the 22 shipped machines,
the warmest 4 K and the coldest air of their own curves; held on 250 others of the data set."""
EVAPORATING_K = 3.0
"""Refrigerant under the water that it cools; usual, assumed."""
COLDEST_DEGC = 4.44
"""Condensers are held from here down, for oil and expansion valves: the coldest air that a machine
of the data set is stated for."""
LEAST_K = -5.56
"""Condenser entering over leaving water, the least that a machine of the data set is stated for."""
UNSURE_AIR_COOLED_PER_K = 0.021
"""What nine of ten machines err by at most for each kelvin of leaving water beyond their curves,
condensers in air: 2.04 % where 1 K is cut away, 1.6 at 4."""
UNSURE_WATER_COOLED_PER_K = 0.033
"""The same of condensers in water: 3.3 % at 1 K, 2.3 at 4."""
UNSURE_COLD_PER_K = 0.0092
"""The same for each kelvin met that is colder: 0.9 % at 2 K, 0.6 at 10, 0.9 at 25."""
UNSURE_HOT_PER_K = 0.0175
"""The same for each kelvin met that is hotter, all of it too little: 1.75 % at 2 K, 1.6 at 8."""


def beyond_frac(
    curve: ChillerCurve, leaving_degc: Array | float, entering_degc: Array | float
) -> Array:
    """Power beyond the limits of the curves over that at their nearest point; 1 inside.

    A machine keeps its share of an ideal cycle: power goes as (T_hot - T_cold) / T_cold, with what
    is met held above `COLDEST_DEGC` and above the leaving water by `LEAST_K`, at both points: how a
    machine that is stated for colder air holds its condenser there, its own curves say.
    """
    nearest = nearest_degc(curve, leaving_degc, entering_degc)
    return np.asarray(_of_lift_over(leaving_degc, entering_degc, *nearest))


def _of_lift_over(
    leaving_degc: Array | float, entering_degc: Array | float, x: Array, y: Array
) -> Array | float:
    """What the lift makes of power over that at the nearest point (x, y) of the curves."""
    if _same(x, leaving_degc) and _same(y, entering_degc):
        return np.ones(np.broadcast_shapes(np.shape(x), np.shape(y)))
    return _of_lift(leaving_degc, entering_degc) / _of_lift(x, y)


def _same(nearest: Array, degc: Array | float) -> bool:
    return bool((nearest == degc).all())


def unsure_frac(
    curve: ChillerCurve, leaving_degc: Array | float, entering_degc: Array | float
) -> Array:
    """Share of the power beyond the curves that nine of ten machines err by at most; 0 inside.

    Measured on the data set of EnergyPlus, its own curves cut and compared with the whole ones.
    """
    water_k, met_k = beyond_k(curve, leaving_degc, entering_degc)
    met = np.where(met_k > 0, UNSURE_HOT_PER_K * met_k, -UNSURE_COLD_PER_K * met_k)
    per_k = UNSURE_WATER_COOLED_PER_K if curve.water_cooled else UNSURE_AIR_COOLED_PER_K
    return np.asarray(per_k * np.abs(water_k) + met)


def nearest_degc(
    curve: ChillerCurve, leaving_degc: Array | float, entering_degc: Array | float
) -> tuple[Array, Array]:
    """Leaving and entering temperature of the point of the curves that power beyond them follows.

    Water warmer than the curves holds the condenser higher: the point lies as much higher, or power
    would rise with colder air.
    """
    x = _within(leaving_degc, curve.leaving_degc)
    y = _within(entering_degc, curve.entering_degc)
    if _same(x, leaving_degc):
        return x, y
    higher_k = _held_degc(leaving_degc, y) - _held_degc(x, y)
    return x, _within(y + higher_k, curve.entering_degc)


def _held_degc(leaving_degc: Array | float, entering_degc: Array | float) -> Array:
    """What controls let the condenser meet."""
    least = np.maximum(COLDEST_DEGC, np.asarray(leaving_degc, dtype=float) + LEAST_K)
    return np.asarray(np.maximum(entering_degc, least))


def _of_lift(leaving_degc: Array | float, entering_degc: Array | float) -> Array:
    """Of the lift that controls let a machine have; above 0."""
    return lift_frac(leaving_degc, _held_degc(leaving_degc, entering_degc), APART_K)


def lift_frac(leaving_degc: Array | float, met_degc: Array | float, apart_k: float) -> Array:
    """Power of an ideal cycle over its heat, (T_hot - T_cold) / T_cold.

    met_degc   what the condenser meets
    apart_k    of both sides, more than leaving water and what is met are
    """
    leaving = np.asarray(leaving_degc, dtype=float)
    return np.asarray((met_degc - leaving + apart_k) / (leaving - EVAPORATING_K + 273.15))
