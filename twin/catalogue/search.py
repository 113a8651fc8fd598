"""Finding rows by what a person types: another case, a part of a name, a family, a slip."""

from __future__ import annotations

import re
from collections.abc import Iterator
from difflib import get_close_matches

from twin.catalogue.kinds import KINDS
from twin.catalogue.library import Catalogue

RowPlace = tuple[str, str]
"""Kind and name of a row."""

MOST = 8
"""Suggestions that are made."""


def exactly(known: Catalogue, word: str) -> RowPlace | None:
    """The one row that a word names: `gb200_nvl72`, `racks/gb200_nvl72`, `GB200-NVL72`; or None."""
    kind, slash, name = word.partition("/")
    if slash and kind in KINDS and name in known.rows(KINDS[kind]):
        return kind, name
    same = [place for place in _every(known) if place[1] == word]
    alike = [place for place in _every(known) if _plain(place[1]) == _plain(word)]
    return next(iter(same or alike), None)


def family(known: Catalogue, word: str) -> list[RowPlace]:
    """Rows of the kind or of the family of that name: `racks`, `ups`, `dry_cooler`."""
    return [
        (kind, name)
        for kind, model in KINDS.items()
        for name, row in known.rows(model).items()
        if word.lower() in (kind, getattr(row, "kind", None))
    ]


def near(known: Catalogue, word: str) -> list[RowPlace]:
    """Rows whose name holds the word or its parts in any order; else names spelt nearly so.

    GPUs come before the servers and racks they stand in, as in the order of kinds.
    """
    every = list(_every(known))
    plain = _plain(word)
    parts = [part for part in re.split(r"[^a-z0-9]+", word.lower()) if part]
    held = [place for place in every if word.lower() in place[1].lower()]
    held = held or [place for place in every if plain and plain in _plain(place[1])]
    scattered = [p for p in every if parts and all(part in p[1].lower() for part in parts)]
    if held or scattered:
        return list(dict.fromkeys([*held, *scattered]))[:MOST]
    close = get_close_matches(word.lower(), [name.lower() for _, name in every], MOST, 0.6)
    return [place for name in close for place in every if place[1].lower() == name]


def _every(known: Catalogue) -> Iterator[RowPlace]:
    return ((kind, name) for kind, model in KINDS.items() for name in known.rows(model))


def _plain(name: str) -> str:
    return re.sub(r"[^a-z0-9]", "", name.lower())
