"""`twin check`: what a scenario or layout builds, and what looks wrong with it, without a run."""

from __future__ import annotations

from twin.cli import face, say
from twin.cli.options import Input, Json, Overrides, Seed, read_overrides


def check(file: Input, changes: Overrides = None, seed: Seed = None, json: Json = False) -> None:
    """Build without running; count and find faults."""
    found = face.check(face.load(file, read_overrides(changes or ()), seed))
    if json:
        say.document(found)
    else:
        say.findings(file.name, found)
