"""What `twin study` calls, imported when it is called."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from twin.cli.face import Told
from twin.errors import InputError, OutputError, Problem, RunError

if TYPE_CHECKING:
    from twin.analysis.statistics.study_page import StudyPage
    from twin.study.experiments.study import StudyResult
    from twin.study.experiments.study_file import AskedStudy

COLUMNS = 12
"""Columns that the terminal shows."""
NAMED = 5
"""Failed cases that are named in the terminal."""


def read(file: Path) -> AskedStudy:
    """The study in a file."""
    from twin.study.experiments.study_file import read_study

    return read_study(file)


def refuse_place(folder: Path, excel: bool, name: str) -> None:
    """Raise InputError where the folder holds a run's result or another study, or Excel cannot be
    written.
    """
    from twin.results import provenance
    from twin.study.experiments.table_files import refuse_without_openpyxl, study_there

    if excel:
        refuse_without_openpyxl()
    if provenance.is_result(folder):
        problem = Problem("--out", "the result of a run", "another folder", file=str(folder))
        raise InputError([problem])
    other = study_there(folder)
    if other not in ("", name):
        found = f"the table of another study, {other}"
        problem = Problem("--out", found, "another folder, or remove that", file=str(folder))
        raise InputError([problem])


def run(asked: AskedStudy, folder: Path, workers: int, cluster: str, told: Told) -> StudyResult:
    """Evaluate a study, telling how far it is."""
    from twin.study.experiments.study import run_study

    def tell(done: int, total: int) -> None:
        told(done / total, f"{done:,} of {total:,}")

    return run_study(asked, folder, workers, cluster, tell)


def page(found: StudyResult) -> StudyPage:
    """What the report says."""
    from twin.study.experiments.study_pages import study_page

    return study_page(found)


@contextmanager
def saved(save: Callable[[], Sequence[Path]]) -> Iterator[Sequence[Path]]:
    """What `save` writes, before the block says anything: a closed pipe ends the words, and no
    table. Where the disk refuses, the words are said all the same, then that.
    """
    try:
        written = save()
    except OutputError as error:
        yield ()
        raise error
    yield written


def save(found: StudyResult, page: StudyPage, folder: Path, excel: bool) -> list[Path]:
    """Write the table and the report; their paths."""
    from twin.present.study_report import write

    return [*found.save(folder, excel), write(page, folder)]


def document(found: StudyResult, page: StudyPage) -> dict[str, Any]:
    """What the report says first, and the whole table as plain values, column by column."""
    table = found.table
    return {
        "name": found.plan.name,
        "verdict": [page.verdict, *page.sentences],
        "failed": list(page.failed),
        "units": dict(found.units),
        "columns": {str(name): table[name].tolist() for name in table.columns},
    }


def shown(found: StudyResult, rows: int) -> dict[str, Any]:
    """The first rows of the table, values that vary with their units, without reasons, which stand
    by their cases below it.
    """
    from twin.study.experiments.quantities import with_unit

    columns = [name for name in found.table.columns if name != "reason"][:COLUMNS]
    first = found.table[columns].head(rows)
    units = {name: unit for name, unit in found.units.items() if unit and name in first}
    told = {name: [with_unit(value, unit) for value in first[name]] for name, unit in units.items()}
    return {"cases": first.assign(**told).to_dict("records")}


def words(found: StudyResult, page: StudyPage) -> Iterator[str]:
    """What decides, then failed cases by number and reason."""
    yield from (page.verdict, *page.sentences)
    bad = found.table[found.table["status"] != "done"]
    for row in bad.head(NAMED).to_dict("records"):
        yield f"case {row['case']} {row['status']}: {row['reason']}"
    if len(bad) > NAMED:
        yield f"{len(bad) - NAMED:,} more cases are not done: see the column status"
    if found.left_out:
        yield f"{found.left_out:,} of {found.cases:,} cases are not done, and left out of the table"


def refuse_nothing_done(found: StudyResult) -> None:
    """Raise RunError where no case is done."""
    if not found.done:
        raise RunError("no case of the study is done; the table says why, case by case")
