"""Paired differences of a comparison that was run."""

from __future__ import annotations

import pandas as pd

from twin.analysis.statistics import PairedDifference, paired_difference, ratio_difference
from twin.study.experiments.compare_designs import DesignComparison
from twin.study.experiments.measure import Measure


def pilot_pairs(found: DesignComparison, measure: Measure, arm: str) -> PairedDifference:
    """An arm against the baseline over every pair of its table."""
    one = _rows(found.table, arm)
    other = _rows(found.table, found.baseline)
    if measure.bottom:
        tops = (one[measure.top], one[measure.bottom])
        return ratio_difference(tops, (other[measure.top], other[measure.bottom]))
    return paired_difference(one[measure.top], other[measure.top], outcome=str(measure))


def _rows(table: pd.DataFrame, arm: str) -> pd.DataFrame:
    return table[(table["arm"] == arm) & (table["status"] == "done")]
