"""`twin usd check`: what is wrong with a scene."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

from typer import Argument, Exit

from twin.cli import say, usd_face

Scene = Annotated[
    Path, Argument(metavar="SCENE", help="A scene's facility.usd* or the folder that holds it.")
]


def check(scene: Scene) -> None:
    """Find what is wrong with a scene and whom it concerns. Exit code 1 where anything is."""
    found = usd_face.check_scene(scene)
    say.problems(found)
    if found:
        raise Exit(1)
    say.line(f"{scene}: nothing wrong")
