"""What `twin diff` and `twin review` call, each thing imported when it is called."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from twin.cli import face
from twin.errors import InputError, Problem

if TYPE_CHECKING:
    from twin.analysis.differences import Compared, DesignChange
    from twin.analysis.sign_off import Decision, JudgedEntry


def side(path: Path) -> Compared:
    """A result's folder, or a scenario or layout file, as one side of a comparison."""
    from twin.analysis.component_results import component_results

    if path.is_dir():
        result = face.result(path)
        tables = {name: result.frame(name) for name in _TABLES}
        numbers = {"summary": result.summary, "parts": component_results(result)}
        return _compared(path.name, tables, result.scenario_yaml, **numbers)
    scenario = face.load(path)
    return _compared(path.stem, face.build(scenario).tables(), scenario.as_yaml())


_TABLES = ("components", "edges", "halls")


def _compared(name: str, tables: Mapping[str, Any], text: str, **numbers: Any) -> Compared:
    """What was built, what was asked in the layout and beside it, and what came out."""
    from twin.analysis.differences import Compared
    from twin.scenario.yaml.document import parse

    asked = parse(text, Path("scenario.yaml")).data
    layout = asked.pop("layout", {})
    held = {table: tables[table] for table in _TABLES}
    return Compared(**held, scenario=asked, layout=layout, name=name, **numbers)


def differences(a: Compared, b: Compared) -> tuple[DesignChange, ...]:
    """Everything that differs between two sides."""
    from twin.analysis.differences import differences

    return differences(a, b)


def as_text(found: tuple[DesignChange, ...]) -> str:
    """The same for people."""
    from twin.analysis.differences import as_text

    return as_text(found)


def write_differences(
    paths: tuple[Path, Path],
    sides: tuple[Compared, Compared],
    found: tuple[DesignChange, ...],
    out: Path,
) -> Path:
    """Write what differs, and what reviewers said of it, as a page; its path."""
    from twin.analysis.change_review import change_review
    from twin.analysis.side_by_side import side_by_side
    from twin.analysis.sign_off import read_reviews
    from twin.present.design_diff import ComparedPair, write

    names = [side.name for side in sides]
    if len(set(names)) == 1:
        names = [str(path) for path in paths]
    a, b = (replace(side, name=name) for side, name in zip(sides, names, strict=True))
    said = change_review(a, b, [read_reviews(_review_file(path)) for path in paths])
    both = all(path.is_dir() for path in paths)
    results = side_by_side([face.result(path) for path in paths], names) if both else None
    return write(ComparedPair(a, b, found, said, results, str(paths[1])), out)


def _review_file(path: Path) -> Path:
    """Where the notes on one side are kept: beside a result, or beside a layout."""
    from twin.analysis.sign_off import FILE, review_path

    if path.is_dir():
        return path / FILE
    return review_path(face.load(path).layout_file() or path)


def failed_gates(texts: list[str], a: Compared, b: Compared) -> list[str]:
    """What each gate that does not hold found."""
    from twin.analysis.gates import failed, read_gate

    gates = [read_gate(text) for text in texts]
    if gates and not (a.summary and b.summary):
        found = "a design without a run"
        raise InputError([Problem("", found, "two folders of results", file="--gate")])
    return failed(gates, a.summary, b.summary)


def reviews(layout: Path) -> tuple[Path, tuple[JudgedEntry, ...], list[str]]:
    """The file of a layout, its entries with their states, and why it is not signed off."""
    from twin.analysis.sign_off import judged_by, open_points, review_path

    scenario = face.load(layout)
    tables = face.build(scenario).tables()
    file = review_path(scenario.layout_file() or layout)
    judged = judged_by(file, tables["components"], tables["edges"], scenario.as_yaml())
    return file, judged, open_points(judged)


def bring_reviews(layout: Path, folder: Path) -> None:
    """Put the notes and decisions beside a layout beside a result too, for its report."""
    from twin.study.kept_reviews import bring_reviews

    bring_reviews(layout, folder)


def add_review(
    layout: Path,
    component: str,
    reviewer: str,
    decision: Decision,
    note: str,
    date: str,
    own: bool = False,
) -> Path:
    """Write one more entry beside a layout, in a file of its own where asked; the file."""
    from twin.analysis.sign_off import (
        component_hashes,
        layout_of,
        new_entry,
        own_review_path,
        review_path,
    )
    from twin.analysis.sign_off_text import begun_from, checked, with_entry
    from twin.results.folder import write_whole

    scenario = face.load(layout)
    tables = face.build(scenario).tables()
    stated = layout_of(scenario.as_yaml())
    hashes = component_hashes(tables["components"], tables["edges"], stated)
    place = scenario.layout_file() or layout
    shared = review_path(place)
    path = own_review_path(place) if own else shared
    before = path.read_text(encoding="utf-8") if path.is_file() else begun_from(shared, hashes)
    entry = new_entry(component, reviewer, decision, note, date, hashes)
    text = checked(with_entry(before, entry), entry, path)
    write_whole(path, text.encode())
    return path
