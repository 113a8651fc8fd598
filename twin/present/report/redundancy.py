"""Redundancy chapter: what the study in a result's metadata says; any part of it may be missing."""

from __future__ import annotations

from collections.abc import Mapping

from twin.present import redundancy_tables as tables
from twin.present.blocks import Section
from twin.present.study import Study, part
from twin.quantities import counted
from twin.results import Result


def section(result: Result) -> Section:
    """Everything the study says; one line where none was made."""
    study = study_of(result)
    if not study:
        return Section("Redundancy", ["No redundancy study was made for this run."])
    found = tables.blocks(study, result.frame("components"))
    return Section("Redundancy", tables.sentences(study), found)


def study_of(result: Result) -> Study:
    """The study, or an empty one."""
    held = result.meta.get("redundancy")
    return held if isinstance(held, Mapping) else {}


def points(result: Result, most: int = 3) -> list[str]:
    """The worst single points of failure in words; equals that take the same down are one."""
    held = tables.points(study_of(result), result.frame("components"))
    return [
        f"{row[0]}: {row[2]} racks, {row[3]} GPUs, {row[4]}{_effect(row[5], row[6])}"
        for row in held.rows[:most]
    ]


def _effect(effect: str, left: str) -> str:
    return (
        f" ({effect}, {left} left)"
        if effect == "derated"
        else f" ({effect})"
        if effect == "outage"
        else ""
    )


def no_points(result: Result) -> str:
    """What to say where there are none."""
    study = study_of(result)
    if "single_points_of_failure" not in study:
        return "No redundancy study was made for this run."
    pairs = counted(part(study, "n_minus_2").get("failing"), "pair")
    return (
        f"None: with any one component lost every rack is served. {pairs} of "
        f"components can drop racks."
    )
