"""What is asked: schema, layout grammar, and the way from YAML files to a checked Scenario."""

from __future__ import annotations

from typing import Any

from twin.scenario.load import load
from twin.scenario.schema import Layout, Scenario

__all__ = ["Layout", "Scenario", "load", "schema_json"]


def schema_json(which: str = "scenario") -> dict[str, Any]:
    """The JSON schema of scenario or layout files, for editors to complete and check them."""
    model = Layout if which == "layout" else Scenario
    schema = model.model_json_schema()
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": f"twin/{which}/1",
        **schema,
    }
