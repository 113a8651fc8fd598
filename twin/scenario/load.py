"""From files to a checked Scenario."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import yaml

from twin.errors import InputError, Problem
from twin.scenario.document import Document, read
from twin.scenario.explain import build_model, load_model
from twin.scenario.layout import Layout
from twin.scenario.migrate import migrated
from twin.scenario.schema import Scenario, WeatherFile


def load(path: str | Path, overrides: Mapping[str, str] | None = None, seed: int | None = None) -> Scenario:
    """Read a scenario, or a layout, which is then run idle for a day.

    overrides   dotted keys and YAML values, as `--set horizon="2 h"` gives them
    Raises InputError with every problem in both files.
    """
    document = migrated(read(Path(path)))
    data = document.data
    if "halls" in data and "layout" not in data:
        return _around(document)
    for key, text in (overrides or {}).items():
        _set(data, key, text)
    if seed is not None:
        data["seed"] = seed
    problems: list[Problem] = []
    inner = _layout(document, problems)
    scenario: Scenario | None = None
    try:
        scenario = build_model(document, Scenario)
    except InputError as error:
        problems += error.problems
    if problems or scenario is None:
        raise InputError(problems)
    return _placed(scenario, document, inner)


def _layout(document: Document, problems: list[Problem]) -> tuple[Layout, Document] | None:
    """The layout file a scenario names, read and checked; its problems join the others."""
    name = document.data.get("layout")
    if not isinstance(name, str):
        return None
    try:
        return load_model(document.resolve(name, ("layout",)), Layout)
    except InputError as error:
        problems += error.problems
        return None


def _placed(scenario: Scenario, document: Document, inner: tuple[Layout, Document] | None) -> Scenario:
    changes: dict[str, Any] = {}
    if inner is not None:
        changes["layout"] = inner[0]
    climate = scenario.site.climate
    if isinstance(climate, WeatherFile):
        file = WeatherFile(file=str(document.resolve(climate.file, ("site", "climate", "file"))))
        changes["site"] = scenario.site.model_copy(update={"climate": file})
    if scenario.profiles:
        changes["profiles"] = {k: str(document.resolve(v, ("profiles", k))) for k, v in scenario.profiles.items()}
    out = scenario.model_copy(update=changes)
    out._documents = (document, inner[1] if inner else None)
    return out


def _around(document: Document) -> Scenario:
    """An idle scenario around a layout file."""
    layout = build_model(document, Layout)
    out = Scenario.model_validate({"name": layout.name, "layout": layout,
                                   "site": {"climate": {"dry_bulb": "20 °C", "wet_bulb": "15 °C"},
                                            "grid": {"price": "0.08 USD/kWh", "carbon": "380 g/kWh"}}})
    out._documents = (None, document)
    return out


def _set(data: dict[str, Any], key: str, text: str) -> None:
    """Put one override where its dotted key points; makes mappings that are missing."""
    *path, last = key.split(".")
    where: Any = data
    try:
        for part in path:
            where = where[int(part)] if isinstance(where, list) else where.setdefault(part, {})
        value = yaml.load(text, Loader=yaml.BaseLoader) if text == "" else _scalar(text)
        if isinstance(where, list):
            where[int(last)] = value
        else:
            where[last] = value
    except (AttributeError, IndexError, KeyError, TypeError, ValueError) as error:
        raise InputError([Problem(key, repr(text), "a dotted key of the scenario, such as site.climate",
                                  file="--set")]) from error


def _scalar(text: str) -> Any:
    """An override's value: a number, true, false, null, or the text as it stands."""
    for kind in (int, float):
        try:
            return kind(text)
        except ValueError:
            continue
    return {"true": True, "false": False, "null": None}.get(text, text)
