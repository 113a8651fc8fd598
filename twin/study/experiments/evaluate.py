"""Every case answered once: from the journal where it is there, by running it where it is not."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

import pandas as pd

from twin.study.experiments.case import Case, CaseAnswer
from twin.study.experiments.journal import AnswerJournal, Forgetful, Kept
from twin.study.experiments.runner import runner
from twin.study.experiments.runner_kind import Runner
from twin.study.experiments.subject import Keyed, Subject
from twin.study.experiments.table import OnFailure, judged_names, table, verdict

Tell = Callable[[int, int], None]
"""Called with how many cases are answered, and of how many."""


def evaluate(
    cases: Sequence[Case],
    subject: Subject,
    *,
    outcomes: Sequence[str] = (),
    on_failure: OnFailure = "name",
    workers: int = 1,
    cluster: str = "",
    folder: Path | None = None,
    tell: Tell | None = None,
    keys: Sequence[str] | None = None,
) -> pd.DataFrame:
    """One row a case: `case`, the varied names, `seed`, `status`, `reason`, outcomes.

    subject      what is evaluated: `ScenarioSubject` or `FunctionSubject`
    outcomes     only these, each of which must be finite; empty for all
    on_failure   `name` failed cases in the table; `rerun` those that failed before, then name; or
                 `leave_out` of the table what is not done
    workers      processes on this machine; at 1 everything happens in this one
    cluster      address of a Dask scheduler, such as tcp://host:8786, in place of processes
    folder       where answers are kept as they come; a study that is begun again there goes on
    tell         called with how many cases are answered, and of how many
    keys         what `subject.keyed` said of the cases, where that has been asked before
    The table is the same for any number of workers, and for a study that was killed and begun
    again. Raises InputError with every problem of the cases before the first runs, and OutputError
    where answers cannot be kept.
    """
    asked = list(zip(keys or subject.keyed(cases), cases, strict=True))
    kept: Kept = AnswerJournal(folder) if folder is not None else Forgetful()
    again = list(outcomes) if on_failure == "rerun" else None
    try:
        with runner(subject, workers, cluster) as run:
            answers = _answers(subject.ordered(asked), kept, run, again, tell)
    finally:
        kept.close()
    return table(cases, [answers[key] for key, _ in asked], outcomes, on_failure)


def _answers(
    cases: Sequence[Keyed], kept: Kept, run: Runner, again: Sequence[str] | None, tell: Tell | None
) -> dict[str, CaseAnswer]:
    """The answers by key; `again` are outcomes without which a kept answer is asked for anew, where
    that is wanted.
    """
    found = kept.read()
    if again is not None:
        judged = judged_names(list(found.values()), again)
        found = {key: answer for key, answer in found.items() if not verdict(answer, judged)[1]}
    asked = {key: case for key, case in cases if key not in found}
    total = len({key for key, _ in cases})
    done = total - len(asked)
    for key, answer in run(asked):
        kept.add(key, answer)
        found[key] = answer
        done += 1
        if tell is not None:
            tell(done, total)
    return found
