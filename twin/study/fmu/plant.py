"""A plant that is an FMU: it and a run take turns (FMI 2.0 co-simulation, by fmpy)."""

from __future__ import annotations

import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from twin.cards import Shown
from twin.errors import InputError, Problem, did_you_mean
from twin.results import Result
from twin.simulation import Run, start
from twin.simulation.readings import InstrumentReadings
from twin.study.asked import Asked, built
from twin.study.fmu.installed import need_fmu
from twin.study.fmu.namespace import keep_namespace_of

GIVEN = ("heat_w", "water_degc", "set_degc", "dry_bulb_degc", "wet_bulb_degc", "it_w")
"""What a run can tell an FMU: of its plant, of the weather and of the racks."""
TAKEN = ("supply_degc", "power_w")
"""What an FMU may tell: the water it supplies, and what it draws."""
KELVIN = 273.15


@dataclass(frozen=True, repr=False)
class CoSimulation(Shown):
    """A run beside an FMU."""

    result: Result
    """The run; its own plant stands for the FMU in what the racks felt, not in energy."""
    steps: pd.DataFrame
    """A row a step: `time_s`, what was given and what was taken."""

    @property
    def energy_j(self) -> float:
        """What the FMU drew; nan where it tells no power."""
        if "power_w" not in self.steps:
            return float("nan")
        spans = self.steps["time_s"].diff().fillna(self.steps["time_s"].iloc[0])
        return float((self.steps["power_w"] * spans).sum())


def co_simulate(
    asked: Asked,
    plant: str,
    fmu: str | Path,
    inputs: Mapping[str, str],
    outputs: Mapping[str, str],
    step_s: float = 300.0,
    parameters: Mapping[str, float] | None = None,
) -> CoSimulation:
    """Run a design while an FMU says what water one of its plants supplies.

    plant        whose set-point follows the FMU's `supply_degc` after each step
    inputs       the FMU's variables by what they are given: `heat_w`, `water_degc`, `set_degc`,
                 `dry_bulb_degc`, `wet_bulb_degc`, `it_w`
    outputs      `supply_degc` and `power_w` by the FMU's variables that they are read from; a name
                 that ends in `[K]` is read, or given, in kelvin
    parameters   start values of the FMU
    Raises InputError without the extra `fmu`, for names that are not there, and as `twin.start`
    does.
    """
    need_fmu("fmpy", "co_simulate")
    run = start(built(asked))
    rows = []
    with _instance(Path(fmu), run, plant, inputs, outputs, parameters or {}) as model:
        horizon = run.facility.scenario.horizon
        begun_s = 0.0
        while begun_s < horizon:
            span_s = min(step_s, horizon - begun_s)
            given = _given(run.readings(), _index(run, plant))
            taken = model.step(begun_s, span_s, {k: given[k] for k in inputs})
            if "supply_degc" in taken:
                run.set_water(plant, taken["supply_degc"], max(begun_s, run.now_s))
            begun_s += span_s
            run.until(begun_s)
            rows.append({"time_s": begun_s} | given | taken)
    return CoSimulation(run.until().result(), pd.DataFrame(rows))


def _index(run: Run, plant: str) -> int:
    return [one.id for one in run.facility.cooling.plants].index(plant)


def _given(seen: InstrumentReadings, p: int) -> dict[str, float]:
    return {
        "heat_w": float(seen.plant_heat_w[p]),
        "water_degc": float(seen.water_degc[p]),
        "set_degc": float(seen.set_degc[p]),
        "dry_bulb_degc": float(seen.outdoor_degc[0]),
        "wet_bulb_degc": float(seen.outdoor_degc[1]),
        "it_w": float(seen.rack_w.sum()),
    }


@dataclass(frozen=True)
class _Model:
    """An FMU that is set up."""

    slave: Any
    inputs: dict[str, tuple[int, float]]
    """Reference and offset by what is given."""
    outputs: dict[str, tuple[int, float]]

    def step(self, begun_s: float, span_s: float, given: Mapping[str, float]) -> dict[str, float]:
        """Give, step, and take."""
        references = [self.inputs[name][0] for name in given]
        values = [value + self.inputs[name][1] for name, value in given.items()]
        self.slave.setReal(references, values)
        self.slave.doStep(currentCommunicationPoint=begun_s, communicationStepSize=span_s)
        read = self.slave.getReal([reference for reference, _ in self.outputs.values()])
        taken = zip(self.outputs.items(), read, strict=True)
        return {name: float(value) - offset for (name, (_, offset)), value in taken}


@contextmanager
def _instance(
    path: Path,
    run: Run,
    plant: str,
    inputs: Mapping[str, str],
    outputs: Mapping[str, str],
    parameters: Mapping[str, float],
) -> Iterator[_Model]:
    """The FMU, unpacked, checked and begun; put away afterwards."""
    from fmpy import extract, read_model_description
    from fmpy.fmi2 import FMU2Slave

    description = _described(path, read_model_description)
    known = {v.name: v.valueReference for v in description.modelVariables if v.type == "Real"}
    _refuse(path, run, plant, known, inputs, outputs, parameters)
    folder = extract(str(path))
    model = description.coSimulation
    slave = FMU2Slave(
        guid=description.guid,
        unzipDirectory=folder,
        modelIdentifier=model.modelIdentifier,
        instanceName="plant",
    )
    try:
        slave.instantiate()
        keep_namespace_of(Path(folder))
        slave.setupExperiment(startTime=0.0)
        slave.enterInitializationMode()
        slave.setReal([known[n] for n in parameters], list(parameters.values()))
        slave.exitInitializationMode()
        yield _Model(slave, _referred(inputs, known), _referred(outputs, known))
        slave.terminate()
    finally:
        slave.freeInstance()
        shutil.rmtree(folder, ignore_errors=True)


def _described(path: Path, read: Any) -> Any:
    """What an FMU says of itself; InputError where it is none, or not for co-simulation."""
    try:
        description = read(str(path))
    except Exception as error:  # fmpy raises many kinds for what is no FMU
        raise InputError([Problem("", str(error)[:200], "an FMU", file=str(path))]) from error
    if description.coSimulation is None or not description.fmiVersion.startswith("2."):
        found = f"FMI {description.fmiVersion}"
        raise InputError([Problem("", found, "FMI 2.0 for co-simulation", file=str(path))])
    return description


def _bare(name: str) -> str:
    return name.removesuffix("[K]").strip()


def _referred(names: Mapping[str, str], known: Mapping[str, int]) -> dict[str, tuple[int, float]]:
    return {
        ours: (known[_bare(theirs)], KELVIN if theirs.endswith("[K]") else 0.0)
        for ours, theirs in names.items()
    }


def _refuse(
    path: Path,
    run: Run,
    plant: str,
    known: Mapping[str, int],
    inputs: Mapping[str, str],
    outputs: Mapping[str, str],
    parameters: Mapping[str, float],
) -> None:
    """Names that are not there, all at once."""
    plants = [one.id for one in run.facility.cooling.plants]
    theirs = [*map(_bare, (*inputs.values(), *outputs.values())), *parameters]
    asked = (
        *((plant, plants, "a plant of this layout") for _ in (0,)),
        *((name, GIVEN, "what a run tells") for name in inputs),
        *((name, TAKEN, "what an FMU tells") for name in outputs),
        *((name, tuple(known), "a real variable of the FMU") for name in theirs),
    )
    problems = [
        Problem("", repr(name), allowed, hint=did_you_mean(name, list(names)), file=str(path))
        for name, names, allowed in asked
        if name not in names
    ]
    if problems:
        raise InputError(problems)
