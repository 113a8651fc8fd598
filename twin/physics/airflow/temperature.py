"""Temperature of a room on a frozen flow: equipment heats what it draws in, handlers cool it.

One linear solve closes the loop through equipment: an outlet's temperature is that of its inlet,
a mean over the field that is sought, and a rise. Second-order fluxes enter as corrections to the
right-hand side, from the field before; they move heat between cells and make none.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from twin.arrays import Array
from twin.physics.airflow import turbulence_kernels as kernels
from twin.physics.airflow.bicgstab import solve
from twin.physics.airflow.grid import AirHeat, Passage
from twin.physics.airflow.heat_check import rise_k
from twin.physics.airflow.transport import BATCH, OpenPort, Transport, Unsolved


@dataclass(frozen=True)
class Closed:
    """The loop through equipment: padded right-hand side and passages that heat."""

    fixed: Array
    """(cell,) what outlets of given temperature, rises and sources bring."""
    heated: tuple[Passage, ...]


def reference_degc(heat: AirHeat, walls: Array) -> float:
    """A temperature near those of the room, from which others are measured while solving."""
    known = [p.supply_degc for p in heat.passages if not np.isnan(p.supply_degc)]
    return float(np.mean([*known, *walls])) if known or walls.size else 0.0


def steady_temperature(
    transport: Transport, heat: AirHeat, guess: Array, wall_gain: Array, tolerance: float = 1e-8
) -> Array:
    """(cell,) padded temperatures at rest, `guess` also gives the second-order corrections.

    `wall_gain` (cell,) is conductance times temperature of walls that have one.
    """
    reference = float(guess.mean()) if wall_gain.any() else reference_degc(heat, np.zeros(0))
    closed = _closed(transport, heat, reference)
    b = closed.fixed + wall_gain - reference * transport.wall_conductance
    b += _corrections(transport, guess)
    columns = np.zeros((b.size, BATCH))
    columns[:, 0] = b
    start = np.zeros_like(columns)
    start[:, 0] = (guess - reference) * transport.alive.ravel()

    def product(x: Array) -> Array:
        y = transport.product(x)
        y[:, 0] -= _returned(transport, closed.heated, x)
        return y

    answer = solve(product, transport.cycle, columns, start, tolerance)
    if answer.residual > max(10 * tolerance, 1e-6):
        raise Unsolved(f"temperature: residual {answer.residual:.1e}")
    return np.where(transport.alive.ravel(), answer.x[:, 0] + reference, reference)


def _closed(transport: Transport, heat: AirHeat, reference: float) -> Closed:
    """What is given, and what depends on inlets."""
    fixed = np.zeros(transport.faces.fluid.size)
    heated = []
    for passage in heat.passages:
        port = transport.ports[passage.outlet]
        if np.isnan(passage.supply_degc):
            heated.append(passage)
            fixed += transport.source(port, rise_k(transport.room, heat, passage))
        else:
            fixed += transport.source(port, passage.supply_degc - reference)
    if heat.source_w is not None:
        fixed += np.pad(heat.source_w, 1).ravel() / heat.air_j_m3_k
    return Closed(fixed, tuple(heated))


def _returned(transport: Transport, heated: tuple[Passage, ...], x: Array) -> Array:
    """(cell,) what outlets bring of the mean of their inlets."""
    total = np.zeros(x.shape[0])
    for passage in heated:
        inlet: OpenPort = transport.ports[passage.inlet]
        outlet = transport.ports[passage.outlet]
        mean = float(inlet.share_m3_s @ x[inlet.cells, 0])
        mean /= max(float(inlet.share_m3_s.sum()), 1e-30)
        np.add.at(total, outlet.cells, outlet.share_m3_s * mean)
    return total


def _corrections(transport: Transport, guess: Array) -> Array:
    """What second-order fluxes of the guess move beyond those of the matrix."""
    b = np.zeros(guess.size)
    strides = transport.strides
    for axis in range(3):
        kernels.defer(
            guess, b, transport.flow[axis].ravel(), transport.diffusion[axis].ravel(),
            transport.faces.kind[axis].ravel(), strides[axis],
        )  # fmt: skip
    return b


def inlet_means(transport: Transport, temperature: Array) -> Array:
    """(inlet,) mean temperature of the air that each inlet draws."""
    return transport.means(temperature.reshape(-1, 1))[:, 0]
