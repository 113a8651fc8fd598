"""Time to the first inlet limit after random losses of air handlers.

`python -m tests.benchmarks.outages 500`: the crossing that a run foresees is held against steps of
a quarter of a second through the same network (matrix exponential), which knows no crossing. At
full load, from a settled state, with plants and valves on the pieces that they are on when the
handlers are lost.
"""

from __future__ import annotations

import sys
from time import perf_counter

import numpy as np
import scipy.linalg

import twin
from twin.physics.crossing import first_crossing
from twin.simulation import Run
from twin.study.full_load import full_load

LAYOUTS = ("superpod_b200", "gb200_su")
STEP_S = 0.25
WATCHED_S = 3000.0
SETTLED_S = 600.0


def main(count: int) -> None:
    """Print what was met, layout by layout."""
    for layout in LAYOUTS:
        draw = np.random.default_rng(8)
        facility, _ = full_load(twin.build(twin.load(f"layouts/{layout}.yaml")), 4000.0, 10.0)
        settled = twin.start(facility).until(SETTLED_S)
        handlers = [unit for unit in facility.cooling.units.id if unit.startswith("crah")]
        rows = [_outage(settled, draw, handlers) for _ in range(count)]
        both = np.array([row[:2] for row in rows if np.isfinite(row[0])])
        apart = np.abs(both[:, 0] - (both[:, 1] - STEP_S / 2))
        disagree = sum(np.isfinite(row[0]) != np.isfinite(row[1]) for row in rows)
        print(
            f"{layout}: {count} outages, {len(both)} reach a limit, {disagree} disagree; apart by "
            f"{apart.max():.3f} s at most, {(apart / both[:, 0]).max():.2%} of the time; "
            f"{np.mean([row[2] for row in rows]) * 1e3:.1f} ms a prediction"
        )


def _outage(settled: Run, draw: np.random.Generator, handlers: list[str]) -> list[float]:
    """Seconds to the limit, foreseen and by steps (inf where none is reached), and of computing."""
    lost = draw.choice(handlers, draw.integers(1, len(handlers) + 1), replace=False)
    when = {"at": f"{SETTLED_S} s", "repair_after": "2 h"}
    run = settled.fork(faults=[when | {"component": str(name)} for name in lost])
    heat = run.until(SETTLED_S + 1e-3)._loop.run.heat
    upper, _ = heat._limits()
    limits = np.full(upper.size, np.inf)
    zones = run.facility.cooling.air.zone_node
    limits[zones] = upper[zones]
    began = perf_counter()
    nothing = np.full(upper.size, -np.inf)
    found = first_crossing(heat._motion(), limits, nothing, WATCHED_S)
    spent = perf_counter() - began
    return [np.inf if found is None else found.time_s, _stepped(heat, limits), spent]


def _stepped(heat: object, limits: np.ndarray) -> float:
    """Seconds to the end of the step in which a limit is passed."""
    capacity = heat.network.capacity_j_k  # type: ignore[attr-defined]
    matrix = heat.conductances.matrix(heat.conductances.now())  # type: ignore[attr-defined]
    drive = heat.own.heat_w.copy()  # type: ignore[attr-defined]
    drive[heat.water] += heat._boundary_w()  # type: ignore[attr-defined]
    size = capacity.size
    rates = np.zeros((size + 1, size + 1))
    rates[:size, :size] = -matrix / capacity[:, None]
    rates[:size, size] = drive / capacity
    onward = scipy.linalg.expm(rates * STEP_S)
    degc = np.append(heat.own.temperature_degc, 1.0)  # type: ignore[attr-defined]
    for step in range(1, int(WATCHED_S / STEP_S) + 1):
        degc = onward @ degc
        if (degc[:size] >= limits).any():
            return step * STEP_S
    return float("inf")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 20)
