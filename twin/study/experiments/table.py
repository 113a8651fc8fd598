"""The table of a study: one row a case, in the order of the cases."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd

from twin.errors import InputError, Problem, did_you_mean
from twin.study.experiments.case import Case, CaseAnswer, OnFailure, Status

FRONT = ("case", "arm")
AFTER = ("seed", "status", "reason")
"""Columns of every table around the varied values; `arm` only where there are arms."""


def table(
    cases: Sequence[Case],
    answers: Sequence[CaseAnswer],
    outcomes: Sequence[str] = (),
    on_failure: OnFailure = "name",
) -> pd.DataFrame:
    """One row a case: `case` (from 1), `arm`, the varied values, `seed`, `status`, `reason`, the
    outcomes.

    outcomes   only these, and every one must be finite; all of them where empty, and then one that
               is finite in no case (joules a token where none is made) speaks against none
    A case that failed has NaN for every outcome; one that is `not finite` keeps its numbers.
    Raises InputError for an outcome that no case has.
    """
    names = _outcome_names(answers, outcomes)
    judged = judged_names(answers, outcomes)
    rows = [
        _row(number, case, answer, names, judged)
        for number, (case, answer) in enumerate(zip(cases, answers, strict=True), start=1)
    ]
    if not any(case.arm for case in cases):
        for row in rows:
            del row["arm"]
    kept = [row for row in rows if on_failure != "leave_out" or row["status"] == Status.DONE]
    columns = list(dict.fromkeys(name for row in rows for name in row))
    return pd.DataFrame(kept, columns=[*_ordered(columns, names)])


def _ordered(columns: Sequence[str], names: Sequence[str]) -> list[str]:
    """Columns with the outcomes last: rows need not have all varied values."""
    last = {*AFTER, *names}
    return [*(name for name in columns if name not in last), *AFTER, *names]


def _outcome_names(answers: Sequence[CaseAnswer], asked: Sequence[str]) -> list[str]:
    refuse_unknown(answers, asked)
    found = dict.fromkeys(name for answer in answers for name in answer.outcomes)
    return list(asked) or list(found)


def lacks(answer: CaseAnswer, wanted: Sequence[str]) -> list[str]:
    """Wanted outcomes that an answer does not have, where it has any."""
    return [name for name in wanted if answer.outcomes and name not in answer.outcomes]


def refuse_unknown(answers: Sequence[CaseAnswer], wanted: Sequence[str]) -> None:
    """Raise InputError where no answer has a wanted outcome, but others."""
    found = list(dict.fromkeys(name for answer in answers for name in answer.outcomes))
    problems = [
        Problem("outcomes", repr(name), _ALLOWED["/" in name], did_you_mean(name, found))
        for name in wanted
        if found and name not in found
    ]
    if problems:
        raise InputError(problems)


_ALLOWED = {
    False: "an outcome of these runs",
    True: "an outcome of these runs; a ratio has a table's two columns, or `method: compare`",
}


def judged_names(answers: Sequence[CaseAnswer], outcomes: Sequence[str] = ()) -> list[str]:
    """Outcomes that must be finite: those asked for, or where none are, those that some case has a
    finite number for.
    """
    if outcomes:
        return list(outcomes)
    found = dict.fromkeys(name for answer in answers for name in answer.outcomes)
    finite = {
        name
        for answer in answers
        for name, number in answer.outcomes.items()
        if math.isfinite(number)
    }
    return [name for name in found if name in finite] or list(found)


def _row(
    number: int, case: Case, answer: CaseAnswer, names: Sequence[str], judged: Sequence[str]
) -> dict[str, Any]:
    status, reason = verdict(answer, judged)
    numbers = {name: answer.outcomes.get(name, math.nan) for name in names}
    told = {"seed": case.seed, "status": status.value, "reason": reason}
    return {"case": number, "arm": case.arm, **_cells(case.values), **told, **numbers}


def _cells(values: Mapping[str, Any]) -> dict[str, Any]:
    """Values that a cell can hold: lists and mappings as text."""
    return {
        name: value if isinstance(value, int | float | str) else str(value)
        for name, value in values.items()
    }


def verdict(answer: CaseAnswer, judged: Sequence[str]) -> tuple[Status, str]:
    """How a case ended, and why it may not be analysed; nothing where it may."""
    if answer.failure:
        return Status.FAILED, answer.failure
    wrong = [
        f"{name} is {answer.outcomes.get(name, math.nan)}"
        for name in judged
        if not math.isfinite(answer.outcomes.get(name, math.nan))
    ]
    return (Status.NOT_FINITE, ", ".join(wrong)) if wrong else (Status.DONE, "")
