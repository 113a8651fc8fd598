"""`twin init`: a first scenario and layout to change."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

from typer import Argument, Option

from twin.cli import face, say

Name = Annotated[str, Argument(metavar="NAME", help="Name of the new scenario and layout.")]
Folder = Annotated[Path, Option("--in", metavar="DIR", help="Folder to write into.")]


Sector = Annotated[
    str | None,
    Option(
        "--sector",
        metavar="SECTOR",
        help="government, automotive, healthcare, telecom, finance or manufacturing.",
    ),
]


def init(name: Name, folder: Folder = Path(), sector: Sector = None) -> None:
    """Write a small scenario and layout to start from."""
    for path in face.starter(name, folder, sector):
        say.line(str(path))
