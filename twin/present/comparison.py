"""Designs side by side for people: a page that begins with what differs, and the same as tables."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

from twin.analysis.figure_row import Row
from twin.analysis.side_by_side import SideBySide
from twin.present.asked_keys import ASKED, in_short, key_by_key
from twin.present.blocks import Block, Grid, Lines, Picture, Section, drawn_picture
from twin.present.figure_names import called
from twin.present.figures import svg_bytes
from twin.present.figures.side_by_side import figure_side_by_side, written
from twin.present.in_sentences import listed
from twin.present.report.differences import differences_page
from twin.quantities import NONE, count, figures, percent, signed
from twin.results.folder import write_named, writing

MOST_ACROSS = 3
"""Designs whose changes stand in the table of their values; of more they are one of their own."""
_LEAST_FRAC = 0.0005


def sentences(found: SideBySide) -> list[str]:
    """What every design misses, and in what the others are better or worse than the first."""
    told = [f"{one}." for one in found.warnings]
    for n, name in enumerate(found.names):
        missed = listed(found.misses[n], "; ")
        told.append(f"{name}: misses {missed}." if missed else f"{name}: meets every limit.")
    for n, name in enumerate(found.names[1:], start=1):
        told.append(_against_first(found, n, name))
        told += _made_other(found, n, name)
    return told


def _made_other(found: SideBySide, n: int, name: str) -> list[str]:
    """That a design made less or more, where an amount is therefore not called better or worse."""
    kept_back = [row for row in found.decides if row.made and row.better and row.changes(n)]
    if not any(row.gains(n) == 0 for row in kept_back):
        return []
    first, held = (found.made.amounts[k] for k in (0, n))
    told = found.made.said((name, held), (found.names[0], first))
    return [f"{told}; each is told {found.made.unit} as well."]


def _against_first(found: SideBySide, n: int, name: str) -> str:
    better = [_called(row) for row in found.decides if _gains(row, n) > 0]
    worse = [_called(row) for row in found.decides if _gains(row, n) < 0]
    parts = [f"better in {listed(better)}"] if better else []
    parts += [f"worse in {listed(worse)}"] if worse else []
    return f"{name} against {found.names[0]}: {'; '.join(parts) or 'no difference that decides'}."


_CALLED = {
    "usd_per_mtok_served": "cost of a million tokens served",
    "usd_per_mtok_trained": "cost of a million tokens trained",
    "usd_per_gpu_h": "cost of a GPU hour",
    "capex_usd": "cost of what is bought",
}


def _called(row: Row) -> str:
    """A figure within a sentence."""
    return _CALLED.get(row.name, row.what)


def _gains(row: Row, n: int) -> float:
    """Above zero where result `n` is better than the first in this; values that are written alike
    decide nothing.
    """
    alike = written(row, row.values[n]) == written(row, row.values[0])
    return 0.0 if alike else row.gains(n)


def blocks(found: SideBySide) -> list[Block]:
    """What decides, what else differs, what was asked differently."""
    asked = in_short(found)
    every = [key_by_key(found)] if len(asked.rows) < len(found.asked) else []
    return [*decides(found), asked, *_others(found), *every]


def number_blocks(found: SideBySide) -> list[Block]:
    """What decides, and what else differs."""
    return [*decides(found), *_others(found)]


def decides(found: SideBySide) -> list[Grid]:
    """One row a figure that differs: every design's value, and each one's change from the first;
    below them what is the same in all.
    """
    rows = [row for row in found.decides if row.differs]
    same = [row for row in found.decides if not row.differs and row.values[0] == row.values[0]]
    told = [f"{row.what} {written(row, row.values[0])}" for row in same]
    notes = ["* is the best of them."] if rows else []
    notes += [f"The same in all: {', '.join(told)}."] if told else []
    return _grids("What decides", found, rows, " ".join(notes))


def _others(found: SideBySide) -> list[Grid]:
    title = f"All {count(len(found.others))} other numbers that differ"
    rows = [replace(row, what=called(row.name)) for row in found.others]
    return _grids("Other numbers", found, rows, closed=title) if rows else []


def _grids(
    title: str, found: SideBySide, rows: Sequence[Row], note: str = "", closed: str = ""
) -> list[Grid]:
    """One table, or two where changes beside all the values are more than fits a page."""
    first, *others = found.names
    less = tuple(f"{name} less {first}" for name in others)
    if len(found.names) <= MOST_ACROSS:
        told = [(row.what, *_values(row), *_changes(row)) for row in rows]
        return [_grid(title, (*found.names, *less), told, note, closed)]
    values = [(row.what, *_values(row)) for row in rows]
    told = [(row.what, *_changes(row)) for row in rows]
    changes = [one for one in told if set(one[1:]) != {NONE}]
    apart = f"{closed}: changes from {first}" if closed else ""
    return [
        _grid(title, found.names, values, note, closed),
        _grid(f"Changes from {first}", tuple(others), changes, "", apart),
    ]


def _grid(
    title: str, columns: Sequence[str], rows: Sequence[tuple[str, ...]], note: str, closed: str
) -> Grid:
    right = (False, *(True for _ in columns))
    return Grid(title, ("Figure", *columns), tuple(rows), right, note, closed)


def _values(row: Row) -> list[str]:
    """Each as it is written, those marked that no other one is better than as written."""
    told = [written(row, one) for one in row.values]
    best = {told[n] for n in row.best}
    marked = len(set(told) - {NONE}) > 1
    return [f"{one} *" if marked and one in best else one for one in told]


def _changes(row: Row) -> list[str]:
    return [_change(row, n) for n in range(1, len(row.values))]


def _change(row: Row, n: int) -> str:
    """With its sign before the unit, and as a share where that says something."""
    change = row.change(n)
    if change != change:
        return NONE
    if not row.changes(n):
        return "the same"
    share = row.change_frac(n)
    is_share = row.name.endswith("_frac") or row.name == "availability"
    if is_share:
        return signed(change, f"{100 * abs(change):.3g} points")
    part = "" if share is None else _share(share)
    size = figures(abs(change), 2) if row.name == "pue" else written(row, abs(change))
    return f"{signed(change, size)}{part}"


def _share(change_frac: float) -> str:
    """In percent, from twice as much on in times; nothing where it rounds to nothing."""
    if change_frac >= 1:
        said = f"{figures(1 + change_frac)} times"
    else:
        said = signed(change_frac, percent(abs(change_frac)))
    said = said.replace(" ", "\u00a0")
    return f" ({said})" if abs(change_frac) >= _LEAST_FRAC else ""


def page(found: SideBySide) -> str:
    """The comparison as one HTML page that needs nothing else."""
    section = Section("Differences", [], [
        Lines("In words", tuple(sentences(found))),
        *_with_picture(found),
    ])  # fmt: skip
    over = (
        f"Comparison of {len(found.names)} designs; {found.names[0]} is what the others are held "
        "against"
    )
    return differences_page("comparison", " · ".join(found.names), over, [section])


def _with_picture(found: SideBySide) -> Iterator[Block]:
    """Bars stand below what was asked: short tables fill a page of paper, a picture leaves it."""
    for one in blocks(found):
        yield one
        if one.kind == "grid" and one.title == ASKED:
            yield side_by_side_picture(found)


def side_by_side_picture(found: SideBySide) -> Picture:
    """Bars of what decides."""
    caption = "Each figure over its largest value among the designs, which stand as in the title."
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
