"""From files to a checked Scenario."""

from __future__ import annotations

from collections.abc import Mapping
from copy import deepcopy
from dataclasses import replace
from pathlib import Path
from typing import Any, TypeVar

from pydantic import BaseModel

from twin.errors import InputError, Problem
from twin.scenario.equipment import with_rows
from twin.scenario.inputs import with_file_names
from twin.scenario.migrate import migrated
from twin.scenario.schema import Layout, Scenario
from twin.scenario.yaml.document import Document, parse, read
from twin.scenario.yaml.scalars import kind_of, scalar
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
                keys below
                `layout.` reach into the layout, also where that is a file of its own
    seed        in place of the file's
    Raises InputError with every problem in both files; those of an override are placed at `--set`.
    """
    document = migrated(read(Path(path)))
    own = {key: text for key, text in (overrides or {}).items() if not key.startswith("layout.")}
    below = {
        key.removeprefix("layout."): text
        for key, text in (overrides or {}).items()
        if key not in own
    }
    if seed is not None:
        own["seed"] = str(seed)
    problems: list[Problem] = []
    inner = _layout_itself(document, own)
    outer = _changed(document if inner is None else _idle(document), own, problems)
    inner = inner or _layout_named(outer, problems)
    if inner is not None:
        inner = _changed(inner, below, problems, "layout.")
    else:
        outer = _changed(outer, {f"layout.{key}": text for key, text in below.items()}, problems)
    layout = None if inner is None else _model(inner, Layout, problems)
    scenario = _model(outer, Scenario, problems)
    scenario, layout = _with_own_rows(scenario, outer, layout, inner, problems)
    if problems or scenario is None:
        raise InputError(dict.fromkeys(problems))
    return _placed(scenario, outer, layout, inner)


def _layout_itself(document: Document, overrides: Mapping[str, str]) -> Document | None:
    """The document where it is a layout, not a scenario."""
    if "halls" not in document.data or "layout" in document.data:
        return None
    if "layout" in overrides:
        raise InputError(
            [
                Problem(
                    "layout",
                    repr(overrides["layout"]),
                    f"keys below layout., for {document.path.name} is a layout itself",
                    file="--set",
                )
            ]
        )
    return document


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
        return read(document.resolve(name, ("layout",)))
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
            return str(document.resolve(name, at))
        except InputError as error:
            problems.extend(error.problems)
            return name

    return with_file_names(model, change)


def _changed(
    document: Document, overrides: Mapping[str, str], problems: list[Problem], prefix: str = ""
) -> Document:
    """The document with its data changed; overrides that cannot be made join the problems."""
    changed = dict(document.changed)
    for key, text in overrides.items():
        try:
            changed[_set(document.data, key.split("."), _value(text))] = prefix + key
        except ValueError as error:
            problems.append(Problem(prefix + key, kind_of(text), str(error), file="--set"))
    return replace(document, changed=changed)


def _value(text: str) -> Any:
    """An override's value: a YAML list or mapping in one line, or one word. ValueError where it is
    neither.
    """
    if text.lstrip()[:1] not in ("[", "{"):
        return scalar(text)
    try:
        return parse(f"value: {text}", Path("--set")).data["value"]
    except InputError as error:
        raise ValueError(error.problems[0].allowed) from error


def _set(data: Any, path: list[str], value: Any) -> tuple[str, ...]:
    """Put a value where its path points, making mappings that are missing; the place of what is
    new.

    ValueError where the path leads through something that has no such part.
    """
    new: tuple[str, ...] = ()
    for done, part in enumerate(path):
        if isinstance(data, list) and part.isdecimal() and int(part) < len(data):
            index: Any = int(part)
        elif isinstance(data, dict) and part:
            index = part
            new = new or (() if part in data else tuple(path[: done + 1]))
        else:
            where = ".".join(path[:done]) or "the file"
            raise ValueError(
                f"a dotted key such as site.climate or workload.0.nodes; {where} is {kind_of(data)}"
            )
        if done == len(path) - 1:
            data[index] = value
        elif index == part:
            data.setdefault(part, {})
        data = data[index]
    return new or tuple(path)
