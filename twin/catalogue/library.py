"""Reads `twin/data/*.csv` into rows, once a kind, and answers by name.

A CSV has one column a field; an empty cell is an unknown and takes the field's default;
coefficients of a curve stand in one cell, separated by blanks.
"""

from __future__ import annotations

import csv
from collections.abc import Iterator, Mapping
from functools import cache
from hashlib import sha256
from pathlib import Path
from types import MappingProxyType

from pydantic import ValidationError

from twin.catalogue.rows import (
    Chiller,
    Climate,
    Cooling,
    Gpu,
    Grid,
    Model,
    Power,
    Rack,
    Requests,
    Row,
    Storage,
    Switch,
)
from twin.errors import InputError, Problem, did_you_mean

_DATA = Path(__file__).parents[1] / "data"

KINDS: Mapping[str, type[Row]] = MappingProxyType({
    "gpus": Gpu, "racks": Rack, "power": Power, "cooling": Cooling, "chillers": Chiller, "switches": Switch,
    "storage": Storage, "models": Model, "climates": Climate, "grids": Grid, "requests": Requests,
})  # fmt: skip
"""Every kind and the model of its rows; the CSV has the kind's name."""

_UNITS = (
    ("usd_per_kwh", "USD/kWh"), ("kg_per_kwh", "kg/kWh"), ("per_s", "1/s"), ("flop_s", "flop/s"),
    ("m3_s", "m3/s"), ("b_s", "B/s"), ("k_w", "K/W"), ("j_k", "J/K"), ("bytes", "B"), ("tokens", "token"),
    ("degc", "degC"), ("deg", "deg"), ("usd", "USD"), ("hz", "Hz"), ("pa", "Pa"), ("kg", "kg"),
    ("w", "W"), ("j", "J"), ("s", "s"), ("h", "h"), ("m", "m"), ("k", "K"),
)  # fmt: skip
"""Endings of field names, longer ones first."""


def get(kind: str, name: str) -> Row:
    """The row called `name`; KeyError with the nearest spelling where there is none."""
    known = rows(kind)
    if name not in known:
        raise KeyError(
            f"no row {name!r} in {kind}; {did_you_mean(name, known) or 'known: ' + ', '.join(known)}"
        )
    return known[name]


def find(name: str) -> Row | None:
    """The first row called `name` in any kind, kinds in the order of `KINDS`; None where there is
    none.
    """
    return next((rows(kind)[name] for kind in KINDS if name in rows(kind)), None)


@cache
def rows(kind: str) -> Mapping[str, Row]:
    """Every row of a kind by name, read only and in file order.

    KeyError with the nearest spelling for an unknown kind; InputError with every bad row of a file.
    """
    if kind not in KINDS:
        raise KeyError(
            f"no kind {kind!r}; {did_you_mean(kind, KINDS) or 'known: ' + ', '.join(KINDS)}"
        )
    return read_rows(_DATA / f"{kind}.csv", KINDS[kind])


def read_rows(path: Path, model: type[Row]) -> Mapping[str, Row]:
    """The rows of one CSV file; InputError with every problem in it, each at its line."""
    found: dict[str, Row] = {}
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
            yield {key: _numbers(key, text) for key, text in line.items() if text}


def _numbers(key: str, text: str) -> object:
    return tuple(text.split()) if key in {"capft", "eirft", "eirplr"} else text


def _problem(
    path: Path, line: int, name: str, loc: tuple[int | str, ...], found: object, why: str
) -> Problem:
    where = ".".join([name, *map(str, loc)])
    shown = "this row" if isinstance(found, dict) else repr(found)
    return Problem(where, shown, why, "", path.name, line, 1)


def witnesses(kind: str, name: str) -> list[dict[str, str]]:
    """Where each number of a row comes from, one entry a number.

    Keys: subject, parameter, value, unit, status, source, accessed. A number follows its row unless
    `witnesses.csv` says otherwise, for that row first and for the whole kind (`*`) second.
    """
    row = get(kind, name)
    said = {**_said(kind, "*"), **_said(kind, name)}
    own = {"status": row.status, "source": row.source, "accessed": row.accessed}
    stated = row.model_dump(exclude=set(Row.model_fields))
    return [
        {"subject": f"{kind}/{name}", "parameter": field, "value": _text(value), "unit": _unit(field),
         **said.get(field, own)}
        for field, value in stated.items() if not isinstance(value, str | None)
    ]  # fmt: skip


@cache
def _said(kind: str, name: str) -> Mapping[str, dict[str, str]]:
    with (_DATA / "witnesses.csv").open(newline="", encoding="utf-8") as file:
        lines = [
            line for line in csv.DictReader(file) if (line["kind"], line["row"]) == (kind, name)
        ]
    keys = ("status", "source", "accessed")
    return {
        field: {key: line[key] for key in keys}
        for line in lines
        for field in line["parameters"].split()
    }


def _text(value: object) -> str:
    if isinstance(value, tuple):
        return " ".join(map(_text, value))
    return f"{value:.9g}" if isinstance(value, float) else str(value)


def _unit(field: str) -> str:
    return next((unit for ending, unit in _UNITS if field.endswith(f"_{ending}")), "")


@cache
def content_hash() -> str:
    """sha256 of every catalogue file, name and content, in order of name."""
    digest = sha256()
    for path in sorted(_DATA.glob("*.csv")):
        digest.update(path.name.encode() + b"\0" + path.read_bytes())
    return digest.hexdigest()
