"""Power and clock of an NVIDIA GPU through NVML, where it is present; nothing here asks for
root.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from importlib import import_module
from typing import Any

import numpy as np
from scipy.optimize import nnls

from twin.calibration.kernels import Runner


class Meter:
    """Reads one GPU. Energy comes from the 1 mJ counter, because power readings are averages over a
    second.
    """

    def __init__(self, nvml: Any, index: int = 0) -> None:
        self._nvml = nvml
        nvml.nvmlInit()
        self._handle = nvml.nvmlDeviceGetHandleByIndex(index)

    def facts(self) -> dict[str, float]:
        """Power limit in W and highest clock in Hz."""
        limit = self._nvml.nvmlDeviceGetEnforcedPowerLimit(self._handle) / 1e3
        clock = self._nvml.nvmlDeviceGetMaxClockInfo(self._handle, self._nvml.NVML_CLOCK_SM) * 1e6
        return {"power_limit_w": float(limit), "max_clock_hz": float(clock)}

    def energy_j(self) -> float:
        """Joules since the driver was loaded."""
        return float(self._nvml.nvmlDeviceGetTotalEnergyConsumption(self._handle)) / 1e3

    def clock_hz(self) -> float:
        """Clock now."""
        return (
            float(self._nvml.nvmlDeviceGetClockInfo(self._handle, self._nvml.NVML_CLOCK_SM)) * 1e6
        )

    def temperature_degc(self) -> float:
        """Chip temperature now."""
        return float(
            self._nvml.nvmlDeviceGetTemperature(self._handle, self._nvml.NVML_TEMPERATURE_GPU)
        )


def meter(device: str) -> Meter | None:
    """A meter of the first GPU, or None on a CPU or without a working NVML."""
    if device != "cuda":
        return None
    try:
        return Meter(import_module("pynvml"))
    except Exception:  # NVML raises its own classes, unknown before it is imported
        return None


def mean_power_w(
    reader: Meter,
    run: Callable[[], object] | None,
    hold_s: float,
    clock: Callable[[], float] = time.monotonic,
) -> tuple[float, int]:
    """Mean W over `hold_s` while `run` repeats (idle without), and how often it ran."""
    start_s = clock()
    start_j = reader.energy_j()
    runs = 0
    while (now := clock()) - start_s < hold_s:
        if run is None:
            time.sleep(min(0.05, hold_s))
        else:
            run()
            runs += 1
    return (reader.energy_j() - start_j) / max(now - start_s, 1e-9), runs


def sustained(
    reader: Meter, mixes: dict[str, Runner | None], hold_s: float
) -> dict[str, tuple[float, int, float]]:
    """For each mix: mean W, runs, clock in Hz at its end. `None` stands for idle."""
    answer = {}
    for name, run in mixes.items():
        mean_power_w(reader, run, hold_s / 4)
        power_w, runs = mean_power_w(reader, run, hold_s)
        answer[name] = (power_w, runs, reader.clock_hz())
    return answer


def fit_power(
    idle_w: float, max_w: float, activities: list[tuple[float, float]], power_w: list[float]
) -> dict[str, float]:
    """Non-negative coefficients of `chip.ActivityLaw` with exponents 1, and their mean error."""
    features = np.column_stack([np.ones(len(power_w)), np.array(activities)])
    target = (np.array(power_w) - idle_w) / (max_w - idle_w)
    weights = nnls(features, target)[0]
    predicted_w = idle_w + (max_w - idle_w) * np.clip(features @ weights, 0, 1)
    error = float(np.mean(np.abs(predicted_w / np.array(power_w) - 1)))
    return {
        "base": float(weights[0]),
        "compute": float(weights[1]),
        "memory": float(weights[2]),
        "error_frac": error,
    }
