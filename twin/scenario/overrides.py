"""Values set from outside the files: `--set KEY.PATH=VALUE` on the command line."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from twin.errors import InputError, Problem
from twin.scenario.schema.change import misplaced, parts_of, put
from twin.scenario.yaml.document import Document, parse, read
from twin.scenario.yaml.scalars import kind_of, scalar

SET = "--set"
"""Where problems of overrides stand."""


@dataclass(frozen=True)
class Override:
    """One value for one place: the key as it was written, its parts, and the YAML text."""

    key: str
    parts: tuple[str, ...]
    text: str

    @property
    def in_layout(self) -> bool:
        """Whether it reaches into the layout, and does not name another one."""
        return self.parts[0] == "layout" and len(self.parts) > 1

    def below_layout(self) -> Override:
        """The same, counted from the top of a layout file."""
        return replace(self, parts=self.parts[1:])


def read_overrides(texts: Mapping[str, str]) -> list[Override]:
    """Overrides by dotted key: `site.climate`, `workload.chat.nodes`, `loops.cdu.volume`."""
    return [Override(key, tuple(parts_of(key)), text) for key, text in texts.items()]


def overridden(document: Document, overrides: list[Override], problems: list[Problem]) -> Document:
    """The document with its data changed; overrides that cannot be made join the problems."""
    changed = dict(document.changed)
    for override in overrides:
        try:
            place = put(document.data, list(override.parts), _value(override.text))
            changed[place] = override.key
        except ValueError as error:
            found = kind_of(override.text)
            problems.append(misplaced(override.key, found, error, SET))
    return replace(document, changed=changed)


def read_changed(path: Path, changes: Mapping[str, str]) -> Document:
    """A file that stands by itself, such as a target, with values set from outside by dotted key.

    Raises InputError where it cannot be read or a change leads nowhere.
    """
    problems: list[Problem] = []
    document = overridden(read(path), read_overrides(changes), problems)
    if problems:
        raise InputError(problems)
    return document


def _value(text: str) -> Any:
    """An override's value: a YAML list or mapping in one line, or one word. ValueError where it is
    neither.
    """
    if text.lstrip()[:1] not in ("[", "{"):
        return scalar(text)
    try:
        return parse(f"value: {text}", Path("--set")).data["value"]
    except InputError as error:
        raise ValueError(error.problems[0].allowed) from error
