"""The power law of a device from work that was held on it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import scipy
from numpy.typing import ArrayLike, NDArray

from twin.calibration.profile import Base, Fit, PowerFit
from twin.physics.chip import dynamic_frac

Array = NDArray[np.float64]


def power_fit_of(
    fits: Sequence[Fit], power: dict[str, Any], device: dict[str, Any]
) -> PowerFit | None:
    """The law of `chip.ActivityLaw` from held work; None where no power was read.

    Activities are rates over those that products of the first number format reach, at the clock
    that the board had.
    """
    rows = [*power.get("held", []), *power.get("gaps", [])]
    held = [row for row in rows if row.get("power_w") and row.get("flops")]
    idle_w = power.get("idle", {}).get("power_w")
    products = next((fit.base for fit in fits if fit.op == "gemm"), None)
    if len(held) < 3 or idle_w is None or products is None:
        return None
    clock_frac = clocks(held, device)
    power_w = np.array([row["power_w"] for row in held], float)
    max_w = float(device.get("power_limit_w") or np.max(power_w))
    found = fit_power((idle_w, max_w), _activities(held, products, clock_frac), power_w, clock_frac)
    source = f"{len(held)} works held {held[0]['hold_s']:.0f} s each, by {held[0]['power_from']}"
    return PowerFit(idle_w=idle_w, max_w=max_w, source=source, **found)


def clocks(rows: Sequence[dict[str, Any]], device: dict[str, Any]) -> Array:
    """Of each row as a share of the device's full clock; 1 where either is not known."""
    full_hz = float(device.get("max_clock_hz") or 0.0)
    read_hz = [row.get("sm_clock_hz") or full_hz for row in rows]
    share: Array = np.minimum(np.array(read_hz) / full_hz, 1.0) if full_hz else np.ones(len(rows))
    return share


def _activities(held: Sequence[dict[str, Any]], products: Base, clock_frac: Array) -> Array:
    """Shares of the FLOP and of the byte rate that products reach, (row, 2)."""
    runs_s = np.array([row["batch"] * row["runs"] / row["hold_s"] for row in held])
    flop_s = runs_s * [row["flops"] for row in held] / (products.p_flops_s * clock_frac)
    bytes_s = runs_s * [row["bytes"] for row in held] / products.w_bytes_s
    share: Array = np.minimum(np.column_stack([flop_s, bytes_s]), 1.0)
    return share


def fit_power(
    between_w: tuple[float, float],
    activities: ArrayLike,
    power_w: ArrayLike,
    clock_frac: ArrayLike = 1.0,
) -> dict[str, float]:
    """Non-negative coefficients of `chip.ActivityLaw` with exponents 1 at the full clock, the
    highest activity, and the mean error.

    between_w   at rest and at the limit of the board
    activities  shares of FLOP and byte rates, (row, 2); power and clocks of shape (row,)
    """
    idle_w, max_w = between_w
    held_w = np.asarray(power_w, float)
    share = dynamic_frac(np.broadcast_to(np.asarray(clock_frac, float), held_w.shape))
    features = np.column_stack([np.ones(held_w.size), np.asarray(activities)]) * share[:, None]
    weights = scipy.optimize.nnls(
        features * (max_w - idle_w) / held_w[:, None], (held_w - idle_w) / held_w
    )[0]
    predicted_w = idle_w + (max_w - idle_w) * features @ weights
    return {
        "base": float(weights[0]),
        "compute": float(weights[1]),
        "memory": float(weights[2]),
        "most": max(float(weights.sum()), 1.0),
        "error_frac": float(np.mean(np.abs(predicted_w / held_w - 1))),
    }
