"""`twin usd export`: a result or a layout as a USD scene."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

from typer import Argument, Option, Typer

from twin.cli import face, place, say, usd_face
from twin.cli.complete import shown
from twin.cli.options import HELP, Overrides, read_overrides
from twin.cli.usd_assets import assets
from twin.cli.usd_check import check
from twin.cli.usd_pull import pull
from twin.errors import InputError, Problem, TwinError, did_you_mean

if TYPE_CHECKING:
    from twin.results import Result
    from twin.scenario import Scenario

_WORDS = {"--format": ("usda", "usdc"), "--names": ("twin", "dsx"), "--for": ("all", "web")}
"""What each option knows."""

app = Typer(no_args_is_help=True, help="3D scenes for USD viewers.", context_settings=HELP)

app.command()(assets)
app.command()(check)
app.command()(pull)

Source = Annotated[
    Path,
    Argument(
        metavar="RESULT_OR_LAYOUT",
        help="The folder of a result, or a scenario or layout file.",
        autocompletion=shown,
    ),
]
Out = Annotated[Path, Option("--out", metavar="DIR", help="Folder of the scene.")]
Format = Annotated[
    str, Option("--format", metavar="usda|usdc", help="Of the file to open: text or binary.")
]
Names = Annotated[
    str,
    Option(
        "--names",
        metavar="twin|dsx",
        help="Root prim and cameras by our names, or by those of the DSX Blueprint.",
    ),
]
Air = Annotated[
    bool, Option("--airflow", help="Solve the air of every hall and draw its streamlines.")
]
For = Annotated[
    str,
    Option(
        "--for",
        metavar="all|web",
        help="Beside the scene, a flattened copy for readers that compose nothing.",
    ),
]
Losses = Annotated[
    bool,
    Option("--failures", help="A variant for the loss of each component, with what goes down."),
]


@app.callback()
def usd() -> None:
    """3D scenes for USD viewers."""


@app.command()
def export(
    source: Source,
    out: Out,
    file_format: Format = "usda",
    names: Names = "twin",
    reader: For = "all",
    air: Air = False,
    losses: Losses = False,
    changes: Overrides = None,
) -> None:
    """Write a result or a layout as a USD scene.

    --set changes a scenario or layout; a result is shown as it was run.
    """
    if not face.can_draw_scenes():
        raise TwinError(f"usd-core is not installed ({say.INSTALL_USD})")
    _known({"--format": file_format, "--names": names, "--for": reader})
    place.replaceable(out)
    read = _read(source, read_overrides(changes or ()))
    how: dict[str, Any] = {"file_format": file_format, "names": names, "web": reader == "web"}
    if air:
        how["air"] = usd_face.air_of_halls(source, read_overrides(changes or ()))
    if losses:
        how["losses"] = usd_face.losses_of(source, read_overrides(changes or ()))
    written = face.scene(read, out, **how)
    for words in usd_face.notes_in(written.parent):
        say.note(words)
    say.line(str(written))


def _known(asked: dict[str, str]) -> None:
    """Every word that an option does not know."""
    wrong = [(option, word) for option, word in asked.items() if word not in _WORDS[option]]
    if wrong:
        raise InputError(
            [
                Problem(
                    "",
                    repr(word),
                    ", ".join(_WORDS[option]),
                    did_you_mean(word, _WORDS[option]),
                    file=option,
                )
                for option, word in wrong
            ]
        )


def _read(source: Path, changes: dict[str, str]) -> Result | Scenario:
    if not source.is_dir():
        return face.load(source, changes)
    if changes:
        found = f"a result, {source}"
        raise InputError([Problem("", found, "a scenario or layout file", file="--set")])
    return face.result(source)
