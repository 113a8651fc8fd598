"""Review chapter: who has signed, what is open, and every note with who said it and when."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pandas as pd

from twin.analysis.sign_off import (
    FILE,
    JudgedEntry,
    approvers,
    is_open,
    judged_by,
    last_decisions,
    open_points,
)
from twin.present.blocks import Columns, Grid, Section, grid, words
from twin.quantities import count, short
from twin.results import Result

Reviews = tuple[JudgedEntry, ...]

TITLE = "Review"
LONGEST_NOTE = 1_200
"""Letters of a note in a table: a cell is no longer than a page of paper."""
MOST_NOTES = 1_000
_OPEN_NAMED = 5
STATES = {
    "current": "stands",
    "stale": "stale: the component has changed since",
    "gone": "gone: there is no such component",
}
"""What a state means for those who read it."""


def reviews_in(result: Result, folder: Path) -> Reviews:
    """What is kept beside a result, judged by what it was run with; InputError at its line."""
    built = result.frame("components"), result.frame("edges")
    return judged_by(folder / FILE, *built, result.scenario_yaml)


def section(reviews: Reviews) -> Section:
    """The tables of decisions that count, and of all that was said."""
    return Section(TITLE, [verdict(reviews)], [_signed(reviews), notes(reviews)])


def verdict(reviews: Reviews) -> str:
    """Whether the design is signed off, and what is in the way."""
    left = open_points(reviews)
    if left:
        named = "; ".join(short(one, 80) for one in left[:_OPEN_NAMED])
        more = f"; and {len(left) - _OPEN_NAMED} more" if len(left) > _OPEN_NAMED else ""
        points = "open point" if len(left) == 1 else "open points"
        return f"Not signed off: {count(len(left))} {points} ({named}{more})."
    if names := approvers(reviews):
        return f"Signed off as a whole by {', '.join(short(one, 60) for one in names)}."
    return "Nothing is open, and nobody has approved the design as a whole."


def _signed(reviews: Reviews) -> Grid:
    rows = [
        (*_row(one), "open point" if is_open(one) else "counts") for one in last_decisions(reviews)
    ]
    frame = pd.DataFrame(rows, columns=[*_FIELDS, "counts"])
    made = grid("Sign-off", frame, {**_SIGNED, "In sign-off": ("counts", words)}, MOST_NOTES)
    note = "The last decision of each reviewer on each component."
    return replace(made, note=made.note or note)


def notes(reviews: Reviews) -> Grid:
    """All that was said, in the order of the file."""
    frame = pd.DataFrame([_row(one) for one in reviews], columns=list(_FIELDS))
    made = grid("Notes and decisions", frame, {**_SIGNED, "Note": ("note", _said)}, MOST_NOTES)
    note = made.note.removesuffix(".") + f"; all of them are in {FILE}." if made.note else ""
    return replace(made, right=(False,) * len(made.headings), note=note)


def _row(one: JudgedEntry) -> tuple[str, str, str, str, str, str]:
    held = one.entry
    state = STATES[one.state]
    return held.component, held.reviewer, held.date, held.decision, state, held.note


def _said(note: str) -> str:
    return short(note, LONGEST_NOTE)


_FIELDS = ("component", "reviewer", "date", "decision", "state", "note")
_SIGNED: Columns = {
    "Component": ("component", words),
    "Author": ("reviewer", words),
    "Date": ("date", words),
    "Decision": ("decision", words),
    "Status": ("state", words),
}
