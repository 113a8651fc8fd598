"""Starters by sector: a scenario, a layout, what may run elsewhere, and a page on what decides.

The files stand in `twin/data/sectors`, one folder a sector; every number in them is assumed.
"""

from __future__ import annotations

from pathlib import Path

from twin.errors import InputError, Problem, did_you_mean

FOLDER = Path(__file__).parents[1] / "data" / "sectors"
PLACES = {
    "scenario.yaml": "scenarios/{name}.yaml",
    "layout.yaml": "layouts/{name}.yaml",
    "deployment.yaml": "deployments/{name}.yaml",
    "about.md": "scenarios/{name}.md",
}
"""Where each file of a sector goes, the scenario first."""


def sectors() -> tuple[str, ...]:
    """The sectors there are, by name."""
    return tuple(sorted(folder.name for folder in FOLDER.iterdir() if folder.is_dir()))


def texts(sector: str, name: str) -> dict[str, str]:
    """The files of a sector by where they go. InputError with the nearest for an unknown one."""
    if sector not in sectors():
        allowed = ", ".join(sectors())
        hint = did_you_mean(sector, sectors())
        raise InputError([Problem("", repr(sector), allowed, hint, file="--sector")])
    return {
        place.replace("{name}", name): (FOLDER / sector / file).read_text(encoding="utf-8")
        for file, place in PLACES.items()
    }
