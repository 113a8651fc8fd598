"""What scenarios ask differently, as tables: in short, and key by key."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import chain
from typing import Any

from twin.analysis.side_by_side import AskedKey, SideBySide
from twin.present.blocks import Grid
from twin.quantities import NONE, count, counted, short
from twin.units import customary

ASKED = "What was asked differently"
FOLD_FROM = 6
"""Keys that begin alike are one row from so many on."""
MOST_ASKED = 500
LONGEST = 80
"""Letters of a value."""
_NOTHING: tuple[Any, ...] = (None, "", [], {})
"""What states nothing."""
_FOLDED = "Where many keys of a part differ: how many of them each design states."
_APART = (
    "A part that some designs lack and all others state alike is one row, with how many keys they "
    "state; --json lists each of them."
)

Key = tuple[str, tuple[str, ...]]
"""A key, and its value in every design as written."""


def in_short(found: SideBySide) -> Grid:
    """Keys that begin alike are one row where there are many: a layout is one difference."""
    groups: dict[str, list[AskedKey]] = {}
    for one in found.asked:
        groups.setdefault(_beginning(one.key), []).append(one)
    rows: list[tuple[str, ...]] = []
    for start, held in groups.items():
        rows += _opened(start, held)
    note = _FOLDED if len(rows) < len(found.asked) else ""
    note = note if rows else "Nothing was asked differently."
    return Grid(ASKED, _headings(found), tuple(rows), _left(found), note)


def _opened(start: str, held: Sequence[AskedKey]) -> list[tuple[str, ...]]:
    """Rows of the keys below a beginning: each by itself where there are few; else a row for each
    of its parts, opened in turn, where those are few; else one row.
    """
    if len(held) < FOLD_FROM:
        return [(one.key, *told) for one in held if len(set(told := _values(one))) > 1]
    parts: dict[str, list[AskedKey]] = {}
    for one in held:
        parts.setdefault(_next(start, one.key), []).append(one)
    whole = (start, *(_stated(held, n) for n in range(len(held[0].values))))
    if start in parts or len(parts) >= FOLD_FROM or (len(parts) > 1 and _of_some(held)):
        return [whole]
    rows = [row for deeper, keys in parts.items() for row in _opened(deeper, keys)]
    return rows if len(rows) < FOLD_FROM else [whole]


def key_by_key(found: SideBySide) -> Grid:
    """Every key that is written differently, below a row that names the part it belongs to."""
    keys = [(one.key, told) for one in found.asked if len(set(told := _values(one))) > 1]
    parts: dict[str, list[tuple[str, ...]]] = {}
    for key, told in _folded(keys):
        part, leaf = _parted(key)
        parts.setdefault(part, []).append((leaf, *told))
    none = ("",) * len(found.names)
    named = {part: [(part, *none), *held] if part else held for part, held in parts.items()}
    rows = list(chain.from_iterable(named.values()))
    closed = f"All {count(len(keys))} keys that differ"
    notes = [_APART] if len(keys) > sum(map(len, parts.values())) else []
    if len(rows) > MOST_ASKED:
        notes.append(f"The first {count(MOST_ASKED)} of {count(len(rows))} rows.")
    shown = tuple(rows[:MOST_ASKED])
    return Grid("Keys", _headings(found), shown, _left(found), " ".join(notes), closed, True)


def _headings(found: SideBySide) -> tuple[str, ...]:
    return ("Key", *found.names)


def _left(found: SideBySide) -> tuple[bool, ...]:
    return tuple(False for _ in _headings(found))


def _folded(keys: Sequence[Key]) -> Iterator[Key]:
    """Keys below the highest part that some designs lack and the others state alike as one."""
    below: dict[str, list[tuple[str, ...]]] = {}
    for key, told in keys:
        for part in _above(key):
            below.setdefault(part, []).append(told)
    alike = {part for part, held in below.items() if len(held) > 1 and _lacked(held)}
    said: set[str] = set()
    for key, told in keys:
        part = next((one for one in _above(key) if one in alike), "")
        if not part:
            yield key, told
        elif part not in said:
            said.add(part)
            yield part, _counts(below[part])


def _above(key: str) -> list[str]:
    """The parts that a key is below of, the highest first: `a`, `a.b` of `a.b.c`; those of a list
    one by one.
    """
    return [key[: one.start()] for one in re.finditer(r"[.\[]", key)]


def _lacked(held: Sequence[tuple[str, ...]]) -> bool:
    """Whether some designs state none of these keys, and all others the same of every one."""
    columns = list(zip(*held, strict=True))
    stating = {column for column in columns if set(column) != {NONE}}
    return len(stating) == 1 and any(set(column) == {NONE} for column in columns)


def _counts(held: Sequence[tuple[str, ...]]) -> tuple[str, ...]:
    columns = zip(*held, strict=True)
    many = (sum(value != NONE for value in column) for column in columns)
    return tuple(counted(one, "key") if one else NONE for one in many)


def _parted(key: str) -> tuple[str, str]:
    """The part that a key belongs to, and the rest of it: numbers of a list stay with the rest."""
    part = key.partition("[")[0].rpartition(".")[0]
    return part, key[len(part) + 1 :] if part else key


def _stated(held: Sequence[AskedKey], n: int) -> str:
    """How many of the keys design `n` states at all."""
    return counted(sum(one.values[n] not in _NOTHING for one in held), "key")


def _beginning(key: str) -> str:
    """The part of a scenario or of its layout that a key belongs to."""
    parts = re.split(r"[.\[]", key)
    return ".".join(parts[:2] if parts[0] == "layout" else parts[:1])


def _of_some(held: Sequence[AskedKey]) -> bool:
    """Whether each design states all of the keys or none of them: they are one thing, that some
    have.
    """
    stated = [[value not in _NOTHING for value in one.values] for one in held]
    return all(one == stated[0] for one in stated) and not all(stated[0])


def _next(start: str, key: str) -> str:
    """A beginning with one more part of a key that begins so."""
    rest = re.match(r"[.\[]?[^.\[]*", key[len(start) :])
    return start + (rest[0] if rest else "")


def _values(one: AskedKey) -> tuple[str, ...]:
    return tuple(map(_asked, one.values))


def _asked(value: Any) -> str:
    """A value as files state it, in its usual unit."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    return NONE if value in _NOTHING else short(customary(str(value)), LONGEST)
