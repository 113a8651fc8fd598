"""Power of a GPU that no program holds, before torch is loaded: a line of JSON.

python tests/device/bare_idle.py
"""

from __future__ import annotations

import json
import sys
import time

import pynvml


def main(lasts_s: float = 4.0) -> int:
    """Print mean W by the energy counter, readings, clocks and temperature; 0."""
    pynvml.nvmlInit()
    board = pynvml.nvmlDeviceGetHandleByIndex(0)
    start_s = time.perf_counter()
    start_mj = pynvml.nvmlDeviceGetTotalEnergyConsumption(board)
    time.sleep(lasts_s)
    end_mj = pynvml.nvmlDeviceGetTotalEnergyConsumption(board)
    spent_s = time.perf_counter() - start_s
    row = {
        "power_w": (end_mj - start_mj) / 1e3 / spent_s,
        "reading_w": pynvml.nvmlDeviceGetPowerUsage(board) / 1e3,
        "sm_clock_mhz": pynvml.nvmlDeviceGetClockInfo(board, pynvml.NVML_CLOCK_SM),
        "memory_clock_mhz": pynvml.nvmlDeviceGetClockInfo(board, pynvml.NVML_CLOCK_MEM),
        "temperature_degc": pynvml.nvmlDeviceGetTemperature(board, pynvml.NVML_TEMPERATURE_GPU),
    }
    sys.stdout.write(json.dumps(row) + "\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
