"""`twin compare`: two results side by side."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

from typer import Argument

from twin.cli import face, say
from twin.cli.complete import results
from twin.cli.options import Json

First = Annotated[
    Path, Argument(metavar="A", help="The folder of a result.", autocompletion=results)
]
Second = Annotated[
    Path, Argument(metavar="B", help="The folder of another result.", autocompletion=results)
]


def compare(a: First, b: Second, json: Json = False) -> None:
    """Tell how two results differ, and why."""
    found = face.compare(a, b)
    if json:
        say.document(found)
    else:
        say.findings(f"{a.name} and {b.name}", found)
