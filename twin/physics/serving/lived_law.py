"""Iteration times of one replica as numbers of Python, for it asks for one at a time."""

from __future__ import annotations

from bisect import bisect_right
from functools import lru_cache

from twin.arrays import Array
from twin.physics.serving.columns import LawTables


class TableOfTimes:
    """A table between whose points one reads."""

    def __init__(self, table: Array, rows: Array, columns: Array) -> None:
        self.table: list[list[float]] = table.tolist()
        self.rows: list[float] = rows.tolist()
        self.columns: list[float] = columns.tolist()

    def between(self, x: float, y: float) -> float:
        """Bilinear between the points of the table; beyond them the last cell goes on."""
        i = bisect_right(self.rows, x, 1, len(self.rows) - 1) - 1
        j = bisect_right(self.columns, y, 1, len(self.columns) - 1) - 1
        west = self.rows[i]
        south = self.columns[j]
        u = (x - west) / (self.rows[i + 1] - west)
        v = (y - south) / (self.columns[j + 1] - south)
        near = self.table[i]
        far = self.table[i + 1]
        low = (1 - v) * near[j] + v * near[j + 1]
        high = (1 - v) * far[j] + v * far[j + 1]
        return (1 - u) * low + u * high


class LivedLaw:
    """Iteration times at one clock."""

    def __init__(self, law: LawTables) -> None:
        self.fixed_s: list[float] = law.decode_s[0].tolist()
        self.slope_s: list[float] = law.context_s[0].tolist()
        mixed = TableOfTimes(law.mixed_s[0], law.sequences, law.prompts)
        attention = TableOfTimes(law.attention_s[0], law.prompts, law.befores)
        self.mixed_s = mixed.between
        # the same prompts come at every load
        self.attention_s = lru_cache(maxsize=None)(attention.between)
