"""The same run gives the same bytes, whatever process it runs in and however that process
hashes.
"""

from __future__ import annotations

import gc
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from conftest import ROOT
from threadpoolctl import ThreadpoolController

from twin.cli import main
from twin.garbage import RARELY, kept, rarely_collected
from twin.physics.linear_algebra import one_thread
from twin.results import TABLES

CODE = """
import sys, twin
scenario = twin.load(sys.argv[1], overrides={"horizon": sys.argv[2]})
twin.simulate(twin.build(scenario)).save(sys.argv[3])
"""
FEATURES = """
import json, numpy
found = numpy.show_config(mode="dicts")["SIMD Extensions"]
print(json.dumps(found.get("found", [])))
"""
CASES = [
    ("first_factory", "7 h"),
    ("utility_outage", "2 h"),
    ("superpod_day", "10 h"),
    ("frontier_day", "1 h"),
]
CLOCKED = ("wall_s",)
"""What tells the time of day or of the machine, and nothing of the run."""


def saved(file: Path, horizon: str, folder: Path, **environment: str) -> Path:
    command = [sys.executable, "-c", CODE, str(file), horizon, str(folder)]
    subprocess.run(command, check=True, env={**os.environ, **environment}, cwd=ROOT)
    return folder


def without_clock(path: Path) -> dict[str, object]:
    return {key: value for key, value in json.loads(path.read_text()).items() if key not in CLOCKED}


def assert_same_bytes(one: Path, other: Path) -> None:
    files = sorted(path.relative_to(one) for path in one.rglob("*.parquet"))
    assert len(files) == len(TABLES)
    for file in files:
        assert (one / file).read_bytes() == (other / file).read_bytes(), file
    assert (one / "scenario.yaml").read_bytes() == (other / "scenario.yaml").read_bytes()
    for file_name in ("summary.json", "meta.json"):
        assert without_clock(one / file_name) == without_clock(other / file_name)


@pytest.mark.parametrize(("name", "horizon"), CASES)
def test_two_processes_write_the_same_bytes(name: str, horizon: str, tmp_path: Path) -> None:
    file = ROOT / "scenarios" / f"{name}.yaml"
    assert_same_bytes(
        *(saved(file, horizon, tmp_path / seed, PYTHONHASHSEED=seed) for seed in ("1", "4711"))
    )


def test_threads_of_linear_algebra_change_no_byte(tmp_path: Path) -> None:
    """A campus is large enough for OpenBLAS to split its products over the threads it may use."""
    file = ROOT / "layouts" / "campus_20mw.yaml"
    assert_same_bytes(
        *(
            saved(file, "30 min", tmp_path / threads, OPENBLAS_NUM_THREADS=threads)
            for threads in ("1", "2")
        )
    )


@pytest.mark.parametrize("name", ["first_factory", "superpod_day"])
def test_another_kind_of_processor_moves_no_tenth_place(name: str, tmp_path: Path) -> None:
    """The linear algebra of an older processor, and no wide registers: sums in another order.

    Single precision in the times of kernels showed here in the sixth place.
    """
    file = ROOT / "scenarios" / f"{name}.yaml"
    here = saved(file, "4 h", tmp_path / "here")
    older = saved(
        file,
        "4 h",
        tmp_path / "older",
        OPENBLAS_CORETYPE="Haswell",
        NPY_DISABLE_CPU_FEATURES=" ".join(wide_registers()),
    )
    one, other = (without_clock(folder / "summary.json") for folder in (here, older))
    for key, value in one.items():
        if "residual" not in key:
            assert value == pytest.approx(other[key], rel=1e-10), key


def wide_registers() -> list[str]:
    """What this processor has of the instructions that numpy may do without."""
    found = json.loads(
        subprocess.run(
            [sys.executable, "-c", FEATURES], check=True, capture_output=True, text=True
        ).stdout
    )
    return [name for name in found if name.startswith("AVX512") or name == "X86_V4"]


def test_the_callers_threads_are_given_back() -> None:
    info = ThreadpoolController().select(user_api="blas")
    before = [library.num_threads for library in info.lib_controllers]
    with one_thread():
        assert {library.num_threads for library in info.lib_controllers} == {1}
    assert [library.num_threads for library in info.lib_controllers] == before


def test_the_callers_thresholds_of_garbage_are_given_back() -> None:
    before = gc.get_threshold()
    with rarely_collected():
        assert gc.get_threshold() == RARELY
    assert gc.get_threshold() == before


def test_who_never_looks_for_garbage_is_left_alone() -> None:
    before = gc.get_threshold()
    gc.set_threshold(0)
    with rarely_collected():
        assert gc.get_threshold()[0] == 0
    gc.set_threshold(*before)


def test_what_is_kept_is_never_looked_through() -> None:
    before = gc.get_freeze_count()
    try:
        with kept():
            assert not gc.isenabled()
            held = [[] for _ in range(1_000)]
        assert gc.isenabled()
        assert gc.get_freeze_count() >= before + len(held)
    finally:
        gc.unfreeze()


def test_a_program_that_calls_the_command_keeps_its_garbage() -> None:
    before = gc.get_freeze_count()
    assert main(["check", str(ROOT / "scenarios" / "first_factory.yaml")]) == 0
    assert gc.isenabled()
    assert gc.get_freeze_count() == before
