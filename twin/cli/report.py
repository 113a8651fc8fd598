"""`twin report`: write a saved result's report again."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from twin.cli import diff_face, face, say
from twin.cli.options import ResultFolder

Reviews = Annotated[
    Path | None,
    typer.Option(
        "--reviews",
        metavar="LAYOUT",
        help="Show the notes and decisions that stand beside this layout or scenario now.",
    ),
]


def report(
    result: ResultFolder,
    reviews: Reviews = None,
    pdf: Annotated[bool, typer.Option("--pdf", help="Also write report.pdf beside it.")] = False,
) -> None:
    """Write the report of a saved result again."""
    asked = face.result(result)
    if reviews is not None:
        diff_face.bring_reviews(reviews, result)
    with say.progress("report") as told:
        page = face.report(asked, result, told, pdf)
    say.line(str(page))
    if pdf:
        say.line(str(page.with_suffix(".pdf")))
