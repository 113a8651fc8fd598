"""FMUs: a plant that is one, and a facility as one, tried with fmpy."""

from __future__ import annotations

import gc
import subprocess
import sys
import zipfile
from pathlib import Path
from types import FunctionType
from typing import Any

import numpy as np
import pytest
from conftest import ROOT, small, small_layout, training

import twin
from twin.errors import InputError

pythonfmu = pytest.importorskip("pythonfmu")
fmpy = pytest.importorskip("fmpy")


@pytest.fixture(scope="module")
def plant_fmu(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("fmu")
    script = ROOT / "tests/fmu_plant.py"
    pythonfmu.FmuBuilder.build_FMU(script, dest=folder)
    return folder / "TestPlant.fmu"


def scenario(**changes: Any) -> twin.Scenario:
    return small(small_layout(2, 2), **({"workload": [training("air", 4)]} | changes))


INPUTS = {"heat_w": "heat"}
OUTPUTS = {"supply_degc": "T_supply [K]", "power_w": "P"}


def test_a_plant_that_is_an_fmu_sets_the_water(plant_fmu: Path) -> None:
    """14 °C and a kelvin for every 50 kW, at a coefficient of performance of 4."""
    found = twin.co_simulate(scenario(), "chilled", plant_fmu, INPUTS, OUTPUTS)
    steps = found.steps
    assert len(steps) == 12
    assert steps.supply_degc.to_numpy() == pytest.approx(14.0 + steps.heat_w.to_numpy() / 50e3)
    assert steps.set_degc.iloc[1:].to_numpy() == pytest.approx(steps.supply_degc.iloc[:-1])
    assert found.energy_j == pytest.approx((steps.heat_w * 300.0).sum() / 4.0)
    water = found.result.frame("loops").query("loop == 'chilled'").temperature_degc
    plain = twin.run(scenario()).frame("loops").query("loop == 'chilled'").temperature_degc
    assert water.iloc[-1] < plain.iloc[-1] - 0.5


def spare_references(module: str) -> int:
    """References to a module's names beyond those of its functions, less the module's own."""
    names = vars(sys.modules[module])
    functions = [one for one in gc.get_objects() if isinstance(one, FunctionType)]
    used = sum(one.__globals__ is names for one in functions)
    return sys.getrefcount(names) - used - 1 - 2  # the name here and the argument


def test_names_of_an_fmu_outlive_its_functions(plant_fmu: Path, tmp_path: Path) -> None:
    """One reference an instance is given back too much (0.7.0); the heap broke at the end."""
    for _ in range(3):
        twin.co_simulate(scenario(), "chilled", plant_fmu, INPUTS, OUTPUTS)
    assert spare_references("fmu_plant") >= 0
    path = twin.export_fmu(scenario(), tmp_path / "facility", settled_s=600.0)
    outputs = {"supply_degc": "water_chilled_degc"}
    for _ in range(3):
        short = scenario(horizon="10min")
        twin.co_simulate(short, "chilled", path, {"set_degc": "set_chilled_degc"}, outputs)
    assert spare_references("twin_facility") >= 0


def test_parameters_of_the_fmu_are_set(plant_fmu: Path) -> None:
    asked = (scenario(), "chilled", plant_fmu, INPUTS, OUTPUTS)
    warm = twin.co_simulate(*asked, parameters={"base": 18.0})
    assert warm.steps.supply_degc.iloc[0] > 18.0


def test_names_that_are_not_there_are_told_all_at_once(plant_fmu: Path, tmp_path: Path) -> None:
    with pytest.raises(InputError) as refused:
        twin.co_simulate(
            scenario(), "chiled", plant_fmu, {"heat": "heat"}, {"supply_degc": "Tsupply"}
        )
    text = str(refused.value)
    for says in ("'chilled'", "'heat_w'", "'T_supply'"):
        assert f"did you mean {says}" in text
    nothing = tmp_path / "nothing.fmu"
    nothing.write_bytes(b"no zip")
    with pytest.raises(InputError, match="an FMU"):
        twin.co_simulate(scenario(), "chilled", nothing, {}, {})


def test_a_facility_as_an_fmu_does_what_its_run_does(tmp_path: Path) -> None:
    """Half an hour by fmpy, in a process of its own, against the run itself."""
    path = twin.export_fmu(scenario(), tmp_path / "facility", settled_s=600.0)
    assert zipfile.is_zipfile(path)
    names = {v.name for v in fmpy.read_model_description(str(path)).modelVariables}
    assert {"set_chilled_degc", "water_chilled_degc", "it_w", "cooling_w"} <= names
    script = (
        "import sys, numpy as np, fmpy\n"
        "asked = np.array([(0.0, 14.0), (1800.0, 14.0)],"
        " dtype=[('time', float), ('set_chilled_degc', float)])\n"
        f"r = fmpy.simulate_fmu({str(path)!r}, stop_time=1800.0, step_size=300.0,"
        " output_interval=300.0, input=asked,"
        " output=['water_chilled_degc', 'it_w', 'cooling_w'])\n"
        f"np.save({str(tmp_path / 'out.npy')!r}, np.array(r.tolist()))\n"
    )
    subprocess.run([sys.executable, "-c", script], check=True, cwd=ROOT, timeout=120)
    seen = np.load(tmp_path / "out.npy")
    run = twin.start(twin.build(scenario())).until(600.0)
    run.set_water("chilled", 14.0, 600.0)
    want = []
    for end_s in np.arange(300.0, 1801.0, 300.0):
        now = run.until(600.0 + end_s).readings()
        want.append((now.water_degc[1], now.rack_w.sum(), now.cooling_w))
    assert seen[1:, 1:] == pytest.approx(np.array(want), rel=1e-9)
    assert seen[-1, 1] < 15.0
