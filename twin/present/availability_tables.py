"""Availability in tables: the exact value beside the simulated one, and what it is made of."""

from __future__ import annotations

import math

import pandas as pd

from twin.present.blocks import Columns, Grid, grid, words
from twin.present.study import HOURS_A_YEAR, Study, part, scientific, share
from twin.quantities import NONE, available, count, duration, figures, number, short


def availability(study: Study) -> Grid:
    """The exact value and the sampled one with its interval, side by side."""
    crews = part(study, "shared_crews")
    sampled = part(study, "availability_monte_carlo")
    found = [*_engines(study, ""), *_engines(crews, ", crews shared")]
    rows = pd.DataFrame(found, columns=["engine", "unavailability", "interval", "yearly"])
    rows["down_s"] = rows["unavailability"].astype(float) * HOURS_A_YEAR * 3600
    low, high = _interval(study)
    exact = number(part(study, "availability_exact").get("unavailability"))
    columns: Columns = {
        "Engine": ("engine", words), "Unavailability": ("unavailability", scientific),
        "95 % interval": ("interval", words),
        "Availability": ("unavailability", available), "Down in a year": ("down_s", duration),
        "Failures in a year": ("yearly", figures),
    }  # fmt: skip
    made = grid("Availability of all racks together", rows, columns)
    note = " ".join(
        filter(
            None,
            (
                _agreement(exact, low, high, sampled),
                _bounds(study),
                _followed(study),
                _crews(crews),
            ),
        )
    )
    return Grid(made.title, made.headings, made.rows, made.right, note)


def _engines(study: Study, where: str) -> list[dict[str, object]]:
    """The exact engine and the sampled one; none where neither was asked."""
    if "availability_exact" not in study:
        return []
    low, high = _interval(study)
    between = f"{scientific(low)} to {scientific(high)}" if math.isfinite(low + high) else NONE
    return [
        {
            "engine": name + where,
            "unavailability": number(held.get("unavailability")),
            "interval": interval,
            "yearly": held.get("frequency_per_year"),
        }
        for name, interval, held in (
            ("exact", NONE, part(study, "availability_exact")),
            ("Monte Carlo", between, part(study, "availability_monte_carlo")),
        )
    ]


def _interval(study: Study) -> tuple[float, float]:
    bounds = study.get("interval")
    if not isinstance(bounds, list | tuple) or len(bounds) != 2:
        return math.nan, math.nan
    return number(bounds[0]), number(bounds[1])


def _crews(crews: Study) -> str:
    """Who shares crews, and why there is no exact value where there is none."""
    told = [
        f"{short(row['crew'], 40)} ({count(row['count'])} for {count(row['components'])})"
        for row in crews.get("classes") or []
    ]
    why = str(crews.get("why") or "")
    said = f"Crews that are shared: {', '.join(told)}; repairs wait for them." if told else ""
    held = part(crews, "availability_bounds")
    if why and held.get("lower") is not None:
        low, high = scientific(held["lower"]), scientific(held.get("upper"))
        return f"{said} It lies between {low} and {high} then ({short(why, 200)})."
    return f"{said} No exact value: {short(why, 200)}." if why else said


def _bounds(study: Study) -> str:
    """Between what the unavailability lies where it is not known to the last digit."""
    held = part(study, "availability_bounds")
    why = str(held.get("why") or "")
    if not why:
        return ""
    low, high = scientific(held.get("lower")), scientific(held.get("upper"))
    return f"The unavailability lies between {low} and {high}: {short(why, 200)}."


def _followed(study: Study) -> str:
    """How far overloads were followed."""
    held = part(study, "overloads_followed")
    if "order" not in held:
        return ""
    if held["order"] is None:
        return "Overloads were followed to their end for every coincidence of failures."
    return (
        f"Overloads were followed to their end for up to {count(held['order'])} failures at "
        f"once among "
        f"{count(held.get('components'))} components; beyond, where something was near its limit."
    )


def _agreement(exact: float, low: float, high: float, sampled: Study) -> str:
    """Whether the two engines confirm one another, and what the sampled one did."""
    if not math.isfinite(exact + low + high):
        return ""
    word = "inside" if low <= exact <= high else "OUTSIDE"
    events = sampled.get("events")
    method = sampled.get("method")
    how = (
        f" Monte Carlo: {short(method, 40)}, {count(events)} failures seen."
        if events is not None
        else ""
    )
    if word == "OUTSIDE":
        also = sampled.get("agrees_with_exact")
        how += (
            " Rely on the exact value."
            if also is False
            else " Within 99.9 % they still agree."
            if also
            else ""
        )
    return f"The exact value lies {word} the Monte Carlo interval.{how}"


def importance(study: Study) -> Grid:
    """Which components the unavailability comes from."""
    held = pd.DataFrame(list(study.get("importance") or []))
    frame = held.reindex(
        columns=[
            "component",
            "share_of_unavailability",
            "birnbaum",
            "risk_achievement_worth",
            "second_saves_min_per_year",
        ]
    )
    frame["saves_s"] = frame["second_saves_min_per_year"].astype(float) * 60.0
    columns: Columns = {"Component": ("component", words),
                        "Part in the unavailability": ("share_of_unavailability", share),
                        "Racks fail, if it does, with probability": ("birnbaum", share),
                        "Unavailability without it, times": ("risk_achievement_worth", figures),
                        "A second one would save in a year": ("saves_s", duration)}  # fmt: skip
    return grid("What the unavailability is made of", frame, columns, most=10, fold=True)
