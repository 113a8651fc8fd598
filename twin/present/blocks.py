"""What a report is made of: sections of sentences, tables and pictures, all text until the template
escapes it.
"""

from __future__ import annotations

import re
from base64 import b64encode
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

import pandas as pd

from twin.quantities import clock, moment, short, span

MOST_ROWS = 40
"""Rows a table prints; the rest stays in the result's own files."""

Words = Callable[[Any], str]
Columns = Mapping[str, tuple[str, Words]]
"""Heading to a frame's column and how its cells are written."""


@dataclass(frozen=True)
class Grid:
    """A table as printed: headings, rows of text, which columns stand right, and what was left
    out.
    """

    title: str
    headings: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    right: tuple[bool, ...]
    note: str = ""
    closed: str = ""
    """Words that stand for the table until a reader opens it; empty where it is open."""
    again: bool = False
    """Says one by one what the table before it sums up: paper goes without."""
    of_parts: bool = False
    """Whether a row of a first cell alone names the part that the rows below it belong to."""
    kind: Literal["grid"] = "grid"


@dataclass(frozen=True)
class Picture:
    """A figure as a data address, with the sentence below it."""

    name: str
    caption: str
    address: str
    alt: str = ""
    """What one sees on it, for those who do not; the caption where empty."""
    size: tuple[int, int] = (0, 0)
    """Width and height, by which a page keeps its place until it comes near; (0, 0) where it is
    not known.
    """
    kind: Literal["picture"] = "picture"


def drawn_picture(name: str, caption: str, svg: bytes, alt: str = "") -> Picture:
    """A figure that a page holds; a browser parses it when a reader comes near, or prints."""
    found = _VIEW_BOX.search(svg[:_HEAD])
    size = (round(float(found[1])), round(float(found[2]))) if found else (0, 0)
    address = f"data:image/svg+xml;base64,{b64encode(svg).decode()}"
    return Picture(name, caption, address, alt, size)


_VIEW_BOX = re.compile(rb'viewBox="0 0 ([0-9.]+) ([0-9.]+)"')
_HEAD = 1_000
"""Bytes at the start of a figure in which its size stands."""


@dataclass(frozen=True)
class Lines:
    """A titled list of sentences; with words to open it by, a block of text as written."""

    title: str
    lines: tuple[str, ...]
    closed: str = ""
    note: str = ""
    kind: Literal["lines"] = "lines"


Block = Grid | Picture | Lines


@dataclass
class Section:
    """One chapter: a title, opening sentences, and blocks in order."""

    title: str
    says: list[str]
    blocks: list[Block] = field(default_factory=list)

    @property
    def anchor(self) -> str:
        """The title as an address inside the page."""
        return self.title.lower().replace(" ", "-")


def words(value: Any) -> str:
    """Text as it is, on one line, cut where it would break the page."""
    return short(value, 160)


def whole(value: Any) -> str:
    """Text as it is, on one line and all of it."""
    line = str(value)
    return short(line, len(line))


def spaced(value: Any) -> str:
    """A keyword such as `shut_down` as words."""
    return words(value).replace("_", " ")


_LEFT = (words, whole, spaced, clock, moment)
"""What writes words and times; all else writes numbers, which stand right."""


def grid(
    title: str, frame: pd.DataFrame, columns: Columns,
    most: int = MOST_ROWS, table: str = "", fold: bool = False, closed: str = "",
) -> Grid:  # fmt: skip
    """Print a frame: heading to (column, formatter). Rows past `most` are left out and the note
    says so.

    fold     rows that differ in their first cell alone become one: `each of rpp_1–3`
    closed   words a reader opens the table by
    """
    cells = [[write(value) for value in frame[name]] for name, write in columns.values()]
    rows = list(zip(*cells, strict=True))
    rows = _folded(rows) if fold else rows
    note = ""
    if len(rows) > most:
        place = f"; all of them are in tables/{table}.parquet" if table else ""
        note = f"The first {most} of {len(rows):,} rows{place}."
    elif not rows:
        note = "Nothing was recorded."
    right = tuple(write not in _LEFT for _, write in columns.values())
    return Grid(title, tuple(columns), tuple(rows[:most]), right, note, closed)


def _folded(rows: list[tuple[str, ...]]) -> list[tuple[str, ...]]:
    """Rows alike but for the first cell as one, at the place of the first of them."""
    alike: dict[tuple[str, ...], list[str]] = {}
    for first, *rest in rows:
        alike.setdefault(tuple(rest), []).append(first)
    return [(each(names), *rest) for rest, names in alike.items()]


def each(names: list[str]) -> str:
    """Names folded, of which each by itself is what is said: not all of them together."""
    return f"each of {span(names)}" if len(names) > 1 else names[0]
