"""The potential flow of a hall on the processor and on the GPU: the same field, and its seconds.

    python tests/device/air_on_gpu.py OUT.json

Needs numpy, scipy, numba and torch.
"""

from __future__ import annotations

import json
import sys
import time
from pathlib import Path
from typing import Any

import numpy as np

from tests.unit.airflow_rooms import rack_room
from twin.physics.airflow.potential import potential

SIDES = (24, 48, 65, 96)
"""Cells along a side of the room."""


def timed(room: Any, device: str) -> tuple[Any, float]:
    """The field, and the least seconds of three solutions."""
    readings = []
    for _ in range(3):
        start_s = time.perf_counter()
        field = potential(room, device)
        readings.append(time.perf_counter() - start_s)
    return field, min(readings)


def main(out: Path) -> int:
    """Compare each size; 0 where the fields agree to 1e-6 m/s."""
    rows = []
    for side in SIDES:
        room = rack_room(side)
        here, here_s = timed(room, "cpu")
        there, there_s = timed(room, "cuda")
        pairs = zip(here.velocity_m_s, there.velocity_m_s, strict=True)
        apart = max(float(np.abs(u - v).max()) for u, v in pairs)
        rows.append(
            {"cells": side**3, "cpu_s": here_s, "cuda_s": there_s, "apart_m_s": apart,
             "iterations": [here.iterations, there.iterations],
             "converged": [bool(here.converged), bool(there.converged)]}
        )  # fmt: skip
        out.write_text(json.dumps(rows), encoding="utf-8")
        sys.stderr.write(f"{rows[-1]}\n")
    return 0 if all(row["apart_m_s"] < 1e-6 for row in rows) else 1


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1])))
