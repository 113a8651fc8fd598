"""What `twin study` does with a file that asks what matters, which design, or what is best."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from twin.cli import place, say, study_face


def asked(file: Path) -> bool:
    """Whether a file has such a method."""
    from twin.study.experiments.method_plan import asks_a_method

    return asks_a_method(file)


def run(file: Path, out: Path | None, workers: int, cluster: str, excel: bool, json: bool) -> None:
    """Run it, say its verdict, and write its table and its report."""
    from twin.present.study_report import write
    from twin.study.experiments.method_file import read_method, run_method
    from twin.study.experiments.question import Evaluation
    from twin.study.experiments.study_pages import study_page, units_of
    from twin.study.experiments.table_files import write_tables

    plan = read_method(file)[0]
    folder = out or Path("reports") / plan.name
    place.writable(folder)
    study_face.refuse_place(folder, excel, plan.name)
    with say.progress(plan.name, after_s=2.0) as told:
        how = Evaluation(folder, workers or 1, cluster, tell=_telling(told))
        found = run_method(file, how)[1]
    page = study_page(found, plan.name, plan.description)
    shown: dict[str, Any] = {"verdict": found.verdict(), "failed": list(page.failed)}

    def save() -> list[Path]:
        tables = write_tables(found.table, folder, units_of(found), excel, plan.name)
        return [*tables, write(page, folder)]

    with study_face.saved(save) as written:
        if json:
            say.document({"name": plan.name, **shown})
        for word in found.verdict():
            say.note(word)
        for path in written:
            say.note(f"written: {path}")


def _telling(told: Any) -> Any:
    def tell(done: int, total: int) -> None:
        told(done / total, f"{done:,} of {total:,}")

    return tell
