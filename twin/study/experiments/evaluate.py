"""Every case answered once: from the journal where it is there, by running it where it is not."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

from twin.study.experiments.case import Case, CaseAnswer, OnFailure
from twin.study.experiments.journal import AnswerJournal, Forgetful, Kept
from twin.study.experiments.runner import runner
from twin.study.experiments.runner_kind import Runner
from twin.study.experiments.subject import Keyed, Subject
from twin.study.experiments.table import judged_names, lacks, refuse_unknown, verdict

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
) -> list[CaseAnswer]:
    """What came of each case, in their order.

    subject      what is evaluated: `ScenarioSubject` or `FunctionSubject`
    outcomes     wanted of every run: an answer without one is none
    on_failure   `rerun` runs again what failed before
    workers      processes on this machine; at 1 everything happens in this one
    cluster      address of a Dask scheduler, such as tcp://host:8786, in place of processes
    folder       where answers are kept as they come; a study that is begun again there goes on
    tell         called with how many cases are answered, and of how many
    keys         what `subject.keyed` said of the cases, where that has been asked before
    Answers are the same for any number of workers, and for a study that was killed and begun
    again. Raises InputError with every problem of the cases before the first runs, and OutputError
    where answers cannot be kept.
    """
    asked = list(zip(keys or subject.keyed(cases), cases, strict=True))
    found: dict[str, CaseAnswer] = {}
    kept: Kept = AnswerJournal(folder) if folder is not None else Forgetful()
    rerun = on_failure == "rerun"
    try:
        found = _still_good(kept.read(), outcomes, rerun)
        with runner(subject, workers, cluster) as run:
            _answer(asked, found, kept, run, outcomes, tell)
    except KeyboardInterrupt as stop:
        raise KeyboardInterrupt(_stopped(asked, found, folder)) from stop
    finally:
        kept.close()
    return [found[key] for key, _ in asked]


def _still_good(
    kept: dict[str, CaseAnswer], wanted: Sequence[str], rerun: bool
) -> dict[str, CaseAnswer]:
    """Kept answers but for those without a wanted outcome, and, to `rerun`, those not done."""
    found = {key: answer for key, answer in kept.items() if not lacks(answer, wanted)}
    if not rerun:
        return found
    judged = judged_names(list(found.values()), wanted)
    return {key: answer for key, answer in found.items() if not verdict(answer, judged)[1]}


def _answer(
    cases: Sequence[Keyed],
    found: dict[str, CaseAnswer],
    kept: Kept,
    run: Runner,
    wanted: Sequence[str],
    tell: Tell | None,
) -> None:
    """Ask for what has not been found, and add it to that and to what is kept.

    Raises InputError where the first run has no such outcome as is wanted.
    """
    asked = {key: case for key, case in cases if key not in found}
    total = len({key for key, _ in cases})
    before = total - len(asked)
    for done, (key, answer) in enumerate(run(asked), start=before + 1):
        kept.add(key, answer)
        if done == before + 1:
            refuse_unknown([answer], wanted)
        found[key] = answer
        if tell is not None:
            tell(done, total)


def _stopped(asked: Sequence[Keyed], found: dict[str, CaseAnswer], folder: Path | None) -> str:
    """What to say of a study that was stopped from the keyboard."""
    keys = {key for key, _ in asked}
    done = f"stopped after {len(keys & found.keys()):,} of {len(keys):,} cases"
    if folder is None:
        return f"{done}; none is kept, for the study has no folder"
    return f"{done}; kept in {folder}: the same command goes on from there"
