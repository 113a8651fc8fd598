"""How fast the airflow of a room is: one process, one thread, CPU seconds and peak memory.

`python -m tests.benchmarks.airflow [poisson|room] [--closure NAME]` prints a markdown table; a GPU
is timed beside it with `--cuda`. A rehearsal on a small room compiles the kernels first.
"""

from __future__ import annotations

import argparse
import resource
from collections.abc import Callable, Iterator
from time import perf_counter, process_time
from typing import TypeVar

import numpy as np

from tests.unit.airflow_rooms import block, rack_room
from tests.unit.test_airflow_potential import random_faces, random_sources
from twin.physics.airflow.balance import heat_imbalance_frac
from twin.physics.airflow.grid import AirHeat, AirPort, Passage, Room, open_room
from twin.physics.airflow.model import FlowOptions
from twin.physics.airflow.multigrid import Poisson
from twin.physics.airflow.potential import potential
from twin.physics.airflow.rans import rans
from twin.physics.airflow.transport import matrix, matrix_and_delays

T = TypeVar("T")
Row = tuple[object, ...]


def timed(work: Callable[[], T]) -> tuple[T, float, float]:
    """What it gives, wall seconds, CPU seconds."""
    began = perf_counter()
    began_cpu = process_time()
    found = work()
    return found, perf_counter() - began, process_time() - began_cpu


def row_of_racks(n: int = 65, racks: int = 11) -> Room:
    """A room of n³ cells with a row of racks: a dozen outlets, 274,625 cells for n = 65."""
    d = np.full(n, 4.0 / n)
    solid = np.zeros((n, n, n), bool)
    low = n // 2 - n // 16
    high = n // 2 + n // 16
    middle = (n // 4, 3 * n // 4)
    ports = [
        AirPort("supply", 0, 1, block((0, 1), middle, (0, n // 5)), 1.5, True),
        AirPort("return", 0, -1, block((0, 1), middle, (4 * n // 5, n)), 1.5, False),
    ]
    width = n // (racks + 2)
    for rack in range(racks):
        where = ((width * (rack + 1), width * (rack + 2) - 1), (0, n // 2))
        solid[low:high, where[0][0] : where[0][1], : n // 2] = True
        front = block((low, low + 1), *where)
        back = block((high, high + 1), *where)
        ports.append(AirPort(f"front_{rack}", 0, 1, front, 0.12, False))
        ports.append(AirPort(f"back_{rack}", 0, 1, back, 0.12, True))
    empty = open_room(d, d, d)
    return Room(d, d, d, solid, empty.closed, empty.loss, tuple(ports))


def heat_of(room: Room, power_w: float) -> AirHeat:
    """The supply has 18 °C, every rack gives that heat."""
    racks = [Passage(n, n + 1, power_w) for n in range(2, len(room.ports), 2)]
    return AirHeat((Passage(1, 0, supply_degc=18.0), *racks))


def poisson_rows(cuda: bool) -> Iterator[Row]:
    """Iterations to 1e-6 with one face of ten closed at random."""
    for n in (32, 64, 128):
        poisson = Poisson(random_faces(n, 0.1), (np.ones(n), np.ones(n), np.ones(n)))
        b = random_sources(n, poisson)
        for solver in (poisson, *_on_cuda(n, cuda)):
            solver.solve(np.zeros_like(b), b, 0.5)
            solved, wall, cpu = timed(lambda s=solver, b=b: s.solve(np.zeros_like(b), b, 1e-6))
            name = f"pressure, {n}³, {type(solver).__name__}"
            yield (name, f"{solved.iterations} iterations", wall, cpu, peak_mb())


def _on_cuda(n: int, cuda: bool) -> tuple[Poisson, ...]:
    """The same equation on a GPU."""
    if not cuda:
        return ()
    from twin.physics.airflow.torch_poisson import TorchPoisson

    spacing = (np.ones(n), np.ones(n), np.ones(n))
    return (TorchPoisson(random_faces(n, 0.1), spacing, "cuda"),)


def room_rows(closure: str) -> Iterator[Row]:
    """A room of 272,000 cells: potential flow, shares, travel times, turbulent flow at rest."""
    rehearsal = rack_room(20, 1.4, 0.7)
    rans(
        rehearsal, heat_of(rehearsal, 1000.0), FlowOptions(closure=closure, rounds=(1,), steps=(2,))
    )
    matrix_and_delays(rehearsal, potential(rehearsal))
    room = row_of_racks()
    field, wall, cpu = timed(lambda: potential(room))
    yield ("potential flow", f"divergence {field.divergence:.0e}", wall, cpu, peak_mb())
    w, wall, cpu = timed(lambda: matrix(room, field))
    worst = float(np.abs(w.sum(axis=1) - 1.0).max())
    yield (f"shares of {w.shape[1]} outlets", f"rows within {worst:.0e}", wall, cpu, peak_mb())
    heat = heat_of(room, 1500.0)
    options = FlowOptions(closure=closure)
    still, wall, cpu = timed(lambda: rans(room, heat, options))
    off = heat_imbalance_frac(room, heat, still)
    what = f"{still.iterations} steps, heat within {off:.0e}, {still.note or 'at rest'}"
    yield (f"turbulent flow, {closure}", what, wall, cpu, peak_mb())
    w, wall, cpu = timed(lambda: matrix(room, still))
    yield ("shares after it", f"{w.shape[1]} outlets", wall, cpu, peak_mb())


def peak_mb() -> float:
    """Peak memory of this process so far."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024.0


def main() -> None:
    """Print one table."""
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks.airflow", description=__doc__)
    parser.add_argument("what", choices=("poisson", "room"), nargs="?", default="room")
    parser.add_argument("--closure", default="zero-equation")
    parser.add_argument("--cuda", action="store_true", help="the pressure equation on a GPU too")
    args = parser.parse_args()
    print("| what | outcome | wall s | CPU s | peak MB |\n|---|---|---|---|---|")
    rows = poisson_rows(args.cuda) if args.what == "poisson" else room_rows(args.closure)
    for name, outcome, wall, cpu, peak in rows:
        print(f"| {name} | {outcome} | {wall:.2f} | {cpu:.2f} | {peak:.0f} |", flush=True)


if __name__ == "__main__":
    main()
