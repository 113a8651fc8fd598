"""Tables declared once: the same declaration makes the parquet schema, the docs and the
headings.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Column:
    """One column: its name (ending in its unit), its kind and a sentence."""

    name: str
    kind: str
    """`float`, `int`, `text` or `bool`."""
    unit: str
    says: str
    allowed: tuple[str, ...] = ()
    """The only values of a text column, where it has few."""
    since: str = ""
    """Day on which it came into a table that results already had; numbers only, NaN before it."""


@dataclass(frozen=True)
class Table:
    """A named set of columns, with the sentence that introduces it."""

    name: str
    says: str
    columns: tuple[Column, ...]
    since: str = ""
    """Day on which results began to have it; empty in older ones."""

    @property
    def names(self) -> tuple[str, ...]:
        """Column names in order."""
        return tuple(column.name for column in self.columns)

    def __getitem__(self, name: str) -> Column:
        return next(column for column in self.columns if column.name == name)
