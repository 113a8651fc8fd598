"""`twin import ifc`: the rooms of a building model into a layout."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

from typer import Argument, Option, Typer

from twin.cli import import_face, place, say
from twin.cli.accept import accept
from twin.cli.options import HELP

app = Typer(
    no_args_is_help=True, help="Files of other programs into a layout.", context_settings=HELP
)

Model = Annotated[Path, Argument(metavar="FILE", help="A building model, IFC as text.")]
Out = Annotated[
    Path,
    Option(
        "--layout",
        metavar="OUT.yaml",
        help="A new layout; or one that is there, whose halls of the same names are changed.",
    ),
]
Storey = Annotated[str, Option("--storey", metavar="NAME", help="Where spaces stand on several.")]
Spaces = Annotated[
    list[str] | None, Option("--space", metavar="NAME", help="Only this space; may be repeated.")
]
Yes = Annotated[bool, Option("--yes", help="Change a layout that is there without asking.")]


@app.callback()
def imported() -> None:
    """Files of other programs into a layout."""


@app.command()
def ifc(
    file: Model, layout: Out, storey: Storey = "", space: Spaces = None, yes: Yes = False
) -> None:
    """Read the spaces of a building model as halls.

    Names, sizes, places and columns.

    Of a layout that is there, the difference is shown first; exit code 1 while not accepted.
    """
    place.writable_file(layout, "--layout")
    before, after, askew = import_face.shell_in(file, layout, storey, space or [])
    if askew:
        say.note(f"no boxes along the axes, left out: {', '.join(askew)}")
    accept(before, after, layout, yes=yes or not before)
