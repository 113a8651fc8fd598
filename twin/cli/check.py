"""`twin check`: what a scenario or layout builds, and what looks wrong with it, without a run."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from twin.cli import face, say
from twin.cli.options import Input, Json, Overrides, Seed, read_overrides
from twin.errors import InputError
from twin.quantities import span


def check(file: Input, changes: Overrides = None, seed: Seed = None, json: Json = False) -> None:
    """Build without running; count and find faults. Exit code 2 where a run would be refused."""
    facility = face.build(face.load(file, read_overrides(changes or ()), seed))
    found = face.check(facility)
    if json:
        say.document(found)
    else:
        say.findings(file.name, shown(found))
    if problems := face.refused(facility):
        raise InputError(problems)


def shown(found: Mapping[str, Any]) -> dict[str, Any]:
    """The same for a terminal: what to do once a code, below what was found; what is said of
    several components in the same words stands once.
    """
    told = _once([{k: row[k] for k in row if k != "cure"} for row in found["findings"]])
    weighty = [row for row in found["findings"] if row.get("cure") and row["severity"] != "note"]
    cures = {row["code"]: row["cure"] for row in weighty}
    rows = [{"code": code, "cure": cure} for code, cure in cures.items()]
    filled: dict[str, Any] = {}
    for key, value in found.items():
        filled |= {"findings": told, "what_to_do": rows} if key == "findings" else {key: value}
    return filled


def _once(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Rows that differ in their component alone as one, in the order of the first of them."""
    groups: dict[tuple[object, ...], list[dict[str, Any]]] = {}
    for row in rows:
        said = tuple(value for key, value in row.items() if key != "component")
        groups.setdefault(said, []).append(row)
    return [
        {**same[0], "component": span([row["component"] for row in same])}
        for same in groups.values()
    ]
