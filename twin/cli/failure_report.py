"""`twin failure-report`: what fails, how often, for how long and at what cost."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

from typer import Option

from twin.cli import face, failures, place, say
from twin.cli.options import Input, Json, Overrides, Seed, read_overrides

Out = Annotated[
    Path | None,
    Option("--out", metavar="DIR", help="Where the files go; reports/<scenario name> if left out."),
]


def failure_report(
    file: Input, changes: Overrides = None, seed: Seed = None, out: Out = None, json: Json = False
) -> None:
    """Write the twelve-part failure report of a design."""
    asked = face.load(file, read_overrides(changes or ()), seed)
    folder = out or Path("reports") / asked.name
    place.writable(folder)
    with say.progress(f"{asked.name}: failure report") as told:
        found = failures.failure_report(face.build(asked), told)
    paths = failures.write_failure_report(found, folder)
    if json:
        say.document(found.as_dict())
    else:
        say.blocks(asked.name, *failures.failure_blocks(found))
    for path in paths:
        say.note(f"written: {path}")
