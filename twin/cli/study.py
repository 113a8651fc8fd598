"""`twin study`: many runs of one question, each with other values, in one table."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from typer import Argument, Option

from twin.cli import place, say, study_face, study_line, study_method
from twin.cli.complete import designs
from twin.cli.options import Json, Overrides
from twin.quantities import counted

if TYPE_CHECKING:
    from twin.study.experiments.study_file import AskedStudy

ROWS = 20
"""Cases that the terminal shows; the table on the disk has them all."""

File = Annotated[
    Path,
    Argument(
        metavar="STUDY", help="A study file; with --vary, a scenario.", autocompletion=designs
    ),
]
Vary = Annotated[
    list[str] | None,
    Option(
        "--vary",
        metavar="KEY=LOW..HIGH:N",
        help="What varies: N values from LOW to HIGH, or KEY=V1,V2; may be repeated. "
        "With --method without :N.",
    ),
]
Measures = Annotated[
    list[str] | None,
    Option("--measure", metavar="NAME", help="With --vary: an outcome to keep; all if left out."),
]
Method = Annotated[
    str,
    Option(
        "--method",
        metavar="|".join(study_line.SAMPLED),
        help="With --vary: draw values; every combination if left out.",
    ),
]
Samples = Annotated[
    int | None, Option("--samples", min=1, metavar="N", help="With --method: how many points.")
]
Seed = Annotated[
    int | None,
    Option("--seed", min=0, help="With --vary: seed of every case and of what is drawn."),
]
Out = Annotated[
    Path | None,
    Option("--out", metavar="DIR", help="Where the table goes; reports/<study name> if left out."),
]
Workers = Annotated[
    int, Option("--workers", min=0, max=1024, help="Processes; one a core if left out.")
]
Cluster = Annotated[
    str, Option("--cluster", metavar="ADDRESS", help="A Dask scheduler, such as tcp://host:8786.")
]
Excel = Annotated[bool, Option("--excel", help="Write the table as an Excel file too.")]


def study(
    file: File,
    vary: Vary = None,
    measures: Measures = None,
    changes: Overrides = None,
    method: Method = "",
    samples: Samples = None,
    seed: Seed = None,
    out: Out = None,
    workers: Workers = 0,
    cluster: Cluster = "",
    excel: Excel = False,
    json: Json = False,
) -> None:
    """Run a scenario for every value of what varies.

    Leaves a table and a report. A study that was stopped or killed goes on where it stood when it
    is begun again.
    """
    line = study_line.StudyLine(vary or (), measures or (), changes or (), method, samples, seed)
    if vary:
        with study_line.by_options():
            return _run(study_line.read(file, line), out, workers, cluster, excel, json)
    study_line.refuse_without_vary(file, line)
    if study_method.asked(file):
        return study_method.run(file, out, workers, cluster, excel, json)
    _run(study_face.read(file), out, workers, cluster, excel, json)


def _run(
    asked: AskedStudy, out: Path | None, workers: int, cluster: str, excel: bool, json: bool
) -> None:
    """Evaluate a study, say its verdict, and write its table and its report."""
    folder = out or Path("reports") / asked.plan.name
    place.writable(folder)
    study_face.refuse_place(folder, excel, asked.plan.name)
    say.note(f"{asked.plan.name}: {counted(len(asked.cases), 'case')}, in {folder}")
    with say.progress(asked.plan.name, after_s=2.0) as told:
        found = study_face.run(asked, folder, workers, cluster, told)
    page = study_face.page(found)
    with study_face.saved(lambda: study_face.save(found, page, folder, excel)) as written:
        if json:
            say.document(study_face.document(found, page))
        else:
            shown = study_face.shown(found, ROWS)
            say.findings(asked.plan.name, shown, stderr=True, headed=str)
        for word in study_face.words(found, page):
            say.note(word)
        for path in written:
            say.note(f"written: {path}")
    study_face.refuse_nothing_done(found)
