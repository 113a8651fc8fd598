"""`twin review`: notes and decisions on the components of a layout."""

from __future__ import annotations

from datetime import UTC, datetime
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any

from typer import Argument, Exit, Option

from twin.cli import diff_face, say
from twin.cli.options import Json

LayoutFile = Annotated[Path, Argument(metavar="LAYOUT", help="A layout or scenario file.")]
Component = Annotated[
    str | None, Option("--component", help="Write an entry on this component, or on `design`.")
]
Reviewer = Annotated[str, Option("--reviewer", help="Who says so.")]
Note = Annotated[str, Option("--note", help="What is said.")]
Day = Annotated[str, Option("--date", help="YYYY-MM-DD; today where not given.")]
Own = Annotated[
    bool, Option("--own", help="Into NAME.review.yaml, for this layout alone; read from then on.")
]


class DecisionWord(StrEnum):
    """What a reviewer decides."""

    comment = "comment"
    approved = "approved"
    rejected = "rejected"


Decided = Annotated[DecisionWord, Option("--decision", help="What is decided.")]


def review(
    layout: LayoutFile,
    component: Component = None,
    reviewer: Reviewer = "",
    decision: Decided = DecisionWord.comment,
    note: Note = "",
    date: Day = "",
    own: Own = False,
    json: Json = False,
) -> None:
    """List notes and decisions beside a layout, or add one. Exit code 1 while points are open.

    They stand in NAME.review.yaml beside NAME.yaml, or in review.yaml for all layouts of a folder.
    """
    if component is not None:
        day = date or datetime.now(UTC).date().isoformat()
        made = diff_face.add_review(layout, component, reviewer, decision.value, note, day, own)
        say.line(str(made))
        return
    file, judged, still_open = diff_face.reviews(layout)
    table = [_row(one) for one in judged]
    if json:
        say.document({"file": str(file), "reviews": table, "open": still_open})
    else:
        found = {"kept in": str(file), "reviews": table, "open points": still_open}
        say.findings(layout.name, found)
    if still_open:
        raise Exit(1)


def _row(one: Any) -> dict[str, str]:
    entry = one.entry
    return {
        "component": entry.component,
        "reviewer": entry.reviewer,
        "decision": entry.decision,
        "state": one.state,
        "date": entry.date,
        "note": entry.note,
    }
