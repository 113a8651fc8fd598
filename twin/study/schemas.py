"""The JSON schema of every kind of file, those that ask for many runs among them."""

from __future__ import annotations

from typing import Any

from twin.catalogue import Catalogue, shipped
from twin.catalogue.rows import Rack
from twin.scenario import schema_json
from twin.scenario.schema.json_schema import schema_of
from twin.study.design_search.target import Target
from twin.study.experiments.method_plan import METHODS, MethodPlan
from twin.study.experiments.plan import StudyPlan

KINDS = ("scenario", "layout", "deployment", "study", "target")
"""Files that have a schema."""


def file_schema(which: str, catalogue: Catalogue | None = None) -> dict[str, Any]:
    """The JSON schema of one of KINDS, with the names of a catalogue (the shipped one if none)."""
    if which == "study":
        return _study(catalogue)
    return _target(catalogue) if which == "target" else schema_json(which, catalogue)


def _study(catalogue: Catalogue | None) -> dict[str, Any]:
    """Of a study with a method or without: what a method needs stands behind a condition on it."""
    schema = schema_of(MethodPlan, "study", catalogue)
    plain = StudyPlan.model_json_schema()["properties"]["method"]
    own = schema["properties"]["method"]["enum"]
    whole = {**plain, "enum": [*plain["enum"], *own]}
    properties = {**schema["properties"], "method": whole, "scenario": _file_name(schema)}
    return {
        **schema,
        "title": "Study",
        "description": "One scenario, what varies in it, and how it is looked at.",
        "properties": properties,
        "required": ["name", "scenario"],
        "allOf": [
            _where(METHODS, {}, {"properties": dict.fromkeys(METHODS, False)}),
            _where(["optimise"], {"required": ["optimise"]}),
            _where(["sensitivity", "compare"], {"required": ["outcomes"]}),
        ],
    }


def _file_name(schema: dict[str, Any]) -> dict[str, Any]:
    """The scenario of a file, which is never left out there."""
    key = dict(schema["properties"]["scenario"])
    text = next(one for one in key.pop("anyOf") if one["type"] == "string")
    key.pop("default")
    return {**key, **text}


def _where(
    methods: Any, then: dict[str, Any], otherwise: dict[str, Any] | None = None
) -> dict[str, Any]:
    asked = {"properties": {"method": {"enum": list(methods)}}, "required": ["method"]}
    return {"if": asked, "then": then, **({"else": otherwise} if otherwise else {})}


def _target(catalogue: Catalogue | None) -> dict[str, Any]:
    schema = schema_of(Target, "target", catalogue)
    held = (catalogue or shipped()).rows(Rack)
    schema["properties"]["racks"]["items"] = {"enum": [n for n, rack in held.items() if rack.gpu]}
    bounds = (
        {"properties": {"tokens": _stated("rate")}},
        {"properties": {"site": _stated("power")}},
        {**_stated("budget_usd")},
    )
    return {**schema, "anyOf": list(bounds)}


def _stated(key: str) -> dict[str, Any]:
    return {"required": [key], "properties": {key: {"not": {"type": "null"}}}}
