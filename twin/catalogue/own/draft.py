"""Own rows while they are made: what is whole already, where its numbers come from, what is
wrong.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from twin.catalogue.kinds import KINDS
from twin.catalogue.library import Catalogue
from twin.catalogue.own.equipment import Equipment
from twin.catalogue.rows import CatalogueRow
from twin.catalogue.witness import Provenance

Fields = dict[str, Any]


@dataclass(frozen=True)
class RowProblem:
    """What is wrong with one own row; its place in the file is for the reader of files to tell."""

    kind: str
    index: int
    field: str
    """The key at fault; empty for the row as a whole."""
    found: str
    allowed: str
    hint: str = ""


@dataclass(frozen=True)
class FieldsFrom:
    """Some fields of a row and where they come from."""

    fields: Fields
    origin: Mapping[str, Provenance]


@dataclass
class RowDraft:
    """Whole rows and their witnesses while they are made."""

    base: Catalogue
    equipment: Equipment
    rows: dict[str, dict[str, CatalogueRow]] = field(default_factory=dict)
    witnesses: dict[tuple[str, str], dict[str, Provenance]] = field(default_factory=dict)
    made_of: dict[str, tuple[tuple[type[CatalogueRow], str], ...]] = field(default_factory=dict)
    problems: list[RowProblem] = field(default_factory=list)
    open: list[tuple[str, str]] = field(default_factory=list)
    """Rows whose making has begun: one that is met again is like itself."""

    def known(self, kind: str) -> Mapping[str, CatalogueRow]:
        """Shipped rows of a kind, and own ones as far as they are made."""
        return {**self.base.rows(KINDS[kind]), **self.rows.get(kind, {})}

    def note(
        self, kind: str, index: int, key: str, found: str, allowed: str, hint: str = ""
    ) -> None:
        """Note a problem of one own row."""
        self.problems.append(RowProblem(kind, index, key, found, allowed, hint))
