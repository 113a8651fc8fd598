"""The sheet of an exercise, for the report and for the terminal."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd

from twin.present.blocks import Block, Columns, grid, spaced, words
from twin.quantities import clock, count, counted, duration, number, percent

Row = Mapping[str, Any]
_COLUMNS: Columns = {
    "Begins": ("time_s", clock),
    "Drill": ("drill", words),
    "Criterion": ("criterion", spaced),
    "Found": ("found_text", words),
    "Allowed": ("allowed_text", words),
    "Verdict": ("verdict_text", words),
}


def sentences(sheet: Sequence[Row]) -> list[str]:
    """How many drills were passed."""
    failed = {(row["time_s"], row["drill"]) for row in sheet if row["verdict"] != "pass"}
    every = {(row["time_s"], row["drill"]) for row in sheet}
    passed = len(every) - len(failed)
    return [f"{count(passed)} of {counted(len(every), 'drill')} passed every criterion."]


def blocks(sheet: Sequence[Row]) -> list[Block]:
    """One line a criterion."""
    frame = pd.DataFrame(
        [
            {
                **row,
                "found_text": _value(row, "found"),
                "allowed_text": f"{_bound(row)} {_value(row, 'allowed')}",
                "verdict_text": str(row["verdict"]).upper(),
            }
            for row in sheet
        ]
    )
    return [grid("Drill sheet", frame, _COLUMNS, table="drill_sheet")] if len(frame) else []


def _bound(row: Row) -> str:
    return "at least" if row["criterion"] == "battery_left" else "at most"


def _value(row: Row, key: str) -> str:
    """A count, a share, a temperature or a time in the form people read it."""
    value = number(row[key])
    if row["unit"] == "s":
        return duration(value) if math.isfinite(value) else "not in time"
    if row["unit"] == "degC":
        return f"{value:.1f} °C"
    if row["criterion"] in ("tokens_lost", "load", "battery_left"):
        return percent(value)
    return count(value)
