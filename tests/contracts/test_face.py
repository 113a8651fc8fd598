"""The face: light to import, and every name on it leads somewhere."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

import twin

ROOT = Path(__file__).parents[2]
HEAVY = (
    "pxr",
    "torch",
    "pyvista",
    "matplotlib",
    "numpy",
    "scipy",
    "pandas",
    "pyarrow",
    "pydantic",
    "simpy",
    "pint",
    "yaml",
    "networkx",
    "rich",
    "typer",
)


def test_import_twin_loads_nothing_heavy() -> None:
    code = f"import sys, twin; print(sorted(set({HEAVY}) & set(sys.modules)))"
    told = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert told.stdout.strip() == "[]"


def test_working_with_files_and_facilities_draws_nothing_and_measures_nothing() -> None:
    code = (
        "import sys, twin; [getattr(twin, name) for name in twin.__all__];"
        "print(sorted({'pxr', 'torch', 'pyvista', 'matplotlib', 'jinja2', 'rich'} & "
        "set(sys.modules)))"
    )
    told = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert told.stdout.strip() == "[]"


LOADED_BY_A_STATION = {
    "scenario": {"numpy", "pydantic", "yaml"},
    "facility": set(),
    "review": {"scipy.linalg", "scipy.sparse"},
    "run": {"scipy.special", "simpy"},
    "frame": {"pandas", "pyarrow"},
}
"""Beside what the station before it has loaded. A run took 13 MB and 0.09 s for one function of
scipy.optimize; statistics, interpolation and graphs take as much again. Frames take 64 MB and 0.35
s: a run leaves plain columns, and who looks into a table makes a frame of it.
"""


def test_a_run_loads_what_it_needs_and_no_more() -> None:
    heavy = {
        *HEAVY,
        *("highspy", "jinja2", "numba", "pvlib", "requests"),
        *(f"scipy.{part}" for part in ("fft", "integrate", "interpolate", "linalg", "ndimage")),
        *(f"scipy.{part}" for part in ("optimize", "signal", "sparse", "spatial", "special")),
        "scipy.stats",
    } - {"scipy"}
    code = (
        "import sys, twin\n"
        f"said = lambda: print(*sorted({heavy} & set(sys.modules)))\n"
        "scenario = twin.load('scenarios/first_factory.yaml').with_(horizon='15 h'); said()\n"
        "facility = twin.build(scenario); said()\n"
        "twin.check(facility); said()\n"
        "result = twin.simulate(facility); said()\n"
        "result.tables['site']; said()\n"
    )
    told = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=ROOT
    )
    loaded: set[str] = set()
    for station, line in zip(LOADED_BY_A_STATION, told.stdout.splitlines(), strict=True):
        assert set(line.split()) - loaded == LOADED_BY_A_STATION[station], station
        loaded |= LOADED_BY_A_STATION[station]


def test_a_report_loads_neither_the_models_of_files_nor_what_builds() -> None:
    """A third of `twin report` was their imports: a result is read with none of them."""
    code = (
        "import sys, twin.present.report\n"
        "print(*sorted({'twin.facility', 'twin.scenario.schema', 'twin.simulation'} & "
        "set(sys.modules)))"
    )
    told = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert told.stdout.strip() == ""


def test_a_scene_is_written_without_the_library_that_opens_stages(tmp_path: Path) -> None:
    """A tenth of a second of imports a scene: `pxr.Usd` and `pxr.UsdGeom` are for readers."""
    pytest.importorskip("pxr")
    code = (
        "import sys, twin\n"
        f"twin.scene(twin.load('scenarios/first_factory.yaml'), {str(tmp_path / 'scene')!r})\n"
        "print(sorted({'pxr.Sdf', 'pxr.Usd', 'pxr.UsdGeom', 'pxr.UsdUtils'} & set(sys.modules)))"
    )
    told = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=ROOT
    )
    assert told.stdout.splitlines()[-1] == "['pxr.Sdf']"


def test_every_name_of_the_face_resolves() -> None:
    assert sorted(twin.__all__) == twin.__all__
    for name in twin.__all__:
        assert getattr(twin, name).__name__.rpartition(".")[2] == name, name


def test_a_name_that_is_not_on_the_face_is_an_attribute_error() -> None:
    assert not hasattr(twin, "nothing_of_that_name")


def test_dir_shows_what_the_face_offers_before_anything_is_loaded() -> None:
    code = "import twin; print(sorted(name for name in dir(twin) if not name.startswith('_')))"
    told = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert told.stdout.strip() == str(twin.__all__)
    assert {"run", "check", "redundancy", "compare", "report", "load"} <= set(dir(twin))


def test_type_checkers_are_told_that_twin_is_typed() -> None:
    assert (Path(twin.__file__).parent / "py.typed").is_file()
