"""From files to a checked Scenario."""

from __future__ import annotations

from collections.abc import Mapping
from copy import deepcopy
from dataclasses import replace
from pathlib import Path
from typing import TypeVar

from pydantic import BaseModel

from twin.errors import InputError, Problem
from twin.scenario.data_files import file_named, problems_of_data_files
from twin.scenario.equipment import with_rows
from twin.scenario.inputs import with_file_names
from twin.scenario.migrate import migrated
from twin.scenario.overrides import SET, Override, overridden, read_overrides
from twin.scenario.schema import Layout, Scenario
from twin.scenario.schema.change import with_nearest_part
from twin.scenario.yaml.document import Document, read
from twin.scenario.yaml.paths import as_given
from twin.scenario.yaml.validate import build_model

Model = TypeVar("Model", bound=BaseModel)

_IDLE_SITE = {
    "climate": {"dry_bulb": "20 °C", "wet_bulb": "15 °C"},
    "grid": {"price": "0.08 USD/kWh", "carbon": "380 g/kWh"},
}
"""Where a layout stands that is run by itself."""


def load(
    path: str | Path, overrides: Mapping[str, str] | None = None, seed: int | None = None
) -> Scenario:
    """Read a scenario, or a layout, which is then run idle for a day.

    overrides   dotted keys of the scenario and YAML values, as `--set horizon="2 h"` gives them;
                items of lists by number or name (`workload.chat.nodes`); keys below `layout.`, or
                that begin with a part of it (`loops.cdu.volume`), reach into the layout, also
                where that is a file of its own
    seed        in place of the file's
    Raises InputError with every problem in all files; those of an override are placed at `--set`.
    """
    document = migrated(read(Path(path)))
    problems: list[Problem] = []
    asked = read_overrides(overrides or {})
    if seed is not None:
        asked.append(Override("seed", ("seed",), str(seed)))
    outer, inner = _documents(document, asked, problems)
    layout = None if inner is None else _model(inner, Layout, problems)
    scenario = _model(outer, Scenario, problems)
    if scenario is not None:
        problems += (outer.problem(*one) for one in scenario.out_of_proportion())
    scenario, layout = _with_own_rows(scenario, outer, layout, inner, problems)
    if problems or scenario is None:
        problems += problems_of_data_files(outer, scenario)
        raise InputError(dict.fromkeys(with_nearest_part(problems, SET)))
    return _placed(scenario, outer, layout, inner)


def _documents(
    document: Document, asked: list[Override], problems: list[Problem]
) -> tuple[Document, Document | None]:
    """The scenario's document and that of its layout (None where that stands in the scenario)."""
    own = [override for override in asked if not override.in_layout]
    below = [override for override in asked if override.in_layout]
    if _is_layout(document, own):
        inner: Document | None = document
        outer = overridden(_idle(document), own, problems)
    else:
        outer = overridden(document, own, problems)
        inner = _layout_named(outer, problems)
    if inner is None:
        return overridden(outer, below, problems), None
    return outer, overridden(inner, [override.below_layout() for override in below], problems)


def _is_layout(document: Document, own: list[Override]) -> bool:
    """Whether the document is a layout, not a scenario."""
    stated = document.data.keys()
    of_layout = len(stated & (Layout.model_fields.keys() - Scenario.model_fields.keys()))
    of_scenario = len(stated & (Scenario.model_fields.keys() - Layout.model_fields.keys()))
    if "layout" in stated or not ("halls" in stated or of_layout > of_scenario):
        return False
    for override in own:
        if override.parts == ("layout",):
            allowed = f"keys below layout., for {document.path.name} is a layout itself"
            raise InputError([Problem("layout", repr(override.text), allowed, file="--set")])
    return True


def _idle(layout: Document) -> Document:
    """An idle scenario around a layout file, whose name it takes."""
    name = {"name": layout.data["name"]} if "name" in layout.data else {}
    return replace(layout, data={**name, "layout": layout.path.name, "site": deepcopy(_IDLE_SITE)})


def _layout_named(document: Document, problems: list[Problem]) -> Document | None:
    """The layout file a scenario names; its problems join the others."""
    name = document.data.get("layout")
    if not isinstance(name, str):
        return None
    try:
        return read(as_given(document.resolve(name, ("layout",)), document.path))
    except InputError as error:
        problems += error.problems
        return None


def _model(document: Document, model: type[Model], problems: list[Problem]) -> Model | None:
    """The document as a model; its problems join the others."""
    try:
        return build_model(document, model)
    except InputError as error:
        problems += error.problems
        return None


def _with_own_rows(
    scenario: Scenario | None,
    outer: Document,
    layout: Layout | None,
    inner: Document | None,
    problems: list[Problem],
) -> tuple[Scenario | None, Layout | None]:
    """Both with the planner's own rows in the layout; what is wrong with them joins the others."""
    files = list(dict.fromkeys(file.path for file in (outer, inner) if file is not None))
    if layout is not None:
        layout, wrong = with_rows(layout, inner, files)
        problems += wrong
    elif scenario is not None and isinstance(scenario.layout, Layout):
        plan, wrong = with_rows(scenario.layout, outer, files, ("layout",))
        scenario = scenario.model_copy(update={"layout": plan})
        problems += wrong
    return scenario, layout


def _placed(
    scenario: Scenario, document: Document, layout: Layout | None, inner: Document | None
) -> Scenario:
    problems: list[Problem] = []
    placed = _resolved(scenario, document, problems)
    if layout is not None:
        placed = placed.model_copy(
            update={"layout": _resolved(layout, inner or document, problems)}
        )
    if problems:
        raise InputError(problems)
    placed._documents = (document, inner)
    return placed


def _resolved(model: Model, document: Document, problems: list[Problem]) -> Model:
    """The model with its file names resolved against the document that holds them."""

    def change(at: tuple[str | int, ...], name: str) -> str:
        try:
            return str(file_named(document, name, at))
        except InputError as error:
            problems.extend(error.problems)
            return name

    return with_file_names(model, change)
