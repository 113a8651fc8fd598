"""Designs side by side for people: a page that begins with what differs, and the same as tables."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pandas as pd

from twin.analysis.side_by_side import AskedKey, Row, SideBySide
from twin.present.blocks import Block, Grid, Lines, Picture, Section, drawn_picture, grid, words
from twin.present.figures import svg_bytes
from twin.present.figures.side_by_side import figure_side_by_side, written
from twin.present.in_sentences import listed
from twin.present.report.differences import differences_page
from twin.quantities import NONE, count, counted, figures, number, percent, short, signed
from twin.results.folder import write_named, writing

FOLD_FROM = 6
"""Keys that begin alike are one row from so many on."""
MOST_ASKED = 500
_FOLDED = "Where many keys of a part differ: how many of them each design states."


def sentences(found: SideBySide) -> list[str]:
    """What every design misses, and in what the others are better or worse than the first."""
    told = [f"{one}." for one in found.warnings]
    for n, name in enumerate(found.names):
        missed = listed(found.misses[n], "; ")
        told.append(f"{name}: misses {missed}." if missed else f"{name}: meets every limit.")
    for n, name in enumerate(found.names[1:], start=1):
        told.append(_against_first(found, n, name))
    return told


def _against_first(found: SideBySide, n: int, name: str) -> str:
    better = [row.what for row in found.decides if row.differs and _gains(row, n) > 0]
    worse = [row.what for row in found.decides if row.differs and _gains(row, n) < 0]
    parts = [f"better in {listed(better)}"] if better else []
    parts += [f"worse in {listed(worse)}"] if worse else []
    return f"{name} against {found.names[0]}: {'; '.join(parts) or 'no difference that decides'}."


def _gains(row: Row, n: int) -> float:
    """Above zero where result `n` is better than the first in this."""
    change = row.change(n)
    if not row.better or change != change:
        return 0.0
    return change if row.better == "more" else -change


def blocks(found: SideBySide) -> list[Block]:
    """What decides, what else differs, what was asked differently."""
    asked = _folded(found)
    first, *rest = number_blocks(found)
    every = [_every_key(found)] if len(asked.rows) < len(found.asked) else []
    return [first, asked, *every, *rest]


def number_blocks(found: SideBySide) -> list[Block]:
    """What decides, and what else differs."""
    return [decides(found), *([_others(found)] if found.others else [])]


def decides(found: SideBySide) -> Grid:
    """One row a figure: every design's value, then each one's change from the first."""
    return _grid("What decides", found, found.decides)


def _others(found: SideBySide) -> Grid:
    title = f"All {count(len(found.others))} other numbers that differ"
    return _grid("Other numbers", found, found.others, closed=title)


def _grid(title: str, found: SideBySide, rows: Sequence[Row], closed: str = "") -> Grid:
    first = found.names[0]
    headings = ("Figure", *found.names, *(f"{name} less {first}" for name in found.names[1:]))
    told = tuple(_cells(row) for row in rows)
    right = (False, *(True for _ in headings[1:]))
    return Grid(
        title, headings, told, right, "* is the best of them." if not closed else "", closed
    )


def _cells(row: Row) -> tuple[str, ...]:
    best = row.best
    values = [written(row, one) + (" *" if n in best else "") for n, one in enumerate(row.values)]
    return (row.what, *values, *(_change(row, n) for n in range(1, len(row.values))))


def _change(row: Row, n: int) -> str:
    """With its sign before the unit, and in percent where that says something."""
    change = row.change(n)
    if change != change:
        return NONE
    if not row.changes(n):
        return "the same"
    share = row.change_frac(n)
    is_share = row.name.endswith("_frac") or row.name == "availability"
    if is_share:
        return signed(change, f"{100 * abs(change):.3g} points")
    said = percent(abs(number(share))).replace(" ", "\u00a0")
    part = f" ({signed(change, said)})" if share is not None else ""
    size = figures(abs(change), 2) if row.name == "pue" else written(row, abs(change))
    return f"{signed(change, size)}{part}"


def _folded(found: SideBySide) -> Grid:
    """Keys that begin alike are one row where there are many: a layout is one difference."""
    groups: dict[str, list[AskedKey]] = {}
    for one in found.asked:
        groups.setdefault(_beginning(one.key), []).append(one)
    rows: list[tuple[str, ...]] = []
    for start, held in groups.items():
        if len(held) >= FOLD_FROM:
            rows.append((start, *(_stated(held, n) for n in range(len(found.names)))))
        else:
            rows += [_asked_row(one) for one in held]
    right = tuple(False for _ in range(len(found.names) + 1))
    note = _FOLDED if len(rows) < len(found.asked) else ""
    note = note if rows else "Nothing was asked differently."
    return Grid("What was asked differently", ("Key", *found.names), tuple(rows), right, note)


def _stated(held: Sequence[AskedKey], n: int) -> str:
    """How many of the keys design `n` states at all."""
    return counted(sum(one.values[n] is not None for one in held), "key")


def _beginning(key: str) -> str:
    """The part of a scenario or of its layout that a key belongs to."""
    parts = key.split(".")
    return ".".join(parts[:2] if parts[0] == "layout" else parts[:1])


def _every_key(found: SideBySide) -> Grid:
    frame = pd.DataFrame([_asked_row(one) for one in found.asked], dtype=object)
    headings = ("Key", *found.names)
    frame.columns = pd.Index(range(len(headings)))
    closed = f"All {count(len(found.asked))} keys that differ"
    columns = {name: (n, words) for n, name in enumerate(headings)}
    made = grid("Keys", frame, columns, MOST_ASKED, closed=closed)  # type: ignore[arg-type]
    return made


def _asked_row(one: AskedKey) -> tuple[str, ...]:
    return (one.key, *(NONE if held is None else short(held, 80) for held in one.values))


def page(found: SideBySide) -> str:
    """The comparison as one HTML page that needs nothing else."""
    told = sentences(found)
    section = Section("Differences", [], [
        Lines("In words", tuple(told)),
        side_by_side_picture(found),
        *blocks(found),
    ])  # fmt: skip
    over = (
        f"Comparison of {len(found.names)} designs; {found.names[0]} is what the others are held "
        "against"
    )
    return differences_page("comparison", " · ".join(found.names), over, [section])


def side_by_side_picture(found: SideBySide) -> Picture:
    """Bars of what decides."""
    caption = "Each figure over its largest value among the designs; bars stand as in the title."
    told = []
    for row in found.decides:
        if row.differs:
            each = zip(found.names, row.values, strict=True)
            values = ", ".join(f"{name} {written(row, value)}" for name, value in each)
            told.append(f"{row.what}: {values}")
    alt = f"Bars of what differs. {'; '.join(told)}." if told else ""
    return drawn_picture("side_by_side", caption, svg_bytes(figure_side_by_side(found)), alt)


def write(found: SideBySide, path: Path) -> Path:
    """Write the page, whole or not at all. OutputError where the disk refuses."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with writing("the comparison", path):
        write_named(path, page(found).encode())
    return path
