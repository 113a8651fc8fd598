"""Columns of words as numbers and times; NaN where a word is none."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from twin.arrays import Array

_NS_PER_S = 1_000_000_000
_YEAR_2020_NS = 1_577_836_800 * _NS_PER_S


def numbers(words: Sequence[str]) -> Array:
    """Finite numbers; NaN for anything else."""
    try:
        found = np.array(words, dtype=str).astype(np.float64)
    except ValueError:
        found = np.array([_number(word) for word in words])
    return np.where(np.isfinite(found), found, np.nan)


def _number(word: str) -> float:
    try:
        return float(word)
    except ValueError:
        return np.nan


def clock_times(words: Sequence[str]) -> Array:
    """Dates and clock times of ISO 8601 as seconds after the year 2020 began, UTC.

    Fractions may have seven digits or none; without an offset it is UTC. Counted from 2020 a double
    keeps 0.06 microseconds until 2035, less than the seventh digit.
    """
    import pandas as pd  # heavy, and every scenario would wait for it

    found = pd.to_datetime(
        pd.Series(list(words), dtype=object), format="ISO8601", utc=True, errors="coerce"
    )
    stamps = found.dt.as_unit("ns").to_numpy(dtype="datetime64[ns]")
    ticks = stamps.astype(np.int64) - _YEAR_2020_NS
    seconds = ticks // _NS_PER_S + (ticks % _NS_PER_S) / _NS_PER_S
    return np.where(np.isnat(stamps), np.nan, seconds)


def milliseconds(words: Sequence[str]) -> Array:
    """Milliseconds as seconds."""
    return numbers(words) / 1000.0
