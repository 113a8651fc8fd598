"""`twin schema`: the JSON schema of the files, for editors."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated

from typer import Argument

from twin.cli import face, say


class Which(StrEnum):
    """Files that have a schema."""

    scenario = "scenario"
    layout = "layout"


def schema(which: Annotated[Which, Argument(help="Which kind of file.")] = Which.scenario) -> None:
    """Print the JSON schema of input files."""
    say.document(face.schema(which.value))
