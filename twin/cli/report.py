"""`twin report`: write a saved result's report again."""

from __future__ import annotations

from twin.cli import face, say
from twin.cli.options import ResultFolder


def report(result: ResultFolder) -> None:
    """Write the report of a saved result again."""
    with say.progress("report") as told:
        page = face.report(face.result(result), result, told)
    say.line(str(page))
