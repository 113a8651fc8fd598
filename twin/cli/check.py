"""`twin check`: what a scenario or layout builds, and what looks wrong with it, without a run."""

from __future__ import annotations

from twin.cli import face, say
from twin.cli.options import Input, Json


def check(file: Input, json: Json = False) -> None:
    """Build without running; count and find faults."""
    found = face.check(face.build(face.load(file)))
    if json:
        say.document(found)
    else:
        say.findings(file.name, found)
