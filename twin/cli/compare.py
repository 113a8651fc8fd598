"""`twin compare`: results side by side."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

from typer import Argument, BadParameter, Option

from twin.cli import compare_face as face
from twin.cli import place, say
from twin.cli.complete import results
from twin.cli.options import Json

Folders = Annotated[
    list[Path], Argument(metavar="A B [C…]", help="The folders of results.", autocompletion=results)
]
Out = Annotated[Path | None, Option("--out", metavar="FILE.html", help="Write a page of it too.")]


def compare(folders: Folders, out: Out = None, json: Json = False) -> None:
    """Tell how results differ, and why."""
    if len(folders) < 2:
        raise BadParameter("two results at least", param_hint="A B [C…]")
    if out is not None:
        place.writable_file(out)
    found = face.compare(folders)
    if json:
        say.document(found.as_dict())
    else:
        say.blocks(" · ".join(found.names), *face.comparison_blocks(found))
    if out is not None:
        say.note(f"written: {face.write_comparison(found, out)}")
