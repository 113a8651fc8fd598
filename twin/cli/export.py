"""`twin export`: the electrical network of a layout as a file of another tool."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

from typer import Argument, Option

from twin.cli import face, place, say
from twin.cli.options import Input, Overrides, read_overrides

To = Annotated[str, Option("--to", metavar="TOOL", help="pandapower, power-grid-model, opendss.")]
Out = Annotated[Path, Argument(metavar="OUT", help="The file to write.")]


def export(file: Input, out: Out, to: To, changes: Overrides = None) -> None:
    """Write the electrical network for another tool."""
    place.writable_file(out, "OUT")
    facility = face.build(face.load(file, read_overrides(changes or ())))
    say.line(str(face.export(facility, to, out)))
