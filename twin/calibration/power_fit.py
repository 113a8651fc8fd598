"""The power law of a device from work that was held on it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import scipy

from twin.calibration.profile import PowerFit, Sample


def power_fit_of(
    samples: Sequence[Sample], power: dict[str, Any], device: dict[str, Any]
) -> PowerFit | None:
    """The law of `chip.ActivityLaw` from held work; None where no power was read.

    Activities are rates against the best that samples of the held works' number format reached.
    """
    held = [row for row in power.get("held", []) if row.get("power_w")]
    idle_w = power.get("idle", {}).get("power_w")
    if len(held) < 3 or idle_w is None:
        return None
    dtype = next((s.dtype for s in samples if s.op == "copy"), samples[0].dtype)
    same = [s for s in samples if s.dtype == dtype]
    best_flop_s = max(s.flops / s.t_s_median for s in same if s.op == "gemm")
    best_bytes_s = max(s.bytes / s.t_s_median for s in same if s.op in ("gemm", "copy"))
    activities = [(_share(r, "flops", best_flop_s), _share(r, "bytes", best_bytes_s)) for r in held]
    power_w = [row["power_w"] for row in held]
    max_w = max(*power_w, device.get("power_limit_w", 0.0))
    found = fit_power(idle_w, max_w, activities, power_w)
    source = f"{len(held)} works held {held[0]['hold_s']:.0f} s each, by {held[0]['power_from']}"
    return PowerFit(idle_w=idle_w, max_w=max_w, source=source, **found)


def _share(row: dict[str, Any], what: str, best: float) -> float:
    return min(1.0, float(row[what] * row["batch"] * row["runs"] / row["hold_s"] / best))


def fit_power(
    idle_w: float, max_w: float, activities: list[tuple[float, float]], power_w: list[float]
) -> dict[str, float]:
    """Non-negative coefficients of `chip.ActivityLaw` with exponents 1, and their mean error."""
    features = np.column_stack([np.ones(len(power_w)), np.array(activities)])
    target = (np.array(power_w) - idle_w) / (max_w - idle_w)
    weights = scipy.optimize.nnls(features, target)[0]
    predicted_w = idle_w + (max_w - idle_w) * np.clip(features @ weights, 0, 1)
    error = float(np.mean(np.abs(predicted_w / np.array(power_w) - 1)))
    return {
        "base": float(weights[0]),
        "compute": float(weights[1]),
        "memory": float(weights[2]),
        "error_frac": error,
    }
