"""`twin diff`: what is different between two designs or results, by component."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

from typer import Argument, Exit, Option

from twin.cli import diff_face, place, say
from twin.cli.options import Json

Before = Annotated[
    Path, Argument(metavar="A", help="A scenario or layout file, or the folder of a result.")
]
After = Annotated[Path, Argument(metavar="B", help="Another one.")]
Gates = Annotated[
    list[str] | None,
    Option(
        "--gate",
        metavar="FIGURE>=-2%",
        help="A limit on a figure of B's summary, or in percent on its change; may be repeated.",
    ),
]


Out = Annotated[Path | None, Option("--out", metavar="FILE.html", help="Write a page of it too.")]


def diff(a: Before, b: After, gates: Gates = None, out: Out = None, json: Json = False) -> None:
    """Tell what differs, component by component. Exit code 1 where a gate does not hold."""
    if out is not None:
        place.writable_file(out)
    sides = diff_face.side(a), diff_face.side(b)
    lost = diff_face.failed_gates(gates or [], *sides)
    found = diff_face.differences(*sides)
    if json:
        say.document({"differences": [one.as_dict() for one in found], "failed_gates": lost})
    else:
        say.line(diff_face.as_text(found))
    if out is not None:
        say.note(f"written: {diff_face.write_differences((a, b), sides, found, out)}")
    for words in lost:
        say.note(words)
    if lost:
        raise Exit(1)
