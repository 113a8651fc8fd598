"""`twin redundancy`: which single failures and maintenance works a facility survives."""

from __future__ import annotations

from twin.cli import face, say
from twin.cli.options import Input, Json, Overrides, Seed, read_overrides


def redundancy(
    file: Input, changes: Overrides = None, seed: Seed = None, json: Json = False
) -> None:
    """Tell which failures a facility survives."""
    found = face.redundancy(face.load(file, read_overrides(changes or ()), seed))
    if json:
        say.document(found)
    else:
        say.findings(file.name, found)
