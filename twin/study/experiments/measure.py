"""What a method looks at: an outcome, or a ratio of two, and limits that outcomes must keep."""

from __future__ import annotations

import operator
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass

import numpy as np
import pandas as pd

from twin.analysis.statistics.guard import Floats
from twin.analysis.statistics.intervals import standard_error
from twin.analysis.statistics.ratios import influence
from twin.errors import InputError, Problem

_LIMIT = re.compile(r"\s*(?P<of>[^<>=]+?)\s*(?P<sign><=|>=)\s*(?P<number>[-+.\deE]+)\s*")
_SIGNS: dict[str, Callable[[float, float], bool]] = {"<=": operator.le, ">=": operator.ge}


@dataclass(frozen=True)
class Measure:
    """An outcome by name, or `top / bottom`, whose mean is the ratio of the means."""

    top: str
    bottom: str = ""

    @classmethod
    def read(cls, text: str) -> Measure:
        """From `pue`, or `energy_facility_j / tokens_total`."""
        top, slash, bottom = text.partition("/")
        if slash and not (top.strip() and bottom.strip()):
            raise InputError([Problem("outcome", repr(text), "a name, or `top / bottom`")])
        return cls(top.strip(), bottom.strip())

    def __str__(self) -> str:
        return f"{self.top} / {self.bottom}" if self.bottom else self.top

    @property
    def names(self) -> tuple[str, ...]:
        """The outcomes that it is made of."""
        return (self.top, self.bottom) if self.bottom else (self.top,)

    def mean(self, rows: pd.DataFrame) -> float:
        """Over the runs of these rows: of a ratio the ratio of the means."""
        top = float(rows[self.top].mean(skipna=False))
        return top / float(rows[self.bottom].mean(skipna=False)) if self.bottom else top

    def error(self, rows: pd.DataFrame) -> float:
        """Standard error of that mean over two runs or more."""
        return standard_error(self.values(rows))

    def values(self, rows: pd.DataFrame) -> Floats:
        """(run,) what each run gives to the mean: of a ratio to first order (delta method)."""
        tops = np.asarray(rows[self.top], dtype=float)
        if not self.bottom:
            return tops
        return influence(tops, np.asarray(rows[self.bottom], dtype=float))


def names_of(measures: Iterable[Measure]) -> list[str]:
    """Every outcome that measures are made of, once."""
    return list(dict.fromkeys(name for one in measures for name in one.names))


@dataclass(frozen=True)
class Limit:
    """What a measure must keep, such as `pue <= 1.3`."""

    measure: Measure
    sign: str
    bound: float

    @classmethod
    def read(cls, text: str) -> Limit:
        """From its text. Raises InputError where it says no comparison with a number."""
        found = _LIMIT.fullmatch(text)
        try:
            return cls(*_parts(found))
        except ValueError:
            allowed = "an outcome, <= or >=, and a number: `pue <= 1.3`"
            raise InputError([Problem("limits", repr(text), allowed)]) from None

    def __str__(self) -> str:
        return f"{self.measure} {self.sign} {self.bound:g}"

    def met(self, value: float) -> bool:
        """Whether a value keeps it."""
        return _SIGNS[self.sign](value, self.bound)

    def excess(self, value: float) -> float:
        """How far a value is beyond, as a share of the bound; zero or less where it is kept."""
        beyond = value - self.bound if self.sign == "<=" else self.bound - value
        return beyond / (abs(self.bound) or 1.0)


def _parts(found: re.Match[str] | None) -> tuple[Measure, str, float]:
    """What a comparison is made of. Raises ValueError where it is none."""
    if found is None:
        raise ValueError("no comparison")
    return Measure.read(found["of"]), found["sign"], float(found["number"])
