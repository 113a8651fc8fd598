"""`twin schema`: the JSON schema of the files, for editors."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated

from typer import Argument

from twin.cli import face, say
from twin.cli.options import OwnRowsOf


class Which(StrEnum):
    """Files that have a schema."""

    scenario = "scenario"
    layout = "layout"
    deployment = "deployment"
    study = "study"
    target = "target"


Kind = Annotated[Which, Argument(metavar="KIND", help="Which kind of file.")]


def schema(which: Kind = Which.scenario, of: OwnRowsOf = None) -> None:
    """Print the JSON schema of input files."""
    say.document(face.schema(which.value, of))
