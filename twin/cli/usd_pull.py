"""`twin usd pull`: what was moved in a scene, back into the layout."""

from __future__ import annotations

import sys
from difflib import unified_diff
from pathlib import Path
from typing import Annotated

from typer import Argument, Exit, Option, confirm

from twin.cli import say, usd_face
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
    if after == before:
        say.line(f"{layout}: nothing has moved")
        return
    say.line("".join(_diff(before, after, layout)).rstrip("\n"))
    if not (yes or (sys.stdin.isatty() and confirm("write it?"))):
        say.note("nothing written; --yes accepts")
        raise Exit(1)
    usd_face.write_text(layout, after)
    say.line(str(layout))


def _diff(before: str, after: str, layout: Path) -> list[str]:
    old = before.splitlines(keepends=True)
    new = after.splitlines(keepends=True)
    return list(unified_diff(old, new, str(layout), f"{layout} (moved)", n=1))
