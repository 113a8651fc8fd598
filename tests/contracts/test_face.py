"""The face: light to import, and every name on it leads somewhere."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import twin

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
