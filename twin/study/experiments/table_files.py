"""A study's table as files: parquet for programs, CSV and Excel for people."""

from __future__ import annotations

import re
from collections.abc import Mapping
from importlib.util import find_spec
from io import BytesIO
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from twin.errors import InputError, Problem
from twin.results.folder import write_whole, writing

PARQUET = "table.parquet"
CSV = "table.csv"
EXCEL = "table.xlsx"
NEEDS_EXCEL = "pip install 'ai-factory-twin[excel]'"

_NUMBER = re.compile(r"[-+]?(\d+(\.\d*)?|\.\d+)([eE][-+]?\d+)?")
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


def write_tables(
    table: pd.DataFrame,
    folder: Path,
    units: Mapping[str, str],
    excel: bool = False,
    study: str = "",
) -> list[Path]:
    """Write the table into a folder, each file whole or not at all; their paths.

    Raises OutputError where the disk refuses, and InputError where openpyxl is missing.
    """
    files = {PARQUET: parquet_bytes(table, units, study), CSV: csv_bytes(table)}
    if excel:
        files[EXCEL] = excel_bytes(table)
    with writing("the table of the study", folder):
        folder.mkdir(parents=True, exist_ok=True)
        for name, data in files.items():
            write_whole(folder / name, data)
    return [folder / name for name in files]


def study_there(folder: Path) -> str:
    """The name of the study whose table a folder holds; nothing where none does."""
    try:
        found = pq.read_schema(folder / PARQUET).metadata or {}
    except (OSError, pa.ArrowInvalid):
        return ""
    return str(found.get(b"study", b"").decode(errors="replace"))


def parquet_bytes(table: pd.DataFrame, units: Mapping[str, str], study: str = "") -> bytes:
    """The table as parquet, with the name of its study; the same table gives the same bytes."""
    fields = []
    arrays = []
    for name in table.columns:
        array = _array(table[name])
        arrays.append(array)
        fields.append(pa.field(name, array.type, metadata={"unit": units.get(name, "")}))
    sink = pa.BufferOutputStream()
    schema = pa.schema(fields, metadata={"study": study} if study else None)
    pq.write_table(pa.Table.from_arrays(arrays, schema=schema), sink, compression="zstd")
    data: bytes = sink.getvalue().to_pybytes()
    return data


def _array(column: pd.Series[Any]) -> Any:
    """A column with one type: numbers where all are, text otherwise; NaN is null."""
    values = column.tolist()
    if all(isinstance(value, bool) for value in values):
        return pa.array(values, pa.bool_())
    if all(isinstance(value, int) and not isinstance(value, bool) for value in values):
        return pa.array(values, pa.int64())
    if all(isinstance(value, int | float) and not isinstance(value, bool) for value in values):
        return pa.array([float(value) for value in values], pa.float64(), from_pandas=True)
    return pa.array([str(value) for value in values], pa.string())


def csv_bytes(table: pd.DataFrame) -> bytes:
    """The table as CSV, UTF-8; no cell that a spreadsheet would take for a formula."""
    text: str = _guarded(table).to_csv(index=False, lineterminator="\n")
    return text.encode()


def excel_bytes(table: pd.DataFrame) -> bytes:
    """The table as an Excel file. Raises InputError where openpyxl is missing."""
    refuse_without_openpyxl()
    sink = BytesIO()
    _guarded(table).to_excel(sink, index=False, sheet_name="study", engine="openpyxl")
    return sink.getvalue()


def refuse_without_openpyxl() -> None:
    """Raise InputError where openpyxl is missing."""
    if find_spec("openpyxl") is None:
        raise InputError([Problem("--excel", "no package openpyxl", NEEDS_EXCEL)])


def _guarded(table: pd.DataFrame) -> pd.DataFrame:
    out = table.rename(columns=guarded)
    for name in out.columns:
        if out[name].map(lambda value: isinstance(value, str)).any():
            out[name] = out[name].map(guarded)
    return out


def guarded(value: Any) -> Any:
    """Text that a spreadsheet would run gets an apostrophe before it; numbers do not."""
    if isinstance(value, str) and value.startswith(_FORMULA) and not _NUMBER.fullmatch(value):
        return f"'{value}"
    return value
