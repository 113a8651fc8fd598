"""`twin check`: what a scenario or layout builds, and what looks wrong with it, without a run."""

from __future__ import annotations

from twin.cli import face, say
from twin.cli.options import Input, Json, Overrides, Seed, read_overrides
from twin.errors import InputError


def check(file: Input, changes: Overrides = None, seed: Seed = None, json: Json = False) -> None:
    """Build without running; count and find faults. Exit code 2 where a run would be refused."""
    facility = face.build(face.load(file, read_overrides(changes or ()), seed))
    found = face.check(facility)
    if json:
        say.document(found)
    else:
        say.findings(file.name, found)
    if problems := face.refused(facility):
        raise InputError(problems)
