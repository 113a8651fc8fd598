"""What a GPU draws: idle power and a dynamic part that follows activity, clock and voltage.

    P = P_idle + (P_max - P_idle) * a * f (V(f) / V0)^2

f is the clock as a share of the highest, a the activity in 0..1. V falls in proportion to the clock
and rests at a floor below FLOOR_CLOCK_FRAC. Source of the form: Chandrakasan et al. (1992), doi
10.1109/4.126534 (dynamic CMOS power C V^2 f). The fall of the voltage was measured on an H200: what
a product takes above idle power, with rests between products that leave the board several clocks,
is 0.77 of that at full clock at 0.75 of it, 0.84 at 0.82 and 0.97 at 0.93.

Fitted on 203 vLLM operating points of ML.ENERGY (GPU power only; shapes from the model catalogue,
prompt lengths and idle power assumed). Mean absolute error of W a GPU, in sample / with each model
left out of exponents and coefficients: H100 8.5 % / 11.4 %, B200 10.7 % / 11.8 %; taking the rated
power errs 37 % and 54 %. These left-out figures flatter: six forms were compared on the same rows,
and after their residuals were seen Llama 4 Maverick was dropped (its catalogue shape does not give
its parameters) and attention was taken as copied under expert parallelism. Without those two steps
the procedure gave 13.3 % and 14.4 %. Between batch 8 and 256 of a small model on H100 the law sees
1.21 times the power where 1.48 was measured. `tests/validation/test_gpu_power.py` holds these
figures.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

Array = NDArray[np.float64]

FLOOR_CLOCK_FRAC = 0.606
"""Clock below which the voltage no longer falls; assumed."""
FLOOR_VOLTAGE_FRAC = 0.81
"""Voltage there, of the voltage at full clock: the line that was measured from 0.75 of the clock
upwards, carried on."""
_GRID = np.linspace(0.0, 1.0, 1025)


@dataclass(frozen=True)
class ActivityLaw:
    """a = busy (base + compute u_c^p + memory u_m^q), all coefficients >= 0, clipped to `most`.

    u_c and u_m are achieved over effective rates while busy. Above 1 a chip at its full clock would
    draw more than its limit: the clock falls until it does not (`clock_for_power`).
    """

    base: float
    compute: float
    memory: float
    compute_exponent: float = 1.0
    memory_exponent: float = 1.0
    most: float = 1.0


H100 = ActivityLaw(0.4044, 0.5466, 0.0, 0.25, 0.25)
"""Fitted on 108 points of six models, H100. Memory adds nothing here: in serving it falls as
compute rises."""


def activity(
    law: ActivityLaw,
    compute_activity: ArrayLike,
    memory_activity: ArrayLike,
    busy_frac: ArrayLike = 1.0,
) -> Array:
    """Share of the dynamic power that is asked for, 0 to the law's most; arguments broadcast.

    compute_activity and memory_activity are means over time, idle time included; busy_frac is the
    share of time with work, and 0 gives 0.
    """
    busy = np.asarray(busy_frac, float)
    worked = np.maximum(busy, 1e-12)
    u_c = np.clip(np.asarray(compute_activity, float) / worked, 0, 1)
    u_m = np.clip(np.asarray(memory_activity, float) / worked, 0, 1)
    features = _features(law.compute_exponent, law.memory_exponent, u_c, u_m)
    used: Array = busy * np.clip(features @ _coefficients(law), 0, law.most)
    return used


def power_w(
    idle_w: ArrayLike, max_w: ArrayLike, activity: ArrayLike, clock_frac: ArrayLike = 1.0
) -> Array:
    """Watts of a GPU; arguments broadcast."""
    idle = np.asarray(idle_w, float)
    power: Array = idle + (np.asarray(max_w, float) - idle) * np.asarray(
        activity, float
    ) * dynamic_frac(clock_frac)
    return power


def voltage_frac(clock_frac: ArrayLike) -> Array:
    """V(f)/V0: 1 at full clock, linear down to the floor, constant below."""
    slope = (1 - FLOOR_VOLTAGE_FRAC) / (1 - FLOOR_CLOCK_FRAC)
    return np.maximum(FLOOR_VOLTAGE_FRAC, 1 - slope * (1 - np.asarray(clock_frac, float)))


def dynamic_frac(clock_frac: ArrayLike) -> Array:
    """Clock share times (V/V0)^2: dynamic power at a clock, of that at full clock."""
    share: Array = np.asarray(clock_frac, float) * voltage_frac(clock_frac) ** 2
    return share


def clock_for_power(
    idle_w: ArrayLike, max_w: ArrayLike, activity: ArrayLike, cap_w: ArrayLike
) -> Array:
    """Highest clock share at which the power stays at or under `cap_w`; 1 where the cap does not
    bind.

    0 where the cap is not above idle power and there is work. Inverse of `power_w` to 1e-12.
    """
    idle = np.asarray(idle_w, float)
    dynamic_w = (np.asarray(max_w, float) - idle) * np.asarray(activity, float)
    room = np.asarray(cap_w, float) - idle
    allowed = np.clip(
        np.where(dynamic_w > 0, room / np.where(dynamic_w > 0, dynamic_w, 1.0), 1.0), 0.0, 1.0
    )
    clock: Array = np.interp(allowed, dynamic_frac(_GRID), _GRID)
    for _ in range(3):
        clock = np.clip(clock - (dynamic_frac(clock) - allowed) / _slope(clock), 0.0, 1.0)
    return clock


def _slope(clock_frac: Array) -> Array:
    """Derivative of dynamic_frac."""
    voltage = voltage_frac(clock_frac)
    rise = np.where(
        voltage > FLOOR_VOLTAGE_FRAC, (1 - FLOOR_VOLTAGE_FRAC) / (1 - FLOOR_CLOCK_FRAC), 0.0
    )
    return voltage**2 + 2 * clock_frac * voltage * rise


def _coefficients(law: ActivityLaw) -> Array:
    return np.array([law.base, law.compute, law.memory])


def _features(compute_exponent: float, memory_exponent: float, u_c: Array, u_m: Array) -> Array:
    u_c, u_m = np.broadcast_arrays(u_c, u_m)
    return np.stack([np.ones(u_c.shape), u_c**compute_exponent, u_m**memory_exponent], axis=-1)
