"""Reads the CSV files of a catalogue.

A CSV has one column a field; an empty cell is an unknown and takes the field's default;
coefficients of a curve stand in one cell, separated by blanks.
"""

from __future__ import annotations

import csv
from collections.abc import Iterator, Mapping
from hashlib import sha256
from pathlib import Path
from types import MappingProxyType
from typing import TypeVar

from pydantic import ValidationError

from twin.catalogue.rows import CatalogueRow
from twin.errors import InputError, Problem

R = TypeVar("R", bound=CatalogueRow)

_COEFFICIENTS = (
    "capft", "eirft", "eirplr",
    "cooling_design_degc", "wet_bulb_design_degc", "heating_design_degc",
    "inverter_load_frac", "inverter_time_s", "bypass_load_frac", "bypass_time_s",
)  # fmt: skip


def read_rows(path: Path, model: type[R]) -> Mapping[str, R]:
    """The rows of one CSV file; InputError with every problem in it, each at its line."""
    found: dict[str, R] = {}
    problems: list[Problem] = []
    for line, cells in enumerate(_cells(path), start=2):
        name = str(cells.get("name", ""))
        try:
            row = model.model_validate(cells)
        except ValidationError as error:
            problems += [
                _problem(path, line, name, e["loc"], e["input"], e["msg"]) for e in error.errors()
            ]
            continue
        if row.name in found:
            problems.append(_problem(path, line, name, ("name",), row.name, "a name not yet used"))
        found[row.name] = row
    if problems:
        raise InputError(problems)
    return MappingProxyType(found)


def _cells(path: Path) -> Iterator[dict[str, object]]:
    with path.open(newline="", encoding="utf-8") as file:
        for line in csv.DictReader(file):
            yield {key: numbers(key, text) for key, text in line.items() if text}


def numbers(key: str, text: str) -> object:
    """A cell as its field wants it: coefficients apart, everything else as it stands."""
    return tuple(text.split()) if key in _COEFFICIENTS else text


def _problem(
    path: Path, line: int, name: str, loc: tuple[int | str, ...], found: object, why: str
) -> Problem:
    where = ".".join([name, *map(str, loc)])
    shown = "this row" if isinstance(found, dict) else repr(found)
    return Problem(where, shown, why, "", path.name, line, 1)


def read_witnesses(path: Path) -> Mapping[tuple[str, str], Mapping[str, Mapping[str, str]]]:
    """By kind and row, where single numbers come from: status, source and accessed by field."""
    found: dict[tuple[str, str], dict[str, Mapping[str, str]]] = {}
    with path.open(newline="", encoding="utf-8") as file:
        for line in csv.DictReader(file):
            stated = {key: line[key] for key in ("status", "source", "accessed")}
            fields = dict.fromkeys(line["parameters"].split(), stated)
            found.setdefault((line["kind"], line["row"]), {}).update(fields)
    return MappingProxyType(found)


def files_hash(folder: Path) -> str:
    """sha256 of every table of a folder and of its prices, name and content, in order of name."""
    digest = sha256()
    for path in sorted([*folder.glob("*.csv"), *folder.glob("*.npz"), *folder.glob("prices/*")]):
        digest.update(path.name.encode() + b"\0" + path.read_bytes())
    return digest.hexdigest()
