"""What the face writes of a result: a report, a scene. Drawing libraries load when they are
called.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from twin.analysis.airflow.answer import AirflowAnswer
from twin.analysis.failure_parts.report import FailureReport
from twin.analysis.loss_states import AfterLoss
from twin.facility import Facility, build
from twin.results import Result
from twin.scenario import Scenario, load

if TYPE_CHECKING:
    from twin.analysis.statistics.study_page import StudyPage


def report(
    result: Result | FailureReport | StudyPage | str | Path, folder: str | Path = ""
) -> Path:
    """Write a result's report, one HTML file that reads offline, and return its path.

    result   a result, or the folder of a saved one; a failure report, whose PDF and JSON come
             beside its page; or the page of a study, of `twin.study_page`
    folder   where the files go; if left out, beside the saved result, or here
    Raises OutputError where the disk refuses.
    """
    if isinstance(result, FailureReport):
        from twin.present.failure_report import write as write_failures

        return write_failures(result, folder)[0]
    if isinstance(result, Result | str | Path):
        return _run_report(result, folder)
    from twin.present.study_report import write as write_study

    return write_study(result, folder)


def _run_report(result: Result | str | Path, folder: str | Path) -> Path:
    from twin.present.report import write

    if isinstance(result, Result):
        return write(result, folder)
    return write(Result.load(result), folder or result, kept=result)


def scene(
    shown: Result | Facility | Scenario | str | Path,
    folder: str | Path,
    *,
    file_format: str = "usda",
    names: str = "twin",
    web: bool = False,
    air: Sequence[AirflowAnswer] = (),
    losses: Sequence[AfterLoss] = (),
) -> Path:
    """Write an OpenUSD scene into a folder and return the path of the file to open.

    shown         a result, with its values along time, or a facility or scenario at rest; or the
                  path of a result's folder, or of a scenario or layout file
    file_format   of the file to open: usda or usdc
    names         twin; or dsx, for the root prim and the cameras of the DSX Blueprint
    web           a flattened copy beside it, for readers that compose nothing
    air           answers of `twin.airflow` for its halls, drawn as streamlines
    losses        cases of `twin.analysis.loss_states.loss_states`, each a variant of `failure`
    Raises TwinError where usd-core is not installed.
    """
    from twin.present.usd import SceneOptions, export_facility, export_result

    options = SceneOptions(format=file_format, names=names, web=web)
    if isinstance(shown, str | Path):
        shown = Result.load(shown) if Path(shown).is_dir() else load(shown)
    if isinstance(shown, Result):
        return export_result(shown, folder, options, air, losses)
    built = shown if isinstance(shown, Facility) else build(shown)
    return export_facility(built, folder, options, air, losses)
