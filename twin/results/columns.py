"""Tables as plain columns: what a run leaves, and what frames are made of when somebody asks."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from twin.errors import Problem, did_you_mean
from twin.tables import Column, Table

if TYPE_CHECKING:
    import pandas as pd

Values = np.ndarray[Any, Any]
Row = Mapping[str, Any]

DTYPES = {"float": np.float64, "int": np.int64, "text": object, "bool": np.bool_}
_FITS = {"float": "fiuO", "int": "iu", "text": "OU", "bool": "b"}
"""Kinds of array that a column of each kind may be made from; what is missing is None or NaN."""
_SHOWN_MAX = 5


@dataclass(frozen=True, eq=False)
class Columns:
    """One table's columns, in declared order; text is an array of Python strings."""

    table: Table
    values: Mapping[str, Values]

    @classmethod
    def of(cls, table: Table, columns: Mapping[str, Any]) -> Columns:
        """From a column each, whatever their order; more than are declared are left out. No columns
        make an empty table.

        Raises TypeError for a column of another kind than declared.
        """
        found = columns or dict.fromkeys(table.names, ())
        return cls(table, {c.name: _as(c, found[c.name]) for c in table.columns})

    @classmethod
    def of_rows(cls, table: Table, rows: Sequence[Row]) -> Columns:
        """From a mapping each row."""
        return cls.of(table, {name: [row[name] for row in rows] for name in table.names})

    @classmethod
    def of_frame(cls, table: Table, frame: pd.DataFrame) -> Columns:
        """From a frame that is as declared."""
        return cls.of(table, {name: frame[name].to_numpy() for name in table.names})

    def __len__(self) -> int:
        return len(self.values[self.table.names[0]])

    def __getitem__(self, name: str) -> Values:
        return self.values[name]

    def strange(self) -> Iterator[Problem]:
        """Every value that is not among the few that its column allows."""
        for column in self.table.columns:
            if column.allowed:
                where = f"tables.{self.table.name}.{column.name}"
                yield from strange_values(where, column, self[column.name])


def repeated(labels: Sequence[str], times: int) -> Values:
    """Labels that repeat in every period, as a column."""
    return np.tile(np.array(labels, dtype=object), times)


def _as(column: Column, values: Any) -> Values:
    if column.kind == "text":
        return _text(column, values)
    given = np.asarray(values)
    if given.size and given.dtype.kind not in _FITS[column.kind]:
        raise TypeError(f"{column.name}: {given.dtype} values; allowed: {column.kind}")
    return given.astype(DTYPES[column.kind])


def _text(column: Column, values: Any) -> Values:
    """Codes become their words."""
    if isinstance(values, np.ndarray) and values.dtype == object:
        return values
    if not all(isinstance(value, str) for value in values):
        raise TypeError(f"{column.name}: values that are no text")
    return np.array([str(value) for value in values], dtype=object)


def strange_values(where: str, column: Column, values: Values) -> Iterator[Problem]:
    """The first few values that a column does not allow."""
    strange = dict.fromkeys(value for value in values if value not in column.allowed)
    for value in list(strange)[:_SHOWN_MAX]:
        allowed = ", ".join(column.allowed)
        yield Problem(where, repr(value), allowed, did_you_mean(value, column.allowed))
