"""`twin design`: from what is wanted to layouts that give it."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

from typer import Argument, Option

from twin.cli import design_face, place, say
from twin.cli.complete import designs
from twin.cli.options import Json, Overrides, read_overrides

Target = Annotated[
    Path, Argument(metavar="TARGET", help="What is wanted, as a file.", autocompletion=designs)
]
Out = Annotated[
    Path | None,
    Option("--out", metavar="DIR", help="Where the designs go; reports/<target> if left out."),
]


def design(file: Target, changes: Overrides = None, out: Out = None, json: Json = False) -> None:
    """Propose layouts for tokens, money and power wanted."""
    if out is not None:
        place.writable(out)
    with say.progress(f"designs for {file.name}", after_s=2.0) as told:
        found = design_face.search(file, read_overrides(changes or ()), told)
    folder = out or Path("reports") / found.target
    place.writable(folder)
    if json:
        say.document(found.as_dict())
    else:
        say.findings(found.target, design_face.shown(found))
        for words in design_face.reasons(found):
            say.line(words)
    for path in found.save(folder):
        say.note(f"written: {path}")
