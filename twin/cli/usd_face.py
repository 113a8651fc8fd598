"""What the commands of `twin usd` call, each thing imported when it is called."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import twin

if TYPE_CHECKING:
    from twin.analysis.loss_states import AfterLoss
    from twin.errors import Problem
    from twin.scenario import Scenario


def check_scene(path: Path) -> tuple[Problem, ...]:
    """Everything that is wrong with a USD scene."""
    from twin.present.usd.check_scene import check_scene

    return check_scene(path)


def pulled(scene: Path, layout: Path) -> tuple[str, list[Problem]]:
    """The text of a layout with what was moved in its USD scene, and why it cannot be had."""
    from twin.present.usd.pull_scene import pulled_text

    return pulled_text(scene, layout)


def notes_in(scene: Path) -> list[str]:
    """What there is to say of the manufacturers' assets of a written scene."""
    from twin.present.usd.simready.own import notes_in

    return notes_in(scene)


def write_text(path: Path, text: str) -> None:
    """Put a text in a file, whole or not at all."""
    from twin.results.folder import write_named

    write_named(path, text.encode())


def air_of_halls(source: Path, changes: dict[str, str]) -> list[Any]:
    """Solved air of every hall of a design, or of the design that a result was run with."""
    design = _design(source, changes)
    return [twin.airflow(design, hall.name) for hall in design.plan.halls if hall.rows]


def asset_library(of: Path | None, folder: Path) -> Path:
    """Write the SimReady assets of the catalogue, with the own rows of a file where given."""
    from twin.catalogue import shipped
    from twin.present.usd.library import write_library

    return write_library(shipped() if of is None else twin.load(of).catalogue, folder)


def losses_of(source: Path, changes: dict[str, str]) -> tuple[AfterLoss, ...]:
    """What the loss of each component leaves of a design, or of that of a result."""
    from twin.analysis.loss_states import loss_states

    return loss_states(twin.build(_design(source, changes)))


def _design(source: Path, changes: dict[str, str]) -> Scenario:
    return twin.load(source / "scenario.yaml" if source.is_dir() else source, changes)
