"""`twin usd pull`: what was moved in a scene, back into the layout."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

from typer import Argument, Option

from twin.cli import usd_face
from twin.cli.accept import accept
from twin.cli.usd_check import Scene
from twin.errors import InputError

LayoutFile = Annotated[Path, Argument(metavar="LAYOUT", help="The layout file of that scene.")]
Yes = Annotated[bool, Option("--yes", help="Write the layout without asking.")]


def pull(scene: Scene, layout: LayoutFile, yes: Yes = False) -> None:
    """Read positions moved in a viewer back into the layout. Exit code 1 while not accepted."""
    before = layout.read_text(encoding="utf-8") if layout.is_file() else ""
    after, problems = usd_face.pulled(scene, layout)
    if problems:
        raise InputError(problems)
    accept(before, after, layout, yes=yes, word="moved")
