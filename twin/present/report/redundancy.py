"""Redundancy: single points of failure, cut sets, verdicts, and exact availability beside Monte Carlo.

Reads the `redundancy` entry of a result's meta, which may lack any part.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

import pandas as pd

from twin.present.numbers import NONE, count, duration, names, number, percent, power, short
from twin.present.report.blocks import Grid, Lines, grid, words

HOURS_A_YEAR = 8760
"""A year as every unavailability here counts it."""

_VERDICTS = {
    "concurrently_maintainable": ("concurrent-maintainability", "with any one element out for work, every load is met"),
    "fault_tolerant": ("fault-tolerance", "after any one failure, every load is met"),
}


def points(redundancy: Mapping[str, Any] | None, most: int = 3) -> list[str]:
    """The worst single points of failure in words."""
    held = _points(redundancy or {}).head(most).to_dict("records")
    return [
        f"{short(row['component'])}: {count(row['racks'])} racks, {count(row['gpus'])} GPUs, {power(row['load_w'])}"
        for row in held
    ]


def blocks(redundancy: Mapping[str, Any] | None) -> list[Grid | Lines]:
    """Everything the study says; one line where none was made."""
    if not redundancy:
        return [Lines("Redundancy", ("No redundancy study was made for this run.",))]
    verdicts = [_verdict(redundancy.get(key), *said) for key, said in _VERDICTS.items() if key in redundancy]
    return [
        Lines("Redundancy verdicts", tuple(verdicts) or ("No verdict was given.",)),
        _availability(redundancy),
        _point_grid(redundancy),
        _cut_sets(redundancy),
        *_overloads(redundancy),
    ]


def verdict_word(held: Any) -> bool | None:
    """True, False or None where the study does not say."""
    found = held.get("verdict") if isinstance(held, Mapping) else held
    if isinstance(found, str):
        return {"yes": True, "true": True, "meets": True, "no": False, "false": False}.get(found.lower())
    return None if found is None else bool(found)


def _verdict(held: Any, scheme: str, meaning: str) -> str:
    meets = verdict_word(held)
    if meets is None:
        return f"The {scheme} criterion was not decided."
    counter = held.get("counter_example") if isinstance(held, Mapping) else None
    against = f" Counter-example: {_said(counter)}." if counter and not meets else ""
    word = "Meets" if meets else "Does not meet"
    return f"{word} the {scheme} topology criterion in this model ({meaning}).{against}"


def _said(held: Any) -> str:
    """A sentence, a list of names, or keys and values, in words."""
    if isinstance(held, Mapping):
        return short(", ".join(f"{str(key).replace('_', ' ')}: {_said(value)}" for key, value in held.items()), 240)
    if isinstance(held, list | tuple):
        return names(held)
    return short(held, 240).rstrip(".")


def _points(redundancy: Mapping[str, Any]) -> pd.DataFrame:
    held = pd.DataFrame(redundancy.get("single_points_of_failure") or [])
    frame = held.reindex(columns=["component", "racks", "gpus", "load_w"])
    return frame.sort_values(["load_w", "gpus", "racks"], ascending=False, kind="stable")


def _point_grid(redundancy: Mapping[str, Any]) -> Grid:
    columns = {
        "Component": ("component", words), "Racks lost": ("racks", count), "GPUs lost": ("gpus", count),
        "Load lost": ("load_w", power),
    }  # fmt: skip
    return grid("Single points of failure, largest loss first", _points(redundancy), columns, most=20)


def _availability(redundancy: Mapping[str, Any]) -> Grid:
    exact = _unavailability(redundancy.get("availability_exact"))
    sampled = redundancy.get("availability_monte_carlo")
    bounds = redundancy.get("interval") or (sampled.get("interval") if isinstance(sampled, Mapping) else None)
    low, high = _interval(bounds)
    rows = pd.DataFrame(
        {
            "engine": ["exact", "Monte Carlo"],
            "unavailability": [exact, _unavailability(sampled)],
            "interval": [NONE, f"{scientific(low)} to {scientific(high)}" if math.isfinite(low + high) else NONE],
        }
    )
    rows["availability"] = 1.0 - rows["unavailability"]
    rows["down_s"] = rows["unavailability"] * HOURS_A_YEAR * 3600
    columns = {
        "Engine": ("engine", words), "Unavailability": ("unavailability", scientific), "Interval": ("interval", words),
        "Availability": ("availability", lambda value: percent(value, 5)), "Down in a year": ("down_s", duration),
    }  # fmt: skip
    made = grid("Availability of all loads together", rows, columns)
    return Grid(made.title, made.headings, made.rows, made.right, _agreement(exact, low, high))


def _agreement(exact: float, low: float, high: float) -> str:
    if not math.isfinite(exact + low + high):
        return ""
    inside = low <= exact <= high
    return f"The exact value lies {'inside' if inside else 'OUTSIDE'} the Monte Carlo interval."


def scientific(value: Any) -> str:
    """A small probability."""
    held = number(value)
    return f"{held:.3e}" if math.isfinite(held) else NONE


def _unavailability(held: Any) -> float:
    if not isinstance(held, Mapping):
        return number(held)
    if "unavailability" in held:
        return number(held["unavailability"])
    return 1.0 - number(held.get("availability"))


def _interval(held: Any) -> tuple[float, float]:
    if isinstance(held, Mapping):
        held = list(held.values())
    if not isinstance(held, list | tuple) or len(held) < 2:
        return math.nan, math.nan
    return number(held[0]), number(held[1])


def _cut_sets(redundancy: Mapping[str, Any]) -> Grid:
    sets = list(redundancy.get("cut_sets") or [])
    frame = pd.DataFrame({"names": [_cut_names(held) for held in sets]})
    frame["order"] = [name.count(" + ") + 1 for name in frame["names"]]
    made = grid("Minimal cut sets", frame, {"Order": ("order", count), "These together": ("names", words)}, most=15)
    counts = redundancy.get("cut_set_counts") or {}
    orders = ", ".join(f"{count(many)} of order {order}" for order, many in dict(counts).items())
    note = f"{made.note} In all: {orders}.".strip() if orders else made.note
    return Grid(made.title, made.headings, made.rows, made.right, note)


def _cut_names(held: Any) -> str:
    if isinstance(held, Mapping):
        held = held.get("components") or held.get("cut_set") or list(map(str, held.values()))
    return " + ".join(map(short, held)) if isinstance(held, list | tuple) else short(held)


def _overloads(redundancy: Mapping[str, Any]) -> list[Lines]:
    held = redundancy.get("overloads") or []
    return [Lines("Overloads after one loss", tuple(_said(one) for one in list(held)[:20]))] if held else []
