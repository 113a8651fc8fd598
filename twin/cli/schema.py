"""`twin schema`: the JSON schema of the files, for editors."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Annotated

from typer import Argument, Option

from twin.cli import face, say
from twin.cli.complete import designs


class Which(StrEnum):
    """Files that have a schema."""

    scenario = "scenario"
    layout = "layout"


Kind = Annotated[Which, Argument(help="Which kind of file.")]
Of = Annotated[
    Path | None,
    Option(
        "--for",
        metavar="FILE",
        help="A scenario or layout whose own rows of equipment may be named too.",
        autocompletion=designs,
    ),
]


def schema(which: Kind = Which.scenario, of: Of = None) -> None:
    """Print the JSON schema of input files."""
    say.document(face.schema(which.value, of))
