"""The question of a planner: what air does every rack of a hall get?"""

from __future__ import annotations

from collections.abc import Collection
from pathlib import Path
from time import perf_counter

import numpy as np

from twin.analysis.airflow.answer import AirflowAnswer
from twin.analysis.airflow.closing import closed_loop, doors_w, plant_supply_degc
from twin.arrays import Array
from twin.errors import InputError, Problem, did_you_mean
from twin.facility.airflow.hall_air import HallAir, hall_air
from twin.scenario import Scenario, load
from twin.study.airflow import cache
from twin.study.airflow.solve import MODELS, Told, field_of, shares

DOOR_ROUNDS = 100
"""In which handlers and rear doors share the heat of a hall."""
STILL_K = 1e-9


def airflow(
    design: Scenario | str | Path,
    hall: str | None = None,
    lose: Collection[str] = (),
    model: str = "potential",
    device: str = "cpu",
    cells: int | None = None,
    supply_degc: float | None = None,
    keep: bool = True,
    progress: Told | None = None,
) -> AirflowAnswer:
    """Solve the air of one hall at rated power: inlets, exhausts, returns, recirculation, measures.

    design        a scenario, or the path of a scenario or layout file
    hall          name of the hall; the first with racks where not given
    lose          air handlers that stand still
    model         potential: in a second, without jets or buoyancy; rans: with both, in a minute
    device        cpu or cuda
    cells         cells of the grid, about
    supply_degc   of every handler; what the coil gives at its plant's set-point where not given
    keep          whether converged fields are kept beside the project, and taken from there

    Raises InputError with everything that cannot be solved, each at its line.
    """
    scenario = design if isinstance(design, Scenario) else load(design)
    _known("--model", model, MODELS)
    _known("--device", device, ("cpu", "cuda"))
    started = perf_counter()
    air = hall_air(scenario, hall, lose, cells)
    supply = _supply(scenario, air, supply_degc)
    found, was_kept = _solved(scenario, air, model, device, supply, keep, progress)
    temperatures = closed_loop(air, found.matrix, air.rises_k(), supply)
    for _ in range(DOOR_ROUNDS if air.doors()[0].any() else 0):
        taken_w = float(doors_w(air, temperatures.inlet_degc).sum())
        before = temperatures.inlet_degc
        supply = _supply(scenario, air, supply_degc, taken_w)
        temperatures = closed_loop(air, found.matrix, air.rises_k(), supply)
        if np.abs(temperatures.inlet_degc - before).max() < STILL_K:
            break
    room = _temperature(air, found, temperatures.outlet_degc)
    return AirflowAnswer(
        air,
        found.field,
        model,
        found.matrix,
        temperatures,
        room,
        tuple(lose),
        was_kept,
        perf_counter() - started,
    )


def _known(key: str, value: str, allowed: Collection[str]) -> None:
    if value not in allowed:
        hint = did_you_mean(value, allowed)
        raise InputError([Problem(key, repr(value), ", ".join(allowed), hint)])


def _supply(scenario: Scenario, air: HallAir, stated: float | None, doors_w: float = 0.0) -> Array:
    """(handler,) supply temperature, rear doors taking a heat before."""
    units = air.plan.handlers
    if stated is not None:
        return np.full(len(units), stated)
    plants = {plant.name: plant.supply_temperature for plant in scenario.plan.cooling.plant}
    water = np.array([plants.get(unit.spec.plant, np.nan) for unit in units])
    coil = plant_supply_degc(air, water, doors_w)
    held = [unit.spec.supply_temperature for unit in units]
    return np.array([c if h is None else max(c, h) for c, h in zip(coil, held, strict=True)])


def _solved(
    scenario: Scenario,
    air: HallAir,
    model: str,
    device: str,
    supply: Array,
    keep: bool,
    told: Told | None,
) -> tuple[cache.KeptAir, bool]:
    """The field and the matrix: from the cache, or solved and kept."""
    folder = cache_folder(scenario)
    heat = (air.heating_w.tolist(), supply.tolist()) if model == "rans" else ()
    name = cache.name_of(air.room, model, *heat)
    held = cache.kept(folder, name, air.room) if keep and folder is not None else None
    if held is not None:
        return held, True
    field = field_of(air, model, device, supply, told)
    matrix, probes, _ = shares(air, field)
    found = cache.KeptAir(field, matrix, probes)
    if keep and folder is not None:
        cache.keep(folder, name, air.room, found)
    return found, False


def cache_folder(scenario: Scenario) -> Path | None:
    """Where fields of a project are kept; None where the scenario came from no file."""
    root = scenario.home()
    return root / cache.FOLDER if root is not None else None


def _temperature(air: HallAir, found: cache.KeptAir, outlet_degc: Array) -> Array:
    """(nx, ny, nz) of the air, from the field and what every outlet blows."""
    from twin.physics.airflow.transport import scalar

    return scalar(air.room, found.field, outlet_degc)
