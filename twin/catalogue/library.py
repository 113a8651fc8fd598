"""The catalogue: rows by type and name, each number with its source, as one frozen object."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import Any, TypeVar

from twin.catalogue.files import files_hash, read_rows, read_witnesses
from twin.catalogue.kinds import KINDS, kind_of
from twin.catalogue.rows import CatalogueRow
from twin.catalogue.witness import Provenance, Witness, witness_rows
from twin.errors import did_you_mean

DATA = Path(__file__).parents[1] / "data"
"""Where the shipped rows lie."""

R = TypeVar("R", bound=CatalogueRow)


@dataclass(frozen=True)
class Catalogue:
    """Rows of every kind, and where each of their numbers comes from; nothing in it changes."""

    by_type: Mapping[type[CatalogueRow], Mapping[str, CatalogueRow]]
    """Rows by name, by type of row."""
    exceptions: Mapping[tuple[str, str], Mapping[str, Provenance]]
    """By kind and row (`*` for all): where single numbers come from, if not from their row's
    source."""
    digest: str
    """sha256 of everything that was read."""
    own: Mapping[tuple[str, str], str] = field(default_factory=dict)
    """Rows that a planner brought, by kind and name, and the source of each."""
    made_of: Mapping[str, tuple[tuple[type[CatalogueRow], str], ...]] = field(default_factory=dict)
    """By rack, the rows of servers and switches that it holds, where it is stated by them."""

    def rows(self, kind: type[R]) -> Mapping[str, R]:
        """Every row of a type by name, read only and in the order of the files."""
        return self.by_type[kind]  # type: ignore[return-value]

    def get(self, kind: type[R], name: str) -> R:
        """The row called `name`; KeyError with the nearest spelling where there is none."""
        known = self.rows(kind)
        if name in known:
            return known[name]
        hint = did_you_mean(name, known) or "known: " + ", ".join(known)
        raise KeyError(f"no row {name!r} in {kind_of(kind)}; {hint}")

    def find(self, name: str) -> CatalogueRow | None:
        """The first row called `name` in any kind, kinds in the order of `KINDS`, or None."""
        return next((rows[name] for rows in self.by_type.values() if name in rows), None)

    def witnesses(self, kind: type[CatalogueRow], name: str) -> list[Witness]:
        """Where each number of a row comes from, one entry a number.

        Keys: subject, parameter, value, unit, status, source, accessed. A number follows its row
        unless an exception is stated, for that row first and for the whole kind second.
        """
        word = kind_of(kind)
        exceptions = {
            **self.exceptions.get((word, "*"), {}),
            **self.exceptions.get((word, name), {}),
        }
        return witness_rows(f"{word}/{name}", self.get(kind, name), exceptions)

    def provenance(self, kind: type[CatalogueRow], name: str, field: str) -> Provenance:
        """Status, source and accessed of one number of a row: its exception's, or the row's."""
        word = kind_of(kind)
        for row in (name, "*"):
            stated = self.exceptions.get((word, row), {}).get(field)
            if stated is not None:
                return stated
        own = self.get(kind, name)
        return {"status": own.status, "source": own.source, "accessed": own.accessed}

    def own_rows(self) -> dict[str, str]:
        """Sources of the planner's rows, by kind and name as in `racks/my_rack`."""
        return {f"{kind}/{name}": source for (kind, name), source in self.own.items()}

    def content_hash(self) -> str:
        """sha256 of everything in it."""
        return self.digest

    def __reduce__(self) -> tuple[Any, ...]:
        """The shipped one is read again where it is unpickled, and is never copied."""
        if self is shipped():
            return shipped, ()
        parts = (self.by_type, self.exceptions, self.digest, self.own, self.made_of)
        return Catalogue, parts


@cache
def shipped() -> Catalogue:
    """The catalogue that comes with the program, read once; InputError with every bad row."""
    rows = {model: read_rows(DATA / f"{kind}.csv", model) for kind, model in KINDS.items()}
    return Catalogue(
        MappingProxyType(rows), read_witnesses(DATA / "witnesses.csv"), files_hash(DATA)
    )


def get(kind: type[R], name: str) -> R:
    """`Catalogue.get` of the shipped catalogue."""
    return shipped().get(kind, name)


def rows(kind: type[R]) -> Mapping[str, R]:
    """`Catalogue.rows` of the shipped catalogue."""
    return shipped().rows(kind)


def find(name: str) -> CatalogueRow | None:
    """`Catalogue.find` of the shipped catalogue."""
    return shipped().find(name)


def witnesses(kind: type[CatalogueRow], name: str) -> list[Witness]:
    """`Catalogue.witnesses` of the shipped catalogue."""
    return shipped().witnesses(kind, name)


def content_hash() -> str:
    """`Catalogue.content_hash` of the shipped catalogue."""
    return shipped().content_hash()
