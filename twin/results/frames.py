"""Frames held to their declaration: columns, kinds, and the values of a column that has few."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import pandas as pd
from pandas.api import types as kinds

from twin.errors import Problem, did_you_mean
from twin.results.tables import TABLES
from twin.tables import Column, Table

_DTYPE = {"float": "float64", "int": "int64", "text": "str", "bool": "bool"}
_SHOWN_MAX = 5


def empty(table: Table) -> pd.DataFrame:
    """A frame of no rows with the table's columns and kinds."""
    return pd.DataFrame(
        {column.name: pd.Series(dtype=_DTYPE[column.kind]) for column in table.columns}
    )


def tidy(table: Table, frame: pd.DataFrame) -> pd.DataFrame:
    """The frame with exactly the declared kinds and rows counted from 0."""
    if frame.empty:
        return empty(table)
    return frame.astype({c.name: _DTYPE[c.kind] for c in table.columns}).reset_index(drop=True)


def problems(tables: Mapping[str, pd.DataFrame]) -> Iterator[Problem]:
    """Every table and column that is not as declared."""
    names = [table.name for table in TABLES]
    for name in tables:
        if name not in names:
            yield Problem("tables", repr(name), ", ".join(names), did_you_mean(name, names))
    for table in TABLES:
        yield from _of_table(table, tables)


def _of_table(table: Table, tables: Mapping[str, pd.DataFrame]) -> Iterator[Problem]:
    if table.name not in tables:
        yield Problem(f"tables.{table.name}", "no table", "a frame for every declared table")
        return
    frame = tables[table.name]
    found = tuple(map(str, frame.columns))
    if found != table.names:
        yield Problem(
            f"tables.{table.name}", f"columns {', '.join(found) or 'none'}", ", ".join(table.names)
        )
    elif len(frame):
        for column in table.columns:
            yield from _of_column(f"tables.{table.name}.{column.name}", column, frame[column.name])


def _of_column(where: str, column: Column, values: pd.Series[Any]) -> Iterator[Problem]:
    if not _is_kind(values, column.kind):
        yield Problem(where, f"{values.dtype} values", column.kind)
    elif column.allowed:
        strange = values[~values.isin(column.allowed)].drop_duplicates().head(_SHOWN_MAX)
        for value in strange:
            allowed = ", ".join(column.allowed)
            yield Problem(where, repr(value), allowed, did_you_mean(value, column.allowed))


def _is_kind(values: pd.Series[Any], kind: str) -> bool:
    """Whole numbers may stand in a float column; text is never missing, nothing is there as ''."""
    if kind == "text" and values.dtype == "str":
        return not bool(values.isna().any())
    if kind == "text":
        return all(isinstance(value, str) for value in values)
    if kind == "bool":
        return kinds.is_bool_dtype(values.dtype)
    numeric = kinds.is_integer_dtype(values.dtype) or (
        kind == "float" and kinds.is_float_dtype(values.dtype)
    )
    return numeric and not kinds.is_extension_array_dtype(values.dtype)
