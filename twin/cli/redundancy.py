"""`twin redundancy`: which single failures and maintenance works a facility survives."""

from __future__ import annotations

from twin.cli import face, say
from twin.cli.options import Input, Json


def redundancy(file: Input, json: Json = False) -> None:
    """Tell which failures a facility survives."""
    scenario = face.load(file)
    found = face.redundancy(face.build(scenario), scenario.seed)
    if json:
        say.document(found)
    else:
        say.findings(file.name, found)
