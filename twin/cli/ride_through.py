"""`twin ride-through`: which racks throttle and stop after a loss, and when."""

from __future__ import annotations

from typing import Annotated

from typer import Option

from twin.cli import face, failures, say
from twin.cli.options import Input, Json, Overrides, Seed, in_units, read_overrides

Lost = Annotated[
    str, Option("--lose", metavar="NAMES", help="Lost at once: crah_2,compute_r3:leak=2 L/min.")
]
Watched = Annotated[
    str, Option("--for", metavar="TIME", help="How long to watch, from 10 s to 7 days.")
]


def ride_through(
    file: Input,
    lose: Lost,
    watched: Watched = "1 h",
    changes: Overrides = None,
    seed: Seed = None,
    json: Json = False,
) -> None:
    """Tell which racks throttle and stop after a loss, and when."""
    facility = face.build(face.load(file, read_overrides(changes or ()), seed))
    names = [name.strip() for name in lose.split(",") if name.strip()]
    watched_s = in_units(watched_s=("--for", watched, "s"))["watched_s"]
    found = failures.ride_through(facility, names, watched_s)
    if json:
        say.document(found.as_dict())
    else:
        say.blocks(file.name, *failures.ride_through_blocks(found))
