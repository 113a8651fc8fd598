"""One hall solved: the field, the recirculation matrix, and what probes in the room see."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np

from twin.arrays import Array, Index
from twin.errors import InputError, Problem
from twin.facility.airflow.hall_air import HallAir
from twin.physics.airflow.grid import AirHeat, Field, Passage

MODELS = ("potential", "rans")
PROBE_TOLERANCE = 1e-9

Told = Callable[[float, str], None]


def field_of(
    air: HallAir, model: str, device: str, supply_degc: Array, told: Told | None = None
) -> Field:
    """The flow of a hall by a model of MODELS."""
    need_numba()
    if model == "potential":
        from twin.physics.airflow.potential import potential

        return potential(air.room)
    return _turbulent(air, device, heat_of(air, supply_degc), told)


def _turbulent(air: HallAir, device: str, heat: AirHeat, told: Told | None) -> Field:
    """The flow with jets and buoyancy."""
    from twin.physics.airflow.rans import rans

    def progress(step: object) -> None:
        if told is not None:
            told(0.0, str(step))

    return rans(air.room, heat, progress=progress)


def heat_of(air: HallAir, supply_degc: Array) -> AirHeat:
    """What racks add to the air, and what handlers set its temperature to."""
    ports = list(air.room.ports)
    place = {id(port): n for n, port in enumerate(ports)}
    given = air.supply @ supply_degc
    passages = []
    for o, outlet in enumerate(air.outlets):
        inlets = np.flatnonzero(air.passes[o])
        inlet = place[id(air.inlets[int(inlets[0])])] if inlets.size else -1
        fixed = float("nan") if inlets.size else float(given[o])
        passages.append(Passage(inlet, place[id(outlet)], float(air.heating_w[o]), fixed))
    return AirHeat(tuple(passages))


def need_numba() -> None:
    """InputError where the compiled kernels of the solver are not installed."""
    from importlib.util import find_spec

    if find_spec("numba") is None:
        raise InputError(
            [
                Problem(
                    "",
                    "no numba, which the airflow solver compiles its kernels with",
                    "pip install 'ai-factory-twin[airflow]'",
                    file="twin airflow",
                )
            ]
        )


def shares(
    air: HallAir, field: Field, values: Array | None = None, probes: Index | None = None
) -> tuple[Array, Array, Array]:
    """The matrix (inlet, outlet), the same at probes (probe, outlet), and (nx, ny, nz) of a scalar.

    values   (outlet,) of the scalar; it is NaN where not given
    probes   (probe, 3) cells
    """
    from twin.physics.airflow.transport import BATCH, Transport

    transport = Transport(air.room, field)
    outlets = transport.outlets()
    flat = _flat(probes, transport.alive.shape)
    total = np.zeros(transport.alive.size)
    rows = []
    seen = []
    for start in range(0, len(outlets), BATCH):
        batch = outlets[start : start + BATCH]
        b = np.zeros((total.size, BATCH))
        for n, port in enumerate(batch):
            b[:, n] = transport.source(port)
        c = transport.solve(b)
        rows.append(transport.means(c)[:, : len(batch)])
        seen.append(c[flat][:, : len(batch)])
        if values is not None:
            total += c[:, : len(batch)] @ values[start : start + len(batch)]
    cells = transport.inner(total)
    return np.concatenate(rows, axis=1), np.concatenate(seen, axis=1), cells


def _flat(probes: Index | None, shape: tuple[int, ...]) -> Index:
    """Padded flat index of cells."""
    if probes is None:
        return np.zeros(0, np.int64)
    return np.asarray(np.ravel_multi_index(tuple((probes + 1).T), shape), np.int64)


def cells_at(air: HallAir, points_m: Sequence[tuple[float, float, float]]) -> Index:
    """(point, 3) cells that hold points; the nearest air where a point is in a body."""
    middle = [(line[1:] + line[:-1]) / 2 for line in air.lines]
    free = np.argwhere(~air.room.solid)
    centres = np.stack([middle[a][free[:, a]] for a in range(3)], axis=1)
    found = []
    for point in points_m:
        found.append(free[int(((centres - np.array(point)) ** 2).sum(axis=1).argmin())])
    return np.array(found, np.int64).reshape(-1, 3)
