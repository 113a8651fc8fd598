"""Rows of a planner's own: those in the layout, and those in `catalogue/` folders beside it."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from types import NoneType
from typing import Annotated, Any, get_args, get_origin

from pydantic.fields import FieldInfo

from twin.catalogue import KINDS, shipped
from twin.catalogue.files import numbers
from twin.catalogue.own import Equipment, OwnRow, RowProblem, extended
from twin.errors import InputError, Problem, did_you_mean
from twin.scenario.schema import Layout
from twin.scenario.yaml.compose import YamlNode, refuse
from twin.scenario.yaml.document import Document, read, text_of
from twin.scenario.yaml.paths import project_root
from twin.scenario.yaml.scalars import scalar
from twin.scenario.yaml.validate import build_model

FOLDER = "catalogue"
"""Name of the folders that are read."""
FILES_MAX = 200
"""Files of one such folder."""

Loc = tuple[str | int, ...]


@dataclass(frozen=True)
class _Placed:
    """One own row, and where it stands."""

    row: OwnRow
    document: Document | None
    loc: Loc

    def sourced(self) -> OwnRow:
        """The row with the file that states it as its source, where it names none."""
        if self.row.source or self.document is None:
            return self.row
        name = self.document.path.resolve().relative_to(self.document.root).as_posix()
        return self.row.model_copy(update={"source": name})


def with_rows(
    layout: Layout, inner: Document | None, files: Iterable[Path], prefix: Loc = ()
) -> tuple[Layout, list[Problem]]:
    """The layout with every own row in it, and what is wrong with them.

    inner    the layout's document; None where it has none
    files    the scenario's and the layout's file: folders beside them are read
    prefix   where the layout stands in that document
    """
    problems: list[Problem] = []
    rows: dict[str, list[_Placed]] = {kind: [] for kind in KINDS}
    if not layout.equipment.complete:
        for document, equipment in _folders(files, problems):
            _collect(rows, equipment, document, ())
    _collect(rows, layout.equipment, inner, (*prefix, "equipment"))
    held = {kind: tuple(p.sourced() for p in placed) for kind, placed in rows.items()}
    whole = Equipment().model_copy(update={"complete": True, **held})
    _, wrong = extended(shipped(), whole)
    problems += [_told(one, rows[one.kind][one.index]) for one in wrong]
    return layout.model_copy(update={"equipment": whole}), problems


def rows_in(folder: Path) -> dict[str, tuple[OwnRow, ...]]:
    """The rows of one catalogue folder by kind; InputError with every problem of its files."""
    problems: list[Problem] = []
    found: dict[str, tuple[OwnRow, ...]] = {}
    for _, equipment in _read(_files(folder, problems), problems):
        for kind, rows in equipment.every().items():
            found[kind] = (*found.get(kind, ()), *rows)
    if problems:
        raise InputError(problems)
    return found


def _collect(
    rows: Mapping[str, list[_Placed]], equipment: Equipment, document: Document | None, loc: Loc
) -> None:
    for kind, stated in equipment.every().items():
        rows[kind].extend(_Placed(r, document, (*loc, kind, i)) for i, r in enumerate(stated))


def _told(problem: RowProblem, placed: _Placed) -> Problem:
    """A problem of a row at its line."""
    if placed.document is None:
        return Problem(placed.row.name, problem.found, problem.allowed, problem.hint)
    loc = (*placed.loc, problem.field) if problem.field else placed.loc
    return placed.document.problem(loc, problem.found, problem.allowed, problem.hint)


def _folders(
    files: Iterable[Path], problems: list[Problem]
) -> Iterator[tuple[Document, Equipment]]:
    """Every file of every catalogue folder, read; what cannot be read joins the problems."""
    for folder in _places(files):
        yield from _read(_files(folder, problems), problems)


def _read(paths: Iterable[Path], problems: list[Problem]) -> Iterator[tuple[Document, Equipment]]:
    for path in paths:
        try:
            document = _document(path)
            yield document, build_model(document, Equipment)
        except InputError as error:
            problems += error.problems


def _files(folder: Path, problems: list[Problem]) -> list[Path]:
    """YAML and CSV files of a folder, in order of name."""
    if not folder.is_dir():
        return []
    found = sorted(p for p in folder.iterdir() if p.suffix in (".yaml", ".yml", ".csv"))
    if len(found) > FILES_MAX:
        many = Problem("", f"{len(found)} files", f"at most {FILES_MAX}", file=str(folder))
        problems.append(many)
    return found[:FILES_MAX]


def _places(files: Iterable[Path]) -> list[Path]:
    """Folders named `catalogue` beside the files, and in the project that holds them."""
    folders: dict[Path, None] = {}
    for file in files:
        root = project_root(file)
        project = root if (root / "scenarios").is_dir() and (root / "layouts").is_dir() else None
        for place in (project, file.resolve().parent):
            if place is not None and (place / FOLDER).is_dir():
                folders[place / FOLDER] = None
    return list(folders)


def _document(path: Path) -> Document:
    return _table(path) if path.suffix == ".csv" else read(path)


def _table(path: Path) -> Document:
    """A CSV of rows of one kind, told by the file's name, as if it had been written as YAML."""
    kind = path.stem.split("-")[0].split(".")[0]
    if kind not in KINDS:
        allowed = "a name such as racks.csv or power-site.csv: " + ", ".join(KINDS)
        raise refuse(path, None, f"the name {path.name!r}", allowed, did_you_mean(kind, KINDS))
    rows = YamlNode([], (1, 1))
    reader = csv.DictReader(io.StringIO(text_of(path), newline=""), strict=True)
    try:
        for index, cells in enumerate(reader):
            rows.add(index, _cells(path, cells, reader.line_num, _words(kind)))
    except csv.Error as error:
        raise refuse(path, (reader.line_num, 1), f"broken CSV ({error})", "valid CSV") from error
    top = YamlNode({}, (1, 1))
    top.add(kind, rows)
    return Document(top.data, path, top, project_root(path))


@cache
def _words(kind: str) -> frozenset[str]:
    """Columns of a kind that hold words: a UPS named 9395 and a rack named 1E2 are no numbers."""
    row = get_args(Equipment.model_fields[kind].annotation)[0]
    return frozenset(key for key, field in row.model_fields.items() if _plain(field) == {str})


def _plain(field: FieldInfo) -> set[Any]:
    """What a field may be, without bounds and without nothing at all."""
    kind = field.annotation
    parts = [kind] if isinstance(kind, type) else get_args(kind)
    bare = {get_args(part)[0] if get_origin(part) is Annotated else part for part in parts}
    return bare - {NoneType}


def _cells(
    path: Path, cells: Mapping[str | None, Any], line: int, words: frozenset[str]
) -> YamlNode:
    """One line of a CSV; empty cells are not stated, those of columns `words` stay as written."""
    if None in cells:
        raise refuse(path, (line, 1), "more cells than columns", "a cell a column; quote commas")
    row = YamlNode({}, (line, 1))
    for column, (key, text) in enumerate(cells.items(), start=1):
        if key and text:
            row.keys[key] = (line, column)
            value = text.strip() if key in words else _value(key, text)
            row.add(key, YamlNode(value, (line, column)))
    return row


def _value(key: str, text: str) -> Any:
    value = numbers(key, text)
    if isinstance(value, tuple):
        return list(value)
    try:
        return scalar(text.strip())
    except ValueError:
        return text
