"""Claim: what validation stands on ships with it, each table with its source and its reader."""

from __future__ import annotations

import csv
import re
from fnmatch import fnmatch
from pathlib import Path

import pytest

from tests.sources import DATA

TESTS = Path(__file__).parents[1]
ROOT = TESTS.parent
SHIPPED = sorted(
    path.relative_to(DATA).as_posix()
    for path in DATA.rglob("*")
    if path.is_file() and path.name != "README.md"
)
OUTSIDE = r"parents\[2\]\.parent|ROOT\.parent|\.\./sha" r"red"
COLUMNS = ("file", "what it is", "source", "why it may be shared", "read by")


def described() -> list[dict[str, str]]:
    """The rows of every table of the page, by column."""
    lines = (DATA / "README.md").read_text().splitlines()
    cells = [[cell.strip() for cell in line.strip("|").split("|")] for line in lines if "|" in line]
    return [dict(zip(COLUMNS, row, strict=True)) for row in cells if row[0].startswith("`")]


def patterns(row: dict[str, str], column: str) -> list[str]:
    return re.findall(r"`([^`]+)`", row[column])


def row_of(name: str) -> list[dict[str, str]]:
    return [row for row in described() if any(fnmatch(name, p) for p in patterns(row, "file"))]


NOT_REDISTRIBUTABLE = {
    "unit/test_fault_tree.py",
    "validation/test_carbon_shifting.py",
    "validation/test_measured_room.py",
}
"""Read third-party fault trees, grid series and measurements that this project may not hand on;
skip with that reason where they are absent."""


@pytest.mark.parametrize("name", SHIPPED)
def test_each_table_is_described_once_with_source_and_reason(name: str) -> None:
    rows = row_of(name)
    assert len(rows) == 1, f"tests/data/README.md has {len(rows)} rows of {name}"
    assert all(rows[0][column] for column in COLUMNS)


@pytest.mark.parametrize("name", SHIPPED)
def test_each_table_is_read_by_the_tests_it_names(name: str) -> None:
    readers = patterns(row_of(name)[0], "read by")
    assert readers
    folder, _, stem = name.rpartition("/")
    for reader in readers:
        found = list(TESTS.rglob(reader))
        assert len(found) == 1, reader
        text = found[0].read_text()
        assert folder in text, f"{reader} does not read {name}"
        assert name in text or stem.split("_")[0] in text, f"{reader} does not read {name}"


def test_the_page_describes_no_table_that_is_gone() -> None:
    for row in described():
        for pattern in patterns(row, "file"):
            assert any(fnmatch(name, pattern) for name in SHIPPED), pattern


@pytest.mark.parametrize("name", [name for name in SHIPPED if name.endswith(".csv")])
def test_tables_are_rectangular_and_say_something_in_every_row(name: str) -> None:
    with (DATA / name).open(newline="", encoding="utf-8") as file:
        head, *rows = csv.reader(file)
    assert len(set(head)) == len(head)
    assert rows
    assert {len(row) for row in rows} == {len(head)}


def test_the_extracts_are_small() -> None:
    assert sum((DATA / name).stat().st_size for name in SHIPPED) < 3_000_000


def test_no_test_reads_outside_the_clone() -> None:
    """A neighbour folder would make a claim that only its owner can check."""
    offenders = [
        path.relative_to(TESTS).as_posix()
        for path in TESTS.rglob("*.py")
        if re.search(OUTSIDE, path.read_text())
    ]
    assert set(offenders) <= NOT_REDISTRIBUTABLE


def test_every_test_that_the_documents_name_exists() -> None:
    """README's table and docs/physics point to files of tests/validation and tests/unit."""
    pages = [ROOT / "README.md", *(ROOT / "docs").rglob("*.md")]
    named = {name for page in pages for name in re.findall(r"\btest_\w+\.py", page.read_text())}
    have = {path.name for path in TESTS.rglob("test_*.py")}
    assert len(named) > 15
    assert named - have == set()
