"""Comparisons that a study's points or outcomes must meet: `ups >= chillers`, `pue <= 1.3`."""

from __future__ import annotations

import math
import operator
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd

from twin.study.experiments.case import Status
from twin.study.experiments.quantities import number_in, split

_COMPARISON = re.compile(r"\s*(?P<left>[^\s<>=!]+)\s*(?P<sign><=|>=|==|<|>)\s*(?P<right>.+?)\s*")
_SIGNS: Mapping[str, Callable[[float, float], bool]] = {
    "<=": operator.le,
    ">=": operator.ge,
    "==": operator.eq,
    "<": operator.lt,
    ">": operator.gt,
}
MEETS = "meets"
"""The column that says whether a case is done and meets every constraint on outcomes."""


@dataclass(frozen=True)
class Constraint:
    """One comparison: a name, and a number or another name."""

    text: str
    left: str
    sign: str
    right: float | str

    @property
    def names(self) -> tuple[str, ...]:
        """What it compares."""
        return (self.left,) if isinstance(self.right, float) else (self.left, self.right)

    def holds(self, values: Mapping[str, Any]) -> bool:
        """Whether it holds. Raises TypeError or ValueError where a value is no number."""
        left = float(values[self.left])
        right = self.right if isinstance(self.right, float) else float(values[self.right])
        return _SIGNS[self.sign](left, right)


def read_constraint(text: str, units: Mapping[str, str]) -> Constraint:
    """A comparison from its text; a quantity becomes a number in the unit of what it bounds.

    units   of what varies, by name; an outcome's stands in its name, and its bound has none
    Raises ValueError where it is none.
    """
    found = _COMPARISON.fullmatch(text)
    if found is None:
        raise ValueError("a comparison such as 'pue <= 1.3', with <=, >=, <, > or ==")
    right = found["right"]
    if split(right) or _is_number(right):
        value: float | str = number_in(_plain(right), units.get(found["left"], ""))
    elif re.search(r"\s", right):
        raise ValueError("one number or one name on each side")
    else:
        value = right
    return Constraint(text, found["left"], found["sign"], value)


def _plain(text: str) -> Any:
    return float(text) if _is_number(text) else text


def _is_number(text: str) -> bool:
    try:
        return math.isfinite(float(text))
    except ValueError:
        return False


def with_meets(table: pd.DataFrame, constraints: Sequence[Constraint]) -> pd.DataFrame:
    """The table with the column `meets` after `reason`; as it is where there are no constraints."""
    if not constraints:
        return table
    rows = _rows(table)
    meets = [
        row["status"] == Status.DONE and all(one.holds(row) for one in constraints) for row in rows
    ]
    out = table.copy()
    out.insert(list(out.columns).index("reason") + 1, MEETS, pd.Series(meets, out.index, bool))
    return out


def nobody_meets(table: pd.DataFrame, constraints: Sequence[Constraint]) -> list[str]:
    """Words for constraints that no case meets, with how near the nearest comes."""
    if MEETS not in table or table[MEETS].any():
        return []
    done = table[table["status"] == Status.DONE]
    if done.empty:
        return ["no case is done, so none meets the constraints"]
    rows = _rows(done)
    never = [one for one in constraints if not any(one.holds(row) for row in rows)]
    if not never:
        return ["no case meets all constraints together, though each is met by some"]
    return [f"no case meets {one.text!r}: {_nearest(one, done)}" for one in never]


def _nearest(one: Constraint, done: pd.DataFrame) -> str:
    column = done[one.left]
    return f"{one.left} is {column.min():.6g} to {column.max():.6g}"


def _rows(table: pd.DataFrame) -> list[dict[str, Any]]:
    return [{str(name): cell for name, cell in row.items()} for row in table.to_dict("records")]
