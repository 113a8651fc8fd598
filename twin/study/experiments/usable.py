"""Outcomes by point, averaged over seeds, and what may not be analysed of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from twin.analysis.statistics import refuse_unusable
from twin.errors import InputError, Problem
from twin.study.experiments.case import OnFailure
from twin.study.experiments.measure import Measure
from twin.study.experiments.question import case_names


@dataclass(frozen=True)
class Averages:
    """Means over seeds, one value a point that is kept."""

    values: Mapping[str, np.ndarray]
    kept: np.ndarray
    """Rows of the design that are kept."""
    left_out: tuple[str, ...]
    """Names of the cases that failed and were left out, with their reasons."""

    def first(self, count: int) -> Averages:
        """Of the first points that are kept alone."""
        values = {name: held[:count] for name, held in self.values.items()}
        return replace(self, values=values, kept=self.kept[:count])


def averages(
    table: pd.DataFrame,
    measures: Sequence[Measure],
    names: Sequence[str],
    seeds: int,
    block: int,
    on_failure: OnFailure,
) -> Averages:
    """Every measure at every point.

    seeds   runs of each point, one after another in the table
    block   points that belong together: with one failed, none of them can be used
    Raises InputError with every failed case, unless they are left out by choice.
    """
    bad = (table["status"] != "done").to_numpy()
    told = case_names(table, names)
    if bad.any() and on_failure != "leave_out":
        values = np.where(bad, np.nan, 0.0)
        refuse_unusable(_listed(measures), values, told, table["reason"].tolist())
    failed = bad.reshape(-1, seeds).any(axis=1)
    out = np.repeat(failed.reshape(-1, block).any(axis=1), block)
    kept = np.flatnonzero(~out)
    if kept.size < 2 * block:
        left = f"{int(bad.sum()):,} of {len(table):,} cases failed"
        raise InputError([Problem(_listed(measures), left, "enough cases to analyse")])
    reasons = table["reason"].tolist()
    gone = tuple(f"{told[n]}: {reasons[n]}" for n in np.flatnonzero(bad))
    return Averages({str(one): means(table, one, seeds)[kept] for one in measures}, kept, gone)


def means(table: pd.DataFrame, measure: Measure, seeds: int) -> np.ndarray:
    """A measure at every point, over its seeds; NaN where one of them has none."""
    top = _point_means(table, measure.top, seeds)
    if not measure.bottom:
        return top
    found: np.ndarray = top / _point_means(table, measure.bottom, seeds)
    return found


def _point_means(table: pd.DataFrame, name: str, seeds: int) -> np.ndarray:
    column = table[name].to_numpy(dtype=float)
    found: np.ndarray = column.reshape(-1, seeds).mean(axis=1)
    return found


def _listed(measures: Sequence[Measure]) -> str:
    return ", ".join(map(str, measures))
