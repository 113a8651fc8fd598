"""Losses, overloads and batteries of the power path."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]


HOLD_UP_S = 0.02
"""A power supply carries its load this long without input (OCP ORv3 at full load); shorter gaps are
not felt."""
TRANSFER_CONFIRM_S = 1.0
"""A mechanical transfer switch, and a generator's controls, wait this long for a dead supply to
come back before they act; assumed, within the 0.5 to 3 s that are usual settings."""


def loss_w(
    output_w: Array, rating_w: Array, idle_frac: Array, linear_frac: Array, square_frac: Array
) -> Array:
    """Loss of a stage that carries `output_w`.

    loss = rating (a + b x + c x^2), x = output / rating. All shapes (stage,); rating finite and >
    0. At zero load the loss is a, so efficiency is never divided by. Source: quadratic fit of
    published part-load tables (transformers: 10 CFR 431.196; UPS: maker's heat tables); holds for 0
    <= x <= 1.2.
    """
    load_frac = output_w / rating_w
    return rating_w * (idle_frac + load_frac * (linear_frac + square_frac * load_frac))


def trip_rate_per_s(
    load_frac: Array, pickup_frac: Array, constant_s: Array, instantaneous_frac: Array
) -> Array:
    """How fast an inverse-time protection runs towards its trip: 1 / t with t = k / (x^2 - 1).

    Zero below the pick-up, infinite above the instantaneous band. Shapes (device,).
    Source: I^2 t long-time characteristic of IEC 60947-2 devices.
    """
    runs = load_frac > pickup_frac
    at_once = load_frac >= instantaneous_frac
    either = runs | at_once
    if not either.any():
        return np.zeros(either.shape)
    excess = np.maximum(load_frac**2 - 1.0, 1e-12)
    rate = np.where(runs, excess / constant_s, 0.0)
    return np.where(at_once, np.inf, rate)


def converter_input_w(
    output_w: Array | float, constant_w: Array | float, efficiency_frac: Array | float
) -> Array:
    """Input of a converter with a constant and a proportional loss: (P_out + c) / eta."""
    return (np.asarray(output_w, dtype=float) + constant_w) / efficiency_frac


def battery_time_s(
    energy_j: Array | float, load_w: Array | float, efficiency_frac: Array | float
) -> Array:
    """Time a battery carries a constant load: t = E eta / P, infinite without load."""
    load = np.asarray(load_w, dtype=float)
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.where(
            load > 0, np.asarray(energy_j, dtype=float) * efficiency_frac / load, np.inf
        )


def circuit_power_va(current_a: float, voltage_v: float, phases: int) -> float:
    """Apparent power of a circuit: V I for one phase, sqrt(3) V I for three; V between lines."""
    return voltage_v * current_a * float(np.sqrt(3.0 if phases == 3 else 1.0))
