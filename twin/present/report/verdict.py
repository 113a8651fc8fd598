"""Page one: whether limits and targets are met, and which were not asked."""

from __future__ import annotations

import pandas as pd

from twin.analysis.verdict import Judgement, judgements, missed
from twin.present.blocks import Columns, Grid, grid, words
from twin.present.in_sentences import listed
from twin.quantities import NONE, available, count, degrees, figures, number, percent
from twin.results import Result


def banner(result: Result) -> tuple[str, str]:
    """The verdict in one line and its mood; plain where the numbers must not be used."""
    judged = judgements(result)
    decided = [one for one in judged if one.verdict in ("meets", "misses")]
    failed = missed(judged)
    if not decided:
        return "Nothing was recorded that a limit or a target could be held against.", "plain"
    unasked = "" if any(one.is_target for one in decided) else " No target was asked."
    if failed:
        names = listed((one.what for one in failed), "; ")
        told = f"Misses {count(len(failed))} of {count(len(decided))}: {names}.{unasked}"
        return told, "plain" if result.invalid else "bad"
    kinds = "limits and targets" if not unasked else "limits"
    return (
        f"Meets all {count(len(decided))} {kinds}.{unasked}",
        "plain" if result.invalid else "good",
    )


def table(result: Result) -> Grid:
    """One row a limit or target that was asked; the note says which were not."""
    judged = judgements(result)
    rows = [_row(one) for one in judged if one.verdict != "not asked"]
    frame = pd.DataFrame(rows, columns=["what", "asked", "found", "verdict", "note"])
    made = grid("Limits and targets", frame, _COLUMNS)
    left = [
        f"{one.what} ({_written(one, one.found)})"
        for one in judged
        if one.verdict == "not asked" and one.found == one.found
    ]
    note = f"Not asked, with what was found: {'; '.join(left)}." if left else ""
    return Grid(made.title, made.headings, made.rows, made.right, note)


def _row(one: Judgement) -> tuple[str, str, str, str, str]:
    bound = f"{one.sense} {_written(one, one.asked)}" if one.asked == one.asked else NONE
    return (
        one.what,
        bound.replace(" ", "\u00a0"),
        _written(one, one.found).replace(" ", "\u00a0"),
        "misses at full load" if one.only_by_design else one.verdict,
        one.broken,
    )


def _written(one: Judgement, value: float) -> str:
    if number(value) != number(value):
        return NONE
    if one.unit == "degC":
        return degrees(value)
    if one.unit == "share":
        if "vailability" in one.what:
            return available(1 - value)
        return percent(value, 2 if one.what.startswith("Tokens made") else 1)  # as the headline
    return f"{figures(value, 4)} {one.unit}".strip()


_COLUMNS: Columns = {
    "Limit or target": ("what", words),
    "Verdict": ("verdict", words),
    "Asked": ("asked", str),
    "In this run": ("found", str),
    "Because": ("note", words),
}
