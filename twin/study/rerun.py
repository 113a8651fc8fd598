"""Whether a result may be replaced: one that answers the same question may, another may not.

A run is determined by its scenario, the files that names, and the version of the program: where
all three are as before, a rerun writes the same tables, and nothing is lost.
"""

from __future__ import annotations

from hashlib import sha256
from importlib.metadata import version
from pathlib import Path
from typing import Any

from twin.analysis.compare import asked_differently
from twin.errors import InputError, Problem
from twin.results.disk import read_json, read_text
from twin.scenario import Scenario

_NAMED = 3
"""Differing keys that a refusal names."""


def refuse_to_replace(scenario: Scenario, folder: Path) -> None:
    """Raise InputError where the folder holds a finished result of another question.

    An unfinished or damaged one is none.
    """
    differs = difference(scenario, folder)
    if differs:
        cure = f"--overwrite, or a new place such as --out {_free(folder)}"
        raise InputError([Problem("", f"a result that {differs}", cure, file=str(folder))])


def difference(scenario: Scenario, folder: Path) -> str:
    """How the question of the result in the folder differs, in words; empty where it does not, or
    where no finished result is there.
    """
    try:
        return _difference(
            scenario, read_json(folder / "meta.json"), read_text(folder / "scenario.yaml")
        )
    except (InputError, OSError):
        return ""


def _difference(scenario: Scenario, saved: dict[str, Any], asked: str) -> str:
    if (by := saved.get("version")) != version("ai-factory-twin"):
        return f"version {by} of twin wrote"
    if keys := _changed(asked, scenario.as_yaml()):
        return f"asked something else ({keys})"
    return "read other files" if _read_other(saved, scenario) else ""


def _changed(before: str, after: str) -> str:
    if before == after:
        return ""
    keys = [changed.key for changed in asked_differently(before, after)]
    more = f" and {len(keys) - _NAMED} more" if len(keys) > _NAMED else ""
    return ", ".join(keys[:_NAMED]) + more + " changed" if keys else "its text changed"


def _read_other(saved: dict[str, Any], scenario: Scenario) -> bool:
    kept = saved.get("files", {})
    files = scenario.inputs()
    return any(kept.get(name) != sha256(data).hexdigest() for name, data in files.items())


def _free(folder: Path) -> Path:
    """The first of `NAME_2`, `NAME_3` … that is not there yet."""
    number = 2
    while (place := folder.with_name(f"{folder.name}_{number}")).exists():
        number += 1
    return place
