"""Words that a shell completes: files by what they are, and rows of the catalogue."""

from __future__ import annotations

from collections.abc import Iterator
from os.path import dirname
from pathlib import Path

from twin.cli import face

SHIPPED = ("scenarios", "layouts")
"""Folders offered before anything is typed."""


def designs(incomplete: str) -> list[str]:
    """Scenario and layout files; those in `scenarios` and `layouts` at once, others by folder."""
    folders = (dirname(incomplete) or ".",) if incomplete else SHIPPED
    return [
        path
        for folder in folders
        for path in _entries(folder, (".yaml", ".yml"))
        if path.startswith(incomplete) and not path.endswith("review.yaml")
    ]


def results(incomplete: str) -> list[str]:
    """Folders of finished results; those in `reports` at once, others by folder."""
    folder = Path(dirname(incomplete) if incomplete else "reports")
    found = sorted(path.parent for path in folder.glob("*/meta.json"))
    return [str(path) for path in found if str(path).startswith(incomplete)]


def shown(incomplete: str) -> list[str]:
    """What a scene can be drawn of: results, scenarios and layouts."""
    return [*results(incomplete), *designs(incomplete)]


def kinds(incomplete: str) -> list[str]:
    """Kinds of the catalogue."""
    return [kind for kind in face.catalogue_kinds() if kind.startswith(incomplete)]


def rows(incomplete: str) -> list[tuple[str, str]]:
    """Names of catalogue rows, each with its kind."""
    return [
        (row["name"], kind)
        for kind in face.catalogue_kinds()
        for row in face.catalogue_rows(kind)
        if row["name"].startswith(incomplete)
    ]


def _entries(folder: str, endings: tuple[str, ...]) -> Iterator[str]:
    """Files of these endings and folders below one folder, as a user would type them."""
    place = Path(folder)
    if not place.is_dir():
        return
    for path in sorted(place.iterdir()):
        if path.is_dir() and not path.name.startswith("."):
            yield f"{path}/"
        elif path.suffix in endings:
            yield str(path)
