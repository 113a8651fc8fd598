"""Older files made current: one function a step, applied in order, before the schema looks."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from twin.errors import InputError, Problem
from twin.scenario.yaml.document import Document

CURRENT = 1
"""Version of the schema that this program writes."""
STEPS: dict[int, Callable[[dict[str, Any]], dict[str, Any]]] = {}
"""By the version they start from; each returns the data of the next version."""


def migrated(document: Document) -> Document:
    """The document at the current version.

    Raises InputError where the file is newer than this program, or its version is no number.
    """
    version = document.data.get("version", CURRENT)
    if not isinstance(version, int) or isinstance(version, bool) or not 1 <= version <= CURRENT:
        line, column, *_ = document.place(("version",))
        raise InputError(
            [
                Problem(
                    "version",
                    repr(version),
                    f"a whole number from 1 to {CURRENT}",
                    "update twin to read newer files",
                    str(document.path),
                    line,
                    column,
                )
            ]
        )
    data = document.data
    for step in range(version, CURRENT):
        data = STEPS[step](data)
    return document if data is document.data else replace(document, data=data)
