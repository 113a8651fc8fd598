"""`twin run`: a scenario from its file to a saved result, a report and a scene."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

from typer import Argument, Option

from twin.cli import face, place, say
from twin.cli.complete import designs
from twin.cli.options import Json, Overrides, Seed, duration, read_overrides
from twin.cli.process import loading

if TYPE_CHECKING:
    from twin.present.background import Helper
    from twin.results import Result

HEADLINES = 14
"""How many of the summary's numbers the terminal shows; summary.json has them all."""
MISSED = ("gpu_hours_throttled", "tokens_lost_by_fault", "usd_lost_by_fault", "tokens_dropped")
"""What it shows too where there is any: a total alone does not say that more was asked."""

Scenario = Annotated[
    Path,
    Argument(metavar="SCENARIO", help="A scenario file, or a layout file.", autocompletion=designs),
]
Out = Annotated[
    Path | None,
    Option(
        "--out", metavar="DIR", help="Where the result goes; reports/<scenario name> if left out."
    ),
]
Overwrite = Annotated[
    bool, Option("--overwrite", help="Replace a result that answers another question.")
]
Every = Annotated[
    float | None,
    Option(
        "--checkpoint-every",
        metavar="DURATION",
        parser=duration,
        help="Simulated time between checkpoints, such as 1h: a killed run can go on.",
    ),
]
Resume = Annotated[
    bool,
    Option("--resume", help="Go on from the last checkpoint of a run that was killed or stopped."),
]

Counterfactuals = Annotated[
    bool | None,
    Option(
        "--counterfactuals/--no-counterfactuals",
        help="Run the scenario without each fault too; left out, where that takes seconds.",
        show_default=False,
    ),
]

IDLE = (
    "no workload is stated: the racks stand idle, and no tokens are asked for (`workload:` of the "
    "scenario; `twin init NAME` writes one to change)"
)


def run(
    scenario: Scenario,
    out: Out = None,
    changes: Overrides = None,
    seed: Seed = None,
    overwrite: Overwrite = False,
    checkpoint_every: Every = None,
    resume: Resume = False,
    counterfactuals: Counterfactuals = None,
    json: Json = False,
) -> None:
    """Simulate a scenario; write result, report, scene.

    A result of the same scenario, files and version is replaced, for it would be the same; any
    other is left alone, unless with --overwrite.
    """
    with loading():
        helper = face.get_ready_to_report()
        asked = face.load(scenario, _changes(changes, counterfactuals), seed)
        folder = out or Path("reports") / asked.name
        place.replaceable(folder)
        if not overwrite:
            face.refuse_to_replace(asked, folder)
        if not overwrite and not resume:
            face.refuse_to_lose(asked, folder)
        if word := face.where_it_stands(asked, folder, checkpoint_every, resume):
            say.note(f"{asked.name}: {word}")
        say.note(f"{asked.name}: simulating, then report and scene, in {folder}")
    with say.progress(asked.name) as told:
        result = face.run(asked, folder, told, checkpoint_every, resume)
        page, scene = _shown_unless_stopped(result, folder, helper, told)
    if json:
        say.document(result.summary)
    else:
        say.findings(asked.name, _headlines(result.summary), stderr=True)
    if not asked.workload:
        say.note(IDLE)
    say.review(result.meta["findings"])
    say.note(f"report: {page}")
    say.note(scene)


def _headlines(summary: dict[str, Any]) -> dict[str, Any]:
    """The first of a summary's numbers, and what was missed or lost."""
    first = dict(list(summary.items())[:HEADLINES])
    return first | {key: summary[key] for key in MISSED if summary.get(key, 0.0) > 0.0}


def _changes(changes: list[str] | None, counterfactuals: bool | None) -> dict[str, str]:
    """What `--set` says, and the flag, which is a key of the scenario."""
    asked = read_overrides(changes or ())
    if counterfactuals is not None:
        asked["outputs.counterfactuals"] = "always" if counterfactuals else "never"
    return asked


def _shown_unless_stopped(
    result: Result, folder: Path, helper: Helper | None, told: face.Told
) -> tuple[Path, str]:
    kept = f"the result is kept in {folder}, and `twin report {folder}` draws it"
    try:
        return _shown(result, folder, helper, told)
    except Exception as error:
        error.add_note(f"report or scene were not done; {kept}")
        raise
    except KeyboardInterrupt as stop:
        raise KeyboardInterrupt(f"stopped before report and scene were done; {kept}") from stop


def _shown(
    result: Result, folder: Path, helper: Helper | None, told: face.Told
) -> tuple[Path, str]:
    """The report's path and a word about the scene. The report is finished whatever becomes of the
    scene.
    """
    writing = helper.begin(folder) if helper else None
    try:
        told(0.0, "scene")
        drawn = writing.scene() if writing else None
        scene = _scene(result, folder, drawn)
    finally:
        page = writing.finished(told) if writing else None
        page = page or face.report(result, folder, told)
    return page, scene


def _scene(result: Result, folder: Path, drawn: Path | None) -> str:
    """A word about the scene, which is drawn here where nobody has."""
    if not face.can_draw_scenes():
        return f"no scene: usd-core is not installed ({say.INSTALL_USD})"
    return f"scene: {drawn or face.scene(result, folder / 'scene')}"
