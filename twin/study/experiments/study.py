"""A study from its file, or from three lines of Python, to its table."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from twin.analysis.made import Made, made_by_summaries
from twin.errors import InputError
from twin.scenario import Scenario
from twin.study.experiments.case import OnFailure
from twin.study.experiments.constraints import Constraint, with_meets
from twin.study.experiments.design import Method
from twin.study.experiments.evaluate import Tell, evaluate
from twin.study.experiments.plan import StudyPlan
from twin.study.experiments.study_file import AskedStudy, read_study, study_of
from twin.study.experiments.subject import Function
from twin.study.experiments.table import table
from twin.study.experiments.table_files import write_tables


@dataclass(frozen=True)
class StudyResult:
    """What a study found."""

    plan: StudyPlan
    """What was asked."""
    table: pd.DataFrame
    """One row a case: its varied values, seed, status, reason and outcomes."""
    units: Mapping[str, str]
    """Units of what varies, by name."""
    constraints: tuple[Constraint, ...] = ()
    """Those on outcomes, which the column `meets` judges."""
    cases: int = 0
    """How many there were."""
    made: Made | None = None
    """What each case made; None where no run tells."""

    @property
    def left_out(self) -> int:
        """Cases that are not done, and not in the table."""
        return self.cases - len(self.table)

    @property
    def done(self) -> int:
        """Cases whose outcomes may be analysed."""
        return int((self.table["status"] == "done").sum())

    def save(self, folder: str | Path, excel: bool = False) -> list[Path]:
        """Write the table as parquet and CSV, and as an Excel file where wanted; their paths.

        Raises OutputError where the disk refuses, and InputError where openpyxl is missing.
        """
        return write_tables(self.table, Path(folder), self.units, excel, self.plan.name)


def run_study(
    asked: AskedStudy,
    folder: Path | None = None,
    workers: int = 0,
    cluster: str = "",
    tell: Tell | None = None,
) -> StudyResult:
    """Evaluate a study.

    workers   processes on this machine; one a core at 0
    Raises as `evaluate` does.
    """
    plan = asked.plan
    try:
        answers = evaluate(
            asked.cases,
            asked.subject,
            outcomes=asked.wanted,
            on_failure=plan.on_failure,
            workers=workers or os.cpu_count() or 1,
            cluster=cluster,
            folder=folder,
            tell=tell,
            keys=asked.keys,
        )
        found = table(asked.cases, answers, asked.wanted, plan.on_failure)
    except InputError as error:
        raise asked.at_its_lines(error) from error
    judged = with_meets(found, asked.constraints)
    made = made_by_summaries([one.outcomes for one in answers])
    return StudyResult(plan, judged, asked.units, asked.constraints, len(asked.cases), made)


def study(
    asked: str | Path | Scenario | Function,
    vary: Mapping[str, Any] | None = None,
    *,
    method: Method = "grid",
    samples: int = 0,
    arms: Mapping[str, Mapping[str, Any]] | None = None,
    replications: int = 1,
    seed: int = 1,
    outcomes: Sequence[str] = (),
    constraints: Sequence[str] = (),
    on_failure: OnFailure = "name",
    name: str = "study",
    folder: str | Path | None = None,
    workers: int = 1,
    cluster: str = "",
    tell: Tell | None = None,
) -> StudyResult:
    """Run a scenario, or call a function, for every value of what varies.

    asked          a scenario or layout file, a Scenario, a function of the varied values, or a
                   study file, which needs no more
    vary           by path or name: a list of values, or `{"distribution": "uniform", "low": "18
                   °C", "high": "24 °C"}` as in a study file
    method         grid, latin_hypercube, sobol or monte_carlo; all but a grid with `samples`
    arms           named alternatives, each a set of changes by path
    replications   runs of every point, with seeds from `seed` on
    outcomes       numbers that are kept, each of which must be finite; all where empty
    on_failure     what becomes of failed runs: `name`, `rerun` or `leave_out`
    folder         where answers are kept as they come, so that a killed study goes on
    workers        processes; `cluster` is the address of a Dask scheduler instead
    Raises InputError with every problem before the first run.
    """
    place = Path(folder) if folder is not None else None
    if vary is None and not arms and not callable(asked) and not isinstance(asked, Scenario):
        return run_study(read_study(asked), place, workers, cluster, tell)
    told = {
        "name": name,
        "vary": dict(vary or {}),
        "arms": dict(arms or {}),
        "method": method,
        "samples": samples,
        "replications": replications,
        "seed": seed,
        "outcomes": list(outcomes),
        "constraints": list(constraints),
        "on_failure": on_failure,
    }
    return run_study(study_of(asked, told), place, workers, cluster, tell)
