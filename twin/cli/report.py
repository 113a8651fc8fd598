"""`twin report`: write a saved result's report again."""

from __future__ import annotations

from typing import Annotated

import typer

from twin.cli import face, say
from twin.cli.options import ResultFolder


def report(
    result: ResultFolder,
    pdf: Annotated[bool, typer.Option("--pdf", help="Also write report.pdf beside it.")] = False,
) -> None:
    """Write the report of a saved result again."""
    with say.progress("report") as told:
        page = face.report(face.result(result), result, told, pdf)
    say.line(str(page))
    if pdf:
        say.line(str(page.with_suffix(".pdf")))
