"""`twin run`: a scenario from its file to a saved result, a report and a scene."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

from typer import Argument, Option

from twin.cli import face, say
from twin.cli.options import Json, Overrides, Seed, read_overrides

HEADLINES = 14
"""How many of the summary's numbers the terminal shows; summary.json has them all."""

Scenario = Annotated[Path, Argument(metavar="SCENARIO", help="A scenario file, or a layout file.")]
Out = Annotated[
    Path | None,
    Option(
        "--out", metavar="DIR", help="Where the result goes; reports/<scenario name> if left out."
    ),
]


def run(
    scenario: Scenario,
    out: Out = None,
    changes: Overrides = None,
    seed: Seed = None,
    json: Json = False,
) -> None:
    """Simulate a scenario; write result, report, scene."""
    asked = face.load(scenario, read_overrides(changes or ()), seed)
    folder = out or Path("reports") / asked.name
    say.writable(folder.parent)
    with say.progress(f"simulating {asked.name}") as told:
        result = face.run(asked, folder, told)
    page = face.report(result, folder)
    _scene(result, folder)
    if json:
        say.document(result.summary)
    else:
        say.findings(asked.name, dict(list(result.summary.items())[:HEADLINES]), stderr=True)
    say.note(f"report: {page}")


def _scene(result: Any, folder: Path) -> None:
    if face.can_draw_scenes():
        say.note(f"scene: {face.scene_of_result(result, folder / 'scene')}")
    else:
        say.note(f"no scene: usd-core is not installed ({say.INSTALL_USD})")
