"""`twin redundancy`: which single failures and maintenance works a facility survives."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

from typer import Option

from twin.cli import face, place, say
from twin.cli.options import Input, Json, Overrides, Seed, read_overrides

CUT_SETS = 15
"""Cut sets that the terminal shows; --out and --json have up to a thousand."""

Out = Annotated[
    Path | None,
    Option("--out", metavar="DIR", help="Also write everything as JSON and CSV tables there."),
]
Top = Annotated[
    str,
    Option(
        "--top",
        metavar="EVENT",
        help="What counts as down: load, hall:NAME, rack:NAME, racks:N or gpus:SHARE.",
    ),
]
Order = Annotated[
    int,
    Option(
        "--order", min=1, max=4, help="Most components in the cut sets that are counted and listed."
    ),
]


def redundancy(
    file: Input,
    changes: Overrides = None,
    seed: Seed = None,
    top: Top = "load",
    order: Order = 2,
    out: Out = None,
    json: Json = False,
) -> None:
    """Tell which failures a facility survives."""
    facility = face.build(face.load(file, read_overrides(changes or ()), seed))
    if out is not None:
        place.writable(out)
    found = face.redundancy(facility, top, order)
    if json:
        say.document(found.as_dict())
    else:
        say.blocks(file.name, *face.redundancy_blocks(found, facility, CUT_SETS))
    for path in face.write_redundancy(found, out) if out is not None else ():
        say.note(f"written: {path}")
