"""What is asked: schema, layout grammar, and the way from YAML files to a checked Scenario."""

from __future__ import annotations

from twin.scenario.load import load
from twin.scenario.schema import Layout, Scenario
from twin.scenario.schema.json_schema import schema_json

__all__ = ["Layout", "Scenario", "load", "schema_json"]
