"""Frames of a result's tables, made when they are asked for, and held to their declaration:
columns, kinds, and the values of a column that has few.

A run leaves plain columns; who never looks into a table loads no pandas.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from twin.errors import Problem, did_you_mean
from twin.results.columns import DTYPES, Columns, strange_values
from twin.results.tables import TABLES
from twin.tables import Column, Table

if TYPE_CHECKING:
    import pandas as pd


class Frames(Mapping[str, "pd.DataFrame"]):
    """Tables by name, as frames. Each is made once and then stands for its table: what is changed
    in it is what is saved.
    """

    def __init__(self, tables: Mapping[str, Columns | pd.DataFrame]) -> None:
        held = tables._held if isinstance(tables, Frames) else tables
        self._held: dict[str, Columns | pd.DataFrame] = dict(held)

    def __getitem__(self, name: str) -> pd.DataFrame:
        made = self._held[name] = _frame(self._held[name])
        return made

    def __iter__(self) -> Iterator[str]:
        return iter(self._held)

    def __len__(self) -> int:
        return len(self._held)

    def __or__(self, more: Mapping[str, Columns | pd.DataFrame]) -> Frames:
        return Frames(self._held | dict(more))

    def columns(self, table: Table) -> Columns:
        """A table as plain columns."""
        held = self._held[table.name]
        return held if isinstance(held, Columns) else Columns.of_frame(table, held)

    def problems(self) -> Iterator[Problem]:
        """Every table and column that is not as declared."""
        names = [table.name for table in TABLES]
        for name in self:
            if name not in names:
                yield Problem("tables", repr(name), ", ".join(names), did_you_mean(name, names))
        for table in TABLES:
            yield from _of_table(table, self._held.get(table.name))

    def tidied(self) -> Frames:
        """Declared tables in declared order and kinds, rows counted from 0."""
        return Frames({table.name: _tidied(table, self._held[table.name]) for table in TABLES})


def empty(table: Table) -> pd.DataFrame:
    """A frame of no rows with the table's columns and kinds."""
    return _frame(Columns.of(table, {}))


def _frame(given: Columns | pd.DataFrame) -> pd.DataFrame:
    import pandas as pd  # heavy, and many who run never look into a table

    if not isinstance(given, Columns):
        return given
    return _tidy(given.table, pd.DataFrame(dict(given.values)))


def _tidied(table: Table, given: Columns | pd.DataFrame) -> Columns | pd.DataFrame:
    return given if isinstance(given, Columns) else _tidy(table, given)


def _tidy(table: Table, frame: pd.DataFrame) -> pd.DataFrame:
    """The frame with exactly the declared kinds and rows counted from 0."""
    kinds = {c.name: "str" if c.kind == "text" else DTYPES[c.kind] for c in table.columns}
    held = frame[list(table.names)].reset_index(drop=True)
    # pandas copies every column that it is asked about, also those that are right
    found = dict(zip(table.names, held.dtypes, strict=True))
    wrong = {name: kind for name, kind in kinds.items() if found[name] != kind}
    return held.astype(wrong) if wrong else held


def _of_table(table: Table, given: Columns | pd.DataFrame | None) -> Iterator[Problem]:
    if isinstance(given, Columns):
        yield from given.strange()
    elif given is None:
        yield Problem(f"tables.{table.name}", "no table", "a frame for every declared table")
    else:
        yield from _of_frame(table, given)


def _of_frame(table: Table, frame: pd.DataFrame) -> Iterator[Problem]:
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
        yield from strange_values(where, column, values.to_numpy())


def _is_kind(values: pd.Series[Any], kind: str) -> bool:
    """Whole numbers may stand in a float column; text is never missing, nothing is there as ''."""
    from pandas.api import types as kinds

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
