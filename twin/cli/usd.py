"""`twin usd export`: a result or a layout as a USD scene."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

from typer import Argument, Option, Typer

from twin.cli import face, say
from twin.errors import TwinError

app = Typer(no_args_is_help=True, help="3D scenes for USD viewers.")

Source = Annotated[
    Path,
    Argument(
        metavar="RESULT_OR_LAYOUT", help="The folder of a result, or a scenario or layout file."
    ),
]
Out = Annotated[Path, Option("--out", metavar="DIR", help="Folder of the scene.")]


@app.callback()
def usd() -> None:
    """3D scenes for USD viewers."""


@app.command()
def export(source: Source, out: Out) -> None:
    """Write a result or a layout as a USD scene."""
    if not face.can_draw_scenes():
        raise TwinError(f"usd-core is not installed ({say.INSTALL_USD})")
    say.writable(out.parent)
    if source.is_dir():
        say.line(str(face.scene_of_result(face.result(source), out)))
    else:
        say.line(str(face.scene_of_facility(face.build(face.load(source)), out)))
