"""`twin usd export`: a result or a layout as a USD scene."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from typer import Argument, Option, Typer

from twin.cli import face, say, usd_face
from twin.cli.complete import shown
from twin.cli.options import HELP, Overrides, read_overrides
from twin.cli.usd_check import check
from twin.cli.usd_pull import pull
from twin.errors import InputError, Problem, TwinError

if TYPE_CHECKING:
    from twin.results import Result
    from twin.scenario import Scenario

app = Typer(no_args_is_help=True, help="3D scenes for USD viewers.", context_settings=HELP)

app.command()(check)
app.command()(pull)

Source = Annotated[
    Path,
    Argument(
        metavar="RESULT_OR_LAYOUT",
        help="The folder of a result, or a scenario or layout file.",
        autocompletion=shown,
    ),
]
Out = Annotated[Path, Option("--out", metavar="DIR", help="Folder of the scene.")]


@app.callback()
def usd() -> None:
    """3D scenes for USD viewers."""


@app.command()
def export(source: Source, out: Out, changes: Overrides = None) -> None:
    """Write a result or a layout as a USD scene.

    --set changes a scenario or layout; a result is shown as it was run.
    """
    if not face.can_draw_scenes():
        raise TwinError(f"usd-core is not installed ({say.INSTALL_USD})")
    say.writable(out.parent)
    written = face.scene(_read(source, read_overrides(changes or ())), out)
    for words in usd_face.notes_in(written.parent):
        say.note(words)
    say.line(str(written))


def _read(source: Path, changes: dict[str, str]) -> Result | Scenario:
    if not source.is_dir():
        return face.load(source, changes)
    if changes:
        found = f"a result, {source}"
        raise InputError([Problem("", found, "a scenario or layout file", file="--set")])
    return face.result(source)
