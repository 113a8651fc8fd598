"""One hall solved: the field, the recirculation matrix, and what probes in the room see."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

import numpy as np

from twin.analysis.airflow.closing import doors_w
from twin.arrays import Array, Index
from twin.errors import InputError, Problem
from twin.facility.airflow.hall_air import HallAir
from twin.facility.airflow.installed import need_numba
from twin.physics.airflow.grid import AirHeat, Field, Passage

if TYPE_CHECKING:
    from twin.physics.airflow.model import SolverRound
    from twin.physics.airflow.transport import Transport

MODELS = ("potential", "rans")
MOMENT_TOLERANCE = 1e-6

Told = Callable[[float, str], None]


def field_of(
    air: HallAir, model: str, device: str, supply_degc: Array, told: Told | None = None
) -> Field:
    """The flow of a hall by a model of MODELS. InputError where the device cannot do it."""
    need_numba("twin airflow")
    if device == "cuda":
        _need_cuda(model)
    if model == "potential":
        from twin.physics.airflow.potential import potential

        return potential(air.room, device)
    return _turbulent(air, heat_of(air, supply_degc), told)


def _need_cuda(model: str) -> None:
    """InputError where there is no GPU for the potential flow; turbulent flow has none."""
    from importlib.util import find_spec

    found = "a model that runs on the CPU alone" if model != "potential" else ""
    if not found and find_spec("torch") is None:
        found = "no torch"
    if not found:
        import torch

        found = "" if torch.cuda.is_available() else "no CUDA device that torch sees"
    if found:
        raise InputError([Problem("--device", found, "--device cpu, or potential flow on a GPU")])


def _turbulent(air: HallAir, heat: AirHeat, told: Told | None) -> Field:
    """The flow with jets and buoyancy."""
    from twin.physics.airflow.rans import rans

    def progress(step: SolverRound) -> None:
        if told is not None:
            told(min(step.round / 50, 1.0), f"{step.grid} round {step.round}")

    return rans(air.room, heat, progress=progress)


def heat_of(air: HallAir, supply_degc: Array) -> AirHeat:
    """What racks add to the air, rear doors taken off as if all drew in what handlers supply, and
    what these set its temperature to.
    """
    ports = list(air.room.ports)
    place = {id(port): n for n, port in enumerate(ports)}
    given = air.supply @ supply_degc
    heating_w = air.heating_w - doors_w(air, np.full(len(air.inlets), float(supply_degc.mean())))
    passages = []
    for o, outlet in enumerate(air.outlets):
        inlets = np.flatnonzero(air.passes[o])
        inlet = place[id(air.inlets[int(inlets[0])])] if inlets.size else -1
        fixed = float("nan") if inlets.size else float(given[o])
        passages.append(Passage(inlet, place[id(outlet)], float(heating_w[o]), fixed))
    return AirHeat(tuple(passages))


def shares(
    air: HallAir, field: Field, probes: Index | None = None, with_lags: bool = False
) -> tuple[Array, Array, Array]:
    """The matrix (inlet, outlet), the same at probes (probe, outlet), and the mean way (outlet,) of
    each outlet's air in seconds; 0 where not asked for.

    probes   (probe, 3) cells
    """
    from twin.physics.airflow.transport import BATCH, Transport

    transport = Transport(air.room, field)
    outlets = transport.outlets()
    flat = _flat(probes, transport.alive.shape)
    flow = np.array([port.flow_m3_s for port in air.inlets])
    rows = []
    seen = []
    lags = []
    for start in range(0, len(outlets), BATCH):
        batch = outlets[start : start + BATCH]
        b = np.zeros((transport.alive.size, BATCH))
        for n, port in enumerate(batch):
            b[:, n] = transport.source(port)
        c = transport.solve(b)
        held = slice(0, len(batch))
        rows.append(transport.means(c)[:, held])
        seen.append(c[flat][:, held])
        lags.append(_lags_s(transport, c, flow)[held] if with_lags else np.zeros(len(batch)))
    return np.concatenate(rows, axis=1), np.concatenate(seen, axis=1), np.concatenate(lags)


def _lags_s(transport: Transport, c: Array, flow_m3_s: Array) -> Array:
    """(column,) mean travel time of all air of an outlet: first moments by flow."""
    volume = transport.faces.volume_m3.reshape(-1, 1)
    m = transport.solve(volume * c, tolerance=MOMENT_TOLERANCE)
    gone = flow_m3_s @ transport.means(c)
    moved = flow_m3_s @ transport.means(m)
    return np.asarray(np.divide(moved, gone, out=np.zeros_like(gone), where=gone > 0))


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
    found = [
        free[int(((centres - np.array(point)) ** 2).sum(axis=1).argmin())] for point in points_m
    ]
    return np.array(found, np.int64).reshape(-1, 3)
