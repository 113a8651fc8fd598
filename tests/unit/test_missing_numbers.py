"""A number that is missing is null on disk: a reader outside finds no row above a limit by it."""

from __future__ import annotations

import math
import subprocess
import sys
from io import BytesIO
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
import pytest
from conftest import ROOT

sys.path.insert(0, str(Path(__file__).parents[1]))
from synthetic import synthetic

import twin
from twin.results import TABLES, Result
from twin.results.parquet import arrow_of, table_bytes
from twin.study.experiments.table_files import parquet_bytes
from twin.tables import Column


def _read(data: bytes) -> pa.Table:
    return pq.read_table(BytesIO(data))


def _nans(table: pa.Table) -> int:
    floats = [column for column in table.columns if pa.types.is_floating(column.type)]
    return sum(pc.sum(pc.is_nan(column)).as_py() or 0 for column in floats)


def test_a_device_without_rating_is_not_above_it() -> None:
    loading = synthetic().frame("loading")
    loading.loc[0, ["rating_w", "load_frac"]] = math.nan
    held = next(table for table in TABLES if table.name == "loading")
    read = _read(table_bytes(held, loading))
    assert (_nans(read), read["load_frac"].null_count) == (0, 1)
    assert pc.max(read["load_frac"]).as_py() == loading["load_frac"].max()


def test_a_day_leaves_no_nan_on_disk_and_reads_as_before(tmp_path: Path) -> None:
    path = Path(__file__).parents[2] / "scenarios" / "first_factory.yaml"
    day = twin.run(path)
    folder = day.save(tmp_path / "run")
    tables = {file.stem: pq.read_table(file) for file in (folder / "tables").iterdir()}
    assert {name: _nans(table) for name, table in tables.items() if _nans(table)} == {}
    assert tables["jobs"]["finished_s"].null_count == 1
    back = Result.load(folder)
    for name in ("jobs", "loading", "costs"):
        pd.testing.assert_frame_equal(back.frame(name), day.frame(name))


@pytest.mark.parametrize("values", [[1.5, math.nan, 0.5], [1, math.nan, 2]])
def test_an_outcome_that_a_case_has_not_is_null_in_a_study(values: list[float]) -> None:
    read = _read(parquet_bytes(pd.DataFrame({"pue": values}), {"pue": "1"}))
    assert (_nans(read), read["pue"].null_count) == (0, 1)
    assert read.schema.field("pue").metadata == {b"unit": b"1"}


@pytest.mark.parametrize(
    ("kind", "values"),
    [
        ("text", np.array(["é", None, "", float("nan"), "x"], dtype=object)),
        ("text", np.array([], dtype=object)),
        ("float", np.array([np.nan, 1.0, -0.0, np.inf])[::-1]),
        ("float", np.array([])),
        ("bool", np.array([True, False] * 9)),
        ("int", np.arange(3, dtype=np.int32)),
    ],
)
def test_columns_are_what_pyarrow_makes_of_them(kind: Any, values: np.ndarray[Any, Any]) -> None:
    held = arrow_of(Column("x", kind, "", "what it is"), values)
    held.validate(full=True)
    assert held.equals(pa.array(values, type=held.type, from_pandas=True))


def test_a_run_is_saved_without_frames(tmp_path: Path) -> None:
    """A fifth of a second at the end of each `twin run`."""
    code = (
        "import sys, twin\n"
        "scenario = twin.load('scenarios/first_factory.yaml').with_(horizon='5 min')\n"
        f"twin.simulate(twin.build(scenario)).save({str(tmp_path / 'a')!r})\n"
        "print('pandas' in sys.modules)"
    )
    told = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=ROOT
    )
    assert told.stdout.strip() == "False"
